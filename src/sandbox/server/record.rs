//! Records API exchanges, one JSON line each, so that they can be held to the vendors' documents.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use nix::unistd::geteuid;
use serde_json::{Map, Value, json};

#[derive(Debug)]
pub(crate) struct Recorder(Mutex<File>);

/// One request and its reply, bodies whole.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// With its query.
    pub(crate) path: &'a str,
    pub(crate) request_headers: &'a HeaderMap,
    pub(crate) request_body: &'a [u8],
    pub(crate) status: u16,
    pub(crate) response_headers: &'a HeaderMap,
    pub(crate) response_body: &'a [u8],
    pub(crate) fault: Option<&'a str>,
}

/// Headers that say something about an exchange. `Authorization` is not among them.
const OF_INTEREST: &[&str] = &[
    "accept",
    "content-type",
    "date",
    "link",
    "location",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "user-agent",
    "x-github-api-version",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
];

impl Recorder {
    /// Appends to the file, which is made if it is not there and is for its owner only: bodies hold secrets.
    ///
    /// # Errors
    /// Also where the file is there and others may read it.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::options().create(true).append(true).mode(0o600).open(path)?;
        let there = file.metadata()?;
        let is_ours = there.uid() == geteuid().as_raw() && there.mode() & 0o077 == 0;
        // A terminal, a pipe: it goes where its reader is.
        if there.is_file() && !is_ours {
            let why = "it is open to other users of this machine, and it would hold secrets: name another";
            return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why));
        }
        Ok(Self(Mutex::new(file)))
    }

    /// A full disk loses lines, never a reply.
    pub(crate) fn write(&self, exchange: &Exchange<'_>) {
        let mut line = json!({
            "method": exchange.method,
            "path": exchange.path,
            "request_headers": headers(exchange.request_headers),
            "request_body": body(exchange.request_body),
            "status": exchange.status,
            "response_headers": headers(exchange.response_headers),
            "response_body": body(exchange.response_body),
            "fault": exchange.fault,
        })
        .to_string();
        line.push('\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _full = file.write_all(line.as_bytes());
    }
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let interesting = headers.iter().filter(|(name, _)| OF_INTEREST.contains(&name.as_str()));
    interesting
        .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
        .collect()
}

/// JSON as JSON, nothing as null, anything else as text.
fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::Recorder;

    #[test]
    fn only_its_owner_reads_what_is_recorded() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("exchanges");
        Recorder::open(&path).expect("a new file");
        let mode = path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        Recorder::open(&path).expect("it may be used again");
        for open in [0o644, 0o606, 0o660] {
            set_permissions(&path, Permissions::from_mode(open)).expect("it is ours");
            let refused = Recorder::open(&path).expect_err("others can read it");
            assert!(refused.to_string().contains("open to other users"), "{refused}");
        }
    }
}
