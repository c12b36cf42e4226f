//! Which redirects of an API are followed: a token, a spec and the belief in the answer go along with them.

use reqwest::{Method, StatusCode, Url};

use super::error::Problem;

/// Further ones are a circle.
pub(super) const MOST: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// The API documents none.
    Refused,
    /// Of a renamed repository, to the same host by its number.
    /// <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects>
    WithinHost,
}

impl Redirects {
    /// Where the same request goes next. `None`: nowhere, this answer is the last.
    pub(super) fn next(self, method: &Method, status: StatusCode, from: &Url, location: Option<&str>) -> Option<Url> {
        let keeps_method = match status {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
            // Others turn a mutation into a GET, whose answer would be taken for the mutation's.
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::GET,
            _ => false,
        };
        let next = from.join(location?).ok()?;
        let has_user = !next.username().is_empty() || next.password().is_some();
        (self == Self::WithinHost && keeps_method && next.origin() == from.origin() && !has_user).then_some(next)
    }
}

/// A redirect that is not followed: what answers there is not the API that the token is for.
pub(super) fn refused(status: StatusCode, location: Option<&str>) -> Problem {
    let host = location.and_then(|location| Url::parse(location).ok());
    let host = host
        .as_ref()
        .and_then(Url::host_str)
        .map(|host| format!(" to `{host}`"));
    Problem::NotJson {
        status: status.as_u16(),
        looks_like: format!("a redirect{}", host.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::{Method, StatusCode, Url};

    use super::Redirects;

    #[test]
    fn only_within_the_host_and_only_with_the_same_method() {
        let from = Url::parse("https://api.github.com/repos/org/shop").expect("a URL");
        let next = |redirects: Redirects, method: Method, status: u16, location: &str| {
            let status = StatusCode::from_u16(status).expect("a status");
            redirects
                .next(&method, status, &from, Some(location))
                .map(|url| url.to_string())
        };
        let moved = "https://api.github.com/repositories/1";
        for (method, status) in [
            (Method::GET, 301),
            (Method::GET, 302),
            (Method::GET, 307),
            (Method::PATCH, 307),
            (Method::POST, 308),
        ] {
            assert_eq!(
                next(Redirects::WithinHost, method.clone(), status, moved).as_deref(),
                Some(moved)
            );
            assert_eq!(
                next(Redirects::WithinHost, method.clone(), status, "/repositories/1").as_deref(),
                Some(moved)
            );
            assert_eq!(next(Redirects::Refused, method, status, moved), None);
        }
        for (method, status) in [
            (Method::PATCH, 301),
            (Method::POST, 302),
            (Method::GET, 303),
            (Method::GET, 200),
        ] {
            assert_eq!(next(Redirects::WithinHost, method, status, moved), None);
        }
        for elsewhere in [
            "https://evil.example/repositories/1",
            "https://api.github.com.evil.example/",
            "http://api.github.com/repositories/1",
            "https://api.github.com:444/repositories/1",
            "https://api.github.com@evil.example/",
            "https://me:secret@api.github.com/",
            "//evil.example/",
            "https://[",
        ] {
            assert_eq!(
                next(Redirects::WithinHost, Method::GET, 302, elsewhere),
                None,
                "{elsewhere}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_a_token_goes_to_no_other_host(
            location in prop_oneof![
                any::<String>(),
                "(https?:)?[/\\\\]{0,3}([a-z]{0,4}[:@]){0,2}(api\\.github\\.com|evil\\.example)?[:@.\\\\]{0,2}[a-z0-9./?#]{0,12}",
            ],
            status in 300..400_u16,
            method in prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT), Just(Method::DELETE)],
        ) {
            let from = Url::parse("https://api.github.com/repos/org/shop").expect("a URL");
            let status = StatusCode::from_u16(status).expect("a status");
            prop_assert_eq!(Redirects::Refused.next(&method, status, &from, Some(&location)), None);
            if let Some(next) = Redirects::WithinHost.next(&method, status, &from, Some(&location)) {
                prop_assert_eq!((next.scheme(), next.host_str(), next.port_or_known_default()), ("https", Some("api.github.com"), Some(443)));
                prop_assert!(next.username().is_empty() && next.password().is_none());
                prop_assert!(method == Method::GET || matches!(status.as_u16(), 307 | 308), "{} {}", method, status);
            }
        }
    }
}
