//! Health checks of one instance: HTTP where there is a path, else a TCP connect.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One try. `Err` says in words what was seen instead.
pub(super) async fn probe(address: SocketAddr, path: Option<&str>, timeout: Duration) -> Result<(), String> {
    let attempt = async {
        let mut stream = TcpStream::connect(address).await.map_err(refusal)?;
        match path {
            None => Ok(()),
            Some(path) => http(&mut stream, address, path).await,
        }
    };
    match tokio::time::timeout(timeout, attempt).await {
        Ok(outcome) => outcome,
        Err(_) => Err("no answer in time".to_owned()),
    }
}

fn refusal(error: std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        _ => error.to_string(),
    }
}

async fn http(stream: &mut TcpStream, address: SocketAddr, path: &str) -> Result<(), String> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let request = format!(
        "GET {slash}{path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: sandbox-health-check\r\nAccept: */*\r\n\
         Connection: close\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .map_err(|error| error.to_string())?;
    // `HTTP/1.1 200`
    let mut start = [0; 12];
    stream
        .read_exact(&mut start)
        .await
        .map_err(|_| "closed the connection without an answer".to_owned())?;
    match status(&start) {
        Some(200..400) => Ok(()),
        Some(status) => Err(format!("HTTP status {status}")),
        None => Err("the answer is not HTTP".to_owned()),
    }
}

/// Whether a PostgreSQL server takes sessions: it answers the request for TLS only once it is up.
pub(super) async fn postgres(address: SocketAddr, timeout: Duration) -> bool {
    /// Length 8 and the number of `SSLRequest`.
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    /// A start-up packet of protocol 3.0 without a user: refused with `57P03` while starting, with `28000` once up.
    const STARTUP: [u8; 9] = [0, 0, 0, 9, 0, 3, 0, 0, 0];
    let attempt = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(&SSL_REQUEST).await.ok()?;
        stream.read_u8().await.ok()?;
        stream.write_all(&STARTUP).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let text = String::from_utf8_lossy(&answer);
        Some(!answer.is_empty() && !text.contains("57P03"))
    };
    tokio::time::timeout(timeout, attempt)
        .await
        .ok()
        .flatten()
        .unwrap_or(false)
}

fn status(start: &[u8; 12]) -> Option<u16> {
    let text = std::str::from_utf8(start).ok()?;
    text.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_and_refuses_other_protocols() {
        assert_eq!(status(b"HTTP/1.1 204"), Some(204));
        assert_eq!(status(b"SSH-2.0-Open"), None);
    }
}
