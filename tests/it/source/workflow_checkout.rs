//! In a workflow: the commit's own checkout counts, and any other one only where it has the same file.

use super::{EDIT, app, asked, flavoured, plans};
use crate::harness::{Change, Tester, run_with, spec};

const GIT: &str = "git -c user.name=step -c user.email=step@example.com";

#[tokio::test]
async fn an_old_run_that_is_run_again_leaves_production_as_the_newer_commit_has_it() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.auto_push("main").await.succeeds();
        let grown = spec(
            "instance_count: 1\n    instance_size_slug: apps-s-1vcpu-0.5gb",
            "instance_count: 2\n    instance_size_slug: apps-s-1vcpu-1gb",
        )
            .replace("    envs:\n", "    envs:\n      - {key: FLAVOUR, value: later}\n")
            .replace(
                "jobs:\n",
                "workers:\n  - name: mailer\n    github: {repo: org/shop, branch: main}\n    run_command: exec sleep 1000\n    instance_size_slug: apps-s-1vcpu-0.5gb\njobs:\n",
            );
        t.push("main", Change::version("second").spec(&grown));
        t.auto_push("main").await.succeeds();
        let before = t.app("shop").await["spec"].clone();
        assert_eq!(before["workers"][0]["name"], "mailer");
        let mut payload = t.event("name=push&ref=refs/heads/main").await;
        payload["after"] = first.clone().into();
        let again = t.command(["auto"]).at(&first).on_payload("push", payload).await;
        again.succeeds().says("has moved on");
        assert_eq!(t.app("shop").await["spec"], before);
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn the_commits_own_checkout_is_read_without_a_question_to_github() {
    run_with(
        app().config("[production]\ntimeout = \"20m\"\n"),
        async |t: &mut Tester| {
            let dry = t.deploy().arg("--dry-run").await;
            plans(&dry, "pushed");
            assert_eq!(asked(&dry), Vec::<String>::new());
            dry.does_not_say("earlier step");
        },
    )
    .await;
}

#[tokio::test]
async fn what_an_earlier_step_changed_or_made_counts_and_is_said() {
    run_with(app(), async |t: &mut Tester| {
        let changed = t.deploy().after_step(EDIT).arg("--dry-run").await;
        plans(&changed, "edited");
        changed
            .says("`.do/app.yaml` is not as `")
            .says("an earlier step changed it");
        let configured =
            "printf 'spec = \"made.yaml\"\\n' > do-deploy.toml; sed s/pushed/generated/ .do/app.yaml > made.yaml";
        let made = t.deploy().after_step(configured).arg("--dry-run").await;
        plans(&made, "generated");
        made.says("`made.yaml` is not part of `")
            .says("`do-deploy.toml` is not part of `");
        let both = t
            .deploy()
            .after_step(EDIT)
            .after_step("git add . && rm .git/index")
            .arg("--dry-run")
            .await;
        plans(&both, "edited");
    })
    .await;
}

#[tokio::test]
async fn a_leftover_folder_counts_only_for_files_that_are_the_same_at_the_commit() {
    holds!("an earlier job", ["deploy production"]);
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", "second");
        // The commit is in the clone, so that the spec is known to be the same.
        let same = t.deploy().after_step(&format!("git checkout -q {first}")).arg("--dry-run").await;
        plans(&same, "pushed");
        assert_eq!(asked(&same), Vec::<String>::new());
        let left = format!("git checkout -q {first}; sed -i s/pushed/left/ .do/app.yaml; printf 'spec = \"left.yaml\"' > do-deploy.toml");
        let left = t.deploy().after_step(&left).arg("--dry-run").await;
        plans(&left, "pushed");
        assert_eq!(asked(&left).len(), 2, "{left}");
        t.push("main", Change::version("third").spec(&flavoured("later")));
        plans(&t.deploy().at(&first).arg("--dry-run").await, "later");
        // Another repository's folder.
        let other = "rm -rf .git; git init -q; git add .; ".to_owned() + GIT + " commit -qm other";
        plans(&t.deploy().at(&first).after_step(&other).arg("--dry-run").await, "later");
    })
    .await;
}

#[tokio::test]
async fn a_pull_requests_spec_is_its_heads_and_not_the_merges() {
    run_with(app(), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.push("main", Change::version("other").spec(&flavoured("later")));
        let merge = format!(
            "{GIT} merge -q --no-edit origin/main -X ours || true; {GIT} merge -q --no-edit origin/main -X theirs"
        );
        let merged = t.preview(1).after_step(&merge).after_step("grep -q later .do/app.yaml");
        plans(&merged.arg("--dry-run").await, "pushed");
    })
    .await;
}

