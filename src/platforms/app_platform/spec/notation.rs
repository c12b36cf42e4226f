//! How App Platform writes ciphertexts and what it fills in, as the rules of every platform ask for it.

use super::env::{self, Binding};
use crate::policy::datastores::Holds;
use crate::policy::env::notation::{Notation, Reference};
use crate::policy::placeholder::{self, Placeholder, is_capital};

/// `EV[1:…]` is a ciphertext, `${db.DATABASE_URL}` and `${APP_URL}` are filled in.
struct AppSpec;

pub(super) const APP_SPEC: &dyn Notation = &AppSpec;

/// The variables of database components that no other component has; for specs that do not declare theirs.
/// <https://docs.digitalocean.com/products/app-platform/how-to/use-environment-variables/>
const DATABASE_VARIABLES: [&str; 7] = [
    "DATABASE_URL",
    "JDBC_DATABASE_URL",
    "HOSTNAME",
    "USERNAME",
    "PASSWORD",
    "DATABASE",
    "CA_CERT",
];

/// What other programs call the place of their own variables: `${env.HOME}` of Maven, `${secrets.KEY}` of a workflow.
const FOREIGN: [&str; 9] = [
    "env", "ENV", "sys", "process", "secrets", "vars", "github", "settings", "project",
];

impl Notation for AppSpec {
    fn is_encrypted(&self, value: &str) -> bool {
        env::is_encrypted(value)
    }

    fn references<'a>(&self, value: &'a str) -> Vec<Reference<'a>> {
        let reference = |it: Binding<'a>| Reference {
            component: it.component,
            variable: it.variable,
            whole: it.whole,
        };
        env::bindings(value).into_iter().map(reference).collect()
    }

    fn is_filled_in(&self, value: &str) -> bool {
        env::is_bound(value)
    }

    fn is_own(&self, part: &str) -> bool {
        match env::bindings(part).first() {
            Some(binding) => is_meant_for_platform(binding),
            None => env::is_bound(part),
        }
    }

    fn undeclared(&self, reference: &Reference<'_>) -> Option<Holds> {
        match (reference.component, reference.variable) {
            (_, "REDIS_URL") => Some(Holds::Other),
            ("_self", _) => None,
            (_, variable) => DATABASE_VARIABLES.contains(&variable).then_some(Holds::Database),
        }
    }
}

/// Whether a binding is written as App Platform's are: `${db.DATABASE_URL}`, and not `${spring.port}`, `${env.HOME}` or
/// the inside of `${{secrets.KEY}}`.
pub(super) fn is_meant_for_platform(binding: &Binding<'_>) -> bool {
    let is_named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    is_capital(binding.variable) && binding.component.chars().all(is_named) && !FOREIGN.contains(&binding.component)
}

/// The placeholder that is the whole of a value.
pub(super) fn placeholder(value: &str) -> Option<Placeholder<'_>> {
    placeholder::whole(value, APP_SPEC)
}
