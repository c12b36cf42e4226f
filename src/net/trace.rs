//! What diagnostics say of requests: an event for each attempt, however it ends, and the shapes of both bodies.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;

use super::answer::Answer;
use super::error::{ApiError, Problem, request_id};
use super::limit;
use super::shape::Shape;

/// One attempt at a request. Its event is written when it is dropped, so that one that was given up has one as well.
pub(crate) struct Attempt {
    service: &'static str,
    method: Method,
    /// Without the query, where signatures and keys are.
    path: String,
    /// Counts from 1.
    number: u32,
    since: Instant,
    status: Option<u16>,
    request_id: Option<String>,
    limit_left: Option<i64>,
    error: Option<Cow<'static, str>>,
}

impl Attempt {
    pub(crate) fn begin(service: &'static str, method: Method, path: &str, number: u32) -> Self {
        Self {
            service,
            method,
            path: path.split('?').next().unwrap_or(path).to_owned(),
            number,
            since: Instant::now(),
            status: None,
            request_id: None,
            limit_left: None,
            error: Some("given up before an answer came".into()),
        }
    }

    pub(crate) fn answered(&mut self, status: u16, headers: &HeaderMap) {
        self.status = Some(status);
        self.request_id = request_id(headers);
        self.limit_left = limit::left(headers);
        self.error = None;
    }

    pub(crate) fn failed(&mut self, problem: &Problem) {
        self.error = Some(reason(problem));
    }

    /// How an attempt at an API's request ended. `body` is JSON.
    pub(super) fn ended(mut self, body: Option<&Bytes>, ended: &Result<Answer, Problem>) {
        match ended {
            Ok(Answer { status, reply }) => self.answered(*status, &reply.headers),
            Err(problem) => self.failed(problem),
        }
        if tracing::enabled!(target: "request", tracing::Level::TRACE) {
            let sent = body.map(|body| Shape::of_bytes(body).to_string());
            let answered = ended.as_ref().ok().map(|answer| Shape::of_bytes(&answer.reply.body));
            tracing::trace!(
                target: "request",
                method = %self.method,
                path = %self.path,
                sent = sent.map(display),
                answered = answered.map(display),
                "bodies"
            );
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        tracing::debug!(
            target: "request",
            service = %self.service,
            method = %self.method,
            path = %self.path,
            status = self.status,
            error = self.error.as_ref().map(display),
            duration = %format_args!("{}ms", self.since.elapsed().as_millis()),
            attempt = self.number,
            request_id = self.request_id.as_ref().map(display),
            limit_left = self.limit_left,
            "request"
        );
    }
}

/// Says why a request is sent again, and when.
pub(super) fn sent_again(error: &ApiError, pause: Duration) {
    let ApiError { method, path, .. } = error;
    let why = reason(&error.problem);
    tracing::debug!(target: "decision", "{method} {path} is sent again in {}ms because {why}", pause.as_millis());
}

/// In our own words: a server's message may quote what was sent.
fn reason(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::Status { status, .. } => format!("the status was {status}").into(),
        Problem::Limited { status, .. } => format!("a rate limit refused it with {status}").into(),
        Problem::NotJson { .. } => "the answer was not the API's JSON".into(),
        Problem::Unreachable { reason, .. } => reason.to_string().into(),
    }
}
