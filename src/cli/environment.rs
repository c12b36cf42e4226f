//! The process environment, in which a variable that is set but empty counts as missing.

use url::{Host, Url};

use crate::config::is_own_token;
use crate::model::failure::Failure;
use crate::redact::Secret;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Variables;

impl Variables {
    pub(crate) fn get(self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.trim().is_empty())
    }

    /// The tokens that this run acts with, whatever the variables are called that hold them.
    pub(crate) fn own_tokens(self) -> Vec<String> {
        let all =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let tokens = all.filter(|(name, _)| is_own_token(name));
        let values = tokens.map(|(_, value)| value.trim().to_owned());
        values.filter(|value| !value.is_empty()).collect()
    }

    pub(crate) fn secret(self, name: &str) -> Option<Secret> {
        Secret::new(&self.get(name)?)
    }

    /// A token that can be sent: one line of visible ASCII. The message never says what it is instead.
    pub(crate) fn token(self, name: &str) -> Result<Option<Secret>, Failure> {
        match self.secret(name) {
            Some(token) if !token.expose().chars().all(|c| c.is_ascii_graphic()) => {
                Err(Failure::input(format!("`{name}` is no token"))
                    .why("there is a line break, a blank or another character in it that no token has")
                    .next("save the secret again, as one line without quotes and blanks"))
            }
            token => Ok(token),
        }
    }

    /// An API's base URL. Our token goes there: without TLS to this machine's own addresses alone.
    pub(crate) fn url(self, name: &str, default: &str) -> Result<Url, Failure> {
        let text = self.get(name).unwrap_or_else(|| default.to_owned());
        let url = Url::parse(text.trim()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        let url = url.ok_or_else(|| {
            Failure::input(format!("`{name}` is not a URL"))
                .next("set it to an address that begins with `https://`, or unset it")
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::input(format!("`{name}` has a user or a password in it"))
                .next("leave them out: the token is all that the API asks for"));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(Failure::input(format!("`{name}` would send the token unencrypted"))
                .why(format!(
                    "`{}` begins with `http://` and is not this machine",
                    url.host_str().unwrap_or_default()
                ))
                .next("begin it with `https://`; `http://` is for loopback addresses, such as the sandbox's"));
        }
        Ok(url)
    }

    /// `DO_DEPLOY_PACE`: the factor by which polling and back-off are scaled.
    pub(crate) fn pace(self) -> Result<f64, Failure> {
        let Some(text) = self.get("DO_DEPLOY_PACE") else {
            return Ok(1.0);
        };
        text.trim()
            .parse()
            .ok()
            .filter(|pace: &f64| pace.is_finite() && (0.0..=100.0).contains(pace))
            .ok_or_else(|| {
                Failure::input("`DO_DEPLOY_PACE` is no factor").next("set it to a number from 0 to 100, or unset it")
            })
    }
}

/// `localhost` and the names below it never leave the machine: <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::is_loopback;

    #[test]
    fn loopback_is_what_never_leaves_the_machine() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.8.9.10", true),
            ("http://[::1]:1", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost/api/v3", true),
            ("http://shop.localhost:3000", true),
            ("http://localhost.", true),
            ("http://2130706433", true), // 127.0.0.1 in another form, which URLs know
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://0.0.0.0", false),
            ("http://10.0.0.1", false),
            ("http://192.168.0.1", false),
            ("http://[fe80::1]", false),
            ("http://ghe.internal", false),
            ("http://localhost@example.com", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).expect("a URL")), expected, "{url}");
        }
    }
}
