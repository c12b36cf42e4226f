//! A way that is blocked says nothing about the app: nothing is rolled back, and the run ends with 3.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Answer, Change, FAILING_CHECK, Gate, Invocation, Proxy, Tester, run_with, without_job};

/// Nothing listens there.
const DEAD: &str = "http://127.0.0.1:9";

/// The APIs are asked directly, as `localhost`; the app's host is behind the proxy.
fn behind<'t>(t: &'t Tester, proxy: &str, invocation: Invocation<'t>) -> Invocation<'t> {
    let api = |key: &str| t.sandbox.url(key).replace("127.0.0.1", "localhost");
    invocation
        .env("HTTP_PROXY", proxy)
        .env("NO_PROXY", "localhost")
        .env("DIGITALOCEAN_API_URL", &api("DIGITALOCEAN_API_URL"))
        .env("GITHUB_API_URL", &api("GITHUB_API_URL"))
}

/// A proxy that answers every request itself.
async fn proxy_that_says(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    url
}

/// A proxy that passes every request on.
async fn honest_proxy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass_on(stream));
        }
    });
    url
}

async fn pass_on(mut client: TcpStream) -> Option<()> {
    let mut head = vec![0; 4096];
    let length = client.read(&mut head).await.ok()?;
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    // `GET http://127.0.0.1:20000/health HTTP/1.1`
    let (host, path) = head.split(' ').nth(1)?.strip_prefix("http://")?.split_once('/')?;
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let mut app = TcpStream::connect(host).await.ok()?;
    app.write_all(request.as_bytes()).await.ok()?;
    tokio::io::copy(&mut app, &mut client).await.ok()?;
    Some(())
}

fn first() -> Change {
    Change::whole_app("first").spec(&without_job())
}

