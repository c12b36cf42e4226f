//! Broken surroundings and oversized input: a clear sentence, the right exit code, and the verdict stands.

use crate::harness::{Change, Tester, run, run_with};

/// Nine levels of nine: nearly four hundred million values from a few lines.
fn bomb() -> String {
    let mut text = "name: shop\na: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (level, before) in ('b'..='i').zip('a'..) {
        let items = vec![format!("*{before}"); 9].join(",");
        text.push_str(&format!("{level}: &{level} [{items}]\n"));
    }
    text
}

#[tokio::test]
async fn a_spec_that_explodes_is_refused_with_what_to_do() {
    run_with(Change::whole_app("first").spec(&bomb()), async |t: &mut Tester| {
        let refused = t.deploy().await;
        refused.fails_with(2).touches_nothing().says("anchors").says("hint: ");
    })
    .await;
}

#[tokio::test]
async fn a_spec_twenty_times_as_large_as_any_in_use_is_not_read_to_its_end() {
    let items = |item: &str| vec![item; 30].join(",");
    let (once, twice, thrice) = (items("x"), items("*a"), items("*b"));
    let text = format!("name: shop\na: &a [{once}]\nb: &b [{twice}]\nc: [{thrice}]\n");
    run_with(Change::whole_app("first").spec(&text), async |t: &mut Tester| {
        t.deploy().await.fails_with(2).touches_nothing().says("grows too large");
    })
    .await;
}

#[tokio::test]
async fn a_spec_of_several_documents_is_refused_in_our_own_words() {
    let first = Change::whole_app("first").spec("name: shop\n---\nname: other\n");
    run_with(first, async |t: &mut Tester| {
        let refused = t.deploy().await;
        refused.fails_with(2).does_not_say("from_").says("several documents");
    })
    .await;
}

#[tokio::test]
async fn a_token_of_two_lines_is_named_and_never_shown() {
    run(async |t: &mut Tester| {
        for name in ["DIGITALOCEAN_ACCESS_TOKEN", "GITHUB_TOKEN"] {
            let first = t.secret("FIRST_LINE");
            let refused = t.deploy().env(name, &format!("{first}\nx")).await;
            refused
                .fails_with(2)
                .touches_nothing()
                .says(&format!("`{name}` is not a valid token"));
        }
    })
    .await;
}

#[tokio::test]
async fn outputs_that_cannot_be_written_do_not_make_a_good_deployment_red() {
    run(async |t: &mut Tester| {
        let deploy = t
            .deploy()
            .env("GITHUB_OUTPUT", "/proc/nowhere/output")
            .env("GITHUB_STEP_SUMMARY", "/proc/nowhere/summary")
            .await;
        deploy.succeeds().says("::warning::the outputs could not be written");
    })
    .await;
}

#[tokio::test]
async fn a_summary_stays_below_the_runners_limit() {
    let lines = "x".repeat(2_000) + "\n";
    let first = Change::whole_app("first")
        .file("printed.txt", &lines.repeat(2_000))
        .spec(&crate::harness::spec(
            "    run_command: do-deploy demo-app serve",
            "    build_command: cat printed.txt; exit 1\n    run_command: do-deploy demo-app serve",
        ));
    run_with(first, async |t: &mut Tester| {
        let failed = t.deploy().await;
        failed.fails_with(1);
        assert!(failed.summary().len() < 1 << 20, "{}", failed.summary().len());
    })
    .await;
}

#[tokio::test]
async fn the_newest_attempt_that_failed_is_in_the_status() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        t.deploy().await.fails_with(1);
        t.settled().await;
        let json = t.command(["status", "--json"]).locally().await.json();
        assert_eq!(json["apps"][0]["newest_failed"], true, "{json:#}");
        t.command(["status"]).locally().await.says("newest failed");
    })
    .await;
}
