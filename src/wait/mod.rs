//! Time: pace, deadlines, cancellation.
