//! Tests of sleep.
