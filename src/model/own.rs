//! The names by which an app spec can mean this repository: the one that it has on GitHub, and earlier ones that GitHub
//! still redirects from.

use std::fmt;

use url::Url;

use super::address::is_loopback;

const GITHUB: &str = "github.com";

/// Ports at which a clone URL means the host itself: HTTPS, SSH, HTTP and Git.
const USUAL_PORTS: [&str; 4] = ["443", "22", "80", "9418"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnRepository {
    /// `OWNER/NAME`
    name: String,
    former: Vec<String>,
    hosts: Vec<Host>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<String>,
}

/// How Git reaches a server. <https://git-scm.com/docs/git-clone#_git_urls>
const SCHEMES: [&str; 4] = ["https", "http", "ssh", "git"];

impl OwnRepository {
    /// `server`: where people see GitHub.
    pub(crate) fn new(name: &str, server: &str) -> Self {
        let server = Url::parse(server).ok();
        let host = server.as_ref().and_then(Url::host_str).unwrap_or(GITHUB);
        let mut hosts = vec![Host {
            name: host.to_ascii_lowercase(),
            port: server.as_ref().and_then(Url::port).map(|port| port.to_string()),
        }];
        // A stand-in on this machine answers for github.com. On an Enterprise Server that is another repository.
        if server.as_ref().is_some_and(is_loopback) {
            hosts.push(Host {
                name: GITHUB.to_owned(),
                port: None,
            });
        }
        Self {
            name: name.to_owned(),
            former: Vec::new(),
            hosts,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Takes the name that GitHub gives the repository. Another one was its name before.
    pub(crate) fn rename(&mut self, name: &str) {
        let before = std::mem::replace(&mut self.name, name.to_owned());
        self.former.retain(|former| !former.eq_ignore_ascii_case(name));
        if !before.is_empty() {
            self.add_former(&before);
        }
    }

    /// GitHub redirects from this name to the repository.
    pub(crate) fn add_former(&mut self, name: &str) {
        if !self.is(name) {
            self.former.push(name.to_owned());
        }
    }

    /// Whether `OWNER/NAME` is the repository.
    pub(crate) fn is(&self, name: &str) -> bool {
        !name.is_empty() && (self.name.eq_ignore_ascii_case(name) || self.was(name))
    }

    /// Whether the repository was called so.
    pub(crate) fn was(&self, name: &str) -> bool {
        self.former.iter().any(|former| former.eq_ignore_ascii_case(name))
    }

    /// `owner/name` of a clone URL that leads to the same server: `https://…`, `ssh://…`, `git@host:owner/name.git`.
    pub(crate) fn of_clone_url(&self, url: &str) -> Option<String> {
        let url = url.trim();
        // What a parser would forgive means something else to the next one.
        let is_tidy = !url.starts_with('-') && !url.contains(['\\', '%']) && !url.contains("/.");
        if !is_tidy {
            return None;
        }
        let (host, port, path) = if url.contains("://") {
            let url = Url::parse(url).ok()?;
            if !SCHEMES.contains(&url.scheme()) || url.query().is_some() || url.fragment().is_some() {
                return None;
            }
            let port = url.port().map(|port| port.to_string());
            (url.host_str()?.to_owned(), port, url.path().to_owned())
        } else {
            // As `scp` has it: a colon begins the path. A user, but no `@` of the path.
            let end = url.find(['/', ':', '?', '#']).unwrap_or(url.len());
            let from_host = url[..end].rfind('@').map_or(url, |at| &url[at + 1..]);
            let (host, path) = from_host.split_once([':', '/'])?;
            (host.to_owned(), None, path.to_owned())
        };
        if !self.hosts.iter().any(|known| known.is(&host, port.as_deref())) {
            return None;
        }
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (owner, name) = path.split_once('/')?;
        (!owner.is_empty() && !name.is_empty() && !name.contains('/')).then(|| path.to_owned())
    }
}

impl Host {
    fn is(&self, host: &str, port: Option<&str>) -> bool {
        let host = host.to_ascii_lowercase();
        // `ssh.` is GitHub's way through firewalls that let HTTPS out alone.
        // https://docs.github.com/en/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
        let same_host = [host.as_str(), strip(&host, "www."), strip(&host, "ssh.")].contains(&self.name.as_str());
        let same_port = port.is_none_or(|port| self.port.as_deref() == Some(port) || USUAL_PORTS.contains(&port));
        same_host && same_port
    }
}

fn strip<'a>(host: &'a str, prefix: &str) -> &'a str {
    host.strip_prefix(prefix).unwrap_or(host)
}

impl fmt::Display for OwnRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::OwnRepository;

    #[test]
    fn clone_urls_of_the_same_server_name_a_repository_on_it() {
        let github = OwnRepository::new("org/shop", "https://github.com");
        let enterprise = OwnRepository::new("org/shop", "https://git.corp.example:8443/");
        let sandbox = OwnRepository::new("org/shop", "http://127.0.0.1:4000");
        for (own, url, names) in [
            (&github, "https://github.com/org/shop", Some("org/shop")),
            (&github, "https://github.com/Org/Shop.git", Some("Org/Shop")),
            (&github, "https://www.github.com/org/shop.git/", Some("org/shop")),
            (&github, "https://me:token@github.com/org/shop.git", Some("org/shop")),
            (&github, "https://github.com:443/org/shop.git", Some("org/shop")),
            (&github, "git@github.com:org/shop.git", Some("org/shop")),
            (&github, "ssh://git@github.com/org/shop.git", Some("org/shop")),
            (&github, "ssh://git@github.com:443/org/shop.git", Some("org/shop")),
            (&github, "ssh://git@ssh.github.com:443/org/shop.git", Some("org/shop")),
            (&github, "git://github.com/org/shop", Some("org/shop")),
            (&github, "https://github.com:8443/org/shop.git", None),
            (&github, "https://github.com.evil.example/org/shop.git", None),
            (&github, "https://evil.example/github.com/org/shop.git", None),
            (&github, "https://evil.example/@github.com/org/shop", None),
            (&github, "https://github.com@evil.example/org/shop", None),
            (&github, "https://gitlab.com/org/shop.git", None),
            (&github, "https://git.corp.example:8443/org/shop.git", None),
            (&github, "https://evil.example?x=@github.com/org/shop", None),
            (&github, "https://evil.example#@github.com/org/shop", None),
            (&github, "evil.example?x=@github.com:org/shop", None),
            (&github, "https://github.com/org/shop?x=1", None),
            (&github, "https://github.com/org", None),
            (&github, "--upload-pack=curl evil.example@github.com:org/shop", None),
            (&github, "file://github.com/org/shop", None),
            (&github, "ext://github.com/org/shop", None),
            (&github, "https://github.com\\org/shop", None),
            (&github, "https://github.com/org/secret/%2e%2e/shop", None),
            (&github, "https://github.com/secret/../org/shop", None),
            (&github, "https://github.com/org/shop/tree", None),
            (&github, "", None),
            (
                &enterprise,
                "https://git.corp.example:8443/org/shop.git",
                Some("org/shop"),
            ),
            (&enterprise, "https://git.corp.example/org/shop", Some("org/shop")),
            (&enterprise, "ssh://git@git.corp.example:22/org/shop", Some("org/shop")),
            (&enterprise, "git@git.corp.example:org/shop.git", Some("org/shop")),
            (&enterprise, "https://github.com/org/shop.git", None),
            (&sandbox, "https://github.com/org/shop.git", Some("org/shop")),
        ] {
            assert_eq!(own.of_clone_url(url).as_deref(), names, "{url}");
        }
    }

    #[test]
    fn a_repository_is_known_by_the_names_that_it_had_before() {
        let mut own = OwnRepository::new("org/shop", "https://github.com");
        own.add_former("org/old-shop");
        assert!(own.is("ORG/Shop") && own.is("org/Old-Shop") && own.was("org/old-shop"));
        assert!(!own.was("org/shop") && !own.is("org/other") && !own.is(""));
        own.rename("new/shop");
        assert!(own.is("new/shop") && own.was("org/shop") && own.is("org/old-shop"));
        own.rename("NEW/shop");
        assert!(!own.was("new/shop"));
    }
}
