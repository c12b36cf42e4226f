//! The process environment, in which a variable that is set but empty counts as missing.

use url::Url;

use crate::model::failure::Failure;
use crate::redact::Secret;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Variables;

impl Variables {
    pub(crate) fn get(self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.trim().is_empty())
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

    pub(crate) fn url(self, name: &str, default: &str) -> Result<Url, Failure> {
        let text = self.get(name).unwrap_or_else(|| default.to_owned());
        Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| {
                Failure::input(format!("`{name}` is no URL"))
                    .next("set it to an address that begins with `https://`, or unset it")
            })
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
