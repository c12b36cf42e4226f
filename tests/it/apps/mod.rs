//! Several apps of one repository, each with a manifest of its own.

mod production;
