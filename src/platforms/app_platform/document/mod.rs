//! The app spec as a document: the one place that knows the names of its fields.
//!
//! A spec is sent as it was written: unknown fields, the order of keys, numbers written as text, and shapes that the
//! platform refuses in its own words. So the value is kept, and read and changed through types that know its fields
//! ([`component::Component`], [`component::ComponentMut`], [`domain::Domain`], [`ingress::Rule`], …), instead of being
//! parsed into structs and written back.
//!
//! <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>

pub(crate) mod app;
pub(crate) mod component;
pub(crate) mod credentials;
pub(crate) mod database;
pub(crate) mod domain;
pub(crate) mod env;
pub(crate) mod health_check;
pub(crate) mod identity;
pub(crate) mod ingress;
pub(crate) mod instances;
pub(crate) mod job;
pub(crate) mod maintenance;
pub(crate) mod marks;
pub(crate) mod network;
pub(crate) mod route;
pub(crate) mod schema;
pub(crate) mod sleep;
pub(crate) mod source;
pub(crate) mod text_fields;
pub(crate) mod types;
pub(crate) mod value;

#[cfg(test)]
mod tests;
