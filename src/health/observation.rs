//! What one look from outside showed.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};

use url::Origin;

use super::obstacle::Obstacle;
use crate::net::error::Unreachable;
use crate::net::proxy::Proxy;
use crate::redact::strip::cut;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// The expected answer. With another status than a redirect's, `redirected_to` is where it came from.
    Up {
        status: u16,
        took: Duration,
        redirected_to: Option<String>,
        /// The address out of the app that the redirect leads to, without path, which nothing was asked of.
        leads_to: Option<String>,
    },
    /// Asleep until now: the edge shows its loading page, or asks to come back.
    Waking { retry_after: Option<Duration> },
    /// An answer, but not the expected one.
    Wrong { status: u16, redirected_to: Option<String> },
    /// Redirects without an end. `again`: to what was asked before, with the same cookies; else too many of them.
    Endless { again: bool },
    /// Something is in the way, and nothing is known about the app.
    Blocked(Obstacle),
    /// No answer. `connected`: someone took the connection, and then did not answer.
    Down { reason: Unreachable, connected: bool },
}

impl Observation {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }

    /// Whether it shows that what is probed is bad. Otherwise the way there may be at fault, and nothing is known: the
    /// platform's edge takes every connection and speaks TLS, whatever the app does behind it.
    pub(crate) fn proves_bad(&self) -> bool {
        match self {
            Self::Up { .. } | Self::Blocked(_) => false,
            Self::Waking { .. } | Self::Wrong { .. } | Self::Endless { .. } => true,
            Self::Down { reason, connected } => match reason {
                Unreachable::Timeout | Unreachable::Broken => *connected,
                Unreachable::Refused
                | Unreachable::Tls
                | Unreachable::Untrusted(_)
                | Unreachable::Tunnel
                | Unreachable::Dns
                | Unreachable::Cancelled => false,
            },
        }
    }

    /// Whether there is no app at the place: its name does not resolve, nothing listens, or the platform's edge has no app there.
    pub(crate) fn shows_no_app(&self) -> bool {
        match self {
            Self::Blocked(obstacle) => matches!(obstacle, Obstacle::NoRoute(_)),
            Self::Down { reason, .. } => matches!(reason, Unreachable::Dns | Unreachable::Refused),
            _ => false,
        }
    }

    /// Whether it is not the answer of what was asked, but of what that redirects to.
    pub(super) fn is_behind_redirect(&self) -> bool {
        match self {
            Self::Up {
                status, redirected_to, ..
            }
            | Self::Wrong { status, redirected_to } => redirected_to.is_some() && !is_redirect(*status),
            Self::Endless { .. } => true,
            _ => false,
        }
    }

    /// The same as the answer of `place`, where redirects led.
    pub(super) fn behind_redirect(mut self, place: &Url) -> Self {
        if let Self::Up {
            status, redirected_to, ..
        }
        | Self::Wrong { status, redirected_to } = &mut self
            && !is_redirect(*status)
        {
            *redirected_to = Some(shown(place.clone()));
        }
        self
    }

    /// A redirect out of the app.
    pub(super) fn leading_to(mut self, place: &Url) -> Self {
        if let Self::Up { leads_to, .. } = &mut self {
            *leads_to = Some(address(place));
        }
        self
    }

    /// Whether someone who watches would notice a difference to `before`.
    pub(super) fn differs_from(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Up { status, .. }, Self::Up { status: before, .. }) => status != before,
            (Self::Waking { .. }, Self::Waking { .. }) => false,
            (now, before) => now != before,
        }
    }
}

/// `200`, `200 after a redirect to https://…/login`, `waking up`, `302, a redirect to https://…/login`, `no answer in time`.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up {
                status, redirected_to, ..
            }
            | Self::Wrong { status, redirected_to } => {
                write!(f, "{status}")?;
                match redirected_to {
                    Some(place) if is_redirect(*status) => write!(f, ", a redirect to {place}"),
                    Some(place) => write!(f, " after a redirect to {place}"),
                    None => Ok(()),
                }
            }
            Self::Waking { .. } => f.write_str("waking up"),
            Self::Endless { again: true } => f.write_str("redirects to itself for ever"),
            Self::Endless { again: false } => f.write_str("redirects more than ten times in a row"),
            Self::Blocked(obstacle) => write!(f, "{obstacle}"),
            Self::Down { reason, .. } => write!(f, "{reason}"),
        }
    }
}

/// The parts of an answer that decide.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) took: Duration,
    /// The proxy that it came through.
    pub(super) proxy: Option<&'a Proxy>,
}

impl Answer<'_> {
    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Judges one answer to a probe of `target`.
