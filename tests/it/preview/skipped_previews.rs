//! Pull requests that get no preview, and where the reason is shown.

use serde_json::json;

use crate::harness::{Change, Tester, marks, run, run_with};

// Why there is no preview

async fn is_skipped(t: &Tester, why: &str) {
    let skipped = t.preview(1).await;
    skipped.succeeds().says(why);
    assert_eq!(skipped.output("status"), "skipped");
    assert_eq!(t.app_names().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_draft_gets_none() {
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true }),
        )
        .await;
        is_skipped(t, "draft").await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_a_draft_names_the_preview_that_was_made_before() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        // As where the workflow does not list `converted_to_draft`.
        t.patch_pr(1, json!({ "draft": true })).await;
        t.push(1, "second");
        let skipped = t.preview(1).await;
        assert_eq!(skipped.succeeds().output("status"), "skipped");
        insta::assert_snapshot!(t.redact(skipped.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏭️ Skipped: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        - No preview: the pull request is a draft; it gets a preview when it is ready for review
        - The preview that was made before stays as it is
        ");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_gets_one_where_drafts_are_wanted() {
    run_with(
        Change::whole_app("first").config("[preview]\ndrafts = true\n"),
        async |t: &mut Tester| {
            t.push("feature-1", "first");
            t.open_pr_as(
                1,
                json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true }),
            )
            .await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}

async fn open_draft(t: &Tester) {
    t.push("feature-1", "first");
    t.open_pr_as(
        1,
        json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true }),
    )
    .await;
}

#[tokio::test]
async fn a_draft_shows_what_is_wrong_where_drafts_get_previews() {
    let first = Change::whole_app("first")
        .config("[preview]\ndrafts = true\n")
        .spec("name: shop\nserivces: []\n");
    run_with(first, async |t: &mut Tester| {
        open_draft(t).await;
        let failed = t.preview(1).await;
        insta::assert_snapshot!(t.redact(failed.fails_with(2).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ❌ Failed | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** app `shop` has no component

        At `.do/app.yaml:1:1`

        **Next:** add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`
        ");
        insta::assert_snapshot!(t.redact(failed.summary()), @"
        ### ❌ Failed: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ❌ Failed | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** app `shop` has no component

        At `.do/app.yaml:1:1`

        **Next:** add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`
        ");
    })
    .await;
}

#[tokio::test]
async fn only_pull_requests_that_get_a_preview_show_what_is_wrong() {
    for config in ["", "[preview]\nlabel = \"preview\"\n", "[preview]\ndraft = 1\n"] {
        let first = Change::whole_app("first")
            .config(config)
            .spec("name: shop\nserivces: []\n");
        run_with(first, async |t: &mut Tester| {
            open_draft(t).await;
            let reply = t.preview(1).await;
            let failure = t
                .comments(1)
                .await
                .iter()
                .any(|it| it.to_string().contains("❌ Failed"));
            assert!(!failure, "{reply}");
        })
        .await;
    }
    let silent = Change::whole_app("first")
        .config("[comment]\nmode = \"off\"\n")
        .spec("name: shop\nserivces: []\n");
    run_with(silent, async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.fails_with(2);
        assert_eq!(t.comments(1).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_does_not_comment_why_there_is_no_preview() {
    run(async |t: &mut Tester| {
        open_draft(t).await;
        t.preview(1)
            .arg("--dry-run")
            .await
            .succeeds()
            .touches_nothing()
            .says("draft");
        assert_eq!(t.comments(1).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_bot_gets_none() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("bump").by("renovate[bot]")).await;
        is_skipped(t, "bot").await;
    })
    .await;
}

#[tokio::test]
async fn without_the_label_there_is_none_and_with_it_there_is() {
    run_with(
        Change::whole_app("first").config("[preview]\nlabel = \"preview\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            is_skipped(t, "label").await;
            t.label_pr(1, "preview").await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}

#[tokio::test]
async fn a_fork_gets_none() {
    holds!("a stranger", ["use a token", "read other code"]);
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "stranger:feature-1", "base": "main", "title": "Fork" }),
        )
        .await;
        is_skipped(t, "fork").await;
    })
    .await;
}

#[tokio::test]
async fn a_closed_pull_request_gets_none() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.close_pr(1).await;
        is_skipped(t, "closed").await;
    })
    .await;
}

#[tokio::test]
async fn switched_off_means_none() {
    run_with(
        Change::whole_app("first").config("[preview]\nenabled = false\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            is_skipped(t, "switched off").await;
        },
    )
    .await;
}

#[tokio::test]
async fn no_more_than_the_limit() {
    run_with(
        Change::whole_app("first").config("[preview]\nlimit = 1\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.open_pr(2).await;
            t.preview(1).await.succeeds();
            let second = t.preview(2).await;
            assert_eq!(second.succeeds().says("limit").output("status"), "skipped");
            assert_eq!(t.app_names().await, ["shop-pr-1"]);
            t.push(1, "second");
            assert_eq!(
                t.preview(1).await.succeeds().output("status"),
                "ready",
                "its own preview counts as there"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn only_this_repositorys_previews_count_towards_the_limit() {
    run_with(
        Change::whole_app("first").config("[preview]\nlimit = 1\n"),
        async |t: &mut Tester| {
            t.somebody_creates("theirs-pr-9", marks(1, "pr-9")).await;
            t.somebody_creates("no-preview", marks(t.repository_id().await, "production"))
                .await;
            t.open_pr(1).await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}
