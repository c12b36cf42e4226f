//! Builds: checkouts, build commands, buildpacks, start commands.

use serde_json::json;

use super::{create, log, one_service, phase, service};
use crate::harness::{Change, Tester, run, run_with};

#[tokio::test]
async fn a_failing_build_command_fails_the_deployment_and_its_output_is_the_build_log() {
    run(async |t: &mut Tester| {
        let mut broken = service("do-deploy demo-app serve");
        broken["build_command"] = json!("echo cannot find the moon; exit 7");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [broken] })).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        let deployment = t.rollouts("shop").await[0]["id"].as_str().unwrap().to_owned();
        let id = app["id"].as_str().unwrap();
        let path = format!("/v2/apps/{id}/deployments/{deployment}/components/web/logs?type=BUILD");
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        let log = t.get(logs["historic_urls"][0].as_str().unwrap()).await.unwrap().text;
        assert!(log.contains("cannot find the moon"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn a_build_happens_in_the_source_dir() {
    run_with(
        Change::whole_app("first").file("server/VERSION", "server\n"),
        async |t: &mut Tester| {
            let mut below = service("do-deploy demo-app serve");
            below["source_dir"] = json!("/server");
            create(t, one_service(below)).await;
            t.expect_serving("shop", "server").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_source_dir_that_does_not_exist_is_a_build_error() {
    run(async |t: &mut Tester| {
        let mut lost = service("do-deploy demo-app serve");
        lost["source_dir"] = json!("nowhere");
        let app = create(t, one_service(lost)).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        let log = log(t, &app, "web", "BUILD").await;
        assert!(log.contains("`source_dir` `nowhere` does not exist"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn what_a_build_makes_is_there_when_the_service_starts() {
    run(async |t: &mut Tester| {
        let mut built = service("do-deploy demo-app serve");
        built["build_command"] = json!("echo built > VERSION");
        create(t, one_service(built)).await;
        t.expect_serving("shop", "built").await;
    })
    .await;
}

#[tokio::test]
async fn a_procfile_starts_what_has_no_run_command() {
    let procfile = Change::whole_app("first").file("Procfile", "release: exit 1\nweb: do-deploy demo-app serve\n");
    run_with(procfile, async |t: &mut Tester| {
        let mut bare = service("");
        bare.as_object_mut().unwrap().remove("run_command");
        create(t, one_service(bare)).await;
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn without_any_start_command_the_deployment_says_what_is_missing() {
    run(async |t: &mut Tester| {
        let mut bare = service("");
        bare.as_object_mut().unwrap().remove("run_command");
        let app = create(t, one_service(bare)).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        let log = log(t, &app, "web", "DEPLOY").await;
        assert!(log.contains("no start command"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn a_dockerfile_is_a_build_error_that_says_so_where_docker_does_not_answer() {
    let dockerfile = Change::whole_app("first").file("Dockerfile", "FROM scratch\n");
    run_with(dockerfile, async |t: &mut Tester| {
        let mut container = service("do-deploy demo-app serve");
        container["dockerfile_path"] = json!("Dockerfile");
        // As on a machine without Docker, whatever this one has.
        container["envs"] = json!([{ "key": "DOCKER_HOST", "scope": "BUILD_TIME", "value": "tcp://127.0.0.1:1" }]);
        let app = create(t, one_service(container)).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        let log = log(t, &app, "web", "BUILD").await;
        assert!(
            log.contains("`Dockerfile` cannot be built: no Docker daemon answers"),
            "{log}"
        );
    })
    .await;
}

/// Stands in for npm, which a machine need not have: it says what it was asked for and knows one script.
const NPM: &str = r#"#!/bin/bash
echo "npm $*"
case "$1 $2" in
  "--version "*) echo 10.0.0 ;;
  "run build") echo built > VERSION ;;
  "start "*) exec do-deploy demo-app serve ;;
esac
"#;

#[tokio::test]
async fn a_node_app_is_installed_by_its_lockfile_and_built_by_its_script() {
    let node = Change::whole_app("first")
        .file("package.json", r#"{"scripts": {"build": "x", "start": "y"}}"#)
        .file("package-lock.json", "{}\n");
    run_with(node, async |t: &mut Tester| {
        t.push("main", Change::version("with-npm").file("bin/npm", NPM));
        t.repository.git(&["update-index", "--chmod=+x", "bin/npm"]);
        t.repository.git(&["commit", "--quiet", "--message", "npm can run"]);
        let mut bare = service("PATH=./bin:$PATH npm start");
        let path = json!({ "key": "PATH", "scope": "BUILD_TIME", "value": "./bin:/usr/local/bin:/usr/bin:/bin" });
        bare["envs"].as_array_mut().unwrap().push(path);
        let app = create(t, one_service(bare)).await;
        let log = log(t, &app, "web", "BUILD").await;
        assert!(
            log.contains("npm ci --include=dev") && log.contains("npm run build"),
            "{log}"
        );
        t.expect_serving("shop", "built").await;
    })
    .await;
}

#[tokio::test]
async fn a_mounted_repositorys_own_configuration_runs_nothing() {
    run_with(
        Change::whole_app("first").file(".gitattributes", "* filter=evil\n"),
        async |t: &mut Tester| {
            let evil = r#"
printf '#!/bin/sh\nenv > "%s/ran"\ncat\n' "$PWD" > "$PWD/evil"
chmod +x "$PWD/evil"
mkdir "$PWD/hooks"
for hook in post-checkout post-index-change reference-transaction; do cp "$PWD/evil" "$PWD/hooks/$hook"; done
git -C "$REPOSITORY" config core.fsmonitor "$PWD/evil"
git -C "$REPOSITORY" config core.hooksPath "$PWD/hooks"
git -C "$REPOSITORY" config filter.evil.smudge "$PWD/evil"
git -C "$REPOSITORY" config filter.evil.process "$PWD/evil"
"#;
            t.repository.script(evil, &t.work());
            t.deploy().locally().await.succeeds();
            t.expect_serving("shop", "first").await;
            assert!(!t.work().join("ran").exists(), "a program of the repository's ran");
        },
    )
    .await;
}
