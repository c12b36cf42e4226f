//! What people have to know of an answer that fails nothing.

use super::observation::Observation;
use super::target::{Expect, Target};

/// Django answers 400 to a `Host` that it does not know. <https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts>
pub(super) fn unknown_host(target: &Target) -> String {
    format!(
        "the usual cause is a host name that the framework does not know; set `ALLOWED_HOSTS=${{APP_DOMAIN}}`, or what its \
         settings read, under `[preview.env]` for previews or in the {}",
        target.words.map_or("manifest", |words| words.manifest)
    )
}

/// A whole sentence about what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) text: String,
    /// It is unlikely to be meant.
    pub(crate) is_warning: bool,
}

/// What is odd about an answer. Nothing is, if it has the expected status.
pub(crate) fn remark(target: &Target, seen: &Observation) -> Option<Remark> {
    if matches!(target.expected, Expect::Status(_)) {
        return None;
    }
    let path = target.url.path();
    let (text, is_warning) = match seen {
        Observation::Up {
            leads_to: Some(place), ..
        } => (format!("`{path}` redirects to {place}, outside of the app"), true),
        Observation::Up { status, .. } | Observation::Wrong { status, .. } if *status >= 400 => {
            let text = format!("Answers {status} at `{path}`");
            match status {
                _ if seen.is_behind_redirect() => (format!("{text}, after a redirect"), *status >= 500),
                400 => (format!("{text}: {}", unknown_host(target)), true),
                401 => (format!("{text}: it asks for a password"), false),
                _ => (text, *status >= 500),
            }
        }
        _ => return None,
    };
    Some(Remark { text, is_warning })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::remark;
    use crate::health::{Expect, Observation, Target};

    #[test]
    fn a_refusal_is_said_unless_it_was_asked_for() {
        let said = |expected: Expect, status: u16, redirected_to: Option<&str>| {
            let target = Target::new("https://shop.example/a?b=c".parse().expect("a URL"), expected);
            let seen = Observation::Up {
                status,
                took: Duration::ZERO,
                redirected_to: redirected_to.map(str::to_owned),
                leads_to: None,
            };
            remark(&target, &seen).map(|it| (it.text.split(": ").next().map(str::to_owned), it.is_warning))
        };
        let some = |text: &str, is_warning| Some((Some(text.to_owned()), is_warning));
        for (status, expected) in [
            (200, None),
            (302, None),
            (400, some("Answers 400 at `/a`", true)),
            (401, some("Answers 401 at `/a`", false)),
            (403, some("Answers 403 at `/a`", false)),
            (404, some("Answers 404 at `/a`", false)),
            (410, some("Answers 410 at `/a`", false)),
        ] {
            assert_eq!(said(Expect::Below500, status, None), expected);
            assert_eq!(said(Expect::Status(status), status, None), None);
        }
        assert_eq!(
            said(Expect::Range(200..=399), 400, Some("https://shop.example/b")),
            some("Answers 400 at `/a`, after a redirect", false)
        );
    }
}
