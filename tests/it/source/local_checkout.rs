//! On a developer's machine: a changed file is a decision that a person has to make.

use super::{EDIT, app, asked, flavoured, plans};
use crate::harness::{Change, Invocation, Tester, run_with};

/// On a machine, with the plan printed by a run that would deploy.
async fn stops(invocation: Invocation<'_>, says: &[&str]) {
    let stopped = invocation.locally().await;
    stopped.fails_with(2).touches_nothing();
    for part in says {
        stopped.says(part);
    }
}

#[tokio::test]
async fn a_changed_file_stops_the_run_and_names_the_flag_that_decides() {
    run_with(app(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let spec = ["`.do/app.yaml` has changes that are not pushed", "--spec .do/app.yaml"];
        stops(t.deploy().after_step(EDIT), &spec).await;
        stops(t.preview(1).after_step(EDIT), &spec).await;
        stops(
            t.command(["redeploy", "--pr", "1"]).at("feature-1").after_step(EDIT),
            &spec,
        )
        .await;
        // A file of another branch that is changed as well.
        stops(t.deploy().at("feature-1").after_step(EDIT), &spec).await;
        let config = "printf '[production]\\nadopt = true\\n' > do-deploy.toml";
        let says = [
            "`do-deploy.toml` has changes that are not pushed",
            "--config do-deploy.toml",
        ];
        stops(t.deploy().after_step(config), &says).await;
        let made = "git rm -q .do/app.yaml; git show HEAD:.do/app.yaml > app.yaml; sed -i s/pushed/edited/ app.yaml";
        stops(
            t.deploy()
                .at("feature-1")
                .after_step(made)
                .args(["--spec", "nowhere.yaml"]),
            &["does not exist"],
        )
        .await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_spec_that_was_never_committed_stops_the_run() {
    run_with(Change::version("first"), async |t: &mut Tester| {
        let made = format!("mkdir .do; cat > .do/app.yaml <<'END'\n{}END\n", flavoured("generated"));
        let says = ["`.do/app.yaml` has changes that are not pushed", "does not have it"];
        stops(t.deploy().after_step(&made), &says).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_of_another_kind_is_no_manifest() {
    run_with(app(), async |t: &mut Tester| {
        let made = "echo 'app = \"shop\"' > fly.toml; cp .do/app.yaml manifest";
        let there = || t.deploy().after_step(made);
        let says = [
            "`fly.toml` is not a manifest of a platform that do-deploy knows",
            "it was read as an app spec: the app spec is not a mapping",
        ];
        stops(there().args(["--spec", "fly.toml"]), &says).await;
        let dry = there().locally().args(["--spec", "manifest", "--dry-run"]).await;
        plans(&dry, "pushed");
    })
    .await;
}

#[tokio::test]
async fn the_file_that_the_flag_names_is_deployed_as_it_is() {
    run_with(app(), async |t: &mut Tester| {
        let named = t.deploy().locally().after_step(EDIT).args(["--spec", ".do/app.yaml"]);
        named.await.succeeds();
        let env = t.app("shop").await["spec"]["services"][0]["envs"][0].clone();
        assert_eq!(env["value"], "edited");
    })
    .await;
}

#[tokio::test]
async fn another_branch_is_not_a_change_and_the_commits_file_is_read() {
    run_with(app(), async |t: &mut Tester| {
        t.push("other", Change::version("other").spec(&flavoured("later")));
        let deployed = t.deploy().at("other").locally().await;
        deployed.succeeds().says("`.do/app.yaml` is read at `");
        for look in ["status", "logs"] {
            let looked = t.command([look]).at("other").locally().await;
            looked.does_not_say("is read at");
        }
        let env = t.app("shop").await["spec"]["services"][0]["envs"][0].clone();
        assert_eq!(env["value"], "pushed");
        // What is changed is what has been pushed meanwhile.
        let pulled = "git show origin/main:.do/app.yaml > .do/app.yaml";
        t.deploy().at("other").locally().after_step(pulled).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_the_working_copy_and_says_so() {
    run_with(app(), async |t: &mut Tester| {
        t.open_pr(1).await;
        for invocation in [t.deploy(), t.deploy().at("feature-1"), t.preview(1)] {
            let dry = invocation.locally().after_step(EDIT).arg("--dry-run").await;
            plans(&dry, "edited");
            dry.says("`.do/app.yaml` is taken from the working directory");
        }
        let mut payload = t.event("name=workflow_dispatch").await;
        payload["inputs"] = serde_json::json!({ "command": "deploy", "dry-run": "true" });
        let dispatched = t.command(["auto"]).on_payload("workflow_dispatch", payload);
        let dry = dispatched.locally().after_step(EDIT).await;
        plans(&dry, "edited");
        dry.says("`.do/app.yaml` is taken from the working directory");
        let same = t.deploy().locally().arg("--dry-run").await;
        plans(&same, "pushed");
        same.does_not_say("working directory");
        assert_eq!(asked(&same), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn what_only_looks_is_not_held_up_by_a_change() {
    run_with(app(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        let renamed = "sed -i 's/^name: shop/name: other/' .do/app.yaml";
        for args in [["status", "--json"], ["verify", "--json"], ["rollback", "--json"]] {
            t.command(args).locally().after_step(renamed).await.succeeds();
        }
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_change_of_what_the_platform_builds_stops_nothing_and_counts_for_nothing() {
    let spec = crate::harness::spec("    run_command: do-deploy demo-app serve\n", "");
    let first = Change::whole_app("first")
        .spec(&spec)
        .file("Procfile", "web: do-deploy demo-app serve\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        let edit = "echo 'web: exec false' > Procfile";
        t.preview(1).locally().after_step(edit).await.succeeds();
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}
