//! To whom the sandbox answers: requests to a loopback name, and no page of a browser but its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::StatusCode;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;

/// Why a request is refused before anything looks at it.
pub(crate) type Refused = (StatusCode, &'static str);

const FOREIGN_HOST: Refused = (
    StatusCode::MISDIRECTED_REQUEST,
    "The sandbox answers only to loopback names such as `127.0.0.1` and `localhost`; use the address in `SANDBOX_URL`",
);
const FOREIGN_ORIGIN: Refused = (
    StatusCode::FORBIDDEN,
    "The sandbox takes no requests from another site's page; send it without a browser",
);

/// A name that leads here from elsewhere (DNS rebinding) is refused, and what another page makes a browser send.
pub(crate) fn admit(parts: &Parts) -> Result<(), Refused> {
    let mut hosts = all(parts, &HOST).ok_or(FOREIGN_HOST)?;
    // The absolute form, as to a proxy, names the host a second time.
    hosts.extend(parts.uri.authority().map(|authority| authority.as_str()));
    if hosts.is_empty() || !hosts.iter().all(|host| is_loopback(host)) {
        return Err(FOREIGN_HOST);
    }
    let origins = all(parts, &ORIGIN).ok_or(FOREIGN_ORIGIN)?;
    let own = |origin: &&str| {
        let of = origin.strip_prefix("http://");
        of.is_some_and(|origin| hosts.iter().all(|host| host.eq_ignore_ascii_case(origin)))
    };
    if origins.iter().all(own) {
        Ok(())
    } else {
        Err(FOREIGN_ORIGIN)
    }
}

/// Every value of a header; `None` if one of them is not text.
fn all<'a>(parts: &'a Parts, name: &HeaderName) -> Option<Vec<&'a str>> {
    let values = parts.headers.get_all(name).iter();
    values.map(|value| value.to_str().ok()).collect()
}

/// `localhost`, a name below it, or an address of the loopback network; with or without a port.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with('+')) {
        return false;
    }
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address == Ipv6Addr::LOCALHOST.to_string();
    }
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    let name = name.to_ascii_lowercase();
    let mut labels = name.split('.').rev();
    let legal = |label: &str| {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !label.is_empty() && label.chars().all(letter)
    };
    labels.next() == Some("localhost") && labels.all(legal)
}

