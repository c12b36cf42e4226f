//! What may stand between us and an app, and how it shows: then nothing is known about the app.

use std::fmt;

use reqwest::header::HeaderMap;

use super::Target;
use crate::net::error::Unreachable;
use crate::net::error::untrusted;
use crate::net::proxy::Proxy;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The proxy of our environment did not let us through.
    Proxy(Proxy, Unreachable),
    /// It answered in the app's place.
    ProxyAnswers(Proxy, u16),
    /// The certificate is one that this machine has no reason to trust, such as that of a proxy that opens TLS.
    Untrusted(Option<String>),
    /// A network wants a login first.
    Login(u16),
    /// The edge wants to know whether we are a browser.
    Challenge,
    /// The edge has no route to the app, or not yet.
    NoRoute(u16),
    /// The edge's own error page.
    EdgeError(u16),
    /// The domain leads to something that is not the platform.
    Elsewhere(u16),
    /// What stands between us and the platform, such as a firewall or a captive page, answered in the app's place.
    InBetween(u16),
    /// The edge lets requests with a certain header through alone, which this field of the manifest names.
    Guarded(u16, &'static str),
    /// So many requests of ours were too many for the app.
    Throttled,
}

/// Cloudflare's word for a challenge in the answer's place.
/// <https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/>
const MITIGATED: &str = "cf-mitigated";

impl Obstacle {
    /// What an answer to `target` shows of something that is in the way. `met`: its status is the expected one.
    pub(super) fn in_answer(
        target: &Target,
        proxy: Option<&Proxy>,
        status: u16,
        headers: &HeaderMap,
        met: bool,
    ) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if text(MITIGATED) == Some("challenge") {
            return Some(Self::Challenge);
        }
        let edge = target.edge();
        let from_app = edge.is_some_and(|edge| headers.contains_key(edge.app_origin));
        let failure_code = edge.and_then(|edge| headers.get(edge.failure_code));
        let has_signature = edge.is_some_and(|edge| text("server") == Some(edge.server));
        // Over TLS a proxy only passes on what it cannot read.
        if let Some(proxy) = proxy.filter(|_| target.url.scheme() == "http" && !from_app)
            && (target.behind_edge || (!met && is_middleboxes(status)))
        {
            return Some(Self::ProxyAnswers(proxy.clone(), status));
        }
        if !met && matches!(status, 407 | 511) {
            return Some(Self::Login(status));
        }
        let is_edges_error = edge.is_some_and(|edge| edge.has_error_page(status));
        let is_marked = from_app || failure_code.is_some() || has_signature;
        if target.behind_edge && !is_marked && (met || !is_edges_error) {
            // The edge speaks TLS and marks all of it. Without TLS anything on the way may refuse in the app's name.
            let is_foreign = target.url.scheme() == "https"
                || leads_away(target, status, text("location"))
                || (!met && is_middleboxes(status));
            if is_foreign && target.own_domain {
                return Some(Self::Elsewhere(status));
            }
            if is_foreign {
                return Some(Self::InBetween(status));
            }
        }
        // Whatever answer is good: the edge's own refusal is not the app's answer.
        let has_no_key = target.key_to_guard().is_none();
        if let Some(edge) = edge.filter(|_| target.guard.is_some())
            && matches!(status, 400..=499)
            && (has_no_key || !from_app)
        {
            return Some(Self::Guarded(status, edge.guard));
        }
        if met {
            return None;
        }
        if edge.zip(failure_code).is_some_and(|(edge, code)| code == edge.no_route) {
            return Some(Self::NoRoute(status));
        }
        if target.own_domain && !from_app && failure_code.is_none() {
            return Some(Self::Elsewhere(status));
        }
        if is_edges_error {
            return Some(Self::EdgeError(status));
        }
        let from_edge = has_signature && failure_code.is_none() && !from_app;
        // Its 503 is the loading page of an app that sleeps, its redirects are the spec's.
        let is_page = matches!(status, 400..=499);
        (target.behind_edge && from_edge && is_page).then_some(Self::NoRoute(status))
    }

    /// What goes away only after someone has acted.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Proxy(..)
                | Self::ProxyAnswers(..)
                | Self::Untrusted(_)
                | Self::Login(_)
                | Self::Elsewhere(_)
                | Self::InBetween(_)
                | Self::Guarded(..)
        )
    }

    /// What to do about it.
    pub(super) fn next(&self, host: &str) -> String {
        match self {
            Self::Proxy(..) | Self::ProxyAnswers(..) => {
                format!("let the proxy pass `{host}`, or name it in `NO_PROXY`; then ask again")
            }
            Self::Untrusted(_) => {
                "if the network opens TLS, name a file with its authority's certificate in `SSL_CERT_FILE`; \
                 then ask again"
                    .to_owned()
            }
            Self::Login(_) | Self::InBetween(_) => format!("let this machine reach `{host}`, then ask again"),
            Self::Challenge => {
                format!("let this machine's requests to `{host}` pass without a challenge, then ask again")
            }
            Self::Elsewhere(_) => format!("check where the records of `{host}` lead, then ask again"),
            Self::Throttled => {
                "let this machine's requests pass, or ask for less under `[health]`; then ask again".to_owned()
            }
            Self::Guarded(_, field) => {
                format!("look at the app through the proxy that sends the header, and compare it with `{field}`")
            }
            Self::NoRoute(_) | Self::EdgeError(_) => {
                "a new route may take minutes: look at the URL, then ask again".to_owned()
            }
        }
    }
}

