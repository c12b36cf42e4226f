//! Static sites from a folder, and the edge's own pages.

use std::path::{Path, PathBuf};

use hyper::body::Bytes;
use hyper::{Method, Response, StatusCode};

use super::answer::{Body, full, text};

pub(super) const LOADING: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"refresh\" content=\"2\">\n\
<title>Waking up</title>\n<p>This app was asleep and is waking up. The page reloads in a moment.</p>\n";

pub(super) const OFFLINE: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Offline</title>\n\
<p>This app is offline.</p>\n";

/// One static site.
pub(super) struct Site<'a> {
    pub(super) directory: &'a Path,
    pub(super) index: &'a str,
    /// Sent with 404.
    pub(super) error: Option<&'a str>,
    /// Sent with 200 for whatever does not exist.
    pub(super) catchall: Option<&'a str>,
}

pub(super) async fn serve(site: &Site<'_>, path: &str, method: &Method) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        return text(
            StatusCode::METHOD_NOT_ALLOWED,
            "a static site answers GET and HEAD only",
        );
    }
    let candidates = [
        (Some(path), StatusCode::OK),
        (site.catchall, StatusCode::OK),
        (site.error, StatusCode::NOT_FOUND),
    ];
    for (candidate, status) in candidates {
        let Some(file) = candidate.and_then(|candidate| find(site, candidate)) else {
            continue;
        };
        if let Ok(content) = tokio::fs::read(&file).await {
            return full(status, content_type(&file), Bytes::from(content));
        }
    }
    text(StatusCode::NOT_FOUND, "no such page")
}

/// The file for a path, never outside the site's folder, symbolic links included.
fn find(site: &Site<'_>, path: &str) -> Option<PathBuf> {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    if decoded.contains('\0') {
        return None;
    }
    let segments = decoded
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != ".");
    let mut file = site.directory.canonicalize().ok()?;
    let root = file.clone();
    for segment in segments {
        if segment == ".." {
            return None;
        }
        file.push(segment);
    }
    if file.is_dir() {
        file.push(site.index);
    }
    let file = file.canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

fn content_type(file: &Path) -> &'static str {
    let extension = file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_leaves_the_site() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("docs")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(site.join("docs/index.html"), "x").unwrap();
        std::fs::write(site.join("a b.txt"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", site.join("link")).unwrap();
        let site = Site {
            directory: &site,
            index: "index.html",
            error: None,
            catchall: None,
        };
        for found in ["/docs", "/docs/", "/docs/index.html", "/a%20b.txt"] {
            assert!(find(&site, found).is_some(), "{found}");
        }
        for absent in [
            "/",
            "/../secret",
            "/%2e%2e/secret",
            "/docs/..%2f../secret",
            "/link",
            "/absent",
            "/a%00",
        ] {
            assert!(find(&site, absent).is_none(), "{absent}");
        }
    }
}
