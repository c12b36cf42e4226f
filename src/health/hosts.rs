//! The names under which an app answers: redirects are followed among these alone.

use reqwest::Url;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// The platform's own address of the app.
    platform: Option<Url>,
    domains: Vec<String>,
}

impl Hosts {
    pub(crate) fn new<'d>(platform: &str, domains: impl IntoIterator<Item = &'d str>) -> Self {
        Self {
            platform: Url::parse(platform).ok(),
            domains: domains.into_iter().map(str::to_ascii_lowercase).collect(),
        }
    }

    /// What is asked for `place`, and the name in the request where it is not the URL's.
    pub(super) fn address_of(&self, place: &Url) -> Address {
        let Some(platform) = &self.platform else {
            return Address::Foreign;
        };
        if is_same_host(platform, place) {
            return Address::Own(place.clone(), None);
        }
        let domain = self.domains.iter().find(|domain| place.host_str() == Some(domain));
        match domain.filter(|_| place.port().is_none()) {
            None => Address::Foreign,
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
    Foreign,
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
