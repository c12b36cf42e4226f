//! The environment of a process: clean, nothing of the sandbox's own but the path and the language.

use std::path::Path;

/// Directories where programs are looked for, and the language, as the sandbox itself has them.
pub(super) fn base() -> Vec<(String, String)> {
    let or = |name: &str, default: &str| match std::env::var(name) {
        Ok(value) if !value.is_empty() => value,
        _ => default.to_owned(),
    };
    vec![
        ("PATH".to_owned(), or("PATH", "/usr/local/bin:/usr/bin:/bin")),
        ("LANG".to_owned(), or("LANG", "C.UTF-8")),
    ]
}

/// Variables that let package managers reach their registries through a proxy or with a certificate of one's own.
const NETWORK: [&str; 20] = [
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_DEFAULT_TIMEOUT",
    "NPM_CONFIG_CAFILE",
    "NPM_CONFIG_REGISTRY",
    "npm_config_cafile",
    "npm_config_registry",
];

/// What installing packages needs beyond `base`; running instances never get it.
pub(super) fn network() -> Vec<(String, String)> {
    NETWORK
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
        .collect()
}

/// Sets a variable, or replaces it.
pub(super) fn set(envs: &mut Vec<(String, String)>, name: &str, value: impl Into<String>) {
    match envs.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value.into(),
        None => envs.push((name.to_owned(), value.into())),
    }
}

/// `${PORT}` becomes the port that the instance really has.
pub(super) fn with_port(value: &str, port: u16) -> String {
    value.replace("${PORT}", &port.to_string())
}

/// A start command that names the spec's port itself (`--port 8080`, `0.0.0.0:8080`) gets the instance's real one.
pub(super) fn command_with_port(command: &str, spec: u16, real: u16) -> String {
    let wanted = spec.to_string();
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(at) = rest.find(&wanted) {
        let (before, found) = rest.split_at(at);
        let after = &found[wanted.len()..];
        out.push_str(before);
        let opens = matches!(
            out.chars().next_back(),
            None | Some(':' | '=' | ' ' | '"' | '\'' | '\t')
        );
        let closes = matches!(
            after.chars().next(),
            None | Some(' ' | '"' | '\'' | '\t' | '\n' | ';' | '&')
        );
        if opens && closes {
            out.push_str(&real.to_string());
        } else {
            out.push_str(&wanted);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A path below `/tmp`, also inside a URL such as `sqlite:////tmp/preview.db`, is moved into the folder `own`.
pub(super) fn with_tmp(value: &str, own: &Path) -> String {
    let own = own.display().to_string();
    if value == "/tmp" {
        return own;
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("/tmp/") {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let starts_a_path = matches!(
            out.chars().next_back(),
            None | Some('/' | ':' | '=' | '"' | '\'' | ' ' | ',' | ';')
        );
        out.push_str(if starts_a_path { &own } else { "/tmp" });
        rest = &found["/tmp".len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_paths_below_tmp_and_nothing_else() {
        let cases = [
            ("sqlite:////tmp/preview.db", "sqlite:////own/preview.db"),
            ("/tmp/a:/tmp/b", "/own/a:/own/b"),
            ("/tmp", "/own"),
            ("/var/tmp/x", "/var/tmp/x"),
            ("https://example.com/tmp/x", "https://example.com/tmp/x"),
            ("file:/tmp/x?mode=rw", "file:/own/x?mode=rw"),
            ("/tmpfoo", "/tmpfoo"),
        ];
        for (value, expected) in cases {
            assert_eq!(with_tmp(value, Path::new("/own")), expected);
        }
    }

    #[test]
    fn start_command_gets_the_real_port() {
        let cases = [
            ("uvicorn app:app --port 8080", "uvicorn app:app --port 23456"),
            ("serve -b 0.0.0.0:8080 x", "serve -b 0.0.0.0:23456 x"),
            ("serve 18080 8080.txt $PORT", "serve 18080 8080.txt $PORT"),
        ];
        for (command, expected) in cases {
            assert_eq!(command_with_port(command, 8080, 23456), expected);
        }
    }

    #[test]
    fn port_is_replaced_inside_values() {
        assert_eq!(with_port("http://localhost:${PORT}/x", 9), "http://localhost:9/x");
    }
}
