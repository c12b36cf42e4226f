//! Fetches an app's logs from where App Platform says that they are.

use std::time::Duration;

use reqwest::{Method, Url};

use super::{AppPlatform, app_path, segment, wire};
use crate::model::address::may_lead_to;
use crate::net::error::{ApiError, Problem, Unreachable};
use crate::net::trace::Attempt;
use crate::net::unreachable::unreachable_because;
use crate::platforms::error::{PlatformError, Result};
use crate::platforms::log::{LogKind, LogLine, Tail};

/// Most that is read of a log's archives; the end of a longer log is out of reach.
const MOST_READ: usize = 64 << 20;
const LONGEST_READ: Duration = Duration::from_secs(90);

/// How long lines of a log without archive are collected, at most and without a new one.
const COLLECTED: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(3);

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn logs(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        tail: usize,
    ) -> Result<Option<Vec<LogLine>>> {
        let path = logs_path(app_id, deployment, component, kind, false, tail);
        let Some(places) = self.places(&path).await? else {
            return Ok(None);
        };
        let mut kept = Tail::new(tail);
        self.archives(&places.historic_urls, LONGEST_READ, &mut kept).await?;
        if places.historic_urls.is_empty() && !places.live_url.is_empty() {
            self.collect(&places.live_url, &mut kept).await?;
        }
        Ok(Some(kept.into_lines()))
    }

    /// Where a log is; `None`: its phase never ran.
    pub(super) async fn places(&self, path: &str) -> Result<Option<wire::Logs>> {
        match self.client.get(path).await {
            Err(error) if error.status() == Some(400) => Ok(None),
            places => self.answered(places).map(Some),
        }
    }

    /// Reads what it may within these bounds: an API can name archives without end.
    pub(super) async fn archives(&self, urls: &[String], longest: Duration, kept: &mut Tail) -> Result<()> {
        let mut left = MOST_READ;
        let reading = async {
            for url in urls {
                self.fetch(url, &mut left, kept).await?;
                kept.end_piece();
                if left == 0 {
                    return Ok::<_, PlatformError>(Some("only its first 64 MiB were read"));
                }
            }
            Ok(None)
        };
        let why = tokio::select! {
            read = tokio::time::timeout(longest, reading) => read.unwrap_or(Ok(Some("reading it took too long"))),
            cancelled = self.wait.cancelled() => return Err(cancelled.into()),
        }?;
        if let Some(why) = why {
            // Else lines from its middle would be taken for its last ones.
            kept.end_piece();
            kept.push(format!("(the log goes on: {why})\n").as_bytes());
        }
        Ok(())
    }

    async fn fetch(&self, url: &str, left: &mut usize, kept: &mut Tail) -> Result<()> {
        let place = self.log_place(url)?;
        let path = place.path().to_owned();
        let broken = |error: reqwest::Error| log_error(&path, unreachable_because(&error.without_url()));
        // Without our token: the URL authenticates itself, and may belong to someone else's host.
        let http = self.client.without_token(&place).map_err(|_| broke_off(&path))?;
        let mut attempt = Attempt::begin("log archive", Method::GET, &path, 1);
        let sent = http
            .get(place)
            .send()
            .await
            .inspect_err(|error| attempt.failed(&unreachable_because(error)));
        let mut reply = sent.map_err(broken)?;
        let status = reply.status().as_u16();
        attempt.answered(status, reply.headers());
        if status >= 300 {
            let message = "the log archive was not handed out".to_owned();
            return Err(log_error(
                &path,
                Problem::Status {
                    status,
                    message,
                    request_id: None,
                },
            ));
        }
        while let Some(piece) = reply.chunk().await.map_err(broken)? {
            kept.push(&piece);
            *left = left.saturating_sub(piece.len());
            if *left == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Where a log is, if that is a place which this API may send us to.
    pub(super) fn log_place(&self, url: &str) -> Result<Url> {
        let place = Url::parse(url).ok();
        let place = place.filter(|url| may_lead_to(self.client.base(), url));
        place.ok_or_else(|| {
            let looks_like = "an address that no log is fetched from".to_owned();
            log_error(
                "",
                Problem::NotJson {
                    status: 200,
                    looks_like,
                },
            )
        })
    }

    /// The lines that a running log hands out at once.
    async fn collect(&self, live_url: &str, kept: &mut Tail) -> Result<()> {
        let mut stream = self.open(live_url).await?;
        let end = tokio::time::Instant::now() + COLLECTED;
        loop {
            // A running log has no end: a pause between its lines counts as one.
            let until = end.min(tokio::time::Instant::now() + QUIET);
            match tokio::time::timeout_at(until, self.next_text(&mut stream)).await {
                Ok(text) => match text? {
                    Some(text) => {
                        kept.push(text.as_bytes());
                        kept.end_piece();
                    }
                    None => return Ok(()),
                },
                Err(_) => return Ok(()),
            }
        }
    }
}

pub(super) fn logs_path(
    app_id: &str,
    deployment: Option<&str>,
    component: Option<&str>,
    kind: LogKind,
    follow: bool,
    tail: usize,
) -> String {
    let mut path = app_path(app_id);
    if let Some(deployment) = deployment {
        path.push_str(&format!("/deployments/{}", segment(deployment)));
    }
    if let Some(component) = component {
        path.push_str(&format!("/components/{}", segment(component)));
    }
    let kind = match kind {
        LogKind::Build => "BUILD",
        LogKind::Deploy => "DEPLOY",
        LogKind::Run => "RUN",
        LogKind::Restarted => "RUN_RESTARTED",
    };
    // The server's own default for the time to reach an instance is longer than we wait for any answer.
    format!("{path}/logs?type={kind}&follow={follow}&tail_lines={tail}&pod_connection_timeout=10s")
}

/// An error about a log, shown without its URL's query, where its token is.
pub(super) fn log_error(path: &str, problem: Problem) -> PlatformError {
    let path = match path {
        "" | "/" => "(log)".to_owned(),
        path => path.to_owned(),
    };
    ApiError {
        service: super::service(),
        method: Method::GET,
        path,
        problem,
    }
    .into()
}

pub(super) fn broke_off(path: &str) -> PlatformError {
    log_error(
        path,
        Problem::Unreachable {
            reason: Unreachable::Broken,
            sent: true,
        },
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::{AppPlatform, logs_path};
    use crate::platforms::LogKind;
    use crate::platforms::log::Tail;
    use crate::redact::{Secret, Untrusted};
    use crate::wait::Wait;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(
            logs_path("a1", Some("d1"), Some("../web?x"), LogKind::Restarted, false, 50),
            "/v2/apps/a1/deployments/d1/components/..%2Fweb%3Fx/logs?type=RUN_RESTARTED&follow=false&tail_lines=50&pod_connection_timeout=10s"
        );
    }

    #[tokio::test]
    async fn reading_ends_however_many_archives_there_are_and_however_slow_they_are() {
        // It accepts connections and answers none.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", silent.local_addr().expect("bound"));
        let token = Secret::new("dop_v1_test").expect("not empty");
        let platform = AppPlatform::new(base.parse().expect("a URL"), &token, Wait::unbounded()).expect("a client");
        let archives = vec![format!("{base}/archive"); 1_000_000];
        let mut kept = Tail::new(10);
        let read = platform.archives(&archives, Duration::from_millis(20), &mut kept).await;
        read.expect("an end");
        let lines: Vec<Untrusted> = kept.into_lines().into_iter().map(|line| line.text).collect();
        assert_eq!(lines, [Untrusted::new("(the log goes on: reading it took too long)")]);
    }
}
