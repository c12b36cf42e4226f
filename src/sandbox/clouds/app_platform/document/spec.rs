//! The app spec as a whole: a view of the fields that the platform acts on.

use serde::Deserialize;
use serde_json::Value;

use super::component::{Component, Kind};
use super::env::Env;
use super::fields::{flag, integer, text};
use crate::clouds::app_platform::refusal::Refusal;

/// A view of the fields that the platform acts on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) services: Vec<Component>,
    pub(crate) static_sites: Vec<Component>,
    pub(crate) workers: Vec<Component>,
    pub(crate) jobs: Vec<Component>,
    pub(crate) functions: Vec<Component>,
    pub(crate) databases: Vec<Database>,
    pub(crate) ingress: Ingress,
    pub(crate) maintenance: Maintenance,
    pub(crate) envs: Vec<Env>,
    pub(crate) domains: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) engine: String,
    #[serde(deserialize_with = "text")]
    pub(crate) version: String,
    pub(crate) production: bool,
    pub(crate) cluster_name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ingress {
    pub(crate) rules: Vec<Rule>,
    pub(crate) secure_header: Option<SecureHeader>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SecureHeader {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl SecureHeader {
    fn pair(&self) -> (String, String) {
        (self.key.to_ascii_lowercase(), self.value.clone())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rule {
    #[serde(rename = "match")]
    pub(crate) matches: Match,
    pub(crate) component: Option<RuleComponent>,
    pub(crate) redirect: Option<RuleRedirect>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Match {
    pub(crate) path: Prefix,
    pub(crate) authority: Option<Exact>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Prefix {
    pub(crate) prefix: String,
    pub(crate) exact: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Exact {
    pub(crate) exact: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleComponent {
    pub(crate) name: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) preserve_path_prefix: bool,
    pub(crate) rewrite: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleRedirect {
    pub(crate) uri: String,
    pub(crate) authority: String,
    #[serde(deserialize_with = "integer")]
    pub(crate) port: Option<u64>,
    pub(crate) scheme: String,
    #[serde(deserialize_with = "integer")]
    pub(crate) redirect_code: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Maintenance {
    pub(crate) enabled: bool,
    pub(crate) archive: bool,
    pub(crate) offline_page_url: String,
}

impl Spec {
    /// Reads the view. What has the wrong type is an error that names it.
    pub(crate) fn view(value: &Value) -> Result<Self, Refusal> {
        if !value.is_object() {
            return Err(Refusal::Invalid("app spec is required".to_owned()));
        }
        Self::deserialize(value).map_err(|error| Refusal::Invalid(format!("error parsing app spec: {error}")))
    }

    /// All components that are built from a source, with their kinds.
    pub(crate) fn components(&self) -> impl Iterator<Item = (Kind, &Component)> {
        let services = self.services.iter().map(|component| (Kind::Service, component));
        let sites = self.static_sites.iter().map(|component| (Kind::StaticSite, component));
        let workers = self.workers.iter().map(|component| (Kind::Worker, component));
        let jobs = self.jobs.iter().map(|component| (Kind::Job, component));
        let functions = self.functions.iter().map(|component| (Kind::Function, component));
        services.chain(sites).chain(workers).chain(jobs).chain(functions)
    }

    /// The header and its value without which the edge lets nothing through.
    pub(crate) fn guard(&self) -> Option<(String, String)> {
        let header = self.ingress.secure_header.as_ref();
        header.filter(|header| !header.key.is_empty()).map(SecureHeader::pair)
    }

    /// Is anything of it offered to the internet at all?
    pub(crate) fn is_offline(&self) -> bool {
        self.maintenance.enabled || self.maintenance.archive
    }
}
