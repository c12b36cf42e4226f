//! Follows a running log over App Platform's WebSocket.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::AppPlatform;
use super::logs::{broke_off, log_error, logs_path};
use crate::net::error::{Problem, Unreachable};
use crate::net::trace::Attempt;
use crate::platforms::error::Result;
use crate::platforms::log::{LogKind, LogLine};

/// Longest wait for the connection. The server looks for an instance to read from meanwhile.
const CONNECT_DEADLINE: Duration = Duration::from_secs(30);

/// Largest message, in bytes; a log's are lines.
const LARGEST_MESSAGE: usize = 4 << 20;

/// How many earlier lines come first.
const EARLIER_LINES: usize = 100;

/// A connection to a running log, and the path that errors name.
pub(super) struct LogStream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    path: String,
}

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn follow_log(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        on_line: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        let path = logs_path(app_id, deployment, component, kind, true, EARLIER_LINES);
        let Some(places) = self.places(&path).await? else {
            return Ok(None);
        };
        if places.live_url.is_empty() {
            // What has ended cannot be followed, only read.
            let lines = self.logs(app_id, deployment, component, kind, EARLIER_LINES).await?;
            let lines = lines.map(|lines| lines.into_iter().for_each(on_line));
            return Ok(lines);
        }
        let mut stream = self.open(&places.live_url).await?;
        while let Some(text) = self.next_text(&mut stream).await? {
            for line in text.lines() {
                on_line(LogLine::parse(line));
            }
        }
        Ok(Some(()))
    }

    pub(super) async fn open(&self, live_url: &str) -> Result<LogStream> {
        let place = self.log_place(&web_url(live_url))?;
        let url = place.as_str().replacen("http", "ws", 1);
        let path = place.path().to_owned();
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let mut attempt = Attempt::begin("live log", Method::GET, &path, 1);
        let connecting = connect_async_with_config(url, Some(config), true);
        let connected = tokio::select! {
            connected = tokio::time::timeout(CONNECT_DEADLINE, connecting) => connected,
            cancelled = self.wait.cancelled() => return Err(cancelled.into()),
        };
        match connected {
            Ok(Ok((socket, answer))) => {
                attempt.answered(answer.status().as_u16(), answer.headers());
                Ok(LogStream { socket, path })
            }
            Ok(Err(error)) => {
                let problem = problem_of(&error);
                attempt.failed(&problem);
                Err(log_error(&path, problem))
            }
            Err(_) => {
                let problem = unreachable(Unreachable::Timeout);
                attempt.failed(&problem);
                Err(log_error(&path, problem))
            }
        }
    }

    /// The next message's text; `None`: the log ended.
    pub(super) async fn next_text(&self, stream: &mut LogStream) -> Result<Option<String>> {
        loop {
            let message = tokio::select! {
                message = stream.socket.next() => message,
                cancelled = self.wait.cancelled() => return Err(cancelled.into()),
            };
            match message {
                Some(Ok(Message::Text(text))) => return Ok(Some(data_of(&text))),
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Ok(_)) => {}
                Some(Err(Error::ConnectionClosed)) => return Ok(None),
                Some(Err(_)) => return Err(broke_off(&stream.path)),
            }
        }
    }
}

/// The API hands out `https` or `wss`: the same place, as the web calls it.
fn web_url(url: &str) -> String {
    match url.strip_prefix("ws") {
        Some(rest) => format!("http{rest}"),
        None => url.to_owned(),
    }
}

/// `{"data": "..."}`; anything else is shown as it came.
fn data_of(message: &str) -> String {
    match serde_json::from_str::<Value>(message) {
        Ok(Value::Object(fields)) => match fields.get("data").and_then(Value::as_str) {
            Some(data) => data.to_owned(),
            None => String::new(),
        },
        _ => message.to_owned(),
    }
}

/// In our own words: those of the library may contain the URL, and with it the token.
fn problem_of(error: &Error) -> Problem {
    match error {
        Error::Http(reply) => Problem::Status {
            status: reply.status().as_u16(),
            message: "the log was not handed out".to_owned(),
            request_id: None,
        },
        Error::Tls(_) => unreachable(Unreachable::Tls),
        Error::Io(error) => unreachable(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Unreachable::Refused,
            std::io::ErrorKind::TimedOut => Unreachable::Timeout,
            _ => Unreachable::Broken,
        }),
        _ => unreachable(Unreachable::Broken),
    }
}

fn unreachable(reason: Unreachable) -> Problem {
    Problem::Unreachable { reason, sent: true }
}

#[cfg(test)]
mod tests {
    use super::{data_of, web_url};

    #[test]
    fn a_socket_is_where_the_web_is() {
        assert_eq!(
            web_url("wss://proxy.example:4443/x?token=t"),
            "https://proxy.example:4443/x?token=t"
        );
        assert_eq!(web_url("ws://127.0.0.1:5/x"), "http://127.0.0.1:5/x");
        assert_eq!(web_url("https://proxy.example/x"), "https://proxy.example/x");
    }

    #[test]
    fn reads_the_text_of_a_message() {
        assert_eq!(
            data_of(r#"{"data":"web 2026-03-01T10:00:00Z up\n"}"#),
            "web 2026-03-01T10:00:00Z up\n"
        );
        assert_eq!(data_of(r#"{"ping":1}"#), "");
        assert_eq!(data_of("plain"), "plain");
    }
}
