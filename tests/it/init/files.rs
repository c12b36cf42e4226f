//! What it writes, shows and leaves alone.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Clone, WORKFLOWS, python, version, written};

#[test]
fn a_repository_without_a_spec_gets_one_and_a_list_of_what_is_left_to_do() {
    let clone = python();
    let said = clone.init(&[]);
    said.ends_with(0);
    let (_, diff) = said
        .stdout
        .split_once("--- /dev/null\n+++ b/.do/app.yaml\n")
        .expect("the spec's diff");
    assert_snapshot!(diff, @r#"
    @@ -0,0 +1,21 @@
    +# What App Platform builds and runs. Everything that can stand here:
    +# https://docs.digitalocean.com/products/app-platform/reference/app-spec/
    +name: shop
    +services:
    +  - name: web
    +    github:
    +      repo: acme/shop
    +      branch: main
    +    # Python, built by App Platform's buildpack from `requirements.txt`.
    +    run_command: uvicorn main:app --host 0.0.0.0 --port $PORT
    +    http_port: 8080 # where the app listens, on all addresses; it gets the number in `PORT`, too
    +    instance_count: 1
    +    instance_size_slug: apps-s-1vcpu-0.5gb # 512 MiB; the smallest, for 5 US dollars a month
    +    # A path that answers 200 when the app is well; without one any answer below 500 at / is good:
    +    # health_check: {http_path: /health}
    +    # envs:
    +    #   - {key: LOG_LEVEL, value: info}
    +    #   - {key: API_KEY, type: SECRET} # without a value: the variable API_KEY of the workflow's step
    +# A development database costs 7 US dollars a month; previews get a SQLite file instead where they can:
    +# databases: [{name: db, engine: PG}]
    +# and for the service: {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
    "#);
    assert_snapshot!(said.stderr.replace(version(), "0.0.0"), @"
    `acme/shop`, whose production is the branch `main`
    There is no app spec; this is a Python project (FastAPI), and `.do/app.yaml` is its first one
    Wrote `.github/workflows/do-deploy-production.yml`
    Wrote `.github/workflows/do-deploy-preview.yml`
    Wrote `.github/workflows/do-deploy-sweep.yml`
    Wrote `.github/workflows/do-deploy-redeploy.yml`
    Wrote `.do/app.yaml`
    notice: The workflows name `org/do-deploy@v1`, which follows the newest release of version 1: GitHub GET /repos/org/do-deploy/git/ref/tags/v0.0.0: the connection was refused. To pin it, name the commit of a release, with the release behind it: `org/do-deploy@COMMIT # vX.Y.Z`; `gh api repos/org/do-deploy/commits/tags/vX.Y.Z --jq .sha` prints it

    Two things are left that only you can do:

    1. Create two DigitalOcean tokens with exactly these scopes, at https://cloud.digitalocean.com/account/api/tokens/new

         production: app:create app:read app:update
         previews:   app:create app:read app:update app:delete

       The previews' token should be from a DigitalOcean team of its own, because anyone who can push a branch can use it.
       Give DigitalOcean's GitHub app access to `acme/shop` in each team: https://cloud.digitalocean.com/apps/github/install

    2. Add each token as the secret `DIGITALOCEAN_ACCESS_TOKEN` of its GitHub environment, at https://github.com/acme/shop/settings/environments
       or with GitHub's command line:

         gh api --method PUT repos/acme/shop/environments/production -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'
         gh api --method POST repos/acme/shop/environments/production/deployment-branch-policies -f name=main
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env production
         gh api --method PUT repos/acme/shop/environments/preview
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env preview

    Reviewers of production, if you want any, belong to the environment `production-approval`; also set `exact = true` under `[production]` in `do-deploy.toml`.

    Previews come in two forms; https://github.com/org/do-deploy/blob/v1/docs/security.md#two-forms-of-previews says who can do what:
      plain, `do-deploy init`: one workflow; anyone who can push a branch can use the previews' token.
      isolated, `do-deploy init --isolated`: two workflows; only what is on the default branch can use it.

    Then commit the files. A push to `main` deploys production, and the next pull request gets a preview.
    ");
    for name in WORKFLOWS {
        assert_eq!(
            clone.read(&format!(".github/workflows/do-deploy-{name}.yml")),
            written(name)
        );
        assert!(
            said.stdout
                .contains(&format!("+++ b/.github/workflows/do-deploy-{name}.yml"))
        );
    }
}

#[test]
fn no_file_that_it_writes_speaks_of_another_by_a_name_that_is_not_there() {
    let clone = python();
    clone.init(&[]).ends_with(0);
    let named = regex_lite::Regex::new(r"[a-z-]+\.yml").unwrap();
    let mut mentions = 0;
    for (path, text) in clone.everything() {
        for found in named.find_iter(&text).filter(|_| path.ends_with(".yml")) {
            // The one workflow that is the reader's own.
            if found.as_str() != "test.yml" {
                mentions += 1;
                clone.read(&format!(".github/workflows/{}", found.as_str()));
            }
        }
    }
    assert!(mentions > 3, "only {mentions} mentions were found");
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let clone = python();
    clone.init(&[]).ends_with(0);
    let before = clone.everything();
    let said = clone.init(&[]);
    said.ends_with(0).says("Nothing to do").says("gh secret set");
    assert_eq!(said.stdout, "");
    assert_eq!(clone.everything(), before);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let clone = python();
    let before = clone.everything();
    let said = clone.init(&["--dry-run"]);
    said.ends_with(0).says("+++ b/.do/app.yaml").says("Nothing was written");
    assert_eq!(clone.everything(), before);
}

#[test]
fn a_file_that_differs_is_shown_and_stays_with_everything_else_as_it_was() {
    let clone = python();
    clone.write(".github/workflows/do-deploy-sweep.yml", "name: mine\n");
    let before = clone.everything();
    let said = clone.init(&[]);
    said.ends_with(2).says("-name: mine");
    assert_snapshot!(said.stderr, @"
    `acme/shop`, whose production is the branch `main`
    There is no app spec; this is a Python project (FastAPI), and `.do/app.yaml` is its first one
    error: a file is there already and differs: `.github/workflows/do-deploy-sweep.yml`; nothing was written
    hint: read the differences above; overwrite with `--force`, or leave it at that
    ");
    assert_eq!(clone.everything(), before, "nothing is half done");
    clone
        .init(&["--force"])
        .ends_with(0)
        .says("Replaced `.github/workflows/do-deploy-sweep.yml`");
    assert_eq!(clone.read(".github/workflows/do-deploy-sweep.yml"), written("sweep"));
}

#[test]
fn branch_and_spec_are_those_of_the_repository() {
    let clone = Clone::new(&[(
        "deploy/prod.yaml",
        "name: shop\nservices:\n- name: web\n  github: {repo: acme/shop, branch: trunk}\n",
    )]);
    clone.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let said = clone.init(&["--spec", "deploy/prod.yaml"]);
    said.ends_with(0)
        .says("The app spec is `deploy/prod.yaml`; it stays as it is")
        .says("-f name=trunk");
    let production = clone.read(".github/workflows/do-deploy-production.yml");
    assert!(
        production.contains("    branches: [trunk]\n") && !production.contains("[main]"),
        "{production}"
    );
    for name in ["production", "preview", "redeploy"] {
        let workflow: Value =
            serde_saphyr::from_str(&clone.read(&format!(".github/workflows/do-deploy-{name}.yml"))).unwrap();
        let jobs = workflow["jobs"].as_object().unwrap();
        let steps = jobs.values().filter_map(|job| job["steps"].as_array()).flatten();
        let mut deploying = steps.filter(|step| step["with"]["token"].is_string());
        let with = &deploying.next().expect("a step with the token")["with"];
        assert_eq!(with["spec"], "deploy/prod.yaml", "{name}");
    }
    assert!(
        !clone
            .read(".github/workflows/do-deploy-sweep.yml")
            .contains("deploy/prod.yaml")
    );
    assert!(!clone.path().join(".do").exists());
}

#[test]
fn a_spec_that_the_configuration_names_needs_no_input() {
    let clone = python();
    clone.write(
        "do-deploy.toml",
        "spec = \"ops/app.yaml\"\n[production]\nproject = \"Shop\"\nbranch = \"live\"\n",
    );
    let said = clone.init(&["--json"]);
    let reported: Value = serde_json::from_str(&said.ends_with(0).stdout).expect("one JSON document");
    assert_eq!(
        (&reported["spec"], &reported["branch"]),
        (&json!("ops/app.yaml"), &json!("live"))
    );
    assert_eq!(reported["files"][0]["change"], "new");
    let scopes = json!({
        "production": ["app:create", "app:read", "app:update", "project:read", "project:assign_resource"],
        "preview": ["app:create", "app:read", "app:update", "app:delete"],
    });
    assert_eq!(reported["token"]["scopes"], scopes);
    assert!(clone.read("ops/app.yaml").contains("branch: live"));
    assert!(!clone.read(".github/workflows/do-deploy-preview.yml").contains("spec:"));
}

#[test]
fn works_from_any_folder_of_the_repository() {
    let clone = python();
    clone.write("docs/index.md", "");
    clone.init(&["--working-directory", "docs"]).ends_with(0);
    assert!(clone.path().join(".do/app.yaml").exists());
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out_of_the_repository() {
    let clone = python();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), clone.path().join(".github")).unwrap();
    let said = clone.init(&[]);
    said.ends_with(2).says("leads out of the repository");
    assert!(!clone.path().join(".do").exists(), "half of it was written");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn isolated_previews_have_two_workflows_and_an_environment_for_the_default_branch_alone() {
    let clone = python();
    let said = clone.init(&["--isolated"]);
    said.ends_with(0);
    for (file, name) in [
        ("production", "production"),
        ("preview-start", "isolated/preview-start"),
        ("preview", "isolated/preview"),
        ("sweep", "sweep"),
        ("redeploy", "redeploy"),
    ] {
        let text = clone.read(&format!(".github/workflows/do-deploy-{file}.yml"));
        assert_eq!(text, written(name), "{file}");
    }
    let (_, left) = said
        .stderr
        .split_once("2. Add each token ")
        .expect("what is left to do");
    assert_snapshot!(left, @r"
    as the secret `DIGITALOCEAN_ACCESS_TOKEN` of its GitHub environment, at https://github.com/acme/shop/settings/environments
       or with GitHub's command line:

         gh api --method PUT repos/acme/shop/environments/production -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'
         gh api --method POST repos/acme/shop/environments/production/deployment-branch-policies -f name=main
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env production
         gh api --method PUT repos/acme/shop/environments/preview -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'
         gh api --method POST repos/acme/shop/environments/preview/deployment-branch-policies -f name=main
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env preview

    Reviewers of production, if you want any, belong to the environment `production-approval`; also set `exact = true` under `[production]` in `do-deploy.toml`.

    Previews come in two forms; https://github.com/org/do-deploy/blob/v1/docs/security.md#two-forms-of-previews says who can do what:
      plain, `do-deploy init`: one workflow; anyone who can push a branch can use the previews' token.
      isolated, `do-deploy init --isolated`: two workflows; only what is on the default branch can use it.

    Then commit the files. A push to `main` deploys production, and pull requests get previews once the files are on the default branch.
    ");
    said.says("from a DigitalOcean team of its own.\n");
    clone.init(&["--isolated"]).ends_with(0).says("Nothing to do");
}

#[test]
fn the_form_of_the_previews_is_changed_only_with_force() {
    let clone = python();
    clone.init(&[]).ends_with(0);
    clone
        .init(&["--isolated"])
        .ends_with(2)
        .says("a file is there already and differs: `.github/workflows/do-deploy-preview.yml`; nothing was written");
    clone.init(&["--isolated", "--force"]).ends_with(0);
    assert_eq!(
        clone.read(".github/workflows/do-deploy-preview.yml"),
        written("isolated/preview")
    );
}
