//! Stores that are the app's own: its components have them, or nothing but a build looks at them.

use serde_json::Value;

use super::{Stores, credentials, env, host, schemes};
use crate::platforms::app_platform::spec::component::{self, text};
use crate::policy::datastores::keys;
use crate::policy::datastores::role::Role;

impl Stores {
    /// Learns which components are stores by the envs that lead to them, and what their parts have in common.
    pub(super) fn learn_own(&mut self, spec: &Value) {
        let mut elsewhere = Vec::new();
        for it in component::owners(spec).flat_map(|(_, value)| env::list(value)) {
            let meaning = keys::meaning(env::key(it)).filter(|it| matches!(it.role, Role::Host | Role::Url));
            let value = env::value(it).unwrap_or_default();
            let is_open = !env::is_secret(it) && !env::is_encrypted(value);
            let leads = meaning.is_some() || schemes::scheme(value).is_some_and(|it| schemes::holds(&it).is_some());
            if is_open && leads && self.is_own(value) {
                let name = env::bindings(host(value))
                    .first()
                    .map_or_else(|| host(value), |it| it.component);
                self.own_stores.insert(name.to_ascii_lowercase());
                self.own_prefixes.extend(meaning.map(|it| it.prefix));
            } else if !is_open || !value.is_empty() {
                elsewhere.extend(meaning.map(|it| it.prefix));
            }
        }
        for it in component::components(spec) {
            if self.own_stores.contains(&it.name.to_ascii_lowercase()) && it.value.get("image").is_some() {
                let settings = env::list(it.value).filter(|it| keys::meaning(env::key(it)).is_some());
                let settings = settings.filter_map(|it| Some((env::key(it).to_owned(), env::value(it)?.to_owned())));
                self.own_settings.extend(settings);
            }
        }
        // `DB_PASSWORD` beside one `DB_HOST` of the app and another one out of it could be either's.
        self.own_prefixes.retain(|prefix| !elsewhere.contains(prefix));
    }

    /// Whether an env is a way to a store of the app's own, or such a store's setting. A secret is production's, whatever
    /// it leads to.
    pub(in crate::platforms::app_platform::spec) fn is_of_own(&self, it: &Value) -> bool {
        let value = env::value(it).unwrap_or_default();
        if value.is_empty() || env::is_secret(it) || env::is_encrypted(value) {
            return false;
        }
        if let Some(scheme) = schemes::scheme(value) {
            return schemes::holds(&scheme).is_some() && self.is_own(value);
        }
        let is_part = keys::meaning(env::key(it)).is_some_and(|it| self.own_prefixes.contains(&it.prefix));
        is_part || self.own_settings.contains(&(env::key(it).to_owned(), value.to_owned()))
    }

    /// Whether an env only stands in for a database while the code is built, and leads to none.
    pub(in crate::platforms::app_platform::spec) fn is_dummy(&self, it: &Value) -> bool {
        let value = env::value(it).unwrap_or_default();
        let is_open = !value.is_empty() && !env::is_secret(it) && !env::is_encrypted(value) && !env::is_bound(value);
        // No name stands for an address in brackets.
        let leads_out =
            || self.host_of(it).is_some() || (value.contains("://[") || value.contains("@[")) && !self.is_local(value);
        text(it, "scope") == Some("BUILD_TIME") && is_open && !leads_out() && !credentials::has_shape(value)
    }
}
