//! Stores that are the app's own: its components have them, or nothing but a build looks at them.

use super::{Role, Stores, host, keys, schemes};
use crate::policy::credentials;
use crate::policy::env::{Env, EnvSet};

impl Stores {
    /// Learns which components are stores by the envs that lead to them, and what their parts have in common.
    pub(super) fn learn_own(&mut self, app: &EnvSet<'_>) {
        let mut elsewhere = Vec::new();
        for it in app.envs() {
            let meaning = keys::meaning(it.key).filter(|it| matches!(it.role, Role::Host | Role::Url));
            let value = it.value;
            let is_open = !it.is_secret && !self.notation.is_encrypted(value);
            let leads = meaning.is_some() || schemes::scheme(value).is_some_and(|it| schemes::holds(&it).is_some());
            if is_open && leads && self.is_own(value) {
                let name = self
                    .notation
                    .references(host(value))
                    .first()
                    .map_or_else(|| host(value), |it| it.component);
                self.own_stores.insert(name.to_ascii_lowercase());
                self.own_prefixes.extend(meaning.map(|it| it.prefix));
            } else if !is_open || !value.is_empty() {
                elsewhere.extend(meaning.map(|it| it.prefix));
            }
        }
        for (name, it) in app.components() {
            if self.own_stores.contains(&name.to_ascii_lowercase()) && it.runs_image {
                let settings = it.envs.iter().filter(|it| keys::meaning(it.key).is_some());
                let settings = settings.filter(|it| !it.value.is_empty());
                let settings = settings.map(|it| (it.key.to_owned(), it.value.to_owned()));
                self.own_settings.extend(settings);
            }
        }
        // `DB_PASSWORD` beside one `DB_HOST` of the app and another one out of it could be either's.
        self.own_prefixes.retain(|prefix| !elsewhere.contains(prefix));
    }

    /// Whether an env is a way to a store of the app's own, or such a store's setting. A secret is production's, whatever
    /// it leads to.
    pub(crate) fn is_of_own(&self, it: &Env<'_>) -> bool {
        let value = it.value;
        if value.is_empty() || it.is_secret || self.notation.is_encrypted(value) {
            return false;
        }
        if let Some(scheme) = schemes::scheme(value) {
            return schemes::holds(&scheme).is_some() && self.is_own(value);
        }
        let is_part = keys::meaning(it.key).is_some_and(|it| self.own_prefixes.contains(&it.prefix));
        is_part || self.own_settings.contains(&(it.key.to_owned(), value.to_owned()))
    }

    /// Whether an env only stands in for a database while the code is built, and leads to none.
    pub(crate) fn is_dummy(&self, it: &Env<'_>) -> bool {
        let (value, notation) = (it.value, self.notation);
        let is_literal = !notation.is_encrypted(value) && !notation.is_filled_in(value);
        let is_open = !value.is_empty() && !it.is_secret && is_literal;
        // No name stands for an address in brackets.
        let leads_out =
            || self.host_of(it).is_some() || (value.contains("://[") || value.contains("@[")) && !self.is_local(value);
        it.is_for_build && is_open && !leads_out() && !credentials::has_shape(value, notation)
    }
}
