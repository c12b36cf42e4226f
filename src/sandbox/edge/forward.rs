//! Sends a request on to an instance and streams both ways, upgrades such as WebSockets included.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, EXPECT, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use hyper::{Request, Response, StatusCode, Uri, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::answer::{Body, failed, flag, text};
use crate::processes::service::Service;
use crate::processes::traffic::Origin;
use crate::processes::upstream::Upstream;

/// Headers of one connection, which a proxy does not pass on.
const HOP_BY_HOP: [&str; 6] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// Connections to instances, kept for the next request.
#[derive(Clone, Debug)]
pub(super) struct Upstreams(Client<HttpConnector, Incoming>);

impl Default for Upstreams {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }
}

impl Upstreams {
    /// `Err`: the edge's own answer, because the app gives none.
    pub(super) async fn forward(
        &self,
        service: &Arc<Service>,
        origin: Origin,
        client: SocketAddr,
        path: &str,
        mut request: Request<Incoming>,
    ) -> Result<Response<Body>, Response<Body>> {
        let asleep = origin == Origin::Public && !service.is_awake();
        let upstream = match service.upstream(origin).await {
            Ok(upstream) => upstream,
            Err(error) if asleep => {
                let why = format!("cannot wake: {error}");
                return Err(failed(StatusCode::BAD_GATEWAY, flag::NO_HEALTHY_UPSTREAM, &why));
            }
            Err(error) => {
                let why = error.to_string();
                return Err(failed(StatusCode::SERVICE_UNAVAILABLE, flag::NO_HEALTHY_UPSTREAM, &why));
            }
        };
        let Some(uri) = uri(*upstream, path, request.uri()) else {
            return Err(text(StatusCode::BAD_REQUEST, "the path is not valid"));
        };
        let upgrade = upgrade(request.headers());
        let from_client = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
        *request.uri_mut() = uri;
        *request.version_mut() = Version::HTTP_11;
        pass_on(request.headers_mut(), upgrade.as_ref());
        add_forwarded(request.headers_mut(), client);

        let mut response = match self.0.request(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => {
                let why = "the app does not accept connections";
                return Err(failed(StatusCode::BAD_GATEWAY, flag::CONNECTION_FAILED, why));
            }
            Err(_) => {
                let why = "the app closed the connection without an answer";
                return Err(failed(StatusCode::BAD_GATEWAY, flag::CONNECTION_ENDED, why));
            }
        };
        let upgraded =
            (response.status() == StatusCode::SWITCHING_PROTOCOLS).then(|| hyper::upgrade::on(&mut response));
        let answer = upgraded.as_ref().and(upgrade.as_ref());
        pass_on(response.headers_mut(), answer);
        let (head, body) = response.into_parts();
        Ok(match (from_client, upgraded) {
            (Some(from_client), Some(to_instance)) => {
                tokio::spawn(connect(from_client, to_instance, upstream));
                Response::from_parts(head, body.boxed_unsync())
            }
            // The guard goes with the body: the request is over when its last byte is.
            _ => Response::from_parts(
                head,
                body.map_frame(move |frame| {
                    let _in_flight = &upstream;
                    frame
                })
                .boxed_unsync(),
            ),
        })
    }
}

async fn connect(client: hyper::upgrade::OnUpgrade, instance: hyper::upgrade::OnUpgrade, _in_flight: Upstream) {
    if let (Ok(client), Ok(instance)) = tokio::join!(client, instance) {
        let (mut client, mut instance) = (TokioIo::new(client), TokioIo::new(instance));
        let _ = tokio::io::copy_bidirectional(&mut client, &mut instance).await;
    }
}

fn uri(to: SocketAddr, path: &str, asked: &Uri) -> Option<Uri> {
    let query = asked.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("http://{to}{path}{query}").parse().ok()
}

/// The protocol that the client wants to change to.
fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = headers.get_all(CONNECTION).iter().any(|value| {
        let words = value.to_str().unwrap_or_default().split(',');
        words.map(str::trim).any(|word| word.eq_ignore_ascii_case("upgrade"))
    });
    headers.get(UPGRADE).filter(|_| asks).cloned()
}

fn pass_on(headers: &mut HeaderMap, upgrade: Option<&HeaderValue>) {
    let listed = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        .collect::<Vec<_>>();
    for name in listed {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    // The edge has asked for the body already.
    headers.remove(EXPECT);
    if let Some(protocol) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, protocol.clone());
    }
}

fn add_forwarded(headers: &mut HeaderMap, client: SocketAddr) {
    let address = client.ip().to_string();
    let chain = match headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()) {
        Some(before) => format!("{before}, {address}"),
        None => address,
    };
    if let Ok(chain) = HeaderValue::from_str(&chain) {
        headers.insert("x-forwarded-for", chain);
    }
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_one_connection_stay_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Own"),
            ("x-own", "1"),
            ("te", "trailers"),
            ("x-other", "2"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        pass_on(&mut headers, None);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-other"]);
    }

    #[test]
    fn websocket_keeps_its_upgrade() {
        let mut headers = HeaderMap::new();
        headers.append(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.append(UPGRADE, HeaderValue::from_static("websocket"));
        let protocol = upgrade(&headers);
        pass_on(&mut headers, protocol.as_ref());
        assert_eq!(headers.get(UPGRADE), Some(&HeaderValue::from_static("websocket")));
        assert_eq!(headers.get(CONNECTION), Some(&HeaderValue::from_static("upgrade")));
    }
}
