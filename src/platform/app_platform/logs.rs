//! Fetches an app's logs from where App Platform says that they are.

use std::time::Duration;

use reqwest::{Method, Url};

use super::{AppPlatform, app_path, segment, wire};
use crate::net::error::{ApiError, Problem, Unreachable};
use crate::net::unreachable::unreachable_because;
use crate::platform::error::{PlatformError, Result};
use crate::platform::log::{LogKind, LogLine, Tail};

/// Most that is read of one archive; the end of a longer one is out of reach.
const MOST_READ: usize = 64 << 20;

/// How long lines of a log without archive are collected, at most and without a new one.
const COLLECTED: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(3);

impl AppPlatform {
    pub(in crate::platform) async fn logs(
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
        for url in &places.historic_urls {
            self.fetch(url, &mut kept).await?;
            kept.end_piece();
        }
        if places.historic_urls.is_empty() && !places.live_url.is_empty() {
            self.collect(&places.live_url, &mut kept).await?;
        }
        Ok(Some(kept.into_lines()))
    }

    /// Where a log is; `None`: its phase never ran.
    pub(super) async fn places(&self, path: &str) -> Result<Option<wire::Logs>> {
        match self.client.get(path).await {
            Err(error) if error.status() == Some(400) => Ok(None),
            places => self.heard(places).map(Some),
        }
    }

    async fn fetch(&self, url: &str, kept: &mut Tail) -> Result<()> {
        let place = Url::parse(url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| {
                log_error(
                    "",
                    Problem::NotJson {
                        status: 200,
                        looks_like: "no URL of a log".to_owned(),
                    },
                )
            })?;
        let path = place.path().to_owned();
        let broken = |error: reqwest::Error| log_error(&path, unreachable_because(&error.without_url()));
        let reading = async {
            // Without our token: the URL authenticates itself, and may belong to somebody else's host.
            let mut reply = self
                .client
                .without_token()
                .get(place.clone())
                .send()
                .await
                .map_err(broken)?;
            let status = reply.status().as_u16();
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
            let mut read = 0;
            while let Some(piece) = reply.chunk().await.map_err(broken)? {
                kept.push(&piece);
                read += piece.len();
                if read > MOST_READ {
                    // Else lines from its middle would be taken for its last ones.
                    kept.end_piece();
                    kept.push(b"(the log goes on: only its first 64 MiB were read)\n");
                    break;
                }
            }
            Ok(())
        };
        tokio::select! {
            read = reading => read,
            cancelled = self.wait.cancelled() => Err(cancelled.into()),
        }
    }

    /// The lines that a running log hands out at once.
    async fn collect(&self, live_url: &str, kept: &mut Tail) -> Result<()> {
        let mut stream = self.open(live_url).await?;
        let end = tokio::time::Instant::now() + COLLECTED;
        loop {
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

/// An error about a log, told without its URL's query, where its token is.
pub(super) fn log_error(path: &str, problem: Problem) -> PlatformError {
    let path = match path {
        "" | "/" => "(log)".to_owned(),
        path => path.to_owned(),
    };
    ApiError {
        service: "DigitalOcean",
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
    use super::logs_path;
    use crate::platform::LogKind;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(
            logs_path("a1", Some("d1"), Some("../web?x"), LogKind::Restarted, false, 50),
            "/v2/apps/a1/deployments/d1/components/..%2Fweb%3Fx/logs?type=RUN_RESTARTED&follow=false&tail_lines=50&pod_connection_timeout=10s"
        );
    }
}
