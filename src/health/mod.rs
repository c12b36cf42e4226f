//! The outside probe: up, waking, wrong or down.
