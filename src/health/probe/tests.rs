//! One look, with what an app may answer.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::Prober;
use crate::health::obstacle::Obstacle;
use crate::health::{Expect, Hosts, Observation, Target};
use crate::model::secure_header::SecureHeader;
use crate::net::error::Unreachable;
use crate::redact::Secret;

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
fn a_redirect_that_is_not_good_is_not_followed() {
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

/// Looks at `/` of an app that answers each request with the next of `replies`, where `HERE` is its own address;
/// gives what was seen, and the heads of all requests.
async fn follow(replies: &[&str], target: impl FnOnce(Target) -> Target) -> (Observation, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("bound").to_string();
    let mut heads = Vec::new();
    let server = async {
        for turn in 0.. {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = vec![0; 4096];
            let length = stream.read(&mut head).await.expect("a request");
            heads.push(String::from_utf8_lossy(&head[..length]).to_ascii_lowercase());
            let reply = replies[turn.min(replies.len() - 1)].replace("HERE", &here);
            let reply = format!("HTTP/1.1 {reply}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(reply.as_bytes()).await.expect("written");
        }
    };
    let url = format!("http://{here}/").parse().expect("a URL");
    let prober = Prober::new().expect("a client");
    let target = target(Target::new(url, Expect::Below500));
    let seen = tokio::select! {
        seen = prober.probe(&target, LONG) => seen,
        () = server => unreachable!("the server never ends"),
    };
    (seen, heads)
}

#[test]
fn redirects_are_followed_within_the_app_and_no_further() {
    let away = "302 Found\r\nlocation: https://shop.example:8443/cart?token=hush";
    for (replies, requests, said, leads_to) in [
        (
            &["302 Found\r\nlocation: /a", "404 Not Found"][..],
            2,
            "404 after a redirect to http://HERE/a",
            None,
        ),
        (
            &["307 X\r\nlocation: http://HERE/a", "200 OK"],
            2,
            "200 after a redirect to http://HERE/a",
            None,
        ),
        (
            &["302 Found\r\nlocation: /a", "500 X"],
            2,
            "500 after a redirect to http://HERE/a",
            None,
        ),
        (&["302 Found\r\nlocation: /"], 1, "redirects to itself for ever", None),
        (
            &["302 Found\r\nlocation: a", "302 Found\r\nlocation: /"],
            2,
            "redirects to itself for ever",
            None,
        ),
        (
            &["302 Found\r\nlocation: /\r\nset-cookie: a=1", "200 OK"],
            2,
            "200 after a redirect to http://HERE/",
            None,
        ),
        (
            &["302 Found\r\nlocation: /\r\nset-cookie: a=1"],
            2,
            "redirects to itself for ever",
            None,
        ),
        (
            &["302 Found\r\nlocation: x/a"],
            11,
            "redirects more than ten times in a row",
            None,
        ),
        (
            &[away],
            1,
            "302, a redirect to https://shop.example:8443/cart",
            Some("`https://shop.example:8443`"),
        ),
        (
            &["302 X\r\nlocation: /a", away],
            2,
            "302, a redirect to https://shop.example:8443/cart",
            Some("`https://shop.example:8443`"),
        ),
        (
            &["302 X\r\nlocation: https://a`b/"],
            1,
            "302, a redirect to https://a`b/",
            Some("`https://ab`"),
        ),
        (
            &["302 X\r\nlocation: shop:open"],
            1,
            "302, a redirect to a `shop` address",
            Some("a `shop` address"),
        ),
        (
            &["304 Not Modified\r\nlocation: /a"],
            1,
            "304, a redirect to http://HERE/a",
            None,
        ),
    ] {
        let (seen, heads) = run(follow(replies, |target| target));
        let host = heads[0]
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .expect("a host");
        assert_eq!(seen.to_string(), said.replace("HERE", host), "{replies:?}");
        assert_eq!(heads.len(), requests, "{replies:?}");
        let leads = match &seen {
            Observation::Up { leads_to, .. } => leads_to.as_deref(),
            _ => None,
        };
        assert_eq!(leads, leads_to, "{replies:?}");
    }
}

#[test]
fn a_status_that_is_expected_is_the_answer_itself() {
    let (seen, heads) = run(follow(&["302 Found\r\nlocation: /"], |it| {
        it.expecting(Expect::Status(302))
    }));
    assert!(seen.is_up() && heads.len() == 1, "{seen}");
}

#[test]
fn what_lies_behind_a_redirect_and_cannot_be_asked_leaves_the_redirect_as_the_answer() {
    let (seen, _) = run(follow(&["302 Found\r\nlocation: https://HERE/"], |target| target));
    assert!(
        matches!(
            seen,
            Observation::Up {
                status: 302,
                leads_to: None,
                ..
            }
        ),
        "{seen}"
    );
}

#[test]
fn an_app_without_tls_is_not_asked_over_tls_by_a_name() {
    let (seen, heads) = run(follow(&["302 X\r\nlocation: https://shop.example/"], |target| {
        let hosts = Hosts::new(target.url.as_str(), ["shop.example"]);
        target.asked_as(Some("shop.example")).within(&hosts)
    }));
    assert_eq!(
        (seen.to_string().as_str(), heads.len()),
        ("302, a redirect to https://shop.example/", 1)
    );
    assert!(matches!(seen, Observation::Up { leads_to: None, .. }), "{seen}");
}

#[test]
fn no_redirect_takes_the_key_of_the_guard_along_to_another_name() {
    let guard = SecureHeader {
        name: "x-from-proxy".to_owned(),
        value: Secret::new("hush"),
    };
    let replies = [
        "302 X\r\nlocation: /a",
        "302 X\r\nlocation: http://u:p@shop.example/",
        "200 OK",
    ];
    let (seen, heads) = run(follow(&replies, |target| {
        let hosts = Hosts::new(target.url.as_str(), ["Shop.Example"]);
        target.guarded_by(Some(&guard)).within(&hosts)
    }));
    assert_eq!(seen.to_string(), "200 after a redirect to http://shop.example/");
    let has_key: Vec<bool> = heads.iter().map(|head| head.contains("x-from-proxy: hush")).collect();
    assert_eq!(has_key, [true, true, false]);
    assert!(
        heads[2].contains("host: shop.example") && !heads[2].contains("authorization"),
        "{}",
        heads[2]
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
    assert_eq!(
        seen,
        Observation::Blocked(Obstacle::Untrusted(Some("Example Corp inspection".to_owned())))
    );
    let words = seen.to_string();
    assert!(
        words.contains("`Example Corp inspection`") && words.contains("`SSL_CERT_FILE`"),
        "{words}"
    );
}

#[test]
fn a_tls_failure_is_distinguished_from_the_rest() {
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
