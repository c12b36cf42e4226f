//! What people meet at the address: a redirect that never ends, one that leaves the app, a refusal at the root.

use crate::harness::{Change, Tester, run, run_with};

/// A service with a check of the platform's at `/up`, which is always good. `get` answers anything else; it knows
/// `self.path`, `host` and `cookie`, and calls `say(status, {header: value})`.
fn app(label: &str, get: &str) -> Change {
    let server = format!(
        r#"
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        def say(status, headers={{}}):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        host, cookie = self.headers.get("Host", ""), self.headers.get("Cookie", "")
        if self.path == "/up":
            return say(200)
        {}


HTTPServer(("", int(os.environ["PORT"])), Shop).serve_forever()
"#,
        get.trim().replace('\n', "\n        ")
    );
    Change::version(label)
        .file("server.py", &server)
        .spec(CHECKED)
        .config(PATIENCE)
}

const CHECKED: &str = "\
name: shop
services:
  - name: web
    github: {repo: org/shop, branch: main}
    run_command: python3 server.py
    instance_count: 1
    instance_size_slug: apps-s-1vcpu-0.5gb
    health_check: {http_path: /up}
";

const PATIENCE: &str = "[health]\ntimeout = \"5s\"\n";

fn unchecked() -> String {
    CHECKED.replace("    health_check: {http_path: /up}\n", "")
}

const GOOD: &str = "say(200)";
const LOOP: &str = "say(301, {'Location': '/'})";
const SESSION: &str =
    "say(302, {'Location': '/login' if self.path == '/' else '/', 'Set-Cookie': 'n=' + os.urandom(8).hex()})";
const COOKIE: &str = "\
say(200 if 'seen=1' in cookie else 302, {'Location': '/', 'Set-Cookie': 'seen=1; Path=/; HttpOnly'})";
const AWAY: &str = "say(302, {'Location': 'https://shop.example/cart?token=hush'})";

#[tokio::test]
async fn a_preview_that_redirects_for_ever_is_failed() {
    for (get, spec, says) in [
        (LOOP, CHECKED, "it redirects to itself for ever at `/`"),
        (LOOP, &unchecked(), "it redirects to itself for ever at `/`"),
        (
            SESSION,
            &unchecked(),
            "it redirects more than ten times in a row at `/`",
        ),
    ] {
        run_with(app("first", GOOD).spec(spec), async |t: &mut Tester| {
            t.open_pr(1).await;
            t.push(1, app("second", get).spec(spec));
            let deployed = t.preview(1).await;
            deployed.fails_with(1).says(says);
            assert_eq!(deployed.output("status"), "failed");
            assert!(deployed.comment(1).contains(says), "{}", deployed.comment(1));
        })
        .await;
    }
}

