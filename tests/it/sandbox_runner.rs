//! Tests of sandbox_runner.
