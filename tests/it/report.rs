//! What people see: one comment per pull request, the GitHub deployment, the job summary, the outputs.

use crate::harness::{Api, Call, Change, Tester, fault, run, run_with};
use serde_json::json;

#[tokio::test]
async fn the_comment_begins_with_its_mark_and_its_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let repository = t.github("GET", "/repos/org/shop", None).await.expect(200);
        let mut lines = preview.succeeds().comment(1).lines();
        assert_eq!(
            lines.next().unwrap(),
            format!("<!-- do-deploy:{}:pr-1 -->", repository["id"])
        );
        assert!(
            lines.next().unwrap().starts_with("<!-- run:10"),
            "{}",
            preview.comment(1)
        );
    })
    .await;
}

#[tokio::test]
async fn the_comment_of_a_ready_preview_reads_like_this() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
}

#[tokio::test]
async fn the_comment_of_a_broken_preview_reads_like_this() {
    let first = Change::whole_app("first").config("[comment]\nlogs = \"always\"\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        let failed = t.preview(1).await;
        insta::assert_snapshot!(t.redact(failed.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[feature]`](https://github.com/org/shop/commit/[commit feature]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        <details open><summary>Last lines of the log of <code>web</code></summary>

        ```text
        KeyError: 'SHOP_SECRET' is missing
        the service cannot start
        ```

        </details>
        ");
    })
    .await;
}

#[tokio::test]
async fn the_comment_of_a_preview_that_was_broken_from_the_start_reads_like_this() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError\n")).await;
        let failed = t.preview(1).await;
        insta::assert_snapshot!(t.redact(failed.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --deployment [id]` prints it
        ");
        let summary = failed.summary();
        assert!(summary.starts_with("### ❌ Failed: shop, preview of #1\n"), "{summary}");
    })
    .await;
}

#[tokio::test]
async fn the_comment_describes_no_preview_where_the_platform_refused_to_make_one() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::forbidden_on(Call::CreateApp)).await;
        let failed = t.preview(1).await;
        failed.fails_with(2);
        let comment = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ❌ Failed | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** DigitalOcean POST /v2/apps: 403 You are not authorized to perform this operation (request [id])

        **Next:** give the DigitalOcean token (`DIGITALOCEAN_ACCESS_TOKEN`) the rights that this request needs
        ");
    })
    .await;
}

#[tokio::test]
async fn the_comment_says_when_it_sleeps_and_what_it_costs() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1).to_lowercase();
        assert!(comment.contains("sleep") && comment.contains('$'), "{comment}");
        assert!(preview.output("monthly-cost").contains('.'), "{preview}");
    })
    .await;
}

#[tokio::test]
async fn the_comment_says_building_while_it_builds() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let running = t.preview(1).start().await;
        let first = crate::harness::until("a comment is there", async || t.comments(1).await.first().cloned()).await;
        running.end().await.succeeds();
        assert!(
            first["body"].as_str().unwrap().to_lowercase().contains("building"),
            "{first}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_public_repository_shows_no_lines_of_a_running_app() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "password is hunter2\n"))
            .await;
        let failed = t.preview(1).await;
        assert!(
            !failed.fails_with(1).comment(1).contains("hunter2"),
            "{}",
            failed.comment(1)
        );
    })
    .await;
}

