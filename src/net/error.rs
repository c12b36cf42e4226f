//! What can go wrong between us and an API, in the server's own words.

use std::fmt;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::limit_end::LimitEnd;
use crate::model::failure::Kind;

/// Whose API it is, as its errors say it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    /// Such as `GitHub`.
    pub(crate) name: &'static str,
    /// The variable that its token comes from.
    pub(crate) token: &'static str,
}

/// An API call that did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) struct ApiError {
    pub(crate) service: Service,
    pub(crate) method: Method,
    /// Without query, so that nothing secret can be in it.
    pub(crate) path: String,
    pub(crate) problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The server answered with an error status.
    Status {
        status: u16,
        message: String,
        request_id: Option<String>,
    },
    /// A rate limit refused the request: nothing has happened.
    Limited {
        status: u16,
        message: String,
        request_id: Option<String>,
        back: LimitEnd,
        /// When the limit lets requests in again. `None`: the server does not say.
        ends: Option<Timestamp>,
    },
    /// The server answered with something that is not the JSON that its API documents.
    NotJson { status: u16, looks_like: String },
    /// No answer. `sent`: the request may have been carried out all the same.
    Unreachable { reason: Unreachable, sent: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreachable {
    Timeout,
    Dns,
    Refused,
    Tls,
    /// The certificate comes from an authority that this machine does not trust: this one, as far as it says.
    Untrusted(Option<String>),
    /// A proxy did not make the connection.
    Tunnel,
    Broken,
    /// The run was cancelled before the answer came.
    Cancelled,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "no answer in time",
            Self::Dns => "the host name could not be resolved (DNS)",
            Self::Refused => "the connection was refused",
            Self::Tls => "the TLS handshake failed",
            Self::Untrusted(issuer) => return f.write_str(&untrusted(issuer.as_deref())),
            Self::Tunnel => "the proxy did not make the connection",
            Self::Broken => "the connection broke off",
            Self::Cancelled => "the run was cancelled",
        })
    }
}

/// What is wrong with a certificate that an unknown authority signed.
pub(crate) fn untrusted(issuer: Option<&str>) -> String {
    let issuer = issuer.map_or_else(|| "an authority".to_owned(), |issuer| format!("`{issuer}`"));
    format!("the certificate is signed by {issuer}, which this machine does not trust (`SSL_CERT_FILE`)")
}

impl Problem {
    /// The path leads elsewhere than it says.
    pub(super) fn not_sent() -> Self {
        Self::Status {
            status: 400,
            message: "a part of this path is only dots, so that it leads elsewhere: the request was not sent"
                .to_owned(),
            request_id: None,
        }
    }

    /// An answer of more than so many bytes.
    pub(super) fn too_large(status: u16, largest: usize) -> Self {
        Self::NotJson {
            status,
            looks_like: format!("more than {} MiB", largest >> 20),
        }
    }
}

impl ApiError {
    /// The status of an answer to the request itself; a limit's says nothing about it.
    pub(crate) fn status(&self) -> Option<u16> {
        match &self.problem {
            Problem::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The run was cancelled before an answer came.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(
            self.problem,
            Problem::Unreachable {
                reason: Unreachable::Cancelled,
                ..
            }
        )
    }

    /// A rate limit refused the request.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(self.problem, Problem::Limited { .. })
    }

    /// The server's own message, where it gave one.
    pub(crate) fn message(&self) -> &str {
        match &self.problem {
            Problem::Status { message, .. } | Problem::Limited { message, .. } => message,
            _ => "",
        }
    }

    /// Whether a mutation may have been carried out although it looks failed: look up what exists before it is sent
    /// again.
    pub(crate) fn may_have_happened(&self) -> bool {
        match &self.problem {
            Problem::Status { status, .. } => *status >= 500,
            Problem::Limited { .. } => false,
            Problem::NotJson { .. } => true,
            Problem::Unreachable { sent, .. } => *sent,
        }
    }

