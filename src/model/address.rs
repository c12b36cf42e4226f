//! Addresses that are this machine's own, or its network's.

use std::net::IpAddr;

use url::{Host, Url};

/// Whether what is sent there stays here. `localhost` and the names below it do:
/// <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        _ => ip(url).is_some_and(|address| address.is_loopback()),
    }
}

/// Whether an API at `base` may send us to `url` for a log: not without TLS, and not into the network that this machine
/// stands in, unless the API itself is there.
pub(crate) fn may_lead_to(base: &Url, url: &Url) -> bool {
    match url.scheme() {
        "http" => is_loopback(url) && is_loopback(base),
        "https" => !is_inside(url) || is_inside(base),
        _ => false,
    }
}

/// Loopback, or an address that only leads somewhere from inside of a network.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_inside(url: &Url) -> bool {
    is_loopback(url)
        || match ip(url) {
            Some(IpAddr::V4(address)) => {
                let is_shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
                address.is_private() || address.is_link_local() || address.is_unspecified() || is_shared
            }
            Some(IpAddr::V6(address)) => {
                address.is_unique_local() || address.is_unicast_link_local() || address.is_unspecified()
            }
            None => false,
        }
}

/// The address that a URL names instead of a host, an IPv4 one also where IPv6 wraps it.
fn ip(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.to_canonical()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{is_loopback, may_lead_to};

    #[test]
    fn a_log_is_neither_fetched_without_tls_nor_from_the_runners_own_network() {
        let api = "https://api.digitalocean.com";
        let sandbox = "http://127.0.0.1:4000";
        for (base, url, expected) in [
            (api, "https://proxy-apps.ondigitalocean.app/log?token=t", true),
            (api, "https://203.0.113.7/log", true),
            (api, "http://proxy-apps.ondigitalocean.app/log?token=t", false),
            (api, "https://127.0.0.1/log", false),
            (api, "http://127.0.0.1/log", false),
            (api, "https://localhost/log", false),
            (api, "http://169.254.169.254/latest/meta-data", false),
            (api, "https://169.254.169.254/latest/meta-data", false),
            (api, "https://10.0.0.1/log", false),
            (api, "https://172.16.0.1/log", false),
            (api, "https://192.168.0.1/log", false),
            (api, "https://100.100.0.1/log", false),
            (api, "https://0.0.0.0/log", false),
            (api, "https://[::1]/log", false),
            (api, "https://[::]/log", false),
            (api, "https://[fd00::1]/log", false),
            (api, "https://[fe80::1]/log", false),
            (api, "https://[::ffff:10.0.0.1]/log", false),
            (api, "file:///etc/passwd", false),
            (sandbox, "http://127.0.0.1:4001/log", true),
            (sandbox, "http://localhost:4001/log", true),
            (sandbox, "https://proxy-apps.ondigitalocean.app/log", true),
            (sandbox, "http://proxy-apps.ondigitalocean.app/log", false),
            (sandbox, "http://10.0.0.1/log", false),
            ("https://10.0.0.5", "https://10.0.0.6/log", true),
            ("https://10.0.0.5", "http://10.0.0.6/log", false),
        ] {
            let parse = |url| Url::parse(url).expect("a URL");
            assert_eq!(may_lead_to(&parse(base), &parse(url)), expected, "{base} {url}");
        }
    }

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
