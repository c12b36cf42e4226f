//! Secrets as a type, and the redactor that keeps them out of everything printed.
