//! The runner's protocol: environment, events, workflow commands, output and summary files.
