//! What a run knows of an app's secrets: their names from its spec, their values from environment and configuration.

use crate::config::{Config, EnvValue, is_reserved};
use crate::flows::context::Ctx;
use crate::platforms::Document;
use crate::redact::{TargetRedactor, TargetSecrets};

impl Ctx {
    /// Takes note of the secrets in a spec: what they are called, what they are worth where the spec or the environment
    /// says it, so that their values are hidden wherever a log prints them.
    pub(crate) fn register_secrets(&self, document: &Document) {
        self.register_and_publish(document, Vec::new());
    }

    /// The same for an app of which something is going to be read: what opens it. What the configuration names may be
    /// in the environment, also where this run passes it to no app. What it says in the clear is no secret.
    pub(crate) fn redactor_of(&self, document: &Document, config: &Config) -> TargetRedactor {
        let environments = config.environments.values().chain([&config.production]);
        let envs = environments
            .map(|environment| &environment.env)
            .chain([&config.preview.env]);
        let mut public = vec![config.preview.database_url.clone()];
        for value in envs.flat_map(|env| env.values()) {
            match value {
                EnvValue::From(name) => self.mask_variable(name),
                EnvValue::Plain(text) => public.push(text.clone()),
                EnvValue::Generate(_) => {}
            }
        }
        self.register_and_publish(document, public)
    }

    fn register_and_publish(&self, document: &Document, public: Vec<String>) -> TargetRedactor {
        let names: Vec<String> = document.secret_names();
        let redactor = self.console.register_secrets(&TargetSecrets {
            values: document.secret_values(),
            names: names.clone(),
            public,
        });
        names.iter().for_each(|name| self.mask_variable(name));
        redactor
    }

    /// Looking a variable up makes its value a secret.
    fn mask_variable(&self, name: &str) {
        if !is_reserved(name) {
            let _value = (self.variables)(name);
        }
    }
}