/// The address that clients are given for the one that the sandbox listens at, if they can use it at all:
/// "all addresses" is reached at the loopback one.
pub(crate) fn for_clients(listening: SocketAddr) -> Option<SocketAddr> {
    let loopback = match listening.ip() {
        address if address.is_loopback() => address,
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        _ => return None,
    };
    Some(SocketAddr::new(loopback, listening.port()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request, Uri};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use url::{Host, Url};

    use super::*;

    fn status(uri: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        admit(&parts).map_or_else(|(status, _)| status.as_u16(), |()| 200)
    }

    #[test]
    fn loopback_names_alone_are_answered() {
        for host in [
            "localhost",
            "LocalHost:80",
            "shop.localhost:8080",
            "a.b_c.localhost",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.8.9.1:1",
            "[::1]",
            "[::1]:8080",
        ] {
            assert_eq!(status("/", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "",
            ":8080",
            "example.com",
            "example.com:8080",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "127.0.0.1.nip.io:8080",
            "notlocalhost",
            ".localhost",
            "a..localhost",
            "localhost.",
            "localhost:",
            "localhost:http",
            "localhost:+80",
            "localhost:99999",
            "localhost@example.com",
            "example.com/localhost",
            "example.com#.localhost",
            "127.0.0.1,example.com",
            "128.0.0.1",
            "0.0.0.0",
            "127.1",
            "2130706433",
            "10.0.0.1:8080",
            "[::]",
            "[::2]:80",
            "[::ffff:127.0.0.1]",
            "::1",
            "[::1",
        ] {
            assert_eq!(status("/", &[("host", host)]), 421, "{host}");
        }
    }

    #[test]
    fn a_request_names_its_host_and_no_second_one() {
        assert_eq!(status("/", &[]), 421);
        assert_eq!(status("/", &[("host", "localhost"), ("host", "example.com")]), 421);
        assert_eq!(status("http://example.com/", &[("host", "localhost")]), 421);
        assert_eq!(status("http://localhost/", &[("host", "localhost")]), 200);
    }

    #[test]
    fn a_page_of_another_origin_is_refused() {
        let from = |origin| status("/", &[("host", "localhost:8080"), ("origin", origin)]);
        assert_eq!(from("http://localhost:8080"), 200);
        for origin in [
            "null",
            "",
            "https://example.com",
            "http://example.com:8080",
            "https://localhost:8080",
            "http://localhost:8081",
            "http://localhost",
            "http://127.0.0.1:8080",
            "http://shop.localhost:8080",
            "http://localhost:8080, https://example.com",
        ] {
            assert_eq!(from(origin), 403, "{origin}");
        }
    }

    #[test]
    fn clients_get_an_address_that_is_answered() {
        let given = |listening: &str| for_clients(listening.parse().unwrap()).map(|address| address.to_string());
        for (listening, clients) in [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("127.0.0.2:80", Some("127.0.0.2:80")),
            ("[::1]:80", Some("[::1]:80")),
            ("0.0.0.0:80", Some("127.0.0.1:80")),
            ("[::]:80", Some("[::1]:80")),
            ("192.168.1.2:80", None),
        ] {
            assert_eq!(given(listening).as_deref(), clients, "{listening}");
        }
    }

    /// What names are made of, and what a careless parser may take for their end.
    const PIECES: [&str; 20] = [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.9.9.9",
        "[::1]",
        "::1",
        "example.com",
        "10.0.0.1",
        "nip.io",
        "evil",
        ".",
        ":",
        "@",
        "/",
        "#",
        "?",
        "%00",
        ",",
        " ",
        ":8080",
    ];
    const LOOPBACK: [&str; 6] = [
        "localhost",
        "shop.localhost:80",
        "127.0.0.1",
        "127.0.0.1:8080",
        "[::1]",
        "[::1]:1",
    ];

    /// Bytes at random, pieces in any order, and a good name with something before or after it or with one wrong byte.
    fn host() -> impl Strategy<Value = Vec<u8>> {
        let damaged = (select(&LOOPBACK[..]), any::<Index>(), any::<u8>(), any::<bool>());
        let extended = (
            select(&["", "evil", "example.com", "a."][..]),
            select(&LOOPBACK[..]),
            select(&PIECES[..]),
            any::<bool>(),
        );
        prop_oneof![
            vec(any::<u8>(), 0..24),
            vec(select(&PIECES[..]), 0..5).prop_map(|pieces| pieces.concat().into_bytes()),
            select(&LOOPBACK[..]).prop_map(|name| name.as_bytes().to_vec()),
            extended.prop_map(|(before, name, after, ends)| {
                let after = if ends { "" } else { after };
                [before, name, after].concat().into_bytes()
            }),
            damaged.prop_map(|(name, place, byte, replaces)| {
                let mut name = name.as_bytes().to_vec();
                let place = place.index(name.len());
                let until = place + usize::from(replaces);
                name.splice(place..until, [byte]);
                name
            }),
        ]
    }

    /// Scheme, name and what stands around it; without a name the page claims to be this server's.
    fn origin() -> impl Strategy<Value = (&'static str, &'static str, Option<Vec<u8>>, &'static str)> {
        let scheme = prop_oneof![3 => Just("http://"), 1 => select(&["https://", "HTTP://", ""][..])];
        let before = prop_oneof![2 => Just(""), 1 => select(&["evil", "example.com@", "."][..])];
        let host = proptest::option::weighted(0.3, host());
        let after = prop_oneof![2 => Just(""), 1 => select(&[".evil", "1", ":1", "/", ", http://example.com"][..])];
        (scheme, before, host, after)
    }

    /// Where a browser would go that is given this name, as the `url` crate reads it.
    fn site(host: &str) -> Option<Url> {
        let url = Url::parse(&format!("http://{host}/")).ok()?;
        let is_name_alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        (is_name_alone && url.username().is_empty() && url.password().is_none()).then_some(url)
    }

    fn leads_here(host: &str) -> bool {
        let Some(url) = site(host) else { return false };
        match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    proptest! {
        #[test]
        fn whatever_a_request_says_only_loopback_names_get_in(
            hosts in prop_oneof![3 => vec(host(), 1), 1 => vec(host(), 0..3)],
            authority in proptest::option::weighted(0.1, host()),
            origins in vec(origin(), 0..2),
        ) {
            let mut request = Request::builder();
            if let Some(authority) = &authority {
                let uri = Uri::builder().scheme("http").authority(&authority[..]).path_and_query("/").build();
                // What is not HTTP never comes this far.
                let Ok(uri) = uri else { return Ok(()) };
                request = request.uri(uri);
            }
            let own = hosts.first().cloned().unwrap_or_default();
            let origins: Vec<Vec<u8>> = origins
                .into_iter()
                .map(|(scheme, before, host, after)| {
                    [scheme.as_bytes(), before.as_bytes(), host.as_ref().unwrap_or(&own), after.as_bytes()].concat()
                })
                .collect();
            for (name, values) in [(HOST, &hosts), (ORIGIN, &origins)] {
                for value in values {
                    let Ok(value) = HeaderValue::from_bytes(value) else { return Ok(()) };
                    request = request.header(&name, value);
                }
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            if admit(&parts).is_ok() {
                prop_assert!(!hosts.is_empty() || authority.is_some(), "no name at all");
                let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
                for host in hosts.iter().chain(&authority).map(text) {
                    // A client does not even send a name whose punycode is wrong.
                    prop_assert!(leads_here(&host) || host.to_ascii_lowercase().contains("xn--"), "{:?}", host);
                    for origin in origins.iter().map(text) {
                        let page = Url::parse(&origin).map(|page| page.origin());
                        prop_assert_eq!(page.ok(), site(&host).map(|site| site.origin()), "{:?} {:?}", host, origin);
                    }
                }
            }
        }
    }
}
