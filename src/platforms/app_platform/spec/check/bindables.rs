//! What App Platform is to fill in and cannot: variables of what does not exist, and of databases while the app is built.

use super::super::component::{Kind, components, owner_noun, owners};
use super::super::{bindings, env};
use super::findings::Findings;
use crate::model::failure::Failure;

/// `is_given`: keys whose value comes from elsewhere.
pub(super) fn check(findings: &mut Findings<'_>, is_given: &dyn Fn(&str) -> bool) {
    let spec = findings.spec().value();
    for broken in bindings::broken(spec, is_given) {
        findings.error("bindable", &env::value_pointer_in(broken.pointer()), broken.failure());
    }
    for (owner, value) in owners(spec) {
        let pointer = owner.map_or_else(String::new, |owner| owner.pointer());
        for (index, it) in env::list(value).enumerate() {
            let is_database = |name: &str| {
                components(spec)
                    .iter()
                    .any(|it| it.kind == Kind::Database && it.name == name)
            };
            let bound = env::bindings(env::value(it).unwrap_or_default());
            let database = bound.iter().find(|binding| is_database(binding.component));
            if let Some(binding) = database.filter(|_| env::only_at_build_time(it) && !is_given(env::key(it))) {
                let failure = Failure::input(format!(
                    "`{}` of {} is for the build alone, and `{}` exists only while the app runs",
                    env::key(it),
                    owner_noun(owner),
                    binding.whole
                ))
                .why("App Platform gives a build no variables of databases")
                .next("make its scope `RUN_TIME`, and use the database when the app starts");
                findings.warn("bindable", &env::scope_pointer(&pointer, index), failure);
            }
        }
    }
}
