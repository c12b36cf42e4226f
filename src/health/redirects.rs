//! Where a redirect leads, and when following it has no end.

use std::collections::{BTreeMap, HashSet};

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};

/// Browsers follow twice as many. <https://fetch.spec.whatwg.org/#http-redirect-fetch>
const MOST: usize = 10;

/// No more cookies than browsers keep for a host. <https://www.rfc-editor.org/rfc/rfc6265#section-6.1>
const MOST_COOKIES: usize = 50;

/// Where an answer from `place` redirects to.
pub(super) fn target(place: &Url, status: u16, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(LOCATION).filter(|_| is_followed(status))?;
    // Servers send paths that are not ASCII as they are, and browsers take them.
    place.join(&String::from_utf8_lossy(location.as_bytes())).ok()
}

fn is_followed(status: u16) -> bool {
    matches!(status, 301..=303 | 307 | 308)
}

/// The cookies of one look, and what was asked with which of them.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// By the host that they are for and their name.
    cookies: BTreeMap<(String, String), String>,
    asked: HashSet<(Url, String)>,
}

/// What another request would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    New,
    /// The same as before, to the cookie.
    Again,
    TooMany,
}

impl Trail {
    pub(super) fn step(&mut self, place: &Url) -> Step {
        let mut place = place.clone();
        place.set_fragment(None);
        let cookies = self.cookies_for(&place);
        if self.asked.contains(&(place.clone(), cookies.clone())) {
            return Step::Again;
        }
        if self.asked.len() > MOST {
            return Step::TooMany;
        }
        self.asked.insert((place, cookies));
        Step::New
    }

    /// Keeps what an answer from `place` sets. Path and dates are left aside: all of this is over in seconds.
    pub(super) fn keep(&mut self, place: &Url, headers: &HeaderMap) {
        let host = place.host_str().unwrap_or_default();
        for cookie in headers.get_all(SET_COOKIE) {
            let Ok(text) = cookie.to_str() else { continue };
            let mut parts = text
                .split(';')
                .map(|part| part.trim().split_once('=').unwrap_or((part.trim(), "")));
            let Some((name, value)) = parts.next() else { continue };
            let (mut domain, mut is_over) = (host, value.is_empty());
            for (attribute, value) in parts {
                match attribute.to_ascii_lowercase().as_str() {
                    "domain" if !value.is_empty() => domain = value.trim_start_matches('.'),
                    "max-age" => is_over |= value == "0" || value.starts_with('-'),
                    _ => {}
                }
            }
            // As browsers do: one for another host is ignored. <https://www.rfc-editor.org/rfc/rfc6265#section-5.3>
            if !is_below(host, domain) {
                continue;
            }
            let key = (domain.to_ascii_lowercase(), name.to_owned());
            if is_over {
                self.cookies.remove(&key);
            } else if self.cookies.len() < MOST_COOKIES || self.cookies.contains_key(&key) {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }

    /// The header `Cookie` of a request to `place`.
    pub(super) fn header(&self, place: &Url) -> Option<HeaderValue> {
        let cookies = self.cookies_for(place);
        let mut value = HeaderValue::from_str(&cookies).ok().filter(|_| !cookies.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }

    fn cookies_for(&self, place: &Url) -> String {
        let host = place.host_str().unwrap_or_default();
        let own = self.cookies.iter().filter(|((domain, _), _)| is_below(host, domain));
        let pairs: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

/// The host itself, or one below it.
fn is_below(host: &str, domain: &str) -> bool {
    let above = host
        .len()
        .checked_sub(domain.len())
        .and_then(|at| host.split_at_checked(at));
    !domain.is_empty()
        && above
            .is_some_and(|(below, end)| end.eq_ignore_ascii_case(domain) && (below.is_empty() || below.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use reqwest::Url;
    use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};

    use super::{Step, Trail, target};

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    fn setting(cookies: &[&'static str]) -> HeaderMap {
        cookies
            .iter()
            .map(|it| (SET_COOKIE, HeaderValue::from_static(it)))
            .collect()
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_until_it_is_taken_back() {
        let mut trail = Trail::default();
        let shop = url("https://shop.example/");
        let sent = |trail: &Trail, place: &str| {
            let header = trail.header(&url(place));
            header
                .map(|it| it.to_str().expect("text").to_owned())
                .unwrap_or_default()
        };
        trail.keep(
            &shop,
            &setting(&["a=1; Path=/; Secure", "b=2", "evil=1; Domain=other.example"]),
        );
        assert_eq!(sent(&trail, "https://shop.example/login"), "a=1; b=2");
        assert_eq!(sent(&trail, "https://other.example/"), "");
        assert_eq!(sent(&trail, "https://myshop.example/"), "");
        trail.keep(&shop, &setting(&["a=; Path=/", "b=x; Max-Age=0"]));
        assert_eq!(sent(&trail, "https://shop.example/"), "");
        trail.keep(
            &url("https://www.shop.example/"),
            &setting(&["c=3; Domain=.shop.example", "d=4"]),
        );
        assert_eq!(sent(&trail, "https://shop.example/"), "c=3");
        assert_eq!(sent(&trail, "https://www.shop.example/"), "c=3; d=4");
    }

    #[test]
    fn the_same_place_with_the_same_cookies_is_a_loop() {
        let mut trail = Trail::default();
        let root = url("https://shop.example/");
        assert_eq!(trail.step(&root), Step::New);
        assert_eq!(trail.step(&url("https://shop.example/#top")), Step::Again);
        assert_eq!(trail.step(&url("http://shop.example/")), Step::New);
        trail.keep(&root, &setting(&["seen=1"]));
        assert_eq!(trail.step(&root), Step::New);
        assert_eq!(trail.step(&root), Step::Again);
    }

    #[test]
    fn ten_redirects_are_followed() {
        let mut trail = Trail::default();
        let mut step = |n: usize| trail.step(&url(&format!("https://shop.example/{n}")));
        assert!((0..=10).all(|n| step(n) == Step::New));
        assert_eq!(step(11), Step::TooMany);
    }

    #[test]
    fn only_redirects_with_a_place_are_followed() {
        let from = url("https://shop.example/a/b?c");
        let to = |status: u16, location: &'static str| {
            let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
            target(&from, status, &headers).map(|it| it.to_string())
        };
        assert_eq!(to(302, "d").as_deref(), Some("https://shop.example/a/d"));
        assert_eq!(to(308, "//x.example").as_deref(), Some("https://x.example/"));
        for (status, location) in [(300, "/"), (304, "/"), (200, "/"), (302, "http://["), (201, "/")] {
            assert_eq!(to(status, location), None, "{status} {location}");
        }
        assert_eq!(target(&from, 302, &HeaderMap::new()), None);
    }
}
