//! One look at a URL from outside.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CACHE_CONTROL, HOST, HeaderValue};

use super::observation::{Answer, Observation, classify};
use super::obstacle::Obstacle;
use super::target::Target;
use crate::net::error::{Problem, Unreachable};
use crate::net::http::probing_http;
use crate::net::proxy::{Proxies, Proxy};
use crate::net::unreachable::unreachable_because;

/// Longest wait for one answer: a service that wakes from zero may take this long to start.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// Looks at URLs without credentials and without following redirects. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Prober {
    http: reqwest::Client,
    proxies: Arc<Proxies>,
}

impl Prober {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            http: probing_http()?,
            proxies: Arc::new(Proxies::of_the_environment()),
        })
    }

    /// One look, which takes no longer than `most`.
    pub(crate) async fn probe(&self, target: &Target, most: Duration) -> Observation {
        let started = Instant::now();
        let proxy = self.proxies.before(&target.url);
        // No `text/html`: a browser is shown the loading page of a sleeping app, a program waits until it is awake.
        let mut request = self.http.get(target.url.clone());
        if let Some(host) = &target.host {
            request = request.header(HOST, host);
        }
        if let Some((name, value)) = target.key_to_guard()
            && let Ok(mut value) = HeaderValue::from_str(value.expose())
        {
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let sent = request
            .header(ACCEPT, "application/json, */*;q=0.1")
            .header(CACHE_CONTROL, "no-cache")
            .timeout(most.min(ANSWER_DEADLINE))
            .send()
            .await;
        let reply = match sent {
            Ok(reply) => reply,
            Err(error) => return down(&error, proxy),
        };
        let answer = Answer {
            status: reply.status().as_u16(),
            headers: reply.headers(),
            took: started.elapsed(),
            proxy: proxy.as_ref(),
        };
        classify(target, &answer)
    }
}

