//! The one HTTP client: deadlines, retry policy, and errors that say what the server said.
