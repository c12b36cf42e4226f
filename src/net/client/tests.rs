//! Answers whose head or shape is meant to fill memory or stack: a socket writes them as they are.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Client;
use crate::net::error::{ApiError, Problem, Service};
use crate::net::redirects::Redirects;
use crate::wait::{Deadline, Wait};

/// More than any head of an answer may have.
const ENDLESS: usize = 8 << 20;

/// What a client makes of an answer, what it asked, and how many bytes of the answer it took.
struct Asked {
    answer: Result<Value, ApiError>,
    request: String,
    taken: usize,
}

/// Sends one GET to a server that writes these pieces and hangs up. The run's time is over, so that little is repeated.
fn asked(pieces: impl Iterator<Item = Vec<u8>>) -> Asked {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let wait = Wait::new(60.0, tokio::sync::watch::channel(None).1);
        wait.set_deadline(Deadline::after(Duration::ZERO));
        let base = base.parse().expect("a URL");
        let client = Client::new(SERVICE, base, "application/json", None, Redirects::Refused, wait);
        let client = client.expect("a client");
        let serving = async {
            let (stream, _) = listener.accept().await.expect("a connection");
            served(stream, pieces).await
        };
        let (answer, (request, taken)) = tokio::join!(client.get::<Value>("/apps"), serving);
        Asked { answer, request, taken }
    })
}

/// The request's head, and how many bytes the other end took before it hung up.
async fn served(mut stream: TcpStream, pieces: impl Iterator<Item = Vec<u8>>) -> (String, usize) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.expect("a request");
        request.extend(byte);
    }
    let mut taken = 0;
    for piece in pieces {
        if stream.write_all(&piece).await.is_err() {
            break;
        }
        taken += piece.len();
    }
    (String::from_utf8_lossy(&request).into_owned(), taken)
}

fn whole(headers: &str, body: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
        body.len()
    );
    [head.into_bytes(), body.to_vec()].into_iter()
}

const SERVICE: Service = Service {
    name: "GitHub",
    token: "GITHUB_TOKEN",
};

#[track_caller]
fn is_refused(asked: &Asked) {
    assert!(
        matches!(
            asked.answer,
            Err(ApiError {
                problem: Problem::NotJson { .. } | Problem::Unreachable { .. },
                ..
            })
        ),
        "{:?}",
        asked.answer.as_ref().map(|_| "believed")
    );
}

#[test]
fn a_plain_answer_is_read() {
    let asked = asked(whole("", br#"{"apps": []}"#));
    assert_eq!(asked.answer.expect("an answer"), serde_json::json!({"apps": []}));
}

#[test]
fn headers_without_an_end_are_not_read_to_one() {
    let line = |n: usize| format!("x-{n}: {}\r\n", "y".repeat(1_000)).into_bytes();
    let many = (0..).map(line);
    let long = std::iter::repeat_with(|| vec![b'y'; 1_000]);
    let start = || [b"HTTP/1.1 200 OK\r\nx-long: ".to_vec()].into_iter();
    let ends = |pieces: &mut dyn Iterator<Item = Vec<u8>>| {
        let asked = asked(start().chain(pieces.take(ENDLESS / 1_000)));
        is_refused(&asked);
        assert!(asked.taken < ENDLESS / 2, "{} bytes", asked.taken);
    };
    ends(&mut [b"short\r\n".to_vec()].into_iter().chain(many));
    ends(&mut { long });
}

/// A gzip stream of stored and repeated zeros unpacks to a thousand times its size. No client asks for one.
#[test]
fn no_compressed_answer_is_asked_for_and_none_is_unpacked() {
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let asked = asked(whole(&format!("content-encoding: {encoding}\r\n"), &bomb()));
        assert!(
            !asked.request.to_ascii_lowercase().contains("accept-encoding"),
            "{}",
            asked.request
        );
        is_refused(&asked);
    }
}

/// 40 MiB of `[`, packed by gzip: made by its format, a header, one dynamic-free block of repeats, and no checksum that
/// anything would reach.
fn bomb() -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with fixed codes: <https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6>
    bits.push(1, 1);
    bits.push(1, 2);
    bits.push_code(0x30 + u32::from(b'['), 8);
    for _ in 0..(40 << 20) / 258 {
        // 258 bytes, from one back.
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(bits.bytes);
    gzip.extend([0; 8]);
    gzip
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// The lowest bit first.
    fn push(&mut self, value: u32, count: u32) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> at & 1 == 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// A code: its highest bit first.
    fn push_code(&mut self, code: u32, count: u32) {
        for at in (0..count).rev() {
            self.push(code >> at & 1, 1);
        }
    }
}

#[test]
fn json_as_deep_as_a_stack_is_refused() {
    for open in ["[", "{\"a\":", "[{\"spec\":"] {
        let body = format!("{{\"apps\": {}", open.repeat(1_000_000));
        is_refused(&asked(whole("", body.as_bytes())));
    }
}

proptest! {
    /// Errors are read by a parser of their own.
    #[test]
    fn an_answer_ends_one_way_or_the_other(
        status in prop_oneof![Just(200_u16), 100..600_u16],
        depth in prop_oneof![0..200_usize, 100_000..200_000_usize],
        open in prop_oneof![Just("["), Just("{\"message\":"), Just("[{\"errors\":")],
        headers in prop::collection::vec(("[a-z-]{1,12}", "[ -~]{0,40}"), 0..20),
        rest in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let headers: String = headers.iter().map(|(name, value)| format!("x{name}: {value}\r\n")).collect();
        let mut body = open.repeat(depth).into_bytes();
        body.extend(rest);
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
        let asked = asked([head.into_bytes(), body].into_iter());
        if let Ok(answer) = asked.answer {
            prop_assert!((200..300).contains(&status), "{}", status);
            // An answer without content has none, whatever follows it.
            prop_assert!(depth < 200 || answer.is_null(), "{}", answer);
        }
    }
}
