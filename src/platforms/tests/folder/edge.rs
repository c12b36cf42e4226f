//! Answers for the only app of a folder over loopback, with the page that it has deployed.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Folder, UNHEALTHY};

/// Answers until it is dropped.
pub(crate) async fn serve(folder: &Folder, listener: &TcpListener) -> std::convert::Infallible {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        // The client may have gone.
        let _gone = answer(folder, stream).await;
    }
}

async fn answer(folder: &Folder, mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..length]);
    }
    let (status, body) = match folder.served() {
        None => (404, "nothing is deployed".to_owned()),
        Some(page) if page.starts_with(UNHEALTHY) => (500, page),
        Some(page) => (200, page),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await
}
