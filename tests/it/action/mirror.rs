//! Where tests download from: a folder, and a web server that counts, fails and waits as a test wants.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::action_commit::{TARGET, VERSION, asset_name};
use crate::harness::binary;

/// A program that can be installed, and its hash.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub(super) file: PathBuf,
    pub(super) sha: String,
}

impl Asset {
    /// A script of a few bytes, put into a folder under the name that a release gives it.
    pub(super) fn small(folder: &Path) -> Self {
        let file = folder.join(asset_name(VERSION, TARGET));
        fs::write(&file, "#!/bin/sh\necho \"a small program: $*\"\n").expect("a file");
        let sha = sha_of(&file);
        Self { file, sha }
    }

    /// The program under test. Linked where the file systems allow it, because it is large.
    pub(super) fn whole(folder: &Path) -> Self {
        static SHA: OnceLock<String> = OnceLock::new();
        let file = folder.join(asset_name(VERSION, TARGET));
        link(binary(), &file);
        let sha = SHA.get_or_init(|| sha_of(&file)).clone();
        Self { file, sha }
    }
}

/// Another name for a file, or a copy of it on another file system.
pub(super) fn link(file: &Path, name: &Path) {
    if fs::hard_link(file, name).is_err() {
        fs::copy(file, name).expect("a copy");
        fs::set_permissions(name, fs::Permissions::from_mode(0o755)).expect("an executable");
    }
}

pub(super) fn sha_of(file: &Path) -> String {
    let input = fs::File::open(file).expect("a file");
    let output = Command::new("sha256sum").stdin(input).output().expect("sha256sum");
    String::from_utf8_lossy(&output.stdout)[..64].to_owned()
}

/// How a request is answered that does not get the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trouble {
    Status(u16),
    /// A head, a few bytes, and then nothing more.
    Silence,
    /// A few bytes again and again, without an end.
    Trickle,
}

/// How long a server in trouble goes on: far longer than a test waits, and yet no test hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Serves one file at every path. Ends with the test's process.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// `failures`: so many requests are answered with `status` first.
    pub(super) fn start(file: &Path, failures: usize, status: u16) -> Self {
        Self::in_trouble(file, failures, Trouble::Status(status))
    }

    /// `times`: so many requests get into trouble first.
    pub(super) fn in_trouble(file: &Path, times: usize, trouble: Trouble) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let body = fs::read(file).expect("a file");
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                if number >= times {
                    answer(&connection, 200, &body);
                    continue;
                }
                match trouble {
                    Trouble::Status(status) => answer(&connection, status, b"not now"),
                    Trouble::Silence | Trouble::Trickle => {
                        thread::spawn(move || dawdle(&connection, matches!(trouble, Trouble::Trickle)));
                    }
                }
            }
        });
        Self { url, asked }
    }

    pub(super) fn requests(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(connection: &TcpStream, status: u16, body: &[u8]) {
    send_head(connection, status, body.len());
    // A client that has gone away is not this server's error.
    let _ = { connection }.write_all(body);
}

/// Until the other side has gone away, or patience is over.
fn dawdle(mut connection: &TcpStream, trickle: bool) {
    send_head(connection, 200, 1 << 30);
    let (end, mut some) = (Instant::now() + PATIENCE, [0; 4096]);
    connection
        .set_read_timeout(Some(Duration::from_millis(100)))
        .expect("a time");
    while Instant::now() < end {
        if trickle && connection.write_all(&some).is_err() {
            return;
        }
        // Nothing more is ever sent to us: what there is to read is the end.
        if connection.read(&mut some).is_ok() {
            return;
        }
    }
}

fn send_head(mut connection: &TcpStream, status: u16, length: usize) {
    let mut lines = BufReader::new(connection).lines();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let head = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let _ = connection.write_all(head.as_bytes());
}
