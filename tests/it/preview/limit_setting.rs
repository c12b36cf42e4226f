//! `[preview] limit`, also where many previews are made together.

use nix::sys::signal::Signal;

use crate::harness::{Call, Change, Tester, fault, marks, run_with, until};

fn limited_to(limit: u32) -> Change {
    Change::whole_app("first").config(&format!("[preview]\nlimit = {limit}\n"))
}

/// Runs for so many pull requests at once, each of which has looked before any of them makes its app.
async fn at_once(t: &Tester, pulls: u64) -> Vec<String> {
    for number in 1..=pulls {
        t.open_pr(number).await;
    }
    t.fault(fault::slow(Call::CreateApp, 3).times(usize::try_from(pulls).unwrap()))
        .await;
    let mut running = Vec::new();
    for number in 1..=pulls {
        running.push(t.preview(number).start().await);
    }
    let mut statuses = Vec::new();
    for run in running {
        let run = run.end().await;
        let status = run.succeeds().output("status");
        if status == "skipped" {
            run.says("`[preview] limit` is")
                .says("close a pull request or raise the limit");
        }
        statuses.push(status);
    }
    statuses
}

#[tokio::test]
async fn previews_made_together_stay_within_the_limit() {
    holds!("a triager", ["spend money"]);
    for (limit, pulls) in [(1, 3), (3, 5)] {
        run_with(limited_to(limit), async |t: &mut Tester| {
            let mut statuses = at_once(t, pulls).await;
            statuses.sort_unstable();
            let (ready, skipped) = (limit as usize, pulls as usize - limit as usize);
            assert_eq!(statuses, [vec!["ready"; ready], vec!["skipped"; skipped]].concat());
            assert_eq!(t.app_names().await.len(), ready);
            for number in 1..=pulls {
                let comment = t.comment(number).await;
                assert!(comment.contains("✅ Ready") != comment.contains("limit"), "{comment}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn previews_made_together_within_the_limit_all_stay() {
    run_with(limited_to(3), async |t: &mut Tester| {
        assert_eq!(at_once(t, 3).await, ["ready"; 3]);
    })
    .await;
}

#[tokio::test]
async fn one_too_many_ends_as_one_that_is_over_the_limit_before() {
    run_with(limited_to(1), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        let before = t.preview(2).await;
        let before_comment = t.comment(2).await;
        // What a run leaves behind that was killed between the creation and the look after it.
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-2", marks(id, "pr-2")).await;
        let after = t.preview(2).await;
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        assert_eq!(after.succeeds().outputs(), before.succeeds().outputs());
        let without_run = |text: &str| {
            text.lines()
                .filter(|line| !line.contains("run"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(without_run(&t.comment(2).await), without_run(&before_comment));
    })
    .await;
}

#[tokio::test]
async fn a_run_killed_after_its_creation_is_finished_by_the_next() {
    run_with(limited_to(1), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.fault(fault::slow(Call::ProposeApp, 4)).await;
        // At the pace of real life there are two seconds between its creation and its second look.
        let late = t.preview(2).env("DO_DEPLOY_PACE", "1").start().await;
        until("the second run has looked", async || {
            let asked = t.requests().await;
            let looks =
                |call: &serde_json::Value| call["path"].as_str().is_some_and(|path| path.starts_with("/v2/apps?"));
            asked.iter().any(looks).then_some(())
        })
        .await;
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-1", marks(id, "pr-1")).await;
        until("the second app is there", async || {
            (t.app_names().await.len() == 2).then_some(())
        })
        .await;
        late.signal(Signal::SIGKILL);
        late.end().await;
        assert_eq!(t.preview(2).await.succeeds().output("status"), "skipped");
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        let shown = t.deployments("preview").await;
        let states: Vec<_> = shown.iter().map(|deployment| &deployment["state"]).collect();
        assert_eq!(states, ["inactive"], "{shown:#?}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_takes_nothing_back() {
    run_with(limited_to(1), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.open_pr(2).await;
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-2", marks(id, "pr-2")).await;
        let planned = t.preview(2).args(["--dry-run"]).await;
        assert_eq!(
            planned.succeeds().touches_nothing().says("limit").output("status"),
            "skipped"
        );
        assert_eq!(t.app_names().await, ["shop-pr-1", "shop-pr-2"]);
    })
    .await;
}
