//! HTTP connections as every client here has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Once;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;

use super::trust::tls;
use crate::model::address::is_loopback;

/// Longest wait for one answer. DigitalOcean's edge gives up after 100 s; a healthy answer takes one or two.
/// <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/>
pub(super) const REQUEST_DEADLINE: Duration = Duration::from_secs(60);
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// Without credentials, for probes: it connects for every request, because an open connection may lead to an instance
/// that is on its way out.
pub(crate) fn probing_http() -> anyhow::Result<reqwest::Client> {
    Ok(builder()?.pool_max_idle_per_host(0).build()?)
}

/// For requests to `url`'s host. What is meant for this machine stays here: it goes through no proxy, and no name server
/// is asked where `localhost` is.
pub(super) fn direct_if_loopback(url: &Url) -> anyhow::Result<reqwest::Client> {
    let mut builder = builder()?;
    if is_loopback(url) {
        builder = builder.no_proxy();
        if let Some(name) = url.domain() {
            // Port 0 stands for that of the URL.
            let here = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
            builder = builder.resolve_to_addrs(name, &here.map(|address| SocketAddr::new(address, 0)));
        }
    }
    Ok(builder.build()?)
}

/// No redirect is followed before it was looked at.
fn builder() -> anyhow::Result<reqwest::ClientBuilder> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that a provider is installed already, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
    });
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .user_agent(concat!("do-deploy/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_DEADLINE)
        .timeout(REQUEST_DEADLINE))
}
