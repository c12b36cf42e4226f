//! Live logs: a WebSocket of `{"data": "…"}` messages that closes when nothing more comes.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::json;
use tokio::sync::watch;

use super::Cloud;
use super::error::ApiError;
use super::logs::StoredQuery;
use crate::clouds::app_platform::domain::logs;

/// How often the stream checks whether another component has begun to log, or the deployment has ended.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) async fn follow(
    State(cloud): State<Cloud>,
    Path((app, deployment, kind)): Path<(String, String, String)>,
    Query(query): Query<StoredQuery>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    cloud.given_out((&app, &deployment, &kind), &query)?;
    Ok(upgrade.on_upgrade(async move |socket| {
        // The reader has gone away: there is no one to send anything to.
        let _gone = send(socket, &cloud, (&app, &deployment, &kind), &query).await;
    }))
}

async fn send(
    mut socket: WebSocket,
    cloud: &Cloud,
    place: (&str, &str, &str),
    query: &StoredQuery,
) -> Result<(), axum::Error> {
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    let mut first = true;
    while let Ok((found, over)) = cloud.given_out(place, query) {
        let mut new = Vec::new();
        let mut growing = Vec::new();
        for (component, log) in found {
            growing.push(log.growth());
            let seen = sent.entry(component).or_default();
            let (lines, next) = log.read(*seen);
            *seen = next;
            new.push(lines);
        }
        let tail = query.tail_lines.filter(|_| first);
        first = false;
        for line in logs::merged(new, tail) {
            send_line(&mut socket, &line).await?;
        }
        if over {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = any(growing) => {}
            message = socket.recv() => match message {
                None | Some(Ok(Message::Close(_))) => return Ok(()),
                Some(message) => drop(message?),
            },
        }
    }
    let end = CloseFrame {
        code: close_code::NORMAL,
        reason: "".into(),
    };
    socket.send(Message::Close(Some(end))).await
}

/// Resolves when one of the logs grows.
async fn any(mut growing: Vec<watch::Receiver<usize>>) {
    if growing.is_empty() {
        std::future::pending::<()>().await;
    }
    let changes = growing.iter_mut().map(|log| Box::pin(log.changed()));
    let _which = futures_util::future::select_all(changes).await;
}

async fn send_line(socket: &mut WebSocket, line: &str) -> Result<(), axum::Error> {
    let text = json!({"data": format!("{line}\n")}).to_string();
    socket.send(Message::Text(text.into())).await
}
