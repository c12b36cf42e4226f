//! Tests of teardown.
