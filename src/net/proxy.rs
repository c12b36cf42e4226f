//! Which proxy of the environment stands between us and a URL, as the HTTP client sees it.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// The environment's proxies, read once.
#[derive(Debug)]
pub(crate) struct Proxies(Matcher);

/// A proxy, and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    variable: &'static str,
    /// Without the credentials that the variable may hold.
    address: String,
}

impl Proxies {
    pub(crate) fn of_the_environment() -> Self {
        Self(Matcher::from_env())
    }

    /// `None`: the URL is asked directly.
    pub(crate) fn before(&self, url: &Url) -> Option<Proxy> {
        let taken = self.0.intercept(&url.as_str().parse().ok()?)?;
        let proxy = taken.uri();
        let port = proxy.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        let address = format!("{}://{}{port}", proxy.scheme_str().unwrap_or("http"), proxy.host()?);
        Some(Proxy::new(variable(url.scheme()), address))
    }
}

impl Proxy {
    pub(crate) fn new(variable: &'static str, address: impl Into<String>) -> Self {
        Self {
            variable,
            address: address.into(),
        }
    }
}

/// The variable that counts for a scheme, in the order in which the HTTP client looks.
fn variable(scheme: &str) -> &'static str {
    let names = match scheme {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.into_iter().find(is_set).unwrap_or(names[0])
}

/// ``the proxy `http://127.0.0.1:3128` (`HTTPS_PROXY`)``
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy `{}` (`{}`)", self.address, self.variable)
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::client::proxy::matcher::Matcher;

    use super::Proxies;

    #[test]
    fn shows_where_a_proxy_is_without_its_credentials() {
        let matcher = Matcher::builder()
            .https("http://ada:hush@proxy.corp:3128")
            .no("127.0.0.1,.internal")
            .build();
        let proxies = Proxies(matcher);
        let shown = |url: &str| {
            let proxy = proxies.before(&url.parse().expect("a URL"))?;
            Some(proxy.address)
        };
        assert_eq!(
            shown("https://shop.example/x").as_deref(),
            Some("http://proxy.corp:3128")
        );
        assert_eq!(shown("http://shop.example/x"), None, "no proxy for this scheme");
        assert_eq!(shown("https://127.0.0.1:8000/"), None);
        assert_eq!(shown("https://api.internal/"), None);
    }
}
