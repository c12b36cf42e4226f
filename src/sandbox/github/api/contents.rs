//! Files and directories at a commit.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::urls::{Urls, escape_path};
use crate::github::records::following;
use crate::github::refusal::Refusal;

/// Larger files come without content, except raw. <https://docs.github.com/rest/repos/contents#get-repository-content>
const LARGEST_INLINE_BYTES: u64 = 1024 * 1024;
/// One line of `git ls-tree -l -z`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: &'static str,
    sha: String,
    size: u64,
    path: String,
}

/// `GET /contents/{path}?ref=`; slashes in the path may be percent-encoded.
pub(crate) async fn get(call: Call) -> Reply {
    let path = call.param("path").trim_matches('/').to_owned();
    let default = call.hosted.repository.default_branch().await;
    let name = call.asked("ref").unwrap_or(&default);
    let commit = following::resolve(&call.hosted, name)
        .await
        .ok_or_else(|| Refusal::missing(format!("No commit found for the ref {name}")))?;
    if path.is_empty() {
        return directory(&call, &commit, "", name).await;
    }
    let found = tree(&call, &commit, &path).await?;
    let entry = found
        .into_iter()
        .find(|entry| entry.path == path)
        .ok_or_else(Refusal::not_found)?;
    match entry.kind {
        "dir" => directory(&call, &commit, &format!("{path}/"), name).await,
        "submodule" => submodule(&call, &commit, &entry, name).await,
        "symlink" => symlink(&call, &commit, entry, name).await,
        _ => file(&call, &entry, name).await,
    }
}

async fn tree(call: &Call, commit: &str, path: &str) -> Result<Vec<Entry>, Refusal> {
    let mut args = vec!["ls-tree", "-l", "-z", "--full-tree", commit];
    if !path.is_empty() {
        args.extend(["--", path]);
    }
    // Git refuses paths that leave the tree; there is nothing there either way.
    let printed = call
        .hosted
        .repository
        .git(&args)
        .await
        .map_err(|_| Refusal::not_found())?;
    Ok(String::from_utf8_lossy(&printed)
        .split('\0')
        .filter_map(parse)
        .collect())
}

fn parse(line: &str) -> Option<Entry> {
    let (about, path) = line.split_once('\t')?;
    let mut columns = about.split_whitespace();
    let (mode, kind) = (columns.next()?, columns.next()?);
    Some(Entry {
        kind: match (mode, kind) {
            (_, "tree") => "dir",
            (_, "commit") => "submodule",
            ("120000", _) => "symlink",
            _ => "file",
        },
        sha: columns.next()?.to_owned(),
        size: columns.next()?.parse().unwrap_or(0),
        path: path.to_owned(),
    })
}

async fn directory(call: &Call, commit: &str, prefix: &str, reference: &str) -> Reply {
    let entries = tree(call, commit, prefix).await?;
    ok(&entries.iter().map(|entry| entry.json(&call.urls, reference)).collect())
}

/// Where the submodule's own repository is; it is never on this GitHub.
async fn submodule(call: &Call, commit: &str, entry: &Entry, reference: &str) -> Reply {
    let blob = format!("{commit}:.gitmodules");
    let lines = ["config", "--blob", &blob, "--get-regexp", r"^submodule\."];
    let printed = call.hosted.repository.git(&lines).await.unwrap_or_default();
    let mut body = entry.json(&call.urls, reference);
    body["submodule_git_url"] = Value::from(submodule_url(&String::from_utf8_lossy(&printed), &entry.path));
    for url in ["git_url", "html_url"] {
        body[url] = Value::Null;
    }
    body["_links"]["git"] = Value::Null;
    body["_links"]["html"] = Value::Null;
    ok(&body)
}

/// `KEY VALUE` of every line of `.gitmodules`.
fn submodule_url(settings: &str, path: &str) -> Option<String> {
    let settings: Vec<(&str, &str)> = settings.lines().filter_map(|line| line.split_once(' ')).collect();
    let (key, _) = settings
        .iter()
        .find(|(key, value)| key.ends_with(".path") && *value == path)?;
    let key = format!("{}.url", key.trim_end_matches(".path"));
    let (_, url) = settings.iter().find(|(other, _)| *other == key)?;
    Some((*url).to_owned())
}

