//! One request and its reply, as the sandbox's `--record` file has them, one JSON object per line.

use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// `digitalocean`, `github` or `sandbox`.
    pub(crate) api: String,
    pub(crate) method: String,
    /// As it was sent, still percent-encoded, without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) request_body: Value,
    pub(crate) status: u16,
    pub(crate) response_body: Value,
    /// The fault that was injected here, if any.
    pub(crate) fault: Option<String>,
}

/// All exchanges of a record. A line that cannot be read is a mistake of the sandbox and fails the test.
pub(crate) fn read(record: &str) -> Vec<Exchange> {
    record
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(exchange)
        .collect()
}

fn exchange(line: &str) -> Exchange {
    let json: Value =
        serde_json::from_str(line).unwrap_or_else(|why| panic!("the record has a bad line ({why}): {line}"));
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let whole = text("path");
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let path = &by_name(path);
    let status = json["status"].as_u64().unwrap_or_default();
    Exchange {
        api: api_of(path).to_owned(),
        method: text("method").to_ascii_uppercase(),
        path: path.to_owned(),
        query: query.to_owned(),
        request_body: json["request_body"].clone(),
        status: u16::try_from(status).expect("a status has three digits"),
        response_body: json["response_body"].clone(),
        fault: json["fault"].as_str().map(str::to_owned),
    }
}

/// GitHub's redirects lead to a repository by its number; the document has the same operations by name alone.
fn by_name(path: &str) -> String {
    let rest = path.strip_prefix("/repositories/");
    match rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((id, "")) => format!("/repos/by-number/{id}"),
        Some((id, rest)) => format!("/repos/by-number/{id}/{rest}"),
        None => path.to_owned(),
    }
}

/// Whose path it is. The sandbox's own ones, logs among them, begin with an underscore.
fn api_of(path: &str) -> &'static str {
    match path {
        _ if path.starts_with("/v2/") => "digitalocean",
        _ if path.starts_with("/_") => "sandbox",
        _ => "github",
    }
}
