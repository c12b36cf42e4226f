//! One component of an app spec: a service, worker, job, static site or set of functions.

use serde::Deserialize;
use serde_json::Value;

use super::env::Env;
use super::fields::integer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Service,
    StaticSite,
    Worker,
    Job,
    Function,
}

impl Kind {
    /// The key of its list in an app spec and in a deployment.
    pub(crate) fn list(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::StaticSite => "static_sites",
            Self::Worker => "workers",
            Self::Job => "jobs",
            Self::Function => "functions",
        }
    }

    /// As it is called in the messages of the progress tree.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::StaticSite => "static site",
            Self::Worker => "worker",
            Self::Job => "job",
            Self::Function => "function",
        }
    }

    /// Does it have instances, and therefore a size and a price?
    pub(crate) fn has_instances(self) -> bool {
        matches!(self, Self::Service | Self::Worker | Self::Job)
    }

    /// Does it keep running after the deployment?
    pub(crate) fn keeps_running(self) -> bool {
        matches!(self, Self::Service | Self::Worker)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) git: Option<GitSource>,
    pub(crate) github: Option<GitHubSource>,
    pub(crate) gitlab: Option<Value>,
    pub(crate) bitbucket: Option<Value>,
    pub(crate) image: Option<ImageSource>,
    pub(crate) dockerfile_path: String,
    pub(crate) build_command: String,
    pub(crate) run_command: String,
    pub(crate) source_dir: String,
    pub(crate) environment_slug: String,
    pub(crate) envs: Vec<Env>,
    pub(crate) instance_size_slug: String,
    #[serde(deserialize_with = "integer")]
    pub(crate) instance_count: Option<u64>,
    pub(crate) autoscaling: Option<Autoscaling>,
    #[serde(deserialize_with = "integer")]
    pub(crate) http_port: Option<u64>,
    pub(crate) routes: Vec<RouteSpec>,
    pub(crate) health_check: Option<HealthCheck>,
    pub(crate) liveness_health_check: Option<HealthCheck>,
    pub(crate) termination: Termination,
    pub(crate) inactivity_sleep: Option<InactivitySleep>,
    /// Jobs only.
    pub(crate) kind: String,
    /// Jobs only: a Go duration such as `1h30m`.
    pub(crate) timeout: String,
    pub(crate) output_dir: String,
    pub(crate) index_document: String,
    pub(crate) error_document: String,
    pub(crate) catchall_document: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct GitSource {
    pub(crate) repo_clone_url: String,
    pub(crate) branch: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct GitHubSource {
    pub(crate) repo: String,
    pub(crate) branch: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct ImageSource {
    pub(crate) registry_type: String,
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
}

impl ImageSource {
    pub(crate) fn reference(&self) -> String {
        let mut reference = [self.registry.as_str(), self.repository.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/");
        if !self.digest.is_empty() {
            reference = format!("{reference}@{}", self.digest);
        } else {
            let tag = if self.tag.is_empty() { "latest" } else { &self.tag };
            reference = format!("{reference}:{tag}");
        }
        reference
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Autoscaling {
    #[serde(deserialize_with = "integer")]
    pub(crate) min_instance_count: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) max_instance_count: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RouteSpec {
    pub(crate) path: String,
    pub(crate) preserve_path_prefix: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HealthCheck {
    pub(crate) http_path: String,
    /// Deprecated, still read.
    pub(crate) path: String,
    #[serde(deserialize_with = "integer")]
    pub(crate) port: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) initial_delay_seconds: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) period_seconds: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) timeout_seconds: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) success_threshold: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) failure_threshold: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Termination {
    #[serde(deserialize_with = "integer")]
    pub(crate) drain_seconds: Option<u64>,
    #[serde(deserialize_with = "integer")]
    pub(crate) grace_period_seconds: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InactivitySleep {
    #[serde(deserialize_with = "integer")]
    pub(crate) after_seconds: Option<u64>,
    pub(crate) loading_page: LoadingPage,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoadingPage {
    pub(crate) enabled: bool,
}

impl Component {
    /// How many instances it starts with.
    pub(crate) fn instances(&self) -> u64 {
        let scaled = self.autoscaling.as_ref().and_then(|scaling| scaling.min_instance_count);
        scaled.or(self.instance_count).unwrap_or(1).max(1)
    }

    pub(crate) fn size(&self) -> &str {
        if self.instance_size_slug.is_empty() {
            "apps-s-1vcpu-0.5gb"
        } else {
            &self.instance_size_slug
        }
    }

    /// `owner/name` and branch of a source that is fetched with Git, wherever it lives.
    pub(crate) fn git_source(&self) -> Option<(String, &str)> {
        if let Some(source) = &self.github {
            return Some((source.repo.clone(), &source.branch));
        }
        let source = self.git.as_ref()?;
        Some((repository_of(&source.repo_clone_url), &source.branch))
    }
}

/// `owner/name` of a clone URL: its last two segments without `.git`.
fn repository_of(clone_url: &str) -> String {
    let trimmed = clone_url.trim_end_matches('/').trim_end_matches(".git");
    let mut segments = trimmed.rsplit(['/', ':']);
    let name = segments.next().unwrap_or_default();
    let owner = segments.next().unwrap_or_default();
    format!("{owner}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clone_urls_name_a_repository() {
        for url in [
            "https://github.com/acme/shop.git",
            "https://github.com/acme/shop",
            "https://github.com/acme/shop.git/",
            "git@github.com:acme/shop.git",
        ] {
            assert_eq!(repository_of(url), "acme/shop", "{url}");
        }
    }

    #[test]
    fn images_by_digest_and_by_tag() {
        let mut image = ImageSource {
            registry: "acme".into(),
            repository: "web".into(),
            ..ImageSource::default()
        };
        assert_eq!(image.reference(), "acme/web:latest");
        image.digest = "sha256:00".into();
        assert_eq!(image.reference(), "acme/web@sha256:00");
    }
}
