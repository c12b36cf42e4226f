//! The host out of the app that the literal value of an env leads to.

use super::{Role, Stores, host, keys, managed};
use crate::policy::datastores::address::address;
use crate::policy::env::Env;
use crate::policy::pieces;

impl Stores {
    /// The host of the store that an env leads to, where it stands in the value: nothing of this machine, of the app, or
    /// that is still to be filled in.
    pub(crate) fn host_of(&self, it: &Env<'_>) -> Option<String> {
        let text = it.value;
        if text.is_empty() || self.notation.is_encrypted(text) {
            return None;
        }
        if let Some(managed) = managed(text) {
            return Some(managed.host.to_owned());
        }
        let is_place = |role: Role| matches!(role, Role::Host | Role::Url);
        let by_key = || {
            let is_named = self.role(it.key).is_some_and(is_place);
            let is_driver = keys::meaning(it.key).is_some_and(|meaning| self.local.contains(&meaning.prefix));
            let is_page = text.starts_with("http://") || text.starts_with("https://");
            (is_named && !is_driver && !is_page).then(|| host(text).to_owned())
        };
        let alone = address(text).or_else(by_key).filter(|place| self.leads_out(place));
        alone.or_else(|| self.inside(&pieces::of_value(text)))
    }
}
