//! A notation for the tests of the rules: `EV[…]` is a ciphertext, `${db.DATABASE_URL}` a reference.

use super::notation::{Notation, Reference, braced};
use crate::policy::datastores::Holds;

pub(crate) struct Braces;

pub(crate) const BRACES: &dyn Notation = &Braces;

impl Notation for Braces {
    fn is_encrypted(&self, value: &str) -> bool {
        value.trim_start().starts_with("EV[")
    }

    fn references<'a>(&self, value: &'a str) -> Vec<Reference<'a>> {
        let reference = |(whole, inner): (&'a str, &'a str)| {
            let ((component, _), (_, variable)) = (inner.split_once('.')?, inner.rsplit_once('.')?);
            Some(Reference {
                component,
                variable,
                whole,
            })
        };
        braced(value).filter_map(reference).collect()
    }

    fn is_filled_in(&self, value: &str) -> bool {
        let names = ["${APP_URL}", "${APP_DOMAIN}", "${APP_ID}"];
        !self.references(value).is_empty() || names.iter().any(|name| value.contains(name))
    }

    fn is_own(&self, part: &str) -> bool {
        self.is_filled_in(part)
    }

    fn undeclared(&self, reference: &Reference<'_>) -> Option<Holds> {
        match reference.variable {
            "REDIS_URL" => Some(Holds::Other),
            "DATABASE_URL" | "HOSTNAME" | "PASSWORD" => Some(Holds::Database),
            _ => None,
        }
    }
}

/// A platform that only knows literals.
struct Plain;

impl Notation for Plain {}

#[test]
fn a_notation_without_anything_of_its_own_takes_every_value_for_a_literal() {
    let plain: &dyn Notation = &Plain;
    for value in ["EV[1:a:b]", "${db.DATABASE_URL}", "${APP_URL}"] {
        assert!(!plain.is_encrypted(value) && !plain.is_filled_in(value) && !plain.is_own(value));
        assert_eq!(plain.references(value), [], "{value}");
    }
}
