//! `do-deploy init`: workflows, a first spec, and what is left for a person to do.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Api, Change, Tester, binary, marks, run, run_with};

const WORKFLOWS: [&str; 4] = ["production", "preview", "sweep", "redeploy"];

const SERVER: &str = r#"
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/", "/health") else 404)
        self.end_headers()
        self.wfile.write(b"shop")


HTTPServer(("", int(os.environ["PORT"])), Shop).serve_forever()
"#;

const NODE: &str = r#"
const http = require("http");
http.createServer((request, reply) => reply.end("shop")).listen(process.env.PORT);
"#;

/// A clone on somebody's machine, without tokens and without a network.
struct Clone(TempDir);

impl Clone {
    fn new(files: &[(&str, &str)]) -> Self {
        let clone = Self(tempfile::tempdir().expect("a folder"));
        clone.git(&["init", "--quiet", "--initial-branch=main"]);
        clone.git(&["remote", "add", "origin", "git@github.com:acme/shop.git"]);
        for (path, text) in files {
            clone.write(path, text);
        }
        clone
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, args: &[&str]) {
        let done = Command::new("git").arg("-C").arg(self.path()).args(args).status();
        assert!(done.expect("git runs").success(), "{args:?}");
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Every file outside of `.git`, with its text.
    fn everything(&self) -> Vec<(String, String)> {
        let listed = Command::new("git")
            .arg("-C")
            .arg(self.path())
            .args(["ls-files", "--others", "--cached"])
            .output()
            .unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let mut files: Vec<(String, String)> = listed.lines().map(|path| (path.to_owned(), self.read(path))).collect();
        files.sort();
        files
    }

    fn init_with(&self, args: &[&str], envs: &[(&str, &str)]) -> Said {
        let mut command = Command::new(binary());
        command.arg("init").args(args).current_dir(self.path()).env_clear();
        command
            .env("PATH", std::env::var("PATH").unwrap())
            .envs(envs.iter().copied());
        Said::from(command.output().expect("the program runs"))
    }

    fn init(&self, args: &[&str]) -> Said {
        self.init_with(args, &[])
    }
}

/// What a run said, and how it ended.
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    #[track_caller]
    fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn says(&self, part: &str) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(text.contains(part), "{part:?} is not said:\n{text}");
        self
    }
}

fn python() -> Clone {
    Clone::new(&[
        ("requirements.txt", "fastapi\nuvicorn\n"),
        ("main.py", "app = FastAPI()\n"),
    ])
}