#[tokio::test]
async fn a_dead_proxy_does_not_cause_a_rollback() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        let blocked = behind(t, DEAD, t.deploy()).await;
        insta::assert_snapshot!(t.log(blocked.fails_with(3)), @"
        ::error::deployed, but it could not be confirmed that it serves: the request from outside: `http://127.0.0.1:[port]/health` could not be asked from here: the proxy `http://127.0.0.1:9` (`HTTP_PROXY`) is in the way: the connection was refused%0Ahint: let the proxy pass `127.0.0.1`, or name it in `NO_PROXY`; then ask again: `do-deploy verify --environment production`
        ::group::Plan
        ::endgroup::
        ::group::Build
        Updating `shop`
        Deployment [id] has begun
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Build log
        checking out [commit second] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ::endgroup::
        ::group::Checks
        Checking the built commit, the platform's health check and a request from outside
        http://127.0.0.1:[port]/health: the proxy `http://127.0.0.1:9` (`HTTP_PROXY`) is in the way: the connection was refused
        ::endgroup::
        ");
        assert_eq!(blocked.output("status"), "unknown");
        assert!(
            !blocked.requests().iter().any(|call| call.contains("/rollback")),
            "{blocked}"
        );
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn what_a_proxy_answers_in_the_apps_place_is_not_the_apps_answer() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for (reply, said) in [
            ("403 Forbidden\r\n", "answered 403 in the app's place"),
            (
                "407 Proxy Authentication Required\r\n",
                "answered 407 in the app's place",
            ),
            (
                "302 Found\r\nlocation: http://login.corp/\r\n",
                "answered 302 in the app's place",
            ),
            (
                "200 OK\r\ncontent-type: text/html\r\n",
                "answered 200 in the app's place",
            ),
            (
                "503 Service Unavailable\r\ncontent-type: text/html\r\n",
                "answered 503 in the app's place",
            ),
        ] {
            let reply = format!("HTTP/1.1 {reply}content-length: 0\r\nconnection: close\r\n\r\n");
            let proxy = proxy_that_says(reply.leak()).await;
            let verify = t.command(["verify", "--environment", "production"]);
            behind(t, &proxy, verify)
                .await
                .fails_with(3)
                .says(said)
                .says("`HTTP_PROXY`");
        }
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_refuses_does_not_cause_a_rollback() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        let reply = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let proxy = proxy_that_says(reply).await;
        behind(t, &proxy, t.deploy())
            .await
            .fails_with(3)
            .does_not_say("Rolling back");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn through_a_proxy_the_apps_own_answer_counts() {
    run_with(first(), async |t: &mut Tester| {
        let proxy = honest_proxy().await;
        behind(t, &proxy, t.deploy()).await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        behind(t, &proxy, t.deploy())
            .await
            .fails_with(1)
            .says("404 instead of 200")
            .says("Rolled back");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_captive_page_is_neither_ready_nor_a_reason_to_roll_back() {
    for config in ["", "[health]\nchecks = [{ path = \"/\", status = 200 }]\n"] {
        run_with(first().config(config), async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", "second");
            let url = t.url_of("shop").await;
            let reply = "HTTP/1.1 302 Found\r\nlocation: http://login.corp.example/\r\n\
                         content-length: 0\r\nconnection: close\r\n\r\n";
            // No variable names what stands there.
            let page = proxy_that_says(reply).await;
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
                let (url, page) = (url.clone(), page.clone());
                Answer::Changed(Box::new(move |text| text.replace(&url, &page)))
            })
            .await;
            t.deploy()
                .env("DIGITALOCEAN_API_URL", &between.url())
                .await
                .fails_with(3)
                .says("something between here and the platform answered 302")
                .does_not_say("Rolling back");
            t.expect_serving("shop", "second").await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_refusal_without_the_platforms_marks_does_not_cause_a_rollback() {
    for (reply, status) in [
        ("403 Forbidden\r\nserver: nginx\r\n", 403),
        ("502 Bad Gateway\r\nvia: 1.1 gate\r\n", 502),
        ("503 Service Unavailable\r\n", 503),
    ] {
        run_with(first(), async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", "second");
            let url = t.url_of("shop").await;
            let reply = format!("HTTP/1.1 {reply}content-length: 0\r\nconnection: close\r\n\r\n");
            // No variable names what stands there.
            let refusal = proxy_that_says(reply.leak()).await;
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
                let (url, refusal) = (url.clone(), refusal.clone());
                Answer::Changed(Box::new(move |text| text.replace(&url, &refusal)))
            })
            .await;
            t.deploy()
                .env("DIGITALOCEAN_API_URL", &between.url())
                .await
                .fails_with(3)
                .says(&format!("something between here and the platform answered {status}"))
                .does_not_say("Rolling back");
            t.expect_serving("shop", "second").await;
        })
        .await;
    }
}

#[tokio::test]
async fn an_edge_without_a_route_does_not_cause_a_rollback() {
    let rules = "
ingress:
  rules:
    - match: {path: {prefix: /api}}
      component: {name: web}
";
    let first = first().spec(&format!("{}{rules}", without_job()));
    run_with(first, async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let config = "[health]\npath = \"/health\"\ntimeout = \"2s\"\n";
        t.push("main", Change::version("second").config(config));
        t.deploy()
            .await
            .fails_with(3)
            .says("the platform's edge answered 404: it has no route to the app yet")
            .does_not_say("Rolling back");
    })
    .await;
}

#[tokio::test]
async fn where_the_way_is_blocked_the_platforms_word_counts() {
    let gate = Gate::closed().await;
    // Once the gate is open it never serves again.
    let port = gate.url().rsplit(':').next().unwrap_or_default().to_owned();
    let dies = format!(
        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' || exit 9; \
         do-deploy demo-app serve & SERVER=$!; {}; kill $SERVER; exit 9",
        gate.wait()
    );
    let first = Change::whole_app("first")
        .spec(&without_job().replace("do-deploy demo-app serve", &format!("'{}'", dies.replace('\'', "''"))))
        .config("[health]\ntimeout = \"2s\"\n");
    run_with(first, async |t: &mut Tester| {
        let mut running = behind(t, DEAD, t.deploy()).start().await;
        running.says("is in the way").await;
        drop(gate);
        running.end().await.fails_with(1).says("`web` is unhealthy");
    })
    .await;
}

#[tokio::test]
async fn the_advice_to_ask_again_is_for_the_preview_that_was_asked() {
    run_with(first(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let blocked = behind(t, DEAD, t.preview(1)).await;
        let advice = "ask again: `do-deploy verify --environment pr-1`";
        blocked.says("could not be asked from here");
        assert!(t.comment(1).await.contains(advice), "{}", t.comment(1).await);
        let looked = behind(t, DEAD, t.command(["verify", "--pr", "1", "--timeout", "5s"])).await;
        looked.fails_with(3).says(advice);
    })
    .await;
}