    /// The caller's mistake (wrong token, unknown app) or a cloud that did not answer.
    pub(crate) fn kind(&self) -> Kind {
        match &self.problem {
            Problem::Status { status: 400..=499, .. } => Kind::Input,
            _ => Kind::Unknown,
        }
    }

    /// One thing to do next.
    pub(crate) fn next(&self) -> String {
        let Service { name: service, token } = self.service;
        match &self.problem {
            Problem::Status { status: 401, .. } => {
                format!("check that the {service} token (`{token}`) is complete and neither expired nor revoked")
            }
            Problem::Status { status: 403, .. } => {
                format!("give the {service} token (`{token}`) the rights that this request needs")
            }
            Problem::Status { status: 404, .. } => format!("check the name, and that the {service} token may see it"),
            Problem::Limited { ends: Some(end), .. } => {
                format!("run again after {}, when {service}'s rate limit ends", minute(*end))
            }
            Problem::Limited { ends: None, .. } => format!("wait until {service}'s rate limit resets, then run again"),
            Problem::Status { status: 500.., .. } => {
                format!("run again in a moment; {service}'s status page says whether there is an incident")
            }
            Problem::Status { .. } => "correct what the message names, then run again".to_owned(),
            Problem::NotJson { .. } => {
                format!("check that the base URL is {service}'s API and that no proxy answers in its place")
            }
            Problem::Unreachable { .. } => "check the network and the base URL, then run again".to_owned(),
        }
    }
}

/// `2026-03-01 14:05 UTC`, never too early.
fn minute(time: Timestamp) -> String {
    let up = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    time.round(up)
        .unwrap_or(time)
        .strftime("%Y-%m-%d %H:%M UTC")
        .to_string()
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: ", self.service.name, self.method, self.path)?;
        match &self.problem {
            Problem::Status {
                status,
                message,
                request_id,
            }
            | Problem::Limited {
                status,
                message,
                request_id,
                ..
            } => {
                write!(f, "{status} {message}")?;
                if let Some(id) = request_id {
                    write!(f, " (request {id})")?;
                }
                Ok(())
            }
            Problem::NotJson { status, looks_like } => write!(f, "{status}, but {looks_like} instead of JSON"),
            Problem::Unreachable { reason, .. } => write!(f, "{reason}"),
        }
    }
}

/// Longest server message that is shown; foreign text, and the rest is noise.
const LONGEST_MESSAGE: usize = 500;

/// Reads an error body: `{"message", "request_id"}` of DigitalOcean, `{"message", "errors"}` of GitHub.
pub(super) fn problem_of(status: u16, headers: &HeaderMap, body: &[u8]) -> Problem {
    let header_id = request_id(headers);
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
        return Problem::Status {
            status,
            message: describe(body),
            request_id: header_id,
        };
    };
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut message = text("message")
        .or_else(|| text("id"))
        .unwrap_or_else(|| "no message".to_owned());
    for error in body.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let detail = error.get("message").or_else(|| error.get("code")).unwrap_or(error);
        let field = error
            .get("field")
            .and_then(Value::as_str)
            .map(|field| format!("{field}: "))
            .unwrap_or_default();
        let detail = detail.as_str().map_or_else(|| detail.to_string(), str::to_owned);
        message.push_str(&format!("; {field}{detail}"));
    }
    Problem::Status {
        status,
        message: shorten(&message),
        request_id: text("request_id").or(header_id),
    }
}

/// What a service's own people find the request by.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-request-id", "x-github-request-id"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned))
}

/// What a body that is not valid JSON looks like.
pub(super) fn describe(body: &[u8]) -> String {
    let start = String::from_utf8_lossy(&body[..body.len().min(256)])
        .trim_start()
        .to_ascii_lowercase();
    if start.is_empty() {
        "an empty body".to_owned()
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "an HTML page".to_owned()
    } else {
        "a text".to_owned()
    }
}

fn shorten(message: &str) -> String {
    let one_line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}
