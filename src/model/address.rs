//! Addresses that are this machine's own.

use url::{Host, Url};

/// Whether what is sent there stays here. `localhost` and the names below it do:
/// <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::is_loopback;

    #[test]
    fn loopback_is_what_never_leaves_the_machine() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.8.9.10", true),
            ("http://[::1]:1", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost/api/v3", true),
            ("http://shop.localhost:3000", true),
            ("http://localhost.", true),
            ("http://2130706433", true), // 127.0.0.1 in another form, which URLs know
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://0.0.0.0", false),
            ("http://10.0.0.1", false),
            ("http://192.168.0.1", false),
            ("http://[fe80::1]", false),
            ("http://ghe.internal", false),
            ("http://localhost@example.com", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).expect("a URL")), expected, "{url}");
        }
    }
}