/// The file that it leads to, <https://docs.github.com/rest/repos/contents#get-repository-content>; else the link
/// itself. A link to another link is not followed.
async fn symlink(call: &Call, commit: &str, link: Entry, reference: &str) -> Reply {
    let content = call.hosted.repository.git(&["cat-file", "blob", &link.sha]).await?;
    let target = String::from_utf8_lossy(&content).into_owned();
    let found = match beside(&link.path, &target) {
        Some(path) => tree(call, commit, &path).await.unwrap_or_default(),
        None => Vec::new(),
    };
    if let Some(found) = found.into_iter().find(|entry| entry.kind == "file") {
        return file(
            call,
            &Entry {
                path: link.path,
                ..found
            },
            reference,
        )
        .await;
    }
    let mut body = link.json(&call.urls, reference);
    body["target"] = Value::String(target);
    ok(&body)
}

/// Where a link's target is, from the root. `None`: outside.
fn beside(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            "" => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

async fn file(call: &Call, entry: &Entry, reference: &str) -> Reply {
    let content = call.hosted.repository.git(&["cat-file", "blob", &entry.sha]).await?;
    if call.accept.contains("raw") {
        let kind = [(CONTENT_TYPE, "application/vnd.github.raw+json; charset=utf-8")];
        return Ok((kind, content).into_response());
    }
    let mut body = entry.json(&call.urls, reference);
    let inline = entry.size <= LARGEST_INLINE_BYTES;
    body["encoding"] = Value::from(if inline { "base64" } else { "none" });
    body["content"] = Value::String(if inline { wrapped(&content) } else { String::new() });
    ok(&body)
}

/// Base64 in lines of 60 characters, the last one ended too, as GitHub sends it.
fn wrapped(content: &[u8]) -> String {
    let mut text = String::new();
    // 45 bytes make 60 characters.
    for line in content.chunks(45) {
        STANDARD.encode_string(line, &mut text);
        text.push('\n');
    }
    text
}

impl Entry {
    fn json(&self, urls: &Urls, reference: &str) -> Value {
        let path = escape_path(&self.path);
        let reference = escape_path(reference);
        let url = urls.api(&format!("/contents/{path}?ref={reference}"));
        let kind = if self.kind == "dir" { "tree" } else { "blob" };
        let git = urls.api(&format!("/git/{kind}s/{}", self.sha));
        let html = urls.html(&format!("/{kind}/{reference}/{path}"));
        let download = match self.kind {
            "file" | "symlink" => Value::String(urls.html(&format!("/raw/{reference}/{path}"))),
            _ => Value::Null,
        };
        json!({
            "name": self.path.rsplit('/').next(),
            "path": self.path,
            "sha": self.sha,
            "size": self.size,
            "url": url,
            "html_url": html,
            "git_url": git,
            "download_url": download,
            "type": self.kind,
            "_links": {"self": url, "git": git, "html": html},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, wrapped};

    #[test]
    fn reads_what_ls_tree_prints() {
        let entry = parse("100644 blob abc      12\tserver/.do/app.yaml").expect("an entry");
        assert_eq!(
            (entry.kind, entry.size, entry.path.as_str()),
            ("file", 12, "server/.do/app.yaml")
        );
        assert_eq!(parse("040000 tree abc       -\tsrc").expect("a directory").kind, "dir");
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_submodules_url_is_found_by_its_path() {
        let settings = "submodule.lib.path vendor/lib\nsubmodule.lib.url https://example.com/lib.git\n";
        let url = super::submodule_url(settings, "vendor/lib");
        assert_eq!(url.as_deref(), Some("https://example.com/lib.git"));
        assert_eq!(super::submodule_url(settings, "lib"), None);
    }

    #[test]
    fn a_link_leads_from_its_own_folder() {
        for (target, path) in [
            ("../deploy/app.yaml", Some("deploy/app.yaml")),
            ("./other.yaml", Some(".do/other.yaml")),
            ("../../app.yaml", None),
            ("/app.yaml", None),
        ] {
            assert_eq!(super::beside(".do/app.yaml", target).as_deref(), path, "{target}");
        }
    }

    #[test]
    fn content_is_base64_in_short_lines() {
        assert_eq!(wrapped(b"hello"), "aGVsbG8=\n");
        assert_eq!(wrapped(&[0; 46]).lines().map(str::len).collect::<Vec<_>>(), [60, 4]);
    }
}
