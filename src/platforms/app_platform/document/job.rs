//! Jobs: when they run, and how one is made beside a service.

use serde_json::{Map, Value, json};

use super::component::{Component, ComponentMut, Kind, RUN_COMMAND, text};
use super::value::nested;

pub(crate) const KIND: &str = "kind";
/// From the job.
pub(crate) const CRON: &str = "schedule/cron";
pub(crate) const TIMEOUT: &str = "timeout";

/// What a job that belongs to a service has in common with it: source, build, envs and size.
const COMMON: [&str; 11] = [
    "github",
    "gitlab",
    "bitbucket",
    "git",
    "image",
    "dockerfile_path",
    "source_dir",
    "build_command",
    "environment_slug",
    "envs",
    "instance_size_slug",
];

impl<'a> Component<'a> {
    /// When a job runs; without a kind the platform takes `POST_DEPLOY`.
    pub(crate) fn job_kind(&self) -> &'a str {
        match text(self.value, KIND) {
            None | Some("UNSPECIFIED") => "POST_DEPLOY",
            Some(kind) => kind,
        }
    }

    pub(crate) fn schedule(&self) -> Option<&'a str> {
        nested(self.value, "schedule", "cron")
    }

    pub(crate) fn time_limit(&self) -> Option<&'a str> {
        text(self.value, TIMEOUT)
    }

    pub(crate) fn is_job(&self, when: &str) -> bool {
        self.kind == Kind::Job && self.job_kind() == when
    }

    /// A job with the source, the build and the envs of this service.
    pub(crate) fn job_like_it(&self, name: &str, kind: &str, command: &str) -> Value {
        let mut job = Map::new();
        job.insert("name".to_owned(), json!(name));
        job.insert(KIND.to_owned(), json!(kind));
        for key in COMMON {
            if let Some(value) = self.value.get(key) {
                job.insert(key.to_owned(), value.clone());
            }
        }
        job.insert(RUN_COMMAND.to_owned(), json!(command));
        Value::Object(job)
    }
}

impl ComponentMut<'_> {
    pub(crate) fn set_job_kind(&mut self, kind: &str) {
        self.set(KIND, json!(kind));
    }
}
