//! What is probed, and which answer is good.

use std::ops::RangeInclusive;

use reqwest::Url;

use super::hosts::{Address, Hosts, is_same_host};
use crate::model::secure_header::SecureHeader;
use crate::model::words::{Edge, Words};
use crate::redact::Secret;

/// Which status is a good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Nothing is configured: any answer but a server error is good.
    Below500,
    Status(u16),
    /// Such as 200 to 399, which is what platforms' own health checks take.
    Range(RangeInclusive<u16>),
}

impl Expect {
    pub(crate) fn is_met_by(&self, status: u16) -> bool {
        match self {
            // What is below 200 is no answer yet: https://www.rfc-editor.org/rfc/rfc9110#section-15.2
            Self::Below500 => (200..500).contains(&status),
            Self::Status(expected) => status == *expected,
            Self::Range(range) => range.contains(&status),
        }
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Below500 => f.write_str("below 500"),
            Self::Status(status) => write!(f, "{status}"),
            Self::Range(range) => write!(f, "{} to {}", range.start(), range.end()),
        }
    }
}

/// Where a redirect leads.
#[derive(Clone, Debug)]
pub(super) enum Redirected {
    /// To a question of the app, whose answer is good below 500: whether the redirect itself is good was decided before.
    Within(Box<Target>),
    /// To a place of the app's that cannot be asked from here.
    Unaskable,
    /// Out of the app.
    Away,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) expected: Expect,
    /// The app may be asleep: a loading page then means that it wakes, not that it is broken.
    pub(crate) may_sleep: bool,
    /// The name that is asked for where it is not the URL's.
    pub(super) host: Option<String>,
    /// The app's own domain, whose records may still lead elsewhere.
    pub(super) own_domain: bool,
    /// People visit the app under another name, and what that answers counts.
    pub(super) beside_domain: bool,
    /// The path of the platform's own check, which need not be meant for requests from outside.
    pub(super) inside: bool,
    /// Of the platform that it is on, whose edge says in its answers which of them are its own. `None`: it is not known.
    pub(super) words: Option<&'static Words>,
    /// That edge stands in front of it.
    pub(super) behind_edge: bool,
    /// The header without which the edge lets no request through.
    pub(super) guard: Option<SecureHeader>,
    /// Where redirects are followed to, beside the same host.
    pub(super) hosts: Hosts,
}

impl Target {
    pub(crate) fn new(url: Url, expected: Expect) -> Self {
        Self {
            url,
            expected,
            may_sleep: false,
            host: None,
            own_domain: false,
            beside_domain: false,
            inside: false,
            words: None,
            behind_edge: false,
            guard: None,
            hosts: Hosts::default(),
        }
    }

    /// A path, with or without a query, on the host of `base`. Whatever it says, it stays on that host.
    pub(crate) fn at(base: &Url, path: &str, expected: Expect) -> Self {
        let mut url = base.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(path);
        url.set_query(query);
        url.set_fragment(None);
        Self::new(url, expected)
    }

    /// An app on the platform, which may be asleep.
    #[must_use]
    pub(crate) fn of_deployed_app(self, words: &'static Words) -> Self {
        Self {
            behind_edge: true,
            ..self.of_platform(words).that_may_sleep()
        }
    }

    /// Perhaps an app on the platform: what its edge says of an answer counts.
    #[must_use]
    pub(crate) fn of_platform(mut self, words: &'static Words) -> Self {
        self.words = Some(words);
        self
    }

