//! The host out of the app that the literal value of an env leads to.

use serde_json::Value;

use super::super::pieces;
use super::inside::address;
use super::{Stores, env, host, managed};
use crate::policy::datastores::keys;
use crate::policy::datastores::role::Role;

impl Stores {
    /// The host of the store that an env leads to, where it stands in the value: nothing of this machine, of the app, or
    /// that is still to be filled in.
    pub(in crate::platforms::app_platform::spec) fn host_of(&self, it: &Value) -> Option<String> {
        let text = env::value(it).filter(|text| !env::is_encrypted(text))?;
        if let Some(managed) = managed(text) {
            return Some(managed.host.to_owned());
        }
        let is_place = |role: Role| matches!(role, Role::Host | Role::Url);
        let by_key = || {
            let is_named = self.role(env::key(it)).is_some_and(is_place);
            let is_driver = keys::meaning(env::key(it)).is_some_and(|meaning| self.local.contains(&meaning.prefix));
            let is_page = text.starts_with("http://") || text.starts_with("https://");
            (is_named && !is_driver && !is_page).then(|| host(text).to_owned())
        };
        let alone = address(text).or_else(by_key).filter(|place| self.leads_out(place));
        alone.or_else(|| self.inside(&pieces::of_value(text)))
    }
}
