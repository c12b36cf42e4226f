//! From an event to what is done about it, and why. Pure.

use std::fmt;

use super::dispatch_inputs::{Asked, asked, refuse_on};
use super::environment;
use super::event::Event;
use super::table::{Holds, ROWS, Row, Then};
use crate::config::Config;
use crate::flows::comment;
use crate::flows::flags::Flags;
use crate::flows::project::revision;
use crate::flows::sentence::fill;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

#[derive(Clone, Debug)]
pub(super) enum Decision {
    Deploy {
        environment: Environment,
        commit: revision::Commit,
        images: Images,
        replace: Replace,
    },
    Preview {
        pull_request: u64,
        head: Sha,
        images: Images,
    },
    /// `closed`: because the pull request was; else because it gets no preview any more.
    Teardown {
        pull_request: u64,
        closed: bool,
    },
    /// Made, updated or removed, as the pull request is now.
    AsItIs {
        pull_request: u64,
        head: Sha,
        images: Images,
    },
    /// Pull requests to be acted on, in jobs of their own.
    Find {
        pull_requests: Vec<u64>,
    },
    /// Pull requests that get no preview, whose authors get to know why.
    Forks {
        pull_requests: Vec<u64>,
    },
    Sweep,
    Asked(Asked),
    Comment(comment::Request),
    Nothing {
        environment: Environment,
    },
}

/// As the log says it.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deploy { environment, .. } => write!(f, "deploy {environment}"),
            Self::Preview { pull_request, .. } => write!(f, "preview of pull request {pull_request}"),
            Self::Teardown { pull_request, .. } => write!(f, "teardown of pull request {pull_request}'s preview"),
            Self::AsItIs { pull_request, .. } => write!(f, "preview of pull request {pull_request} as it is now"),
            Self::Find { .. } => f.write_str("the output `pull-requests`"),
            Self::Forks { .. } => f.write_str("a comment"),
            Self::Sweep => f.write_str("sweep"),
            Self::Asked(asked) => write!(f, "{asked}"),
            Self::Comment(request) => write!(f, "a comment's command on pull request {}", request.pull_request),
            Self::Nothing { .. } => f.write_str("nothing"),
        }
    }
}

/// A decision with its row of the table, and what that row says of this event.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) row: &'static Row,
    pub(super) decision: Decision,
    pub(super) reason: String,
}

/// `config`: `None` until it is known. `Ok(None)`: the answer depends on it, or on the heads that the event lacks.
///
/// # Errors
/// Inputs that make no sense, and an event that no workflow may give to `auto`.
pub(super) fn decide(event: &Event, config: Option<&Config>, flags: &Flags) -> Result<Option<Chosen>, Failure> {
    for row in ROWS.iter().filter(|row| row.is_about(&event.name)) {
        let holds = match (row.holds, config) {
            (Holds::Always, _) => true,
            (Holds::Payload(holds), _) => holds(event),
            // Of no other event they are asked for.
            (Holds::Headed(_), _) if !event.is_a_start() => false,
            (Holds::Headed(_), _) if event.start.heads.is_none() => return Ok(None),
            (Holds::Headed(holds), _) => holds(event),
            (Holds::Configured(holds), Some(config)) => holds(event, config),
            (Holds::Configured(_), None) => return Ok(None),
        };
        if holds {
            return choose(row, event, config, flags).map(Some);
        }
    }
    Err(Failure::input(format!("there is no answer to `{}`", event.name)))
}

impl Decision {
    /// Whether images that were given are of use. Not asked for a comment's command, which takes none.
    pub(super) fn deploys(&self) -> bool {
        match self {
            Self::Deploy { .. } | Self::Preview { .. } | Self::AsItIs { .. } | Self::Asked(_) | Self::Comment(_) => {
                true
            }
            Self::Teardown { .. } | Self::Find { .. } | Self::Forks { .. } | Self::Sweep | Self::Nothing { .. } => {
                false
            }
        }
    }
}

impl Row {
    fn is_about(&self, event: &str) -> bool {
        self.events.contains(&event) || (self.events.is_empty() && !ROWS.iter().any(|row| row.events.contains(&event)))
    }
}

fn choose(row: &'static Row, event: &Event, config: Option<&Config>, flags: &Flags) -> Result<Chosen, Failure> {
    let reason = fill(row.because, |name| event.fact(name, config));
    let deploy = |commit: fn(Sha) -> revision::Commit| -> Result<Decision, Failure> {
        Ok(Decision::Deploy {
            environment: match config {
                Some(config) => environment::deployed(event, config, flags)?,
                None => Environment::production(),
            },
            commit: commit(event.commit()),
            images: flags.images.clone(),
            replace: flags.replace.clone(),
        })
    };
    if row.then != Then::Asked {
        refuse_on(flags, &event.name, row.then, event.is_a_start())?;
    }
    let decision = match row.then {
        Then::DeployPushed => deploy(revision::Commit::Pushed)?,
        Then::DeployTested => deploy(revision::Commit::Tested)?,
        Then::Preview => Decision::Preview {
            pull_request: event.numbered()?,
            head: event.head(),
            images: flags.images.clone(),
        },
        Then::TeardownClosed => Decision::Teardown {
            pull_request: event.numbered()?,
            closed: true,
        },
        Then::TeardownUnwanted => Decision::Teardown {
            pull_request: event.numbered()?,
            closed: false,
        },
        Then::AsItIs => Decision::AsItIs {
            pull_request: event.numbered()?,
            head: event.head(),
            images: flags.images.clone(),
        },
        Then::Find => Decision::Find {
            pull_requests: event.head_numbers(),
        },
        Then::Fork => Decision::Forks {
            pull_requests: event.open_heads(),
        },
        Then::Sweep => Decision::Sweep,
        Then::Asked => Decision::Asked(asked(event.inputs()?, flags)?),
        Then::Comment => Decision::Comment(comment::Request::read(event.payload())?),
        Then::Nothing => Decision::Nothing {
            environment: event.about(),
        },
        Then::Refuse => {
            return Err(Failure::input(format!("`{}` is not acted on here", event.name)).why(reason));
        }
    };
    Ok(Chosen { row, decision, reason })
}

#[cfg(test)]
mod tests;