    /// How the platform's edge shows in its answers.
    pub(super) fn edge(&self) -> Option<&'static Edge> {
        self.words.map(|words| &words.edge)
    }

    /// By this name, where it is not the URL's.
    #[must_use]
    pub(crate) fn asked_as(mut self, host: Option<&str>) -> Self {
        self.host = host.map(str::to_owned);
        self
    }

    #[must_use]
    pub(crate) fn on_own_domain(mut self) -> Self {
        self.own_domain = true;
        self
    }

    /// At the path of the platform's own check.
    #[must_use]
    pub(crate) fn inside(mut self) -> Self {
        self.inside = true;
        self
    }

    /// On the platform's host of an app that has a domain of its own.
    #[must_use]
    pub(crate) fn beside_domain(mut self) -> Self {
        self.beside_domain = true;
        self
    }

    /// The edge lets requests with this header through alone.
    #[must_use]
    pub(crate) fn guarded_by(mut self, guard: Option<&SecureHeader>) -> Self {
        self.guard = guard.cloned();
        self
    }

    /// Redirects are followed to these hosts, too.
    #[must_use]
    pub(crate) fn within(mut self, hosts: &Hosts) -> Self {
        self.hosts = hosts.clone();
        self
    }

    /// The URL as people write it: with the name that is asked for.
    pub(super) fn place(&self) -> Url {
        let mut place = self.url.clone();
        if let Some(host) = &self.host
            && place.set_host(Some(host)).is_ok()
        {
            let _none = place.set_port(None);
        }
        place
    }

    /// Whether a redirect that is a good answer is followed to what people get. Where someone expects its very status,
    /// it is the answer.
    pub(super) fn follows_redirects(&self) -> bool {
        !matches!(self.expected, Expect::Status(_))
    }

    /// The question at `place`, where a redirect leads.
    pub(super) fn redirected_to(&self, place: &Url) -> Redirected {
        let mut place = place.clone();
        // Credentials in a URL would be sent.
        let is_clean = place.set_username("").and_then(|()| place.set_password(None)).is_ok();
        if !is_clean || !matches!(place.scheme(), "http" | "https") {
            return Redirected::Away;
        }
        let address = match &self.host {
            _ if !is_same_host(&self.place(), &place) => self.hosts.address_of(&place),
            Some(host) => Address::of_name(host, &self.url, &place),
            None => Address::Own(place, None),
        };
        let (url, host) = match address {
            Address::Own(url, host) => (url, host),
            Address::WithoutTls => return Redirected::Unaskable,
            Address::Elsewhere => return Redirected::Away,
        };
        Redirected::Within(Box::new(Self {
            expected: Expect::Below500,
            // The key to the guard is for the address that it was meant for, with the same TLS.
            own_domain: self.own_domain || url.origin() != self.url.origin() || host != self.host,
            url,
            host,
            ..self.clone()
        }))
    }

    /// What is sent to be let through. The records of a domain may lead elsewhere, and the value is a secret.
    pub(super) fn key_to_guard(&self) -> Option<(&str, &Secret)> {
        let guard = self.guard.as_ref().filter(|_| !self.own_domain)?;
        Some((&guard.name, guard.value.as_ref()?))
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.inside
    }

    #[must_use]
    pub(crate) fn expecting(self, expected: Expect) -> Self {
        Self { expected, ..self }
    }

    #[must_use]
    pub(crate) fn that_may_sleep(mut self) -> Self {
        self.may_sleep = true;
        self
    }
}

/// The URL, and the name that is asked for there.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.url)?;
        match &self.host {
            Some(host) => write!(f, " (as `{host}`)"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expect, Target};

    #[test]
    fn a_path_stays_on_its_host() {
        let base = "https://shop.example/".parse().expect("a URL");
        for (path, url) in [
            ("/", "https://shop.example/"),
            ("health", "https://shop.example/health"),
            ("/admin?x=1", "https://shop.example/admin?x=1"),
            ("//evil.example/x", "https://shop.example//evil.example/x"),
            ("https://evil.example", "https://shop.example/https://evil.example"),
        ] {
            assert_eq!(Target::at(&base, path, Expect::Below500).url.as_str(), url);
        }
    }

    #[test]
    fn a_redirect_is_an_answer_below_500_but_not_200() {
        assert!(Expect::Below500.is_met_by(302));
        assert!(!Expect::Status(200).is_met_by(302));
        assert!(Expect::Range(200..=399).is_met_by(302));
        assert!(!Expect::Below500.is_met_by(500) && !Expect::Below500.is_met_by(101));
    }
}
