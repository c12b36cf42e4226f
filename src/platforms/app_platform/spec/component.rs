//! The parts of an app spec: services, workers, jobs, static sites, functions, databases, and what they are built from.

use serde_json::{Map, Value};

use crate::platforms::source::{Source, SourceKind};
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Service,
    StaticSite,
    Worker,
    Job,
    Function,
    Database,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Service,
        Self::StaticSite,
        Self::Worker,
        Self::Job,
        Self::Function,
        Self::Database,
    ];

    /// The key of the spec that lists them.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::StaticSite => "static_sites",
            Self::Worker => "workers",
            Self::Job => "jobs",
            Self::Function => "functions",
            Self::Database => "databases",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::StaticSite => "static site",
            Self::Worker => "worker",
            Self::Job => "job",
            Self::Function => "functions component",
            Self::Database => "database",
        }
    }

    /// Whether instances of it run: a size, a count and a start command make sense.
    pub(super) fn has_instances(self) -> bool {
        matches!(self, Self::Service | Self::Worker | Self::Job)
    }
}

/// One entry of `services`, `workers`, …
#[derive(Clone, Copy, Debug)]
pub(crate) struct Component<'a> {
    pub(crate) kind: Kind,
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
}

impl<'a> Component<'a> {
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        text(self.value, key)
    }

    /// `` service `web` ``
    pub(super) fn titled(&self) -> String {
        format!("{} `{}`", self.kind.noun(), self.name)
    }

    pub(crate) fn is_job(&self, when: &str) -> bool {
        self.kind == Kind::Job && job_kind(self.value) == when
    }
}

/// Every component and database in the order of the spec's kinds.
pub(crate) fn components(spec: &Value) -> Vec<Component<'_>> {
    Kind::ALL.into_iter().flat_map(|kind| of(spec, kind)).collect()
}

pub(crate) fn of(spec: &Value, kind: Kind) -> Vec<Component<'_>> {
    let entries = spec.get(kind.key()).and_then(Value::as_array);
    let entries = entries.into_iter().flatten().enumerate();
    entries
        .map(|(index, value)| Component {
            kind,
            index,
            name: value.get("name").and_then(Value::as_str).unwrap_or_default(),
            value,
        })
        .collect()
}

/// The app and every component, each with what has its envs. `None`: the app.
pub(super) fn owners(spec: &Value) -> impl Iterator<Item = (Option<Component<'_>>, &Value)> {
    let components = components(spec).into_iter().map(|it| (Some(it), it.value));
    std::iter::once((None, spec)).chain(components)
}

/// `the app`, `` service `web` ``.
pub(super) fn owner_noun(owner: Option<Component<'_>>) -> String {
    owner.map_or_else(|| "the app".to_owned(), |owner| owner.titled())
}

/// Hands every component, databases included, to `change`.
pub(super) fn each(spec: &mut Value, mut change: impl FnMut(Kind, &mut Map<String, Value>)) {
    for kind in Kind::ALL {
        let entries = spec.get_mut(kind.key()).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
            change(kind, entry);
        }
    }
}

/// The component of this name.
pub(super) fn find<'a>(spec: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| of(spec, *kind).iter().any(|component| component.name == name))?;
    let entries = spec.get_mut(kind.key())?.as_array_mut()?;
    entries
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .find(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
}

/// Removes the components that `keep` rejects, and their list once it is empty.
pub(super) fn retain(spec: &mut Value, kind: Kind, keep: impl Fn(&Value) -> bool) {
    let Some(root) = spec.as_object_mut() else { return };
    if let Some(entries) = root.get_mut(kind.key()).and_then(Value::as_array_mut) {
        entries.retain(keep);
        if entries.is_empty() {
            root.shift_remove(kind.key());
        }
    }
}

/// A field that is a string and not empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// When a job runs; without a kind the platform takes `POST_DEPLOY`.
pub(super) fn job_kind(job: &Value) -> &str {
    match text(job, "kind") {
        None | Some("UNSPECIFIED") => "POST_DEPLOY",
        Some(kind) => kind,
    }
}

/// Every kind of source that a component can name.
pub(super) const SOURCE_KINDS: [SourceKind; 5] = [
    SourceKind::GitHub,
    SourceKind::GitLab,
    SourceKind::Bitbucket,
    SourceKind::Git,
    SourceKind::Image,
];

/// The key of a component that holds it.
pub(super) fn source_key(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::GitHub => "github",
        SourceKind::GitLab => "gitlab",
        SourceKind::Bitbucket => "bitbucket",
        SourceKind::Git => "git",
        SourceKind::Image => "image",
    }
}

/// What every component is built from, in the spec's order.
pub(crate) fn sources(spec: &Value) -> Vec<Source> {
    components(spec)
        .iter()
        .filter_map(|component| source(component.name, component.value))
        .collect()
}

/// What a component is built from.
pub(crate) fn source(name: &str, component: &Value) -> Option<Source> {
    all_sources(name, component).into_iter().next()
}

/// Everything that a component names as its source; the platform takes one alone.
pub(super) fn all_sources(name: &str, component: &Value) -> Vec<Source> {
    let found = SOURCE_KINDS.into_iter().filter_map(|kind| {
        let from = component.get(source_key(kind)).filter(|from| !from.is_null())?;
        let repo = match kind {
            SourceKind::Git => text(from, "repo_clone_url").unwrap_or_default().to_owned(),
            SourceKind::Image => image(from),
            _ => text(from, "repo").unwrap_or_default().to_owned(),
        };
        Some(Source {
            component: name.to_owned(),
            kind,
            place: place(kind, from),
            repo,
            branch: text(from, "branch").map(str::to_owned),
        })
    });
    found.collect()
}

fn place(kind: SourceKind, from: &Value) -> String {
    let keys: &[&str] = match kind {
        SourceKind::Git => &["repo_clone_url"],
        SourceKind::Image => &["registry_type", "registry", "repository"],
        _ => &["repo"],
    };
    let parts: Vec<&str> = keys.iter().map(|key| text(from, key).unwrap_or_default()).collect();
    parts.join("\n").to_ascii_lowercase()
}

/// `ghcr.io`-less name of an image with its tag or digest: `org/name:v1`.
fn image(image: &Value) -> String {
    let path: Vec<&str> = ["registry", "repository"]
        .iter()
        .filter_map(|key| text(image, key))
        .collect();
    let version = match (text(image, "digest"), text(image, "tag")) {
        (Some(digest), _) => format!("@{digest}"),
        (None, Some(tag)) => format!(":{tag}"),
        (None, None) => String::new(),
    };
    format!("{}{version}", path.join("/"))
}
