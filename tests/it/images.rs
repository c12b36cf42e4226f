//! Apps that are deployed from a registry: `--images web=sha256:…` says what runs, and that is what runs.

use crate::harness::{Change, Tester, image_spec, run, run_with};

/// Service and job at the same image, as a workflow's multi-line input gives them.
fn both(digest: &str) -> String {
    format!("web={digest}\nmigrate={digest}\n")
}

fn app_of_images() -> Change {
    Change::whole_app("first").spec(&image_spec())
}

#[tokio::test]
async fn the_image_that_was_named_serves_and_no_commit_is_claimed() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let built = t.push_image("built");
        t.push_image("newer");
        let deployed = t.deploy().args(["--images", &both(&built)]).await;
        deployed.succeeds();
        t.expect_serving("shop", "built").await;
        let image = t.app("shop").await["spec"]["services"][0]["image"].clone();
        assert_eq!(image["digest"], built.as_str());
        assert!(image["tag"].is_null(), "{image}");
        assert_eq!(deployed.output("status"), "ready");
        assert_eq!(deployed.output("commit"), "", "an image names no commit");
        let runs = format!("Runs the image `org/shop@{built}` (`web`, `migrate`)");
        assert!(deployed.summary().contains(&runs), "{}", deployed.summary());
        let head = t.repository.head("main");
        assert!(!deployed.summary().contains(&head[..7]), "{}", deployed.summary());
    })
    .await;
}

#[tokio::test]
async fn a_migration_of_another_version_is_refused_before_anything_exists() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let digest = t.push_image("built");
        let refused = t.deploy().args(["--images", &format!("web={digest}")]).await;
        refused
            .fails_with(2)
            .says("the job `migrate` runs the same repository's image as `web`")
            .says(&format!("--images migrate={digest}"))
            .touches_nothing();
    })
    .await;
}

#[tokio::test]
async fn a_rollback_reaches_an_image_by_its_digest() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let mut digests = Vec::new();
        for version in ["one", "two", "three"] {
            let digest = t.push_image(version);
            t.deploy().args(["--images", &both(&digest)]).await.succeeds();
            digests.push(digest);
        }
        let back = t.command(["rollback", "--to", &digests[0]]).await;
        back.succeeds();
        assert_eq!(back.output("commit"), "");
        t.expect_serving("shop", "one").await;
    })
    .await;
}

#[tokio::test]
async fn the_same_image_deployed_twice_is_not_a_rollback_target() {
    run_with(app_of_images(), async |t: &mut Tester| {
        for version in ["one", "two", "two"] {
            let digest = t.push_image(version);
            t.deploy().args(["--images", &both(&digest)]).await.succeeds();
        }
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "one").await;
    })
    .await;
}

#[tokio::test]
async fn a_digest_that_never_ran_is_not_a_rollback_target() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let digest = t.push_image("one");
        t.deploy().args(["--images", &both(&digest)]).await.succeeds();
        let never = t.push_image("never");
        let refused = t.command(["rollback", "--to", &never]).await;
        refused.fails_with(2).says(&never).touches_nothing();
    })
    .await;
}

#[tokio::test]
async fn an_image_that_cannot_be_had_fails_and_the_one_before_serves() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let digest = t.push_image("one");
        t.deploy().args(["--images", &both(&digest)]).await.succeeds();
        let absent = format!("sha256:{}", "0".repeat(64));
        let failed = t.deploy().args(["--images", &both(&absent)]).await;
        failed.fails_with(1).says(&absent);
        t.expect_serving("shop", "one").await;
    })
    .await;
}

#[tokio::test]
async fn redeploy_takes_images_and_says_when_it_goes_back_to_a_tag() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let digest = t.push_image("one");
        t.deploy().args(["--images", &both(&digest)]).await.succeeds();
        let next = t.push_image("two");
        t.command(["redeploy"])
            .args([
                "--images",
                &format!("web={next}"),
                "--images",
                &format!("migrate={next}"),
            ])
            .await
            .succeeds();
        t.expect_serving("shop", "two").await;
        t.push_image("three");
        let by_tag = t.command(["redeploy"]).await;
        by_tag
            .succeeds()
            .says(&format!("`web` runs the image `{next}`, and goes to `org/shop:latest`"));
        t.expect_serving("shop", "three").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_runs_the_image_that_was_built_for_it() {
    run_with(app_of_images(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let digest = t.push_image("of-the-branch");
        let preview = t.preview(1).args(["--images", &both(&digest)]).await;
        preview.succeeds().does_not_say("shows the same code as production");
        t.expect_serving("shop-pr-1", "of-the-branch").await;
        let comment = preview.comment(1);
        assert!(
            comment.contains(&format!("Runs the image `org/shop@{digest}`")),
            "{comment}"
        );
        assert_eq!(preview.output("commit"), "");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_the_digest_and_touches_nothing() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let digest = t.push_image("one");
        let planned = t.deploy().args(["--dry-run", "--images", &both(&digest)]).await;
        planned.succeeds().says(&format!("digest: {digest}")).touches_nothing();
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_an_image_is_refused_with_what_to_give() {
    run(async |t: &mut Tester| {
        let digest = format!("sha256:{}", "a".repeat(64));
        let image = format!("web={digest}");
        for (args, says) in [
            (vec!["deploy", "--images", "web=v1.2.3"], "`v1.2.3` is not a digest"),
            (vec!["deploy", "--images", ""], "an image looks like"),
            (
                vec!["deploy", "--images", &image],
                "which is not deployed from an image",
            ),
            (
                vec!["deploy", "--images", &image, "--images", &image],
                "`web` is given two images",
            ),
        ] {
            let mut command = t.command([]);
            for arg in &args {
                command = command.arg(arg);
            }
            command.await.fails_with(2).says(says).touches_nothing();
        }
        t.deploy().await.succeeds();
        t.command(["redeploy", "--force-build", "--images", &image])
            .await
            .fails_with(2)
            .says("images and a forced build cannot be asked for at once")
            .touches_nothing();
    })
    .await;
}
