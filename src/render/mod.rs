//! Handlebars templates and the typed views they take.
