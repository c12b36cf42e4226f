//! Where the control panel shows an app.

use super::{AppPlatform, SEGMENT};
use crate::model::report::Pages;
use percent_encoding::utf8_percent_encode;

/// <https://docs.digitalocean.com/reference/api/>
const API: &str = "api.digitalocean.com";

impl AppPlatform {
    /// `None` where the API is not DigitalOcean's own: nothing is known of its pages.
    pub(in crate::platforms::app_platform) fn pages(&self) -> Option<Pages> {
        (self.client.base().host_str() == Some(API)).then_some(Pages {
            name: "App Platform",
            url: page,
        })
    }
}

/// The app's page, or that of one of its deployments.
fn page(app: &str, deployment: Option<&str>) -> String {
    let segment = |id| utf8_percent_encode(id, SEGMENT);
    let app = format!("https://cloud.digitalocean.com/apps/{}", segment(app));
    match deployment {
        Some(deployment) => format!("{app}/deployments/{}", segment(deployment)),
        None => app,
    }
}

#[cfg(test)]
mod tests {
    use super::AppPlatform;
    use crate::redact::Secret;
    use crate::wait::Wait;

    #[test]
    fn only_digitaloceans_own_api_has_a_control_panel() {
        let pages = |base: &str| {
            let token = Secret::new("a token").expect("not empty");
            let cloud = AppPlatform::new(base.parse().expect("a URL"), &token, Wait::unbounded()).expect("a client");
            cloud.pages()
        };
        let pages_of_vendor = pages("https://api.digitalocean.com").expect("it has pages");
        let page = pages_of_vendor.url;
        assert_eq!(page("4f6c", None), "https://cloud.digitalocean.com/apps/4f6c");
        assert_eq!(
            page("4f6c", Some("a/b")),
            "https://cloud.digitalocean.com/apps/4f6c/deployments/a%2Fb"
        );
        assert!(pages("http://127.0.0.1:8080").is_none());
    }
}
