//! App Platform's own words.

use crate::model::words::{Edge, Scopes, Words};

pub(super) static WORDS: Words = Words {
    vendor: "DigitalOcean",
    token: "DIGITALOCEAN_ACCESS_TOKEN",
    input: "token",
    token_page: "https://cloud.digitalocean.com/account/api/tokens/new",
    team: "DigitalOcean team",
    // <https://docs.digitalocean.com/products/app-platform/how-to/deploy-from-github-actions/>
    access_page: "https://cloud.digitalocean.com/apps/github/install",
    // <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
    longest_name: 32,
    manifest: "app spec",
    document: "spec",
    panel: "control panel",
    push_trigger: "deploy_on_push",
    // <https://docs.digitalocean.com/products/app-platform/how-to/archive-restore/>
    restore: "restore it in the control panel, or deploy with `maintenance: {archive: false}` in the app spec",
    // Its headers were seen on its answers; its documentation is silent. The code is a response flag of Envoy's:
    // <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>
    edge: Edge {
        server: "cloudflare",
        app_origin: "x-do-app-origin",
        failure_code: "x-do-failure-code",
        no_route: "NR",
        // <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/>
        error_pages: &[520..=527, 530..=530],
        guard: "ingress.secure_header",
    },
    other_actions: &["digitalocean/app_action"],
    // <https://docs.digitalocean.com/reference/api/scopes/>
    scopes: Scopes {
        production: &["app:create", "app:read", "app:update"],
        previews: &["app:create", "app:read", "app:update", "app:delete"],
        project: &["project:read", "project:assign_resource"],
    },
};
