//! HTTP connections, as every client here has them.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;

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
