//! What can go wrong with a cloud, distinguished where a caller acts on it.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::failure::Kind;
use crate::model::words::Words;
use crate::net::error::ApiError;
use crate::wait::{Cancelled, humanize};

pub(crate) type Result<T> = std::result::Result<T, PlatformError>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PlatformError {
    #[error("{0}")]
    Api(Box<ApiError>),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The time that the caller allowed is over.
    #[error("no result after {}", humanize(*waited))]
    Deadline { waited: Duration, words: &'static Words },
    /// Another app has the name.
    #[error("the app name `{name}` is taken")]
    NameTaken { name: String, words: &'static Words },
    /// A person went back to an earlier deployment, and new ones are refused until that is settled.
    #[error("the app is held at deployment `{deployment}` by a rollback{}{}",
            by.as_deref().map(|by| format!(" of {by}")).unwrap_or_default(),
            since.map(|since| format!(" since {since:.0}")).unwrap_or_default())]
    Pinned {
        deployment: String,
        by: Option<String>,
        since: Option<Timestamp>,
    },
    /// The account has no scale to zero.
    #[error("the account may not let apps sleep: {message}")]
    SleepRefused { message: String },
    /// The cloud cannot read the source: account not linked to GitHub, no access, branch missing.
    #[error("the source cannot be read: {message}")]
    SourceRefused { message: String, words: &'static Words },
    #[error("the {} was refused: {message}", words.manifest)]
    SpecRefused { message: String, words: &'static Words },
    /// The account may not have more of something.
    #[error("a limit of the account is reached: {message}")]
    LimitReached { message: String },
    /// Another deployment took the place of the one that was waited for.
    #[error("the deployment was superseded by `{by}`")]
    Superseded { by: String },
    /// What a request was decided on has changed before it could be sent again. It was not sent.
    #[error("{by} before the request could be sent again")]
    Overtaken { by: String },
    /// There is nothing to wait for.
    #[error("the app `{app}` has no deployment")]
    NoDeployment { app: String },
    /// Someone removed the app meanwhile.
    #[error("the app `{app}` was removed while this run watched it")]
    Gone { app: String },
    #[error("there is no project `{name}`")]
    NoSuchProject { name: String },
}

impl From<ApiError> for PlatformError {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl PlatformError {
    /// What it says about the app: nothing, so it is the caller's input or unknown.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Api(error) => error.kind(),
            Self::Cancelled(_)
            | Self::Deadline { .. }
            | Self::Superseded { .. }
            | Self::Overtaken { .. }
            | Self::NoDeployment { .. }
            | Self::Gone { .. } => Kind::Unknown,
            Self::NameTaken { .. }
            | Self::Pinned { .. }
            | Self::SleepRefused { .. }
            | Self::SourceRefused { .. }
            | Self::SpecRefused { .. }
            | Self::LimitReached { .. }
            | Self::NoSuchProject { .. } => Kind::Input,
        }
    }

    /// One thing to do next.
    pub(crate) fn next(&self) -> String {
        match self {
            Self::Api(error) => error.next(),
            Self::Cancelled(_) => "run again; it continues with what exists".to_owned(),
            Self::Deadline { words, .. } => format!(
                "look at the deployment in the {}, then run again, with a longer `--timeout` if it only needs more time",
                words.panel
            ),
            Self::NameTaken { name, words } => format!(
                "choose another `name` in the {}, or remove the app `{name}` if it is no longer needed",
                words.manifest
            ),
            Self::Pinned { .. } => {
                "run `do-deploy deploy --release`, with `--environment NAME` where it is not production".to_owned()
            }
            Self::SleepRefused { .. } => {
                "set `sleep = false` under `[preview]`, or ask the cloud's support to enable scale to zero".to_owned()
            }
            Self::SourceRefused { words, .. } => format!(
                "check that the branch exists, and that the cloud's account is linked to GitHub with access to this repository ({})",
                words.access_page
            ),
            Self::SpecRefused { words, .. } => format!(
                "correct what the message names in the {} (for previews also under `[preview]` in `do-deploy.toml`), then run again",
                words.manifest
            ),
            Self::LimitReached { .. } => {
                "remove what is no longer needed, or ask the cloud's support to raise the limit".to_owned()
            }
            Self::Superseded { .. } => "look at the newer deployment; it is the one that counts".to_owned(),
            Self::Overtaken { .. } => "run again: it decides by what is there now".to_owned(),
            Self::NoDeployment { .. } => "deploy it first".to_owned(),
            Self::Gone { .. } => "run again to make it anew, unless it was removed on purpose".to_owned(),
            Self::NoSuchProject { .. } => {
                "correct `project` in `do-deploy.toml`; it takes a project's name or id".to_owned()
            }
        }
    }

    /// Whether asking again later may help: the server did not answer, or not sensibly.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Api(error) if error.kind() == Kind::Unknown)
    }

    /// Whether it is about what the account has and may, and not about the document.
    pub(crate) fn is_of_the_account(&self) -> bool {
        matches!(
            self,
            Self::SourceRefused { .. } | Self::SleepRefused { .. } | Self::LimitReached { .. }
        )
    }

    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_not_found())
    }
}
