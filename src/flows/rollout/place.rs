//! Where an app is asked from outside: at the platform's own address, or at its domain.

use url::Url;

/// Where an app is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) url: String,
    /// The name in the request where it is not the URL's.
    pub(crate) host: Option<String>,
    /// The platform's own address of the app.
    pub(crate) platform: String,
}

impl Place {
    /// The domain at its own address. An app that is served without TLS is one on this machine, which no name leads to:
    /// the platform's address is asked for the domain instead.
    pub(crate) fn of_domain(name: &str, platform: &str) -> Self {
        let has_tls = Url::parse(platform).is_ok_and(|url| url.scheme() == "https");
        if has_tls {
            Self {
                url: format!("https://{name}"),
                host: None,
                platform: platform.to_owned(),
            }
        } else {
            Self {
                url: platform.to_owned(),
                host: Some(name.to_owned()),
                platform: platform.to_owned(),
            }
        }
    }
}

impl From<&str> for Place {
    fn from(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            host: None,
            platform: url.to_owned(),
        }
    }
}