fn template(name: &str) -> String {
    let path = format!("{}/workflows-templates/{name}.yml", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("a template")
}

#[test]
fn a_repository_without_a_spec_gets_one_and_its_people_are_told_what_is_left() {
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
    +# A database for development costs 7 US dollars a month; previews get an SQLite file instead where they can:
    +# databases: [{name: db, engine: PG}]
    +# and for the service: {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
    "#);
    assert_snapshot!(said.stderr, @"
    `acme/shop`, whose production is the branch `main`
    There is no app spec; this is a Python project (FastAPI), and `.do/app.yaml` is its first one
    Wrote `.github/workflows/do-deploy-production.yml`
    Wrote `.github/workflows/do-deploy-preview.yml`
    Wrote `.github/workflows/do-deploy-sweep.yml`
    Wrote `.github/workflows/do-deploy-redeploy.yml`
    Wrote `.do/app.yaml`

    Two things are left that only you can do:

    1. Create a DigitalOcean token with exactly these scopes, at https://cloud.digitalocean.com/account/api/tokens/new

         app:create app:read app:update app:delete

       Previews should have a token from a DigitalOcean team of their own, because whoever can push a branch can use it.
       Each team has to be allowed to read `acme/shop`: https://cloud.digitalocean.com/apps/github/install

    2. Add each token as the secret `DIGITALOCEAN_ACCESS_TOKEN` of its GitHub environment, at https://github.com/acme/shop/settings/environments
       or with GitHub's command line:

         gh api --method PUT repos/acme/shop/environments/production -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'
         gh api --method POST repos/acme/shop/environments/production/deployment-branch-policies -f name=main
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env production
         gh api --method PUT repos/acme/shop/environments/preview
         gh secret set DIGITALOCEAN_ACCESS_TOKEN --repo acme/shop --env preview

    Then commit the files. A push to `main` deploys production, and the next pull request gets a preview.
    ");
    for name in WORKFLOWS {
        assert_eq!(
            clone.read(&format!(".github/workflows/do-deploy-{name}.yml")),
            template(name)
        );
        assert!(
            said.stdout
                .contains(&format!("+++ b/.github/workflows/do-deploy-{name}.yml"))
        );
    }
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
    assert_eq!(clone.read(".github/workflows/do-deploy-sweep.yml"), template("sweep"));
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
        let steps = jobs.values().next().unwrap()["steps"].as_array().unwrap();
        let with = &steps.last().unwrap()["with"];
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
    let told: Value = serde_json::from_str(&said.ends_with(0).stdout).expect("one JSON document");
    assert_eq!(
        (&told["spec"], &told["branch"]),
        (&json!("ops/app.yaml"), &json!("live"))
    );
    assert_eq!(told["files"][0]["change"], "new");
    let scopes = json!([
        "app:create",
        "app:read",
        "app:update",
        "app:delete",
        "project:read",
        "project:assign_resource"
    ]);
    assert_eq!(told["token"]["scopes"], scopes);
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
fn a_rust_project_gets_a_dockerfile() {
    let clone = Clone::new(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    clone.init(&[]).ends_with(0).says("copy what it reads while it runs");
    assert_snapshot!(clone.read("Dockerfile"), @r#"
    FROM rust:1-bookworm AS build
    WORKDIR /src
    COPY . .
    RUN cargo build --release --bin shop

    FROM debian:bookworm-slim
    RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
    COPY --from=build /src/target/release/shop /usr/local/bin/shop
    # Files that the program reads while it runs have to be copied here, too.
    CMD ["shop"]
    "#);
}

#[test]
fn an_older_way_to_deploy_is_pointed_out() {
    let clone = python();
    clone.write(
        ".github/workflows/deploy.yml",
        "steps:\n  - uses: digitalocean/app_action/deploy@v2\n",
    );
    clone
        .init(&[])
        .ends_with(0)
        .says("`.github/workflows/deploy.yml` uses `digitalocean/app_action`, too");
}

#[test]
fn what_cannot_be_found_out_is_said_before_anything_is_written() {
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = Command::new(binary())
        .arg("init")
        .current_dir(elsewhere.path())
        .env("GIT_CEILING_DIRECTORIES", elsewhere.path().parent().unwrap())
        .output()
        .unwrap();
    Said::from(outside)
        .ends_with(2)
        .says("not inside of a Git repository")
        .says("not a git repository")
        .says("git init");

    let empty = Clone::new(&[("README.md", "shop\n")]);
    empty
        .init(&[])
        .ends_with(2)
        .says("what this project is could not be found out")
        .says("--from-app NAME");
    empty
        .init(&["--from-app", "shop"])
        .ends_with(2)
        .says("DIGITALOCEAN_ACCESS_TOKEN");
    empty
        .init(&["--spec", "../app.yaml"])
        .ends_with(2)
        .says("no path inside of the repository");
    empty
        .init_with(&[], &[("GITHUB_ACTIONS", "true")])
        .ends_with(2)
        .says("`init` does nothing in a workflow run");
    assert_eq!(empty.everything().len(), 1);

    let nameless = python();
    nameless.git(&["remote", "remove", "origin"]);
    nameless
        .init(&[])
        .ends_with(2)
        .says("no remote `origin`")
        .says("--repo OWNER/NAME");
    nameless.init(&["--repo", "acme/tea"]).ends_with(0);
    assert!(nameless.read(".do/app.yaml").contains("name: tea\n"));
}

#[test]
fn templates_have_the_least_rights_and_say_why() {
    for name in WORKFLOWS {
        let text = template(name);
        let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert!(text.lines().count() < 40, "{name}");
        assert!(text.starts_with("# "), "{name}: what it is for");
        assert_eq!(workflow["permissions"], json!({}), "{name}");
        let code = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in code().filter(|line| line.contains(": write")) {
            assert!(line.contains(": write # "), "{name}: {line:?} does not say why");
        }
        let (_, job) = workflow["jobs"].as_object().unwrap().iter().next().unwrap();
        assert!(workflow["name"].is_string() && job["name"].is_string(), "{name}");
        let concurrency = [&workflow["concurrency"], &job["concurrency"]]
            .into_iter()
            .find(|it| it.is_object());
        let concurrency = concurrency.unwrap_or_else(|| panic!("{name} has no group"));
        assert_eq!(concurrency["queue"], "max", "{name}");
        assert!(concurrency.get("cancel-in-progress").is_none(), "{name}");
        assert_eq!(job["environment"]["deployment"], false, "{name}");
        for step in job["steps"].as_array().unwrap() {
            let uses = step["uses"].as_str().expect("nothing but actions");
            if let Some(commit) = uses.strip_prefix("actions/checkout@") {
                assert!(
                    commit.len() == 40 && step["with"]["persist-credentials"] == false,
                    "{name}"
                );
                assert!(text.contains(&format!("{uses} # v")), "{name}");
            } else {
                assert_eq!(uses, "org/do-deploy@v1", "{name}");
            }
        }
        for line in text.lines().filter(|line| line.contains("run:")) {
            assert!(
                !line.contains("${{") || line.contains("env:"),
                "{name}: {line:?} runs what others wrote"
            );
        }
    }
}

#[test]
fn whatever_touches_the_same_app_waits_in_the_same_group() {
    let group = |name: &str| {
        let workflow: Value = serde_saphyr::from_str(&template(name)).expect("YAML");
        let (_, job) = workflow["jobs"].as_object().unwrap().iter().next().unwrap();
        let group = workflow["concurrency"]["group"]
            .as_str()
            .or(job["concurrency"]["group"].as_str());
        group.expect("a group").to_owned()
    };
    assert_eq!(group("production"), "do-deploy-production");
    assert_eq!(group("preview"), "do-deploy-pr-${{ github.event.pull_request.number }}");
    assert_eq!(
        group("redeploy"),
        "do-deploy-${{ github.event.issue.number && format('pr-{0}', github.event.issue.number) \
         || inputs.pr && format('pr-{0}', inputs.pr) || inputs.environment || 'production' }}"
    );
}

/// Writes the first spec, commits it as its people would, and deploys production with it.
async fn deploys(files: &[(&str, &str)]) {
    let mut first = Change::version("first");
    for (path, text) in files {
        first = first.file(path, text);
    }
    run_with(first, async |t: &mut Tester| {
        let said = t.command(["init", "--json"]).locally().await;
        let told = said.succeeds().touches_nothing().json();
        assert_eq!(said.requests(), Vec::<String>::new(), "no network is needed");
        let spec = told["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|file| file["path"] == ".do/app.yaml");
        let diff = spec.expect("a spec")["diff"].as_str().unwrap();
        let text: String = diff.lines().skip(3).map(|line| format!("{}\n", &line[1..])).collect();
        t.push("main", Change::version("second").spec(&text));
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        t.command(["verify", &url]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn the_first_spec_of_a_python_project_deploys() {
    deploys(&[("requirements.txt", ""), ("server.py", SERVER)]).await;
}

#[tokio::test]
async fn the_first_spec_of_a_node_project_deploys() {
    deploys(&[
        (
            "package.json",
            r#"{"name": "shop", "scripts": {"start": "node server.js"}}"#,
        ),
        ("server.js", NODE),
    ])
    .await;
}

#[tokio::test]
async fn every_first_spec_is_one_that_the_platform_takes() {
    let projects: [&[(&str, &str)]; 5] = [
        &[
            ("requirements.txt", "django\ngunicorn\n"),
            ("manage.py", "'DJANGO_SETTINGS_MODULE', 'shop.settings'"),
        ],
        &[(
            "package.json",
            r#"{"scripts": {"build": "vite build"}, "dependencies": {"vite": "7"}}"#,
        )],
        &[("go.mod", "module x/shop\n"), ("main.go", "package main\n")],
        &[("Cargo.toml", "[package]\nname = \"shop\"\n"), ("src/main.rs", "")],
        &[("Dockerfile", "FROM scratch\nEXPOSE 3000\n")],
    ];
    run(async |t: &mut Tester| {
        for files in projects {
            let clone = Clone::new(files);
            clone.init(&["--repo", "org/shop"]).ends_with(0);
            let spec: Value = serde_saphyr::from_str(&clone.read(".do/app.yaml")).expect("YAML");
            t.call(
                Api::DigitalOcean,
                "POST",
                "/v2/apps/propose",
                Some(&json!({ "spec": spec })),
            )
            .await
            .expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn a_live_app_becomes_the_spec_without_its_secrets() {
    run_with(Change::version("first"), async |t: &mut Tester| {
        let (stripe, password) = (t.secret("STRIPE_KEY"), t.secret("QUEUE_PASSWORD"));
        // An env that is no SECRET can be read by whoever may see the app.
        t.tolerate("`QUEUE_PASSWORD` can be read in reply to");
        let id = t.repository_id().await;
        t.app_by_hand("shop", |spec| {
            spec["envs"] = marks(id, "production");
            let envs = spec["services"][0]["envs"].as_array_mut().unwrap();
            envs.push(json!({ "key": "STRIPE_KEY", "type": "SECRET", "value": stripe }));
            envs.push(json!({ "key": "QUEUE", "value": format!("redis://default:{password}@queue.example.com/1") }));
        })
        .await;
        let said = t.command(["init", "--from-app", "shop", "--json"]).locally().await;
        let told = said.succeeds().touches_nothing().json();
        let file = told["files"].as_array().unwrap().last().unwrap();
        assert_snapshot!(file["diff"].as_str().unwrap(), @"
        --- /dev/null
        +++ b/.do/app.yaml
        @@ -0,0 +1,31 @@
        +# The spec of the live app `shop`. A SECRET without a value keeps the one that the app has.
        +name: shop
        +region: fra
        +services:
        +- name: web
        +  run_command: do-deploy demo-app serve
        +  http_port: 8080
        +  instance_count: 1
        +  instance_size_slug: apps-s-1vcpu-0.5gb
        +  github:
        +    repo: org/shop
        +    branch: main
        +  envs:
        +  - key: DATABASE_URL
        +    scope: RUN_TIME
        +    value: sqlite:////tmp/notes.db
        +  - key: STRIPE_KEY
        +    type: SECRET
        +    scope: RUN_AND_BUILD_TIME
        +  - key: QUEUE
        +    scope: RUN_AND_BUILD_TIME
        +    type: SECRET
        +features:
        +- buildpack-stack=ubuntu-22
        +ingress:
        +  rules:
        +  - component:
        +      name: web
        +    match:
        +      path:
        +        prefix: /
        ");
        assert_snapshot!(told["notes"].to_string(), @r#"
        ["Kept without their values: `STRIPE_KEY`; a deployment takes them from the step's environment, else from the live app","Made a SECRET because a password is in it: `QUEUE`; the next deployment takes the value from the live app"]
        "#);

        let text = file["diff"].as_str().unwrap();
        let text: String = text.lines().skip(3).map(|line| format!("{}\n", &line[1..])).collect();
        t.push(
            "main",
            Change::version("second")
                .file("migrations/001_notes.sql", "")
                .spec(&text),
        );
        t.deploy().await.succeeds();
        let envs = t.app("shop").await["spec"]["services"][0]["envs"].to_string();
        assert!(envs.contains("QUEUE") && envs.matches("EV[").count() == 2, "{envs}");

        let unknown = t.command(["init", "--from-app", "shpo"]).locally().await;
        unknown.fails_with(2).says("there is no app `shpo`").says("`shop`");
    })
    .await;
}

#[tokio::test]
async fn a_secret_in_the_spec_that_is_replaced_is_not_shown() {
    let old = "name: shop\nservices:\n- name: web\n  envs:\n  - {key: KEY, type: SECRET, value: hunter2hunter2}\n";
    run_with(Change::version("first").spec(old), async |t: &mut Tester| {
        t.app_by_hand("shop", |_| ()).await;
        for args in [&["--force"][..], &["--force", "--json"]] {
            let mut call = t.command(["init", "--from-app", "shop"]).locally();
            for arg in args {
                call = call.arg(arg);
            }
            call.await.succeeds().says("value: ***").does_not_say("hunter2");
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_no_model_for_production() {
    run(async |t: &mut Tester| {
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-7", marks(id, "pr-7")).await;
        t.command(["init", "--from-app", "shop-pr-7"])
            .locally()
            .await
            .fails_with(2)
            .says("the preview of pull request 7");
    })
    .await;
}

#[tokio::test]
async fn a_token_with_exactly_the_scopes_that_are_named_can_do_everything() {
    run(async |t: &mut Tester| {
        let clone = Clone::new(&[("go.mod", "module x/shop\n"), ("main.go", "package main\n")]);
        let told: Value = serde_json::from_str(&clone.init(&["--json"]).ends_with(0).stdout).unwrap();
        let token = t.secret("EXACT_TOKEN");
        t.account(&json!({ "scopes": { &token: told["token"]["scopes"] } }))
            .await;
        t.deploy().env("DIGITALOCEAN_ACCESS_TOKEN", &token).await.succeeds();
        t.open_pr(1).await;
        t.preview(1).env("DIGITALOCEAN_ACCESS_TOKEN", &token).await.succeeds();
        t.push(1, "second");
        t.preview(1).env("DIGITALOCEAN_ACCESS_TOKEN", &token).await.succeeds();
        t.teardown(1).env("DIGITALOCEAN_ACCESS_TOKEN", &token).await.succeeds();
    })
    .await;
}
