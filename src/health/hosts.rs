//! The names under which an app answers: redirects are followed among these alone.

use reqwest::Url;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// The platform's own address of the app.
    platform: Option<Url>,
    domains: Vec<String>,
}

impl Hosts {
    /// `domains`: `shop.example`, and `*.shop.example` for all below it.
    pub(crate) fn new(platform: &str, domains: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self {
            platform: Url::parse(platform).ok(),
            domains: domains.into_iter().map(|it| it.as_ref().to_ascii_lowercase()).collect(),
        }
    }

    /// What is asked for `place`, and the name in the request where it is not the URL's.
    pub(super) fn address_of(&self, place: &Url) -> Address {
        let Some(platform) = &self.platform else {
            return Address::Elsewhere;
        };
        if is_same_host(platform, place) {
            return Address::Own(place.clone(), None);
        }
        let is = |host: &&str, domain: &String| match domain.strip_prefix('*') {
            Some(below) => host.ends_with(below),
            None => host == domain,
        };
        let domain = place
            .host_str()
            .filter(|host| self.domains.iter().any(|domain| is(host, domain)));
        match domain.filter(|_| place.port().is_none()) {
            None => Address::Elsewhere,
            Some(_) if platform.scheme() == "https" => Address::Own(place.clone(), None),
            Some(domain) => Address::of_name(domain, platform, place),
        }
    }
}

/// Where a place of the app's is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Own(Url, Option<String>),
    /// The app's, but served without TLS, and so on this machine.
    WithoutTls,
    Elsewhere,
}

impl Address {
    /// No name leads to an app on this machine: its address is asked for the name instead.
    pub(super) fn of_name(name: &str, address: &Url, place: &Url) -> Self {
        if place.scheme() != address.scheme() {
            return Self::WithoutTls;
        }
        let mut url = address.clone();
        url.set_path(place.path());
        url.set_query(place.query());
        Self::Own(url, Some(name.to_owned()))
    }
}

/// At the same host and port, where those of HTTP and HTTPS count as one.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    (one.host_str(), one.port()) == (other.host_str(), other.port())
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{Address, Hosts};

    #[test]
    fn a_wildcard_holds_the_names_below_it() {
        let hosts = Hosts::new(
            "https://shop-ab1c2.ondigitalocean.app",
            ["shop.example", "*.shop.example"],
        );
        let url = |text: &str| Url::parse(text).expect("a URL");
        for own in [
            "https://shop.example/",
            "https://www.shop.example/",
            "https://shop-ab1c2.ondigitalocean.app/x",
        ] {
            assert!(matches!(hosts.address_of(&url(own)), Address::Own(..)), "{own}");
        }
        for foreign in [
            "https://evilshop.example/",
            "https://shop.example.evil.example/",
            "https://shop.example:8443/",
        ] {
            assert_eq!(hosts.address_of(&url(foreign)), Address::Elsewhere, "{foreign}");
        }
    }
}