/// What proxies, firewalls and load balancers answer for themselves when they let nothing through.
/// <https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.3>
fn is_middleboxes(status: u16) -> bool {
    matches!(status, 403 | 407 | 502..=504)
}

/// A redirect to a host that is not the one that was asked.
fn leads_away(target: &Target, status: u16, location: Option<&str>) -> bool {
    let location = location.filter(|_| (300..400).contains(&status));
    let Some(place) = location.and_then(|location| target.url.join(location).ok()) else {
        return false;
    };
    let asked = [target.url.host_str(), target.host.as_deref()];
    place.host_str().is_some_and(|host| !asked.contains(&Some(host)))
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(proxy, reason) => write!(f, "{proxy} is in the way: {reason}"),
            Self::ProxyAnswers(proxy, status) => write!(f, "{proxy} answered {status} in the app's place"),
            Self::Untrusted(issuer) => f.write_str(&untrusted(issuer.as_deref())),
            Self::Login(status) => write!(f, "the network answered {status}: it wants a login first"),
            Self::Challenge => f.write_str("the edge answered with a challenge for browsers"),
            Self::NoRoute(status) => write!(
                f,
                "the platform's edge answered {status}: it has no route to the app yet"
            ),
            Self::Elsewhere(status) => write!(f, "something that is not the platform answered {status}"),
            Self::InBetween(status) => write!(
                f,
                "something between here and the platform answered {status} in the app's place"
            ),
            Self::Guarded(status, field) => write!(
                f,
                "the platform's edge answered {status}: it lets requests with the header of `{field}` through alone"
            ),
            Self::Throttled => f.write_str("the app answered 429: it throttles these requests"),
            Self::EdgeError(status) => write!(f, "the edge answered {status}, an error page of its own"),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SERVER};

    use super::Obstacle;
    use crate::health::{Expect, Target};
    use crate::model::secure_header::SecureHeader;
    use crate::model::words::tests::NEUTRAL;
    use crate::net::proxy::Proxy;
    use crate::redact::Secret;

    fn seen(url: &str, proxied: bool, status: u16, headers: &[(&'static str, &'static str)]) -> Option<String> {
        let target = Target::new(url.parse().expect("a URL"), Expect::Status(200)).of_deployed_app(&NEUTRAL);
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let proxy = proxied.then(|| Proxy::new("HTTP_PROXY", "http://127.0.0.1:9"));
        let obstacle = Obstacle::in_answer(&target, proxy.as_ref(), status, &headers, status == 200)?;
        Some(
            format!("{obstacle:?}")
                .chars()
                .take_while(|c| c.is_alphabetic())
                .collect(),
        )
    }

    #[test]
    fn what_is_in_the_way_is_distinguished_from_the_app() {
        let app = ("x-app-origin", "5c5c");
        let signed = ("server", "edge");
        let challenge = ("cf-mitigated", "challenge");
        let captive = ("location", "http://login.corp.example/?from=shop");
        let https = "https://shop-x.cloud.example/";
        let http = "http://127.0.0.1:20000/";
        for (url, proxied, status, headers, obstacle) in [
            (https, false, 403, &[signed, challenge][..], Some("Challenge")),
            (https, false, 200, &[challenge][..], Some("Challenge")),
            (https, false, 407, &[][..], Some("Login")),
            (https, false, 511, &[][..], Some("Login")),
            (https, false, 521, &[signed][..], Some("EdgeError")),
            (https, false, 530, &[][..], Some("EdgeError")),
            (https, false, 403, &[signed][..], Some("NoRoute")),
            (https, false, 404, &[signed][..], Some("NoRoute")),
            (https, false, 404, &[("x-failure-code", "NR"), app][..], Some("NoRoute")),
            (https, false, 404, &[signed, app][..], None),
            (https, false, 500, &[signed, app][..], None),
            (https, false, 503, &[signed][..], None),
            (https, false, 504, &[signed, ("x-failure-code", "UH")][..], None),
            (https, false, 302, &[signed][..], None),
            // The edge marks all that it answers and all that it passes on.
            (https, false, 403, &[][..], Some("InBetween")),
            (https, false, 403, &[("server", "FortiGate")][..], Some("InBetween")),
            (https, false, 200, &[][..], Some("InBetween")),
            (https, false, 302, &[captive][..], Some("InBetween")),
            (https, false, 404, &[][..], Some("InBetween")),
            (https, false, 503, &[("retry-after", "5")][..], Some("InBetween")),
            (https, true, 403, &[("server", "squid")][..], Some("InBetween")),
            (https, true, 500, &[][..], Some("InBetween")),
            (https, true, 403, &[signed, app][..], None),
            (https, false, 403, &[("server", "nginx"), app][..], None),
            (https, false, 200, &[signed][..], None),
            (https, false, 302, &[captive, app][..], None),
            (https, false, 302, &[captive, signed][..], None),
            // Plain HTTP is spoken by no edge but that of an app on this machine.
            (http, false, 302, &[captive][..], Some("InBetween")),
            (
                http,
                false,
                307,
                &[("location", "//login.corp.example/")][..],
                Some("InBetween"),
            ),
            (http, false, 302, &[captive, signed][..], None),
            (http, false, 302, &[("location", "/login")][..], None),
            (http, false, 301, &[("location", "https://127.0.0.1/")][..], None),
            (http, false, 200, &[captive][..], None),
            // Without TLS and without marks, anything on the way may have refused.
            (http, false, 403, &[][..], Some("InBetween")),
            (http, false, 403, &[("server", "nginx")][..], Some("InBetween")),
            (http, false, 502, &[][..], Some("InBetween")),
            (http, false, 503, &[][..], Some("InBetween")),
            (http, false, 504, &[("via", "1.1 gate")][..], Some("InBetween")),
            (http, false, 403, &[signed, app][..], None),
            (http, false, 503, &[app][..], None),
            (http, false, 503, &[("x-failure-code", "UH")][..], None),
            (http, false, 500, &[][..], None),
            (http, true, 403, &[][..], Some("ProxyAnswers")),
            (http, true, 407, &[][..], Some("ProxyAnswers")),
            (http, true, 302, &[][..], Some("ProxyAnswers")),
            (http, true, 200, &[][..], Some("ProxyAnswers")),
            (http, true, 200, &[app][..], None),
            (http, true, 404, &[app][..], None),
            (http, false, 404, &[][..], None),
        ] {
            assert_eq!(
                seen(url, proxied, status, headers).as_deref(),
                obstacle,
                "{url} {proxied} {status} {headers:?}"
            );
        }
    }

    #[test]
    fn a_site_outside_the_platform_needs_no_marks() {
        let target = Target::new("https://shop.example/".parse().expect("a URL"), Expect::Below500);
        let mut headers = HeaderMap::new();
        headers.insert("location", HeaderValue::from_static("https://login.example/"));
        for (status, met) in [(200, true), (302, true), (403, true), (500, false)] {
            let seen = Obstacle::in_answer(&target, None, status, &headers, met);
            assert_eq!(seen, None, "{status}");
        }
    }

    #[test]
    fn a_domain_without_the_edges_marks_leads_elsewhere() {
        let target = Target::new("https://shop.example/".parse().expect("a URL"), Expect::Below500);
        let target = target.of_deployed_app(&NEUTRAL).on_own_domain();
        for (status, met) in [(200, true), (302, true), (403, true), (500, false)] {
            let seen = Obstacle::in_answer(&target, None, status, &HeaderMap::new(), met);
            assert_eq!(seen, Some(Obstacle::Elsewhere(status)), "{status}");
        }
    }

    #[test]
    fn a_refusal_of_the_edge_that_guards_the_app_is_an_obstacle() {
        let guard = |value: Option<&str>| SecureHeader {
            name: "x-from-proxy".to_owned(),
            value: value.and_then(Secret::new),
        };
        let seen = |guard: Option<SecureHeader>, status: u16, own_domain: bool, from_app: bool| {
            let target = Target::new("https://shop.example/".parse().expect("a URL"), Expect::Below500);
            let target = target.of_deployed_app(&NEUTRAL).guarded_by(guard.as_ref());
            let target = if own_domain { target.on_own_domain() } else { target };
            let mut headers = HeaderMap::from_iter([(SERVER, HeaderValue::from_static("edge"))]);
            if from_app {
                headers.insert("x-app-origin", HeaderValue::from_static("a"));
            }
            let met = target.expected.is_met_by(status);
            Obstacle::in_answer(&target, None, status, &headers, met) == Some(Obstacle::Guarded(status, "guard"))
        };
        for (value, status, own_domain, from_app, is_guard) in [
            (Some("kept"), 403, false, false, true),
            (Some("kept"), 403, false, true, false),
            (Some("kept"), 200, false, true, false),
            (Some("kept"), 503, false, false, false),
            (None, 404, false, true, true),
            // It is not sent to a domain.
            (Some("kept"), 403, true, true, true),
        ] {
            let case = format!("{value:?} {status} {own_domain} {from_app}");
            assert_eq!(
                seen(Some(guard(value)), status, own_domain, from_app),
                is_guard,
                "{case}"
            );
        }
        assert!(!seen(None, 403, false, true));
    }
}