pub(super) fn classify(target: &super::Target, answer: &Answer<'_>) -> Observation {
    let met = target.expected.is_met_by(answer.status);
    if let Some(obstacle) = Obstacle::in_answer(target, answer.proxy, answer.status, answer.headers, met) {
        return Observation::Blocked(obstacle);
    }
    let redirected_to = answer
        .text(&LOCATION)
        .filter(|_| is_redirect(answer.status))
        .map(|location| match target.place().join(location) {
            Ok(place) => shown(place),
            Err(_) => "an invalid address".to_owned(),
        });
    if met {
        return Observation::Up {
            status: answer.status,
            took: answer.took,
            redirected_to,
            leads_to: None,
        };
    }
    if answer.status == 429 {
        return Observation::Blocked(Obstacle::Throttled);
    }
    let is_html = answer
        .text(&CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("text/html"));
    let retry_after = answer.text(&RETRY_AFTER);
    if target.may_sleep && answer.status == 503 && (is_html || retry_after.is_some()) {
        let retry_after = retry_after.and_then(|seconds| seconds.trim().parse().ok());
        return Observation::Waking {
            retry_after: retry_after.map(Duration::from_secs),
        };
    }
    Observation::Wrong {
        status: answer.status,
        redirected_to,
    }
}

/// A redirect's target without its query, where logins carry their state.
fn shown(mut place: Url) -> String {
    place.set_query(None);
    place.set_fragment(None);
    let credentials_removed = place.set_username("").and_then(|()| place.set_password(None));
    match credentials_removed {
        Ok(()) => place.to_string().chars().take(200).collect(),
        Err(()) => format!("a `{}` address", place.scheme()),
    }
}

/// A place without its path. A backtick in it, which names may have, would end what it is shown in.
fn address(place: &Url) -> String {
    match place.origin() {
        origin @ Origin::Tuple(..) => format!("`{}`", cut(&origin.ascii_serialization().replace('`', ""), 200)),
        Origin::Opaque(_) => format!("a `{}` address", cut(place.scheme(), 40)),
    }
}

fn is_redirect(status: u16) -> bool {
    (300..400).contains(&status)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};

    use super::{Answer, Observation, classify};
    use crate::health::{Expect, Target};
    use crate::net::error::Unreachable;

    #[test]
    fn a_throttle_proves_nothing_unless_it_is_what_was_expected() {
        let throttled = seen(false, Expect::Status(200), 429, None);
        assert!(!throttled.proves_bad() && !throttled.is_up(), "{throttled}");
        assert!(seen(false, Expect::Status(429), 429, None).is_up());
    }

    const HTML: Option<&'static str> = Some("text/html; charset=utf-8");

    fn seen(may_sleep: bool, expected: Expect, status: u16, content_type: Option<&'static str>) -> Observation {
        let target = Target::new("https://shop.example/health?a=b".parse().expect("a URL"), expected);
        let target = if may_sleep { target.that_may_sleep() } else { target };
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_static("/login?state=hush"));
        if let Some(kind) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let answer = Answer {
            status,
            headers: &headers,
            took: Duration::ZERO,
            proxy: None,
        };
        classify(&target, &answer)
    }

    #[test]
    fn a_loading_page_means_waking_only_where_the_app_may_sleep() {
        assert!(matches!(
            seen(true, Expect::Below500, 503, HTML),
            Observation::Waking { .. }
        ));
        assert!(matches!(
            seen(false, Expect::Below500, 503, HTML),
            Observation::Wrong { .. }
        ));
        let own = seen(true, Expect::Below500, 503, Some("application/json"));
        assert!(matches!(own, Observation::Wrong { .. }), "the app's own 503");
        assert!(seen(true, Expect::Status(503), 503, HTML).is_up(), "what was asked for");
    }

    #[test]
    fn a_redirect_is_shown_without_its_query() {
        let observation = seen(false, Expect::Status(200), 302, None);
        assert_eq!(observation.to_string(), "302, a redirect to https://shop.example/login");
        assert!(seen(false, Expect::Below500, 302, None).is_up());
    }

    #[test]
    fn a_way_that_is_blocked_proves_nothing_about_the_app() {
        let down = |reason, connected| Observation::Down { reason, connected }.proves_bad();
        assert!(!down(Unreachable::Dns, false));
        assert!(!down(Unreachable::Timeout, false));
        assert!(down(Unreachable::Timeout, true));
        for reason in [
            Unreachable::Refused,
            Unreachable::Tls,
            Unreachable::Untrusted(None),
            Unreachable::Tunnel,
        ] {
            assert!(!down(reason.clone(), false), "{reason}");
        }
    }
}
