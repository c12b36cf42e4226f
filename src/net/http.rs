//! HTTP connections as every client here has them, and why a request got no answer.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;

use super::error::{Problem, Unreachable};

/// Longest wait for one answer. DigitalOcean's edge gives up after 100 s; a healthy answer takes one or two.
const REQUEST_DEADLINE: Duration = Duration::from_secs(60);
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// An HTTP client without credentials for probes: it connects for every request, because an open connection may lead to an instance that is on its way out.
pub(crate) fn probing_http() -> anyhow::Result<reqwest::Client> {
    Ok(builder().pool_max_idle_per_host(0).build()?)
}

/// No redirect is followed before it was looked at.
pub(super) fn builder() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that a provider is installed already, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .user_agent(concat!("do-deploy/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_DEADLINE)
        .timeout(REQUEST_DEADLINE)
}

/// Why a request got no answer, and whether it may have been carried out.
pub(crate) fn unreachable_because(error: &reqwest::Error) -> Problem {
    let reason = if error.is_timeout() {
        Unreachable::Timeout
    } else {
        reason_of(error)
    };
    Problem::Unreachable {
        reason,
        sent: !error.is_connect(),
    }
}

/// Looks for the cause in the chain of errors: by type where the type is known, else by its words.
fn reason_of(error: &(dyn std::error::Error + 'static)) -> Unreachable {
    let mut next = Some(error);
    while let Some(cause) = next {
        // What an I/O error wraps is not part of the chain.
        let io = cause.downcast_ref::<std::io::Error>();
        let inner = io
            .and_then(|io| io.get_ref())
            .map(|inner| inner as &(dyn std::error::Error + 'static));
        if cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return Unreachable::Tls;
        }
        match io.map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => return Unreachable::Refused,
            Some(std::io::ErrorKind::TimedOut) => return Unreachable::Timeout,
            _ => {}
        }
        let words = cause.to_string().to_ascii_lowercase();
        if words.contains("dns error") || words.contains("failed to lookup") {
            return Unreachable::Dns;
        }
        next = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    Unreachable::Broken
}
