//! A gate between a test and what runs in its sandbox: a command waits at it until the test opens it.

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Closed until it is dropped.
#[derive(Debug)]
pub(crate) struct Gate {
    port: u16,
    keeper: JoinHandle<()>,
}

impl Gate {
    pub(crate) async fn closed() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let keeper = tokio::spawn(async move {
            let mut waiting = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                waiting.push(connection);
            }
        });
        Self { port, keeper }
    }

    /// An address that does not answer until the gate opens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A command that ends when the gate opens, and at once where it is open.
    pub(crate) fn wait(&self) -> String {
        format!("bash -c 'cat < /dev/tcp/127.0.0.1/{}' || true", self.port)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}
