//! An app behind a proxy of its owner's: the platform's edge lets requests with the proxy's header through alone.

use crate::harness::{Answer, Change, FAILING_CHECK, Proxy, Tester, run_with, without_job};

/// A refusal of the edge is not a 200.
const CHECK: &str = "[health]\ntimeout = \"5s\"\nchecks = [{ path = \"/health\", status = 200 }]\n";

const VALUE: &str = "kept-between-proxy-and-edge-7f3a";

fn spec(more: &str) -> String {
    format!(
        "{}ingress:\n  secure_header: {{key: X-From-Proxy{more}}}\n  rules:\n    - match: {{path: {{prefix: /}}}}\n      component: {{name: web}}\n",
        without_job()
    )
}

#[tokio::test]
async fn the_look_from_outside_shows_the_header_that_the_edge_wants() {
    let guarded = spec(&format!(", value: {VALUE}"));
    run_with(
        Change::whole_app("first").spec(&without_job()).config(CHECK),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").spec(&guarded));
            let deployed = t.deploy().await;
            deployed.succeeds().does_not_say("Rolling back");
            assert!(!deployed.shown().contains(VALUE), "{deployed}");
            assert!(!deployed.summary().contains(VALUE));
            assert_eq!(t.serving("shop").await.0, 403, "without the header");
            t.command(["verify", "--environment", "production"]).await.succeeds();
            // Behind the guard the app is judged as any other.
            t.push("main", Change::version("third").config(FAILING_CHECK));
            t.deploy().await.fails_with(1).says("Rolled back to deployment");
        },
    )
    .await;
}

#[tokio::test]
async fn an_app_whose_header_is_not_known_is_left_to_the_platforms_own_health_check() {
    let guarded = spec(&format!(", value: {VALUE}"));
    run_with(
        Change::whole_app("first").spec(&guarded).config(CHECK),
        async |t: &mut Tester| {
            // The platform hides it, and so does the file.
            let hides = |_: &str, _: &str| Answer::Changed(Box::new(|text: String| text.replace(VALUE, "EV[1:a:b]")));
            t.deploy().await.succeeds();
            let api = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), hides).await;
            let verified = t.command(["verify", "--environment", "production"]);
            let verified = verified.env("DIGITALOCEAN_API_URL", &api.url()).await;
            verified
                .succeeds()
                .says("the platform lets requests with the header `X-From-Proxy` through alone");
            // What the platform hides the file shows.
            t.push("main", Change::version("second"));
            let deployed = t.deploy().env("DIGITALOCEAN_API_URL", &api.url()).await;
            deployed.succeeds().does_not_say("Nothing was asked from outside");
        },
    )
    .await;
}
