//! What a component is built from: a repository or an image, with the branch, tag or digest, and what follows a push.

use serde_json::{Map, Value, json};

use super::component::{Component, ComponentMut, components, text};
use crate::platforms::source::{Source, SourceKind};

/// Every kind of source that a component can name.
pub(crate) const KINDS: [SourceKind; 5] = [
    SourceKind::GitHub,
    SourceKind::GitLab,
    SourceKind::Bitbucket,
    SourceKind::Git,
    SourceKind::Image,
];

/// The fields, of whatever kind of source, by which one is the same as another.
const IDENTITY: [&str; 8] = [
    "repo",
    "branch",
    "repo_clone_url",
    "registry_type",
    "registry",
    "repository",
    "tag",
    "digest",
];

/// Where an image comes from, whatever its version.
const IMAGE: [&str; 3] = ["registry_type", "registry", "repository"];

pub(crate) const REGISTRY_TYPE: &str = "registry_type";
pub(crate) const TAG: &str = "tag";
pub(crate) const ERROR_DOCUMENT: &str = "error_document";
pub(crate) const CATCHALL_DOCUMENT: &str = "catchall_document";

/// The key of a component that holds it.
pub(crate) fn key(kind: SourceKind) -> &'static str {
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
    components(spec).iter().filter_map(Component::source).collect()
}

/// Whether a field of an image, or of a destination of logs, says which of the things at one place it is.
pub(crate) fn is_version(field: &str) -> bool {
    matches!(field, "tag" | "digest" | "index_name")
}

impl<'a> Component<'a> {
    /// What it is built from.
    pub(crate) fn source(&self) -> Option<Source> {
        self.sources().into_iter().next()
    }

    /// Everything that it names as its source; the platform takes one alone.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let found = KINDS.into_iter().filter_map(|kind| {
            let from = self.value.get(key(kind)).filter(|from| !from.is_null())?;
            let repo = match kind {
                SourceKind::Git => text(from, "repo_clone_url").unwrap_or_default().to_owned(),
                SourceKind::Image => image_name(from),
                _ => text(from, "repo").unwrap_or_default().to_owned(),
            };
            Some(Source {
                component: self.name.to_owned(),
                kind,
                place: place(kind, from),
                repo,
                branch: text(from, "branch").map(str::to_owned),
            })
        });
        found.collect()
    }

    /// Where the name of its repository stands.
    pub(crate) fn repository_pointer(&self, kind: SourceKind) -> String {
        let field = match kind {
            SourceKind::Git => "repo_clone_url",
            _ => "repo",
        };
        format!("{}/{}/{field}", self.pointer(), key(kind))
    }

    /// What makes its source of this kind the same as another one, in lower case: GitHub's names know no case.
    pub(crate) fn source_identity(&self, kind: SourceKind) -> Option<[Option<String>; 8]> {
        let from = self.value.get(key(kind))?;
        Some(IDENTITY.map(|field| text(from, field).map(str::to_ascii_lowercase)))
    }

    /// Whether a push to this source deploys it.
    pub(crate) fn follows_pushes(&self, kind: SourceKind) -> bool {
        let pushes = self.value.get(key(kind)).and_then(|from| from.get(DEPLOY_ON_PUSH));
        let is_on = pushes.map(|pushes| pushes.get("enabled").unwrap_or(pushes));
        is_on.and_then(Value::as_bool) == Some(true)
    }

    pub(crate) fn pushes_pointer(&self, kind: SourceKind) -> String {
        let field = match kind {
            SourceKind::Image => "deploy_on_push/enabled",
            _ => DEPLOY_ON_PUSH,
        };
        self.at(&format!("{}/{field}", key(kind)))
    }

    pub(crate) fn has_error_and_catchall_document(&self) -> bool {
        [ERROR_DOCUMENT, CATCHALL_DOCUMENT]
            .iter()
            .all(|field| self.text(field).is_some())
    }

    /// Whether the field is there, in whatever shape.
    pub(crate) fn names_image(&self) -> bool {
        self.value.get(key(SourceKind::Image)).is_some()
    }

    pub(crate) fn image(&self) -> Option<Image<'a>> {
        let image = self.value.get(key(SourceKind::Image))?;
        image.is_object().then_some(Image(image))
    }

    /// The digest of its image letter for letter, empty included.
    pub(crate) fn written_digest(&self) -> Option<&'a str> {
        self.value.pointer("/image/digest")?.as_str()
    }

    pub(crate) fn image_pointer(&self) -> String {
        format!("{}/{}", self.pointer(), key(SourceKind::Image))
    }
}

/// The image that a component runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image<'a>(&'a Value);

impl<'a> Image<'a> {
    pub(crate) fn registry_type(&self) -> Option<&'a str> {
        text(self.0, REGISTRY_TYPE)
    }

    pub(crate) fn tag(&self) -> Option<&'a str> {
        text(self.0, TAG)
    }

    pub(crate) fn digest(&self) -> Option<&'a str> {
        text(self.0, "digest")
    }

    /// Where it comes from, whatever its version.
    pub(crate) fn place(&self) -> [Option<String>; 3] {
        IMAGE.map(|key| Some(text(self.0, key)?.to_ascii_lowercase()))
    }
}

fn place(kind: SourceKind, from: &Value) -> String {
    let keys: &[&str] = match kind {
        SourceKind::Git => &["repo_clone_url"],
        SourceKind::Image => &IMAGE,
        _ => &["repo"],
    };
    let parts: Vec<&str> = keys.iter().map(|key| text(from, key).unwrap_or_default()).collect();
    parts.join("\n").to_ascii_lowercase()
}

/// `ghcr.io`-less name of an image with its tag or digest: `org/name:v1`.
fn image_name(image: &Value) -> String {
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

impl ComponentMut<'_> {
    pub(crate) fn source_mut(&mut self, kind: SourceKind) -> Option<SourceMut<'_>> {
        let fields = self.mapping_mut(key(kind))?;
        Some(SourceMut { kind, fields })
    }
}

/// A source that is being changed.
#[derive(Debug)]
pub(crate) struct SourceMut<'a> {
    kind: SourceKind,
    fields: &'a mut Map<String, Value>,
}

const DEPLOY_ON_PUSH: &str = "deploy_on_push";

impl SourceMut<'_> {
    pub(crate) fn set_branch(&mut self, branch: &str) {
        self.fields.insert("branch".to_owned(), json!(branch));
    }

    /// Whether it says anything of deployments that follow a push.
    pub(crate) fn mentions_pushes(&self) -> bool {
        self.fields.contains_key(DEPLOY_ON_PUSH)
    }

    /// No deployment follows a push any more. Whether one did.
    pub(crate) fn ignore_pushes(&mut self) -> bool {
        let off = match self.kind {
            SourceKind::Image => json!({ "enabled": false }),
            _ => json!(false),
        };
        self.fields.insert(DEPLOY_ON_PUSH.to_owned(), off) == Some(Value::Bool(true))
    }

    /// The platform takes a digest neither with a tag nor with a trigger that follows one.
    pub(crate) fn pin(&mut self, digest: &str) {
        self.fields.shift_remove("tag");
        self.fields.shift_remove(DEPLOY_ON_PUSH);
        self.fields.insert("digest".to_owned(), json!(digest));
    }

    /// The registry's password.
    pub(crate) fn credentials(&self) -> Option<&str> {
        self.fields.get("registry_credentials")?.as_str()
    }

    pub(crate) fn remove_credentials(&mut self) {
        self.fields.shift_remove("registry_credentials");
    }
}
