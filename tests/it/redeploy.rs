//! Tests of redeploy.