#[tokio::test]
async fn a_failed_migration_of_a_preview_is_shown_in_a_public_repository_too() {
    run(async |t: &mut Tester| {
        let broken =
            Change::version("broken").file("migrations/002_authors.sql", "ALTER TABLE authors_of_old ADD x;\n");
        t.open_pr_with(1, broken).await;
        let failed = t.preview(1).await;
        let comment = failed.fails_with(1).comment(1);
        insta::assert_snapshot!(t.redact(comment), @r#"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** the migration that runs before `web` failed: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; nothing serves yet

        **Next:** correct the migration, or give previews another command with `[preview] prepare`; the preview's database is SQLite: where the app cannot run on it, `database = "dev"` under `[preview]` in `do-deploy.toml` gives it PostgreSQL, for $7 a month

        <details open><summary>Last lines of the migration's log of <code>web</code></summary>

        ```text
        migration 001_notes.sql applied
        migration 002_authors.sql failed: no such table: authors_of_old
        the database was left as it was before 002_authors.sql
        ```

        </details>
        "#);
    })
    .await;
}

#[tokio::test]
async fn the_comment_is_not_edited_when_nothing_changed() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        let again = t.teardown(1).await;
        let edits = again
            .succeeds()
            .changes()
            .into_iter()
            .filter(|call| call.contains("/issues/"))
            .count();
        assert_eq!(edits, 0, "{again}");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_comment_with_our_mark_is_left_alone() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let repository = t.github("GET", "/repos/org/shop", None).await.expect(200);
        let fake = json!({ "body": format!("> <!-- do-deploy:{}:pr-1 -->\nlook at this", repository["id"]) });
        t.call(Api::GitHub, "POST", "/repos/org/shop/issues/1/comments", Some(&fake))
            .await
            .expect(201);
        t.preview(1).await.succeeds();
        let comments = t.comments(1).await;
        assert_eq!(comments.len(), 2);
        assert_eq!(comments[0]["body"], fake["body"]);
    })
    .await;
}

#[tokio::test]
async fn the_comment_is_found_behind_a_hundred_others() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        for number in 0..101 {
            let chat = json!({ "body": format!("comment {number}") });
            t.call(Api::GitHub, "POST", "/repos/org/shop/issues/1/comments", Some(&chat))
                .await
                .expect(201);
        }
        t.preview(1).await.succeeds();
        t.push(1, "second");
        let edited = t.preview(1).await;
        let created = edited
            .succeeds()
            .changes()
            .into_iter()
            .filter(|call| call.starts_with("POST /repos/org/shop/issues/"));
        assert_eq!(created.count(), 0, "{edited}");
    })
    .await;
}

#[tokio::test]
async fn recreate_makes_the_comment_the_newest() {
    run_with(
        Change::whole_app("first").config("[comment]\nmode = \"recreate\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            let before = t.comments(1).await[0]["id"].as_u64();
            t.push(1, "second");
            t.preview(1).await.succeeds();
            let after = t.comments(1).await;
            assert_eq!(after.len(), 1);
            assert!(after[0]["id"].as_u64() > before);
        },
    )
    .await;
}

#[tokio::test]
async fn off_means_no_comment() {
    run_with(
        Change::whole_app("first").config("[comment]\nmode = \"off\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            assert_eq!(t.comments(1).await.len(), 0);
        },
    )
    .await;
}

#[tokio::test]
async fn foreign_text_cannot_speak_to_the_runner() {
    let mean = "::set-output name=url::http://evil.example\n::add-mask::a\n";
    run_with(
        Change::whole_app("first").file("CRASH", mean),
        async |t: &mut Tester| {
            let failed = t.deploy().await;
            failed.fails_with(1);
            let speaks = |line: &str| line.starts_with("::set-output") || line.starts_with("::add-mask::a");
            assert!(
                !failed.stdout.lines().any(speaks) && !failed.stderr.lines().any(speaks),
                "{failed}"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn foreign_text_cannot_break_out_of_the_comment() {
    holds!("an app", ["lie in a comment"]);
    let mean = "```\n</details>\n<!-- do-deploy:1:pr-2 -->\n@org/everyone [x](http://evil.example)\n";
    let first = Change::whole_app("first").config("[comment]\nlogs = \"always\"\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", mean)).await;
        let failed = t.preview(1).await;
        let comment = failed.fails_with(1).comment(1);
        let parts: Vec<&str> = comment.split("```").collect();
        assert_eq!(parts.len(), 3, "one fenced block: {comment}");
        assert!(parts[1].contains("evil.example"), "{comment}");
        assert!(
            !parts[0].contains("evil.example") && !parts[2].contains("evil.example"),
            "{comment}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_comment_stays_below_githubs_limit() {
    let long = "x".repeat(400) + "\n";
    let first = Change::whole_app("first").config("[comment]\nlogs = \"always\"\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", &long.repeat(400))).await;
        let failed = t.preview(1).await;
        assert!(failed.fails_with(1).comment(1).chars().count() < 60_000);
    })
    .await;
}

#[tokio::test]
async fn the_previews_deployment_carries_pull_request_and_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let deployment = t.deployments("preview").await.remove(0);
        assert_eq!(deployment["payload"], json!({ "pr": 1, "app": "shop" }));
        assert_eq!(deployment["state"], "success");
        let states: Vec<&str> = deployment["statuses"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|s| s["state"].as_str())
            .collect();
        assert_eq!(states, ["success", "in_progress"]);
    })
    .await;
}

