//! Tests of sandbox_github.
