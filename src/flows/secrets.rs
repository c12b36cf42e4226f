//! What a run knows of an app's secrets: their names from its spec, their values from environment and configuration.

use serde_json::Value;

use super::context::Ctx;
use crate::config::{Config, EnvValue, is_reserved};

impl Ctx {
    /// Takes note of the secrets in a spec: what they are called, what they are worth where the spec or the environment
    /// says it, so that their values are hidden wherever a log prints them.
    pub(crate) fn learn(&self, spec: &Value) {
        for secret in crate::spec::secret_values(spec) {
            self.console.mask(&secret);
        }
        for name in crate::spec::secret_names(spec) {
            self.redactor.register_name(name);
            self.mask_variable(name);
        }
    }

    /// The same for an app that runs, before anything is read that it wrote. What the configuration names may be in
    /// the environment, also where this run gives it to nobody.
    pub(crate) fn learn_app(&self, spec: &Value, config: &Config) {
        let environments = config.environments.values().chain([&config.production]);
        let envs = environments
            .map(|environment| &environment.env)
            .chain([&config.preview.env]);
        for value in envs.flat_map(|env| env.values()) {
            if let EnvValue::From(name) = value {
                self.mask_variable(name);
            }
        }
        self.learn(spec);
    }

    /// Looking a variable up makes its value a secret.
    fn mask_variable(&self, name: &str) {
        if !is_reserved(name) {
            let _value = (self.variables)(name);
        }
    }
}