#[tokio::test]
async fn the_summary_shows_what_the_preview_changed_and_why() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let summary = preview.succeeds().summary();
        assert!(
            summary.contains("migrate") && summary.contains("feature-1"),
            "{summary}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_outputs_name_every_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let apps: serde_json::Value = serde_json::from_str(&preview.succeeds().output("apps")).unwrap();
        assert_eq!(apps.as_array().unwrap().len(), 1, "{apps}");
        assert_eq!(
            apps[0]["app-id"].as_str().or(apps[0]["app_id"].as_str()),
            Some(preview.output("app-id").as_str())
        );
        assert!(preview.output("comment-url").contains("#issuecomment-"), "{preview}");
    })
    .await;
}

#[tokio::test]
async fn a_newer_preview_puts_the_earlier_deployments_of_its_pull_request_aside() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(2).await.succeeds();
        t.preview(1).await.succeeds();
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let states: Vec<String> = t.deployments("preview").await.iter().map(of_pull).collect();
        assert_eq!(states, ["1: success", "1: inactive", "2: success"]);
    })
    .await;
}

#[tokio::test]
async fn a_broken_preview_leaves_the_deployment_that_still_serves_as_it_is() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        t.preview(1).await.fails_with(1);
        assert_eq!(t.deployment_states("preview").await, ["failure", "success"]);
    })
    .await;
}

/// Pull request and state of a preview's GitHub deployment.
fn of_pull(deployment: &serde_json::Value) -> String {
    format!(
        "{}: {}",
        deployment["payload"]["pr"],
        deployment["state"].as_str().unwrap()
    )
}

#[tokio::test]
async fn duplicates_of_our_comment_are_deleted() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let mark = format!("<!-- do-deploy:{}:pr-1 -->", t.repository_id().await);
        for run in [3, 4] {
            let body = json!({ "body": format!("{mark}\n<!-- run:{run}:1 -->\nrun {run}") });
            t.github("POST", "/repos/org/shop/issues/1/comments", Some(&body))
                .await
                .expect(201);
        }
        let oldest = t.comments(1).await[0]["id"].clone();
        let preview = t.preview(1).await;
        assert!(preview.succeeds().comment(1).contains("✅ Ready"), "{preview}");
        assert_eq!(t.comments(1).await[0]["id"], oldest);
    })
    .await;
}

#[tokio::test]
async fn a_verdict_stands_when_the_pull_request_cannot_be_read_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        // One try and its repetitions.
        t.fault(fault::server_error_on(Call::ReadPull(1)).from(2).times(5))
            .await;
        let preview = t.preview(1).await;
        preview.succeeds();
        assert_eq!(preview.output("status"), "ready");
        let comment = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>1 note</summary>

        - Could not determine whether the pull request is still open: GitHub GET /repos/org/shop/pulls/1: 500 Internal Server Error (request [id])

        </details>

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
}

#[tokio::test]
async fn the_comment_shows_a_mistake_in_the_configuration() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, Change::version("second").config("[preview]\nslep = \"1h\"\n"));
        t.preview(1).at("feature-1").await.fails_with(2);
        let comment = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** unknown key `slep`

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        At `do-deploy.toml:2:1`

        **Next:** did you mean `sleep`?
        ");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}
