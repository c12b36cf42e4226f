//! Faults by name: which call of a vendor's API the sandbox breaks, how, and how often.
//!
//! ```text
//! t.fault(fault::lost_reply_on_create()).await;
//! t.fault(fault::server_error_on(Call::ReadHealth).always()).await;
//! t.fault(fault::slow(Call::CreateApp, 3).times(number_of_pulls)).await;
//! ```

use serde_json::{Value, json};

/// More often than any run tries.
const ALWAYS: usize = 1000;

/// Longer than any story waits, in seconds.
const HANGING: u64 = 60;

/// GitHub's own words for its second kind of limit.
const SECONDARY_LIMIT: &str =
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/// A call that a story breaks. Method and path of each stand in [`Call::matcher`] and nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    // DigitalOcean
    AnyOfDigitalOcean,
    /// Whatever is read below `/v2/apps`.
    ReadAnythingOfApps,
    ListApps,
    CreateApp,
    ReadApp,
    UpdateApp,
    DeleteApp,
    ProposeApp,
    ReadDeployment,
    ReadHealth,
    // GitHub
    AnyOfGitHub,
    ReadRepository(&'static str),
    ReadPull(u64),
    /// Listing and writing.
    AnyOfComments(u64),
    CreateComment(u64),
    ReadComment,
    UpdateComment,
    CreateGitHubDeployment,
    ListWorkflowRuns,
    ReadPermission,
}

impl Call {
    /// The method, if only one is meant, and a regular expression on the path.
    fn matcher(self) -> (Option<&'static str>, String) {
        let (method, path) = match self {
            Self::AnyOfDigitalOcean => (None, "^/v2/"),
            Self::ReadAnythingOfApps => (Some("GET"), "^/v2/apps"),
            Self::ListApps => (Some("GET"), "^/v2/apps$"),
            Self::CreateApp => (Some("POST"), "^/v2/apps$"),
            Self::ReadApp => (Some("GET"), "^/v2/apps/[^/]+$"),
            Self::UpdateApp => (Some("PUT"), "^/v2/apps/[^/]+$"),
            Self::DeleteApp => (Some("DELETE"), "^/v2/apps/[^/]+$"),
            Self::ProposeApp => (Some("POST"), "^/v2/apps/propose$"),
            Self::ReadDeployment => (Some("GET"), "^/v2/apps/[^/]+/deployments/[^/]+$"),
            Self::ReadHealth => (Some("GET"), "^/v2/apps/[^/]+/health$"),
            Self::AnyOfGitHub => (None, "^/repos/"),
            Self::ReadRepository(name) => return (Some("GET"), format!("^/repos/{name}$")),
            Self::ReadPull(number) => return (Some("GET"), format!("/pulls/{number}$")),
            Self::AnyOfComments(number) => return (None, format!("/issues/{number}/comments$")),
            Self::CreateComment(number) => return (Some("POST"), format!("/issues/{number}/comments$")),
            Self::ReadComment => (Some("GET"), "/issues/comments/[0-9]+$"),
            Self::UpdateComment => (Some("PATCH"), "/issues/comments/[0-9]+$"),
            Self::CreateGitHubDeployment => (Some("POST"), "^/repos/org/shop/deployments$"),
            Self::ListWorkflowRuns => (Some("GET"), "/actions/runs$"),
            Self::ReadPermission => (Some("GET"), "/collaborators/[^/]+/permission$"),
        };
        (method, path.to_owned())
    }
}

/// One order to the sandbox: the first matching call only, unless it says otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    call: Call,
    nth: usize,
    times: usize,
    effect: String,
}

impl Fault {
    fn new(call: Call, effect: impl Into<String>) -> Self {
        Self {
            call,
            nth: 1,
            times: 1,
            effect: effect.into(),
        }
    }

    /// So many matching calls in a row.
    #[must_use]
    pub(crate) fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Until the story ends it with `no_faults`.
    #[must_use]
    pub(crate) fn always(self) -> Self {
        self.times(ALWAYS)
    }

    /// The calls before the `nth`, which counts from 1, are answered as ever.
    #[must_use]
    pub(crate) fn from(self, nth: usize) -> Self {
        Self { nth, ..self }
    }

    /// An entry of `PUT /_sandbox/faults`.
    pub(super) fn order(&self) -> Value {
        let (method, path) = self.call.matcher();
        json!({ "method": method, "path": path, "nth": self.nth, "times": self.times, "do": self.effect })
    }
}

/// The app is made, and the reply gets lost.
pub(crate) fn lost_reply_on_create() -> Fault {
    lost_reply_on(Call::CreateApp)
}

/// It happens, and the connection is cut before the reply.
pub(crate) fn lost_reply_on(call: Call) -> Fault {
    Fault::new(call, "drop-after")
}

/// The connection is cut before anything happens.
pub(crate) fn lost_request_on(call: Call) -> Fault {
    Fault::new(call, "drop-before")
}

pub(crate) fn server_error_on(call: Call) -> Fault {
    status_on(call, 500)
}

pub(crate) fn forbidden_on(call: Call) -> Fault {
    status_on(call, 403)
}

pub(crate) fn not_found_on(call: Call) -> Fault {
    status_on(call, 404)
}

pub(crate) fn rate_limit_on(call: Call) -> Fault {
    status_on(call, 429)
}

/// GitHub's limit on writing too much at once.
pub(crate) fn secondary_limit_on(call: Call) -> Fault {
    Fault::new(call, format!("status:403:{SECONDARY_LIMIT}"))
}

/// The API finds the request invalid.
pub(crate) fn invalid_on(call: Call) -> Fault {
    status_on(call, 422)
}

/// The same in words of the test's own.
pub(crate) fn invalid_because_on(call: Call, message: &str) -> Fault {
    Fault::new(call, format!("status:422:{message}"))
}

/// With what the API says for that status.
pub(crate) fn status_on(call: Call, status: u16) -> Fault {
    Fault::new(call, format!("status:{status}"))
}

/// The call is answered as ever, so many seconds later.
pub(crate) fn slow(call: Call, seconds: u64) -> Fault {
    Fault::new(call, format!("delay:{seconds}s"))
}

/// No answer comes as long as the story lasts.
pub(crate) fn hanging(call: Call) -> Fault {
    slow(call, HANGING)
}

/// A page for people where a program expects JSON.
pub(crate) fn web_page_on(call: Call) -> Fault {
    Fault::new(call, "garbage")
}
