"""The workflows that people paste, run by act against the sandbox."""
