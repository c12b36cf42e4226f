//! `[preview] budget`: what the previews of a repository may cost together.

use crate::harness::{Change, Tester, run_with, spec};

#[tokio::test]
async fn a_preview_beyond_the_budget_is_not_made_and_says_which_would_have_to_go() {
    run_with(
        Change::whole_app("first").config("[preview]\nbudget = 9.99\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            t.open_pr(2).await;
            let skipped = t.preview(2).await;
            assert_eq!(skipped.succeeds().output("status"), "skipped");
            insta::assert_snapshot!(t.redact(skipped.comment(2)), @"
            <!-- do-deploy:1000001:pr-2 -->
            <!-- run:[run]:1 -->
            ### ⏭️ Skipped: preview of #2

            | Preview | State | Commit |
            |---|---|---|
            | pr-2 | ⏭️ Skipped | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

            Updated [time] UTC · [Run [run]]([link to the run])

            - No preview: the repository's previews would cost $10.00 a month awake, and `[preview] budget` is $9.99; close pull request 1 ($5.00), or raise the budget
            ");
            assert_eq!(t.app_names().await, ["shop-pr-1"]);
            // What exists and becomes no dearer is updated whatever the others cost.
            t.push("main", Change::version("second").config("[preview]\nbudget = 1\n"));
            t.push(1, Change::version("third"));
            t.preview(1).await.succeeds();
            t.expect_serving("shop-pr-1", "third").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_that_would_grow_beyond_the_budget_stays_as_it_is() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push("main", Change::version("second").config("[preview]\nbudget = 6\n"));
        t.push(1, Change::version("third").config("[preview]\ndatabase = \"dev\"\n"));
        let skipped = t.preview(1).await;
        insta::assert_snapshot!(t.redact(skipped.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏭️ Skipped: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[third]`](https://github.com/org/shop/commit/[commit third]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        - No preview: the repository's previews would cost $12.00 a month awake, and `[preview] budget` is $6.00; this one alone costs $12.00; raise the budget
        - The preview that was made before stays as it is
        ");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_budget_that_is_no_amount_is_refused_with_its_place() {
    run_with(
        Change::whole_app("first").config("[preview]\nbudget = 0\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            let refused = t.preview(1).locally().await;
            insta::assert_snapshot!(t.log(refused.fails_with(2)), @"
            error: do-deploy.toml:2:10: invalid value: integer `0`, expected US dollars a month above 0, such as `50`, or `false`
            hint: every key, its default and its format are in do-deploy's `reference.toml`
            ");
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_that_costs_nothing_and_would_grow_beyond_the_budget_keeps_serving_and_keeps_its_record() {
    // A static site has no list price.
    let site = "name: shop\nregion: fra\nstatic_sites:\n- name: site\n  github: { repo: org/shop, branch: main }\n  source_dir: site\n  output_dir: /\n";
    let first = Change::whole_app("first")
        .spec(site)
        .file("site/index.html", "first\n")
        .config("[preview]\nbudget = 1\n");
    let whole = spec("name: shop\n", "name: shop\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push("main", Change::version("second").spec(&whole));
        t.push(1, Change::version("third").spec(&whole));
        t.preview(1).await.succeeds().says("`[preview] budget` is $1.00");
        let records = t.deployments("preview").await;
        assert_eq!(records[0]["state"], "success");
        let comment = t.comment(1).await;
        assert!(comment.contains("[Open shop-pr-1]"), "{comment}");
    })
    .await;
}
