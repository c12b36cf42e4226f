//! The process environment, in which a variable that is set but empty counts as missing.

use url::Url;

use crate::config::is_own_token;
use crate::model::address::is_loopback;
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
                Err(Failure::input(format!("`{name}` is not a valid token"))
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
                Failure::input("`DO_DEPLOY_PACE` is not a valid factor")
                    .next("set it to a number from 0 to 100, or unset it")
            })
    }
}