#[tokio::test]
async fn a_redirect_that_sets_the_cookie_it_asks_for_is_not_a_loop() {
    run_with(app("first", COOKIE).spec(&unchecked()), async |t: &mut Tester| {
        t.open_pr(1).await;
        let deployed = t.preview(1).await;
        deployed.succeeds().says("200 after a redirect to");
        assert_eq!(deployed.output("status"), "ready");
        let url = t.url_of("shop-pr-1").await;
        t.command(["verify", &url]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn production_that_redirects_for_ever_is_not_rolled_back_for_it() {
    for (spec, policy) in [(CHECKED.to_owned(), "safe"), (unchecked(), "always")] {
        run_with(app("first", GOOD).spec(&spec), async |t: &mut Tester| {
            t.deploy().await.succeeds();
            let config = format!("[production]\nrollback = \"{policy}\"\n{PATIENCE}");
            let second = t.push("main", app("second", LOOP).spec(&spec).config(&config));
            let deployed = t.deploy().await;
            deployed
                .fails_with(3)
                .says("it redirects to itself for ever at `/`")
                .does_not_say("Rolling back");
            let summary = deployed.summary();
            assert!(summary.contains("redirects to itself for ever"), "{summary}");
            assert_eq!(t.visit("shop", "GET", "/").await.status, 301);
            assert_eq!(deployed.output("commit"), second);
            // Nothing is rolled back here.
            t.command(["verify", "--environment", "production"])
                .await
                .fails_with(1)
                .says("it redirects to itself for ever at `/`");
        })
        .await;
    }
}

#[tokio::test]
async fn a_redirect_that_leaves_the_app_is_said_and_fails_nothing() {
    for spec in [CHECKED.to_owned(), unchecked()] {
        run_with(app("first", AWAY).spec(&spec), async |t: &mut Tester| {
            t.open_pr(1).await;
            let said = "`/` redirects to `https://shop.example`";
            let deployed = t.preview(1).await;
            deployed.succeeds().says(said).does_not_say("hush");
            assert_eq!(deployed.output("status"), "ready");
            assert!(deployed.comment(1).contains(said), "{}", deployed.comment(1));
            t.command(["verify", "--pr", "1"]).await.succeeds().says(said);
        })
        .await;
    }
}

#[tokio::test]
async fn a_redirect_is_followed_to_the_domains_of_the_app_alone() {
    let spec = |more: &str| format!("{}{more}", unchecked());
    let canonical = "say(200 if host == 'shop.example' else 301, {'Location': 'http://shop.example/'})";
    let own = "domains:\n  - {domain: shop.example, type: PRIMARY}\n";
    run_with(app("first", canonical).spec(&spec(own)), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed
            .succeeds()
            .says("200 after a redirect to http://shop.example/")
            .does_not_say("Redirects to");
    })
    .await;
    run_with(app("first", canonical).spec(&spec("")), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed.succeeds().says("`/` redirects to `http://shop.example`");
    })
    .await;
}

#[tokio::test]
async fn what_a_redirect_leads_to_counts() {
    let broken = "say(302 if self.path == '/' else 500, {'Location': '/home'})";
    run_with(app("first", broken).spec(&unchecked()), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.fails_with(1).says("500 after a redirect to");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_at_the_root_is_said_and_the_preview_is_ready() {
    for (status, spec, said) in [
        (400, &unchecked(), "Answers 400 at `/`: "),
        (400, &CHECKED.to_owned(), "`ALLOWED_HOSTS=${APP_DOMAIN}`"),
        (401, &unchecked(), "Answers 401 at `/`: it asks for a password"),
        (403, &unchecked(), "Answers 403 at `/`"),
        (404, &CHECKED.to_owned(), "Answers 404 at `/`"),
    ] {
        let first = app("first", &format!("say({status})")).spec(spec);
        run_with(first, async |t: &mut Tester| {
            t.open_pr(1).await;
            let deployed = t.preview(1).await;
            assert_eq!(deployed.succeeds().output("status"), "ready");
            assert!(deployed.comment(1).contains(said), "{}", deployed.comment(1));
        })
        .await;
    }
}

#[tokio::test]
async fn what_people_read_of_a_loop_and_of_a_refusal() {
    run_with(app("first", LOOP), async |t: &mut Tester| {
        t.open_pr(1).await;
        let comment = t.redact(t.preview(1).await.fails_with(1).comment(1));
        let (before, from) = comment.split_once("live since ").unwrap();
        let after = from.split_once("\n").unwrap().1;
        insta::assert_snapshot!(format!("{before}live since [time]\n{after}"), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `http://127.0.0.1:[port]/` does not answer as expected: it redirects to itself for ever at `/`; TLS ends at the platform's edge, so an app that insists on HTTPS has to trust the header `X-Forwarded-Proto`

        [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves: it has been live since [time]

        **Next:** read what the app logs when it is asked: `do-deploy logs --environment pr-1 --deployment [id]`

        Sleeps after 1 hour without a request; the next one wakes it · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
    run_with(app("first", "say(400)").spec(&unchecked()), async |t: &mut Tester| {
        t.open_pr(1).await;
        insta::assert_snapshot!(t.redact(t.preview(1).await.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>1 note</summary>

        - Answers 400 at `/`: the usual cause is a host name that the framework does not know; set `ALLOWED_HOSTS=${APP_DOMAIN}`, or what its settings read, under `[preview.env]` for previews or in the app spec

        </details>

        Sleeps after 1 hour without a request; the next one wakes it · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
    run_with(app("first", LOOP), async |t: &mut Tester| {
        insta::assert_snapshot!(t.redact(t.deploy().await.fails_with(3).summary()), @"
        ### ⚠️ Result unknown: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ⚠️ Result unknown | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Could not determine whether [`[first]`](https://github.com/org/shop/commit/[commit first]) serves: deployed, but it could not be confirmed that it serves: the request from outside: `http://127.0.0.1:[port]/` does not answer as expected: it redirects to itself for ever at `/`; TLS ends at the platform's edge, so an app that insists on HTTPS has to trust the header `X-Forwarded-Proto`

        **Next:** read what the app logs when it is asked: `do-deploy logs --environment production --deployment [id]`

        Costs $5.00 a month
        ");
    })
    .await;
}

#[tokio::test]
async fn a_check_that_answers_400_names_the_host_as_the_usual_cause() {
    let first = Change::whole_app("first")
        .file("HOSTS", "shop.example\n")
        .config(PATIENCE);
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1)
            .await
            .fails_with(1)
            .says("400 instead of 200 to 399")
            .says("`ALLOWED_HOSTS=${APP_DOMAIN}`");
    })
    .await;
}

#[tokio::test]
async fn a_root_that_answers_well_is_not_mentioned() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let deployed = t.preview(1).await;
        deployed.succeeds().does_not_say("Answers").does_not_say("Redirects");
    })
    .await;
}