fn down(error: &reqwest::Error, proxy: Option<Proxy>) -> Observation {
    let connected = !error.is_connect();
    let reason = match unreachable_because(error) {
        Problem::Unreachable { reason, .. } => reason,
        _ => Unreachable::Broken,
    };
    match (reason, proxy) {
        (Unreachable::Untrusted, _) => Observation::Blocked(Obstacle::Untrusted),
        (_, Some(proxy)) => Observation::Blocked(Obstacle::Proxy(proxy, reason)),
        (_, None) => Observation::Down { reason, connected },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::obstacle::Obstacle;
    use super::Prober;
    use crate::health::{Expect, Observation, Target};
    use crate::net::error::Unreachable;

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(test)
    }

    /// Answers one request with `reply` and gives the request's head.
    async fn look_at(reply: &'static str, within: Duration) -> (Observation, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/health", listener.local_addr().expect("bound"));
        let server = async {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = vec![0; 4096];
            let length = stream.read(&mut head).await.expect("a request");
            if reply == "never" {
                std::future::pending::<()>().await;
            }
            stream.write_all(reply.as_bytes()).await.expect("written");
            String::from_utf8_lossy(&head[..length]).to_ascii_lowercase()
        };
        let target = Target::new(url.parse().expect("a URL"), Expect::Status(200));
        let prober = Prober::new().expect("a client");
        let probe = prober.probe(&target, within);
        tokio::pin!(server, probe);
        tokio::select! {
            head = &mut server => (probe.await, head),
            seen = &mut probe => (seen, String::new()),
        }
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn asks_as_a_program_and_past_caches() {
        let (seen, head) = run(look_at("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", LONG));
        assert!(seen.is_up(), "{seen:?}");
        assert!(!head.contains("text/html"), "{head}");
        assert!(head.contains("cache-control: no-cache"), "{head}");
        assert!(head.starts_with("get /health http"), "{head}");
        assert!(!head.contains("authorization"), "{head}");
    }

    #[test]
    fn does_not_follow_a_redirect() {
        let reply = "HTTP/1.1 301 Moved\r\nlocation: https://www.shop.example/\r\ncontent-length: 0\r\n\r\n";
        let (seen, _) = run(look_at(reply, LONG));
        assert_eq!(
            seen,
            Observation::Wrong {
                status: 301,
                redirected_to: Some("https://www.shop.example/".to_owned())
            }
        );
    }

    #[test]
    fn tells_silence_refusal_garbage_and_missing_names_apart() {
        let (seen, _) = run(look_at("never", Duration::from_millis(50)));
        let silent = Observation::Down {
            reason: Unreachable::Timeout,
            connected: true,
        };
        assert_eq!(seen, silent);
        let (seen, _) = run(look_at("what?\r\n\r\n", LONG));
        assert!(
            matches!(
                seen,
                Observation::Down {
                    reason: Unreachable::Broken,
                    connected: true
                }
            ),
            "{seen:?}"
        );
        let refused = run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("http://{}/", listener.local_addr().expect("bound"));
            drop(listener);
            let target = Target::new(url.parse().expect("a URL"), Expect::Below500);
            Prober::new().expect("a client").probe(&target, LONG).await
        });
        assert_eq!(
            refused,
            Observation::Down {
                reason: Unreachable::Refused,
                connected: false
            }
        );
    }

    /// A certificate for 127.0.0.1 until 2126, which it signed itself, and its key. Nothing else is worth them.
    const CERTIFICATE: &str = "\
         MIIB2zCCAYCgAwIBAgIUBTo0wHp1OEunq3gP5Ywp/ir6aSwwCgYIKoZIzj0EAwIwOTEVMBMGA1UECgwMRXhhbXBsZSBDb3JwMSAw\
         HgYDVQQDDBdFeGFtcGxlIENvcnAgaW5zcGVjdGlvbjAgFw0yNjExMjcwNDQ3MzZaGA8yMTI2MTEwMzA0NDczNlowOTEVMBMGA1UE\
         CgwMRXhhbXBsZSBDb3JwMSAwHgYDVQQDDBdFeGFtcGxlIENvcnAgaW5zcGVjdGlvbjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA\
         BOCjYZ9I4IR2VSrPPrH84SeJn+sO2AOinuWvIFkgo7CJMZ5v7cnXtO3pXiiQVZrHGWP2MLGSwoh0/GNKHhJIuOGjZDBiMB0GA1Ud\
         DgQWBBSwhG5Mzrl5mvIw1p1+qOhzY7TDizAfBgNVHSMEGDAWgBSwhG5Mzrl5mvIw1p1+qOhzY7TDizAPBgNVHRMBAf8EBTADAQH/\
         MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDSQAwRgIhAIeWAA19Jn/fZJ/PWmy0Doi6LcANJo+pjCUMw48HticwAiEAtIUn\
         orSOI8fJu80JfTNqJjGRMSPsTl+GpQhnxmPBFgk=\
         ";
    const KEY: &str = "\
         MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg90X4IMzlCvcwTbUT1d/t7pVv6pX2+1780G/I6T+U7kShRANCAATg\
         o2GfSOCEdlUqzz6x/OEniZ/rDtgDop7lryBZIKOwiTGeb+3J17Tt6V4okFWaxxlj9jCxksKIdPxjSh4SSLjh\
         ";

    #[test]
    fn a_certificate_of_an_unknown_authority_is_an_obstacle() {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

        let prober = Prober::new().expect("a client");
        let certificate = CertificateDer::from(BASE64_STANDARD.decode(CERTIFICATE).expect("base64"));
        let key = PrivatePkcs8KeyDer::from(BASE64_STANDARD.decode(KEY).expect("base64"));
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())
            .expect("a key for the certificate");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("https://{}/", listener.local_addr().expect("bound"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut tls = rustls::ServerConnection::new(config.into()).expect("a server");
            // The client breaks it off.
            let _refused = tls.complete_io(&mut stream);
        });
        let target = Target::new(url.parse().expect("a URL"), Expect::Below500);
        let seen = run(prober.probe(&target, LONG));
        server.join().expect("the server ends");
        assert_eq!(seen, Observation::Blocked(Obstacle::Untrusted));
        assert!(seen.to_string().contains("`SSL_CERT_FILE`"), "{seen}");
    }

    #[test]
    fn tls_is_told_from_the_rest() {
        let seen = run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("https://{}/", listener.local_addr().expect("bound"));
            let target = Target::new(url.parse().expect("a URL"), Expect::Below500);
            let server = async {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                stream
                    .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await
                    .expect("written");
                std::future::pending::<Observation>().await
            };
            let prober = Prober::new().expect("a client");
            tokio::select! {
                seen = server => seen,
                seen = prober.probe(&target, LONG) => seen,
            }
        });
        assert_eq!(
            seen,
            Observation::Down {
                reason: Unreachable::Tls,
                connected: false
            }
        );
    }
}