#[tokio::test]
async fn how_a_service_starts_is_read_at_the_head_too() {
    let first = Change::whole_app("first")
        .spec(&spec("    run_command: do-deploy demo-app serve\n", ""))
        .file("Procfile", "web: do-deploy demo-app serve --old\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(
            1,
            Change::version("second").file("Procfile", "web: do-deploy demo-app serve\n"),
        )
        .await;
        for invocation in [t.preview(1), t.preview(1).at("main"), t.preview(1).without_checkout()] {
            let dry = invocation.arg("--dry-run").await;
            dry.succeeds().says("demo-app serve").does_not_say("--old");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_no_commit_has_counts_only_where_the_input_names_it() {
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", Change::version("second").without(".do/app.yaml"));
        let made = "mkdir -p ci; git show HEAD:.do/app.yaml | sed s/pushed/generated/ > ci/made.yaml; git rm -q --cached .do/app.yaml";
        let at_an_old_commit = || t.deploy().at(&first).after_step(made).arg("--dry-run");
        at_an_old_commit().await.fails_with(2).touches_nothing().says("there is no app spec");
        plans(&at_an_old_commit().args(["--spec", "ci/made.yaml"]).await, "generated");
        // What another commit has is not a generated file.
        let of_another = at_an_old_commit().args(["--spec", ".do/app.yaml"]).await;
        of_another.fails_with(2).touches_nothing().says("the app spec `.do/app.yaml` does not exist");
        let outside = at_an_old_commit().after_step("mv ci/made.yaml ../made.yaml");
        plans(&outside.args(["--spec", "../made.yaml"]).await, "generated");
    })
    .await;
}

#[tokio::test]
async fn a_named_spec_is_the_commits_where_the_commit_has_it() {
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", Change::version("second").spec(&flavoured("later")));
        let named = ["--spec", ".do/app.yaml", "--dry-run"];
        plans(&t.deploy().at(&first).args(named).await, "later");
        let left = "sed -i s/pushed/left/ .do/app.yaml";
        plans(&t.deploy().at(&first).after_step(left).args(named).await, "later");
    })
    .await;
}

#[tokio::test]
async fn worktrees_links_line_ends_and_sparse_checkouts_are_seen_through() {
    let first = app().file("deploy/shop.yaml", &flavoured("pushed"));
    run_with(first, async |t: &mut Tester| {
        let link = "ln -sf ../deploy/shop.yaml .do/app.yaml && git add -A && git commit -qm link";
        t.repository.script(link, &t.repository.path);
        for step in [
            "",
            "sed -i 's/$/\\r/' deploy/shop.yaml",
            "git sparse-checkout set --no-cone /VERSION && test ! -e .do/app.yaml",
        ] {
            let dry = t.deploy().after_step(step).arg("--dry-run").await;
            plans(&dry, "pushed");
            dry.does_not_say("earlier step");
        }
        let worktree = t.deploy().after_step("git worktree add -q --detach ../tree; rm -r .do");
        let worktree = worktree.args(["--working-directory", "../tree", "--dry-run"]).await;
        plans(&worktree, "pushed");
        assert_eq!(asked(&worktree), Vec::<String>::new());
        let swapped = "sed s/pushed/edited/ deploy/shop.yaml > x.yaml; ln -sf ../x.yaml .do/app.yaml";
        let dry = t.deploy().after_step(swapped).arg("--dry-run").await;
        plans(&dry, "edited");
        dry.says("an earlier step changed it");
        let behind = t.repository.head("main");
        t.push("main", "second");
        plans(
            &t.deploy().at(&behind).after_step(swapped).arg("--dry-run").await,
            "pushed",
        );
    })
    .await;
}

#[tokio::test]
async fn a_folder_of_the_repository_is_compared_at_its_own_place() {
    let first = app().file("web/.do/app.yaml", &flavoured("later"));
    run_with(first, async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push(
            "main",
            Change::version("second").file("web/.do/app.yaml", &flavoured("left")),
        );
        let folder = ["--working-directory", "web", "--dry-run"];
        plans(&t.deploy().at(&first).args(folder).await, "left");
        plans(&t.deploy().args(folder).await, "left");
        // `actions/checkout` with a `path`: the clone is not where the run is.
        let moved = "mkdir app; mv .git .do web VERSION migrations app/";
        let within = ["--working-directory", "app/web", "--dry-run"];
        plans(&t.deploy().at(&first).after_step(moved).args(within).await, "left");
        plans(
            &t.deploy()
                .at(&first)
                .after_step(moved)
                .after_step("rm -rf app/.git/objects")
                .args(within)
                .await,
            "left",
        );
    })
    .await;
}

#[tokio::test]
async fn a_submodule_is_a_folder_of_the_repository_and_none_that_github_has() {
    run_with(app(), async |t: &mut Tester| {
        let add = format!(
            "mkdir ../lib; cp -r .do ../lib; cd ../lib; sed -i s/pushed/left/ .do/app.yaml; git init -q; git add .; git commit -qm lib; lib=$PWD; \
             cd \"$REPOSITORY\"; {GIT} -c protocol.file.allow=always submodule --quiet add file://$lib sub; git commit -qm sub"
        );
        t.repository.script(&add, &t.repository.path);
        let commit = t.repository.head("main");
        let init = "git -c protocol.file.allow=always submodule --quiet update --init";
        let folder = ["--working-directory", "sub", "--dry-run"];
        let there = || t.deploy().at(&commit).after_step(init).args(folder);
        let dry = there().await;
        plans(&dry, "left");
        dry.says("is not part of `");
        t.push("main", "second");
        there().await.fails_with(2).touches_nothing().says("there is no app spec");
        there().locally().await.succeeds().says("taken from the working directory");
    })
    .await;
}
