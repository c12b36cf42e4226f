//! Every check on one spec that has all of these mistakes, and on real specs that have none.

use proptest::prelude::*;

use crate::model::finding::{Finding, Severity, masked};
use crate::model::own::OwnRepository;
use crate::platforms::app_platform::APP_SPEC;
use crate::platforms::app_platform::spec::tests::shared::shared;
use crate::platforms::inspection::{Around, Inspection};
use crate::platforms::manifests::Manifests as _;

/// The checks that the documentation names.
fn documented() -> Vec<String> {
    let page = include_str!("../../../../../docs/spec-check.md");
    let (_, table) = page
        .split_once("| Check | What it finds |\n|---|---|\n")
        .expect("the table");
    let names = table
        .lines()
        .map_while(|row| row.strip_prefix("| `")?.split('`').next());
    names.map(str::to_owned).collect()
}

fn look(text: &str) -> Inspection {
    let own = OwnRepository::new("org/shop", "https://github.com");
    let around = Around {
        own: Some(&own),
        exists: &|path| path == "api" || path == "api/Dockerfile",
        is_given: &|key| key == "GIVEN",
    };
    APP_SPEC.inspect(text, "app.yaml", around)
}

fn line(finding: &Finding) -> String {
    let failure = &finding.failure;
    assert!(
        documented().iter().any(|name| name == finding.check),
        "{}",
        finding.check
    );
    let mark = match finding.severity {
        Severity::Error => "E",
        Severity::Warning => "W",
    };
    let at = failure.at.as_ref().expect("each has a place");
    let (line, column) = (at.line, at.column);
    let why = failure.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let next = failure.next.as_ref().expect("each says what to do");
    format!(
        "{mark} {line}:{column} [{}] {}{why} -> {next}",
        finding.check, failure.what
    )
}

/// What is found in a text, a line each.
fn found(text: &str) -> String {
    look(text).findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same of a service with these further lines.
fn service(lines: &str) -> String {
    let source = "  github: {repo: org/shop, branch: main}\n";
    found(&format!("name: shop\nservices:\n- name: web\n{source}{lines}"))
}

#[test]
fn a_spec_without_mistakes_has_none() {
    let text = "\
name: shop
region: fra
x-common: &common {key: A, value: b}
services:
- name: web
  github: {repo: org/shop, branch: main, deploy_on_push: false}
  source_dir: /api
  dockerfile_path: api/Dockerfile
  http_port: 8000
  run_command: uvicorn main:app --host 0.0.0.0 --port 8000
  instance_size_slug: apps-s-1vcpu-1gb
  instance_count: 2
  health_check: {http_path: /health, period_seconds: 10}
  envs:
  - *common
  - {key: DATABASE_URL, scope: RUN_TIME, value: '${db.DATABASE_URL}'}
  - {key: GIVEN, value: '${nothing.HERE}'}
  - {key: STRIPE_KEY, type: SECRET}
jobs:
- {name: nightly, kind: SCHEDULED, schedule: {cron: '0 3 * * *'}, timeout: 1h30m, image: {registry_type: GHCR, registry: org, repository: shop, tag: '1.10'}}
databases:
- {name: db, engine: PG, version: '16'}
ingress:
  rules:
  - match: {path: {prefix: /}}
    component: {name: web}
";
    assert_eq!(found(text), "");
}

#[test]
fn fields_and_values() {
    insta::assert_snapshot!(service("  run_comand: x\n  instance_size: x\n  output_dir: x\n  volumes: []\n"), @"
    W 5:3 [field] App Platform knows no field `run_comand` of `web`: what it does not know has no effect -> did you mean `run_command`?
    W 6:3 [field] App Platform knows no field `instance_size` of `web`: what it does not know has no effect -> did you mean `instance_size_slug`?
    W 7:3 [field] App Platform knows no field `output_dir` of `web`: what it does not know has no effect -> it is a field of `static_sites`: take it out here
    W 8:3 [field] App Platform knows no field `volumes` of `web`: what it does not know has no effect -> take it out, or move it to where it belongs
    ");
    insta::assert_snapshot!(service("  instance_count: 251\n  http_port: eighty\n  protocol: http2\n  termination: {drain_seconds: 0}\n"), @"
    E 5:19 [value] `instance_count` of `web` is 251: App Platform takes 1 to 250 -> write `250`
    E 5:19 [size] service `web` has 251 instances: of `apps-s-1vcpu-0.5gb`, which it has without a size, App Platform runs one alone -> write `instance_count: 1`, or a size that scales, such as `apps-s-1vcpu-1gb`
    E 6:14 [structure] `http_port` of `web` is not a whole number: it is a text -> write a number such as `1`
    E 7:13 [value] `protocol` of `web` is `http2`: App Platform knows `HTTP` and `HTTP2` -> write `HTTP2`
    W 8:32 [value] `drain_seconds` of `termination` of `web` is 0: 0 counts as nothing, and App Platform takes its default -> take it out, or write another number
    ");
    insta::assert_snapshot!(service("  health_check: {http_path: health, path: /, timeout_seconds: 121}\n  liveness_health_check: {success_threshold: 2}\n"), @"
    W 5:29 [value] the health check of service `web` asks for `health`: a path begins with `/` -> write `/health`
    W 5:37 [field] `path` of `health_check` of `web` is no longer used -> call it `http_path`
    E 5:63 [value] `timeout_seconds` of `health_check` of `web` is 121: App Platform takes 1 to 120 -> write `120`
    E 6:46 [value] `success_threshold` of `liveness_health_check` of `web` is 2: App Platform takes 1 alone -> write `1`
    ");
    insta::assert_snapshot!(service("  cors: {allow_credentials: sure, max_age: 5}\n  routes: {path: /}\n  envs: [{key: A, type: secret, scope: BUILDTIME}]\n"), @"
    E 5:29 [value] `allow_credentials` of `cors` of `web` is not `true` or `false`: it is a text -> write `true` or `false`
    E 5:44 [structure] `max_age` of `cors` of `web` is not a string: it is a number -> put the value between quotes
    E 6:3 [structure] `routes` of `web` is not a list: it is a mapping -> begin every entry below it with `- `
    E 7:25 [value] `type` of `A` is `secret`: App Platform knows `GENERAL` and `SECRET` -> write `SECRET`
    E 7:40 [value] `scope` of `A` is `BUILDTIME`: App Platform knows `UNSET`, `RUN_TIME`, `BUILD_TIME` and `RUN_AND_BUILD_TIME` -> write `BUILD_TIME`
    ");
    // What is filled in before it is sent is not judged.
    assert_eq!(service("  protocol: ${PROTOCOL}\n"), "");
}

#[test]
fn names() {
    insta::assert_snapshot!(found("name: Shop\nservices:\n- {name: web, github: {repo: org/shop}}\nworkers:\n- {name: web, github: {repo: org/shop}}\n- {name: 1st, github: {repo: org/shop}}\n- {github: {repo: org/shop}}\n"), @"
    E 1:7 [name] App Platform refuses `Shop` as the name of the app: it has to start with a lower-case letter -> choose a name such as `my-app`: lower-case letters, digits and `-`
    E 5:10 [name] two components are called `web`: names are unique within an app; the other one is a service -> rename one of them
    E 6:10 [name] App Platform refuses `1st` as the name of the worker: it has to start with a lower-case letter -> choose a name such as `my-app`: lower-case letters, digits and `-`
    E 7:3 [structure] a worker has no `name` -> add `name: ...` to it
    ");
}

#[test]
fn sources() {
    insta::assert_snapshot!(found("name: shop\nservices:\n- name: web\n"), @"E 3:9 [source] service `web` has no source: App Platform builds it from a repository or runs an image -> add `github: {repo: OWNER/NAME, branch: main}`");
    insta::assert_snapshot!(service("  image: {registry_type: DOCR, repository: a, tag: b, digest: 'sha256:c'}\n"), @"
    E 5:3 [source] service `web` has 2 sources: `github` and `image`: App Platform takes exactly one -> take the others out
    E 5:52 [source] the image of service `web` has a tag and a digest: App Platform takes one of the two -> take the tag out: the digest names the image
    ");
    insta::assert_snapshot!(found("name: shop\nstatic_sites:\n- name: web\n  github: {repo: 'https://github.com/org/shop.git', deploy_on_push: true}\n  error_document: a\n  catchall_document: b\nworkers:\n- name: mail\n  git: {repo_clone_url: 'git@github.com:org/shop.git', branch: main}\n- name: more\n  image: {repository: a}\n"), @"
    E 4:18 [source] `https://github.com/org/shop.git` of static site `web` is not a repository: a repository is written as `OWNER/NAME`, without a host -> write `org/shop`
    W 4:69 [push] a push deploys static site `web` a second time, beside do-deploy: the two deployments would race, so do-deploy sends `false` -> write `false`
    E 5:19 [source] static site `web` has two documents for pages that do not exist: App Platform takes one of `error_document` and `catchall_document` -> keep the catch-all one for an app of a single page, else the other
    E 9:25 [source] `git` of worker `mail` is not a URL that App Platform can clone: it clones over HTTPS, and without a key -> write `https://…`; or name a private repository as `github: {repo: OWNER/NAME}`
    E 11:3 [source] the image of worker `more` has no `registry_type` -> add one of `DOCR`, `DOCKER_HUB` and `GHCR`
    ");
    insta::assert_snapshot!(service("  source_dir: wep\n  dockerfile_path: Dockerfile\n"), @"
    E 5:15 [file] there is no folder `wep`, which service `web` is built from -> correct it: it is counted from the root of the repository
    E 6:20 [file] there is no Dockerfile `Dockerfile`, which service `web` is built from -> correct it: it is counted from the root of the repository
    ");
    insta::assert_snapshot!(service("  source_dir: api\n  dockerfile_path: Dockerfile\n"), @"E 6:20 [file] there is no Dockerfile `Dockerfile`, which service `web` is built from: it is counted from the root of the repository, and not from `source_dir` -> write `api/Dockerfile`");
}

#[test]
fn sizes_and_regions() {
    insta::assert_snapshot!(service("  instance_size_slug: basic-xs\n  instance_count: 2\n"), @"
    W 5:23 [size] the size `basic-xs` of service `web` is retired: App Platform keeps it for apps from before May 2024 -> write `apps-s-1vcpu-1gb-fixed`, which has the same CPUs and memory
    E 6:19 [size] service `web` has 2 instances: of `basic-xs`, App Platform runs one alone -> write `instance_count: 1`, or a size that scales, such as `apps-s-1vcpu-1gb`
    ");
    insta::assert_snapshot!(service("  instance_size_slug: apps-s-1vpcu-1gb\n"), @"W 5:23 [size] `apps-s-1vpcu-1gb` of service `web` is not a size that do-deploy knows -> did you mean `apps-s-1vcpu-1gb`?");
    insta::assert_snapshot!(service("  instance_count: 3\n  instance_size_slug: apps-s-1vcpu-2gb\n  autoscaling: {min_instance_count: 3, max_instance_count: 2, metrics: {cpu: {percent: 80}}}\n"), @"
    E 5:19 [size] service `web` has a number of instances and scales by itself: App Platform takes one of the two -> take `instance_count` or `autoscaling` out
    E 7:3 [size] service `web` scales by itself and has the size `apps-s-1vcpu-2gb`: App Platform scales dedicated CPUs alone -> choose a size that begins with `apps-d-`, or a fixed `instance_count`
    E 7:37 [size] service `web` scales from 3 to 2 instances -> write the smaller number as `min_instance_count`
    ");
    insta::assert_snapshot!(found("name: shop\nregion: nyc1\nservices:\n- {name: web, github: {repo: org/shop}}\n"), @"W 2:9 [region] `nyc1` is a data centre, not a region: do-deploy sends `nyc` in its place -> write `nyc`");
}

#[test]
fn routes() {
    let rules = "  routes: [{path: /}]
workers:
- {name: mail, github: {repo: org/shop}}
ingress:
  rules:
  - match: {path: {prefix: /a}}
    component: {name: wep}
  - match: {path: {prefix: /b}}
    component: {name: mail}
  - match: {path: {prefix: /c}}
  - match: {path: {prefix: /d}}
    component: {name: web, preserve_path_prefix: true, rewrite: /x}
    redirect: {uri: /}
  - match: {path: {prefix: /d}}
    component: {name: web}
";
    insta::assert_snapshot!(service(rules), @"
    W 5:3 [route] service `web` has routes beside `ingress`: the rules of the one take the place of the other -> write each route as a rule of `ingress`, and take them out here
    E 11:23 [route] the rule for `/a` leads to `wep`, which does not exist -> did you mean `web`?
    E 13:23 [route] the rule for `/b` leads to the worker `mail`: no request from outside reaches a worker -> name a service, a static site or functions
    E 14:5 [route] the rule for `/c` leads nowhere -> add `component: {name: …}` or `redirect: {uri: …}`
    E 15:5 [route] the rule for `/d` has a component and a redirect: App Platform takes one of the two -> take one of them out
    E 16:23 [route] the rule for `/d` keeps its prefix and rewrites it: App Platform takes one of the two -> take one of them out
    W 18:5 [route] there are two rules for `/d`: which of the two counts is not documented -> take one of them out, or give each a path or a host of its own
    ");
}

#[test]
fn envs_and_what_they_are_bound_to() {
    let envs = "  envs:
  - {key: a-b, value: x}
  - {key: TWICE, value: x}
  - {key: TWICE, value: y}
  - {key: DATABASE_URL, value: '${db.DATABASE_URI}'}
  - {key: CACHE, value: '${redis.REDIS_URL}'}
  - {key: BUILD, scope: BUILD_TIME, value: '${db.DATABASE_URL}'}
  - {key: POOL, value: 'postgres://shop-pooler.db.ondigitalocean.com:25061/shop'}
databases:
- {name: db, engine: PG}
- {name: cache, engine: REDIS, production: true}
- {name: docs, engine: MONGODB}
";
    insta::assert_snapshot!(service(envs), @"
    E 6:11 [env] App Platform refuses `a-b` as the name of an env: it has to be of letters, digits and `_`, and may not begin with a digit -> call it `a_b`
    W 8:11 [env] `TWICE` of service `web` is given twice: which of the two counts is not documented -> take one of them out
    E 9:32 [bindable] `DATABASE_URL` of service `web` names `${db.DATABASE_URI}`, but the database `db` has no variable `DATABASE_URI`: App Platform passes such text to the app unchanged -> did you mean `${db.DATABASE_URL}`?
    E 10:25 [bindable] `CACHE` of service `web` names `${redis.REDIS_URL}`, but the app spec has no component `redis`: App Platform passes such text to the app unchanged -> its components are `web`, `db`, `cache` and `docs`
    W 11:25 [bindable] `BUILD` of service `web` is for the build alone, and `${db.DATABASE_URL}` exists only while the app runs: App Platform gives a build no variables of databases -> make its scope `RUN_TIME`, and use the database when the app starts
    E 12:11 [database] `POOL` of service `web` names a host that does not exist: `…-pooler.db.ondigitalocean.com`: connection pools of DigitalOcean have the cluster's own host, which ends in `.db.ondigitalocean.com`, the port 25061 and the pool's name for a database -> bind it: `${COMPONENT.POOL.DATABASE_URL}`; or copy the pool's own URL from the control panel
    W 15:25 [database] the engine of database `cache` is `REDIS`: DigitalOcean makes no Redis clusters any more, and has moved those that there were to Valkey -> write `VALKEY`
    E 15:44 [database] database `cache` is for production and names no cluster: App Platform attaches an app to a cluster that exists; it makes none -> add `cluster_name`, the name of the cluster; or take `production: true` out for a development database
    W 16:24 [database] database `docs` is a development database of `MONGODB`: development databases are PostgreSQL alone -> add `production: true` and `cluster_name`, the name of a managed cluster
    ");
}

#[test]
fn jobs_and_ports() {
    insta::assert_snapshot!(found("name: shop\njobs:\n- {name: one, image: {registry_type: DOCR, repository: a}, kind: SCHEDULED}\n- {name: two, image: {registry_type: DOCR, repository: a}, kind: SCHEDULED, schedule: {cron: '0 25 * * *'}, timeout: 30}\n- {name: three, image: {registry_type: DOCR, repository: a}, kind: PREDEPLOY}\n- {name: four, image: {registry_type: DOCR, repository: a}, schedule: {cron: '0 3 * * *'}, timeout: 1 hour}\n"), @r#"
    E 3:66 [job] job `one` is scheduled and has no `schedule.cron` -> add `schedule: {cron: "0 3 * * *", time_zone: UTC}`
    E 4:94 [job] `0 25 * * *` of job `two` is not a valid schedule: `25` is not an hour -> write five fields, such as `0 3 * * *` for every night at three
    E 4:118 [structure] `timeout` of `two` is not a string: it is a number -> put the value between quotes
    E 5:68 [value] `kind` of `three` is `PREDEPLOY`: App Platform knows `UNSPECIFIED`, `PRE_DEPLOY`, `POST_DEPLOY`, `FAILED_DEPLOY` and `SCHEDULED` -> write `PRE_DEPLOY`
    W 6:78 [job] job `four` has a schedule and is not `SCHEDULED`: a `POST_DEPLOY` job runs with deployments alone -> write `kind: SCHEDULED`, or take `schedule` out
    E 6:101 [job] `1 hour` of job `four` is not a duration -> write one such as `30m` or `1h30m`
    "#);
    insta::assert_snapshot!(service("  run_command: gunicorn -b 127.0.0.1:5000 app:app\n"), @"
    W 5:16 [port] service `web` listens on 5000, and App Platform asks 8080: `http_port` says which port it asks; 8080 where it is not given -> write `http_port: 5000`, or let the command use `$PORT`
    W 5:16 [port] service `web` listens on `127.0.0.1` alone: App Platform asks from outside of the container -> listen on `0.0.0.0`
    ");
    insta::assert_snapshot!(service("  run_command: npm start\n  envs:\n  - {key: PORT, value: '3000'}\n"), @"W 7:24 [port] `PORT` of service `web` is 3000, and App Platform asks 8080 -> take `PORT` out, which App Platform sets, or write `http_port: 3000`");
    // Which of two is asked is not known.
    assert_eq!(service("  run_command: worker --port 9000 & node server.js\n"), "");
}

#[test]
fn secrets_are_named_and_hidden_from_what_is_shown() {
    let text = "\
name: shop
services:
- name: web
  image: {registry_type: GHCR, registry: org, repository: shop, registry_credentials: 'org:hunter22'}
  run_command: API_TOKEN=hunter22 ./serve
  envs:
  - {key: JWT_SECRET, value: hunter22, scope: RUN_TME}
  - {key: GIVEN_KEY, type: SECRET, value: hunter22}
  - {key: KEPT, type: SECRET, value: 'EV[1:a:b]'}
  - {key: A, type: SECRT, value: hunter22}
";
    insta::assert_snapshot!(found(text), @"
    W 4:65 [secret] `registry_credentials` of service `web` is a secret in plain text: everybody who can read the repository can read it, also after it is changed: Git keeps it -> take it out; an app that is live keeps the one that it has
    W 5:3 [secret] `run_command` of service `web` holds a secret in plain text: everybody who can read the repository can read it, also after it is changed: Git keeps it -> put it into an env of type SECRET, and let the command name that
    W 7:6 [secret] `JWT_SECRET` of service `web` is a secret in plain text: everybody who can read the repository can read it, also after it is changed: Git keeps it -> change it, make the env `type: SECRET` without a value, and give the value in the step's environment as `JWT_SECRET`
    E 7:47 [value] `scope` of `JWT_SECRET` is `RUN_TME`: App Platform knows `UNSET`, `RUN_TIME`, `BUILD_TIME` and `RUN_AND_BUILD_TIME` -> write `RUN_TIME`
    W 8:6 [secret] `GIVEN_KEY` of service `web` is a secret in plain text: everybody who can read the repository can read it, also after it is changed: Git keeps it -> change it, make the env `type: SECRET` without a value, and give the value in the step's environment as `GIVEN_KEY`
    E 10:20 [value] `type` of `A` is `SECRT`: App Platform knows `GENERAL` and `SECRET` -> write `SECRET`
    ");
    let looked = look(text);
    assert!(!masked(text, &looked.hidden).contains("hunter22"));
}

#[test]
fn a_file_that_cannot_be_read_has_its_place_and_shows_no_value() {
    let text =
        "name: shop\nservices:\n- name: web\n  envs:\n  - key: A\n    value: hunter22: x\n    more of hunter22\n";
    insta::assert_snapshot!(found(text), @"E 6:20 [syntax] the app spec cannot be read: there is a `:` where none can be -> put the value between quotes");
    assert!(!masked(text, &look(text).hidden).contains("hunter22"));
}

#[test]
fn a_template_of_the_deploy_button_has_the_places_of_the_file() {
    insta::assert_snapshot!(found("spec:\n  name: shop\n  services:\n  - name: web\n    git: {repo_clone_url: 'https://github.com/a/b.git'}\n    instance_size_slug: basic-xxs\n"), @"W 6:25 [size] the size `basic-xxs` of service `web` is retired: App Platform keeps it for apps from before May 2024 -> write `apps-s-1vcpu-0.5gb`, which has the same CPUs and memory");
}

#[test]
fn every_finding_of_real_specs_has_its_place_and_a_check_that_the_documentation_has() {
    let Some(folder) = shared("specs") else { return };
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let looked = look(&text);
        let lines = masked(&text, &looked.hidden);
        assert_eq!(lines.len(), text.len());
        for finding in &looked.findings {
            line(finding);
            assert!(
                finding.failure.at.is_some() && finding.failure.next.is_some(),
                "{finding:?}"
            );
            if let Some(bytes) = &finding.bytes {
                assert!(text.get(bytes.clone()).is_some(), "{path:?} {finding:?}");
            }
        }
    }
}

#[test]
fn every_check_that_the_documentation_has_finds_something() {
    let tests = include_str!("tests.rs");
    for name in documented() {
        assert!(
            tests.contains(&format!(" [{name}] ")),
            "no test has a finding of `{name}`"
        );
    }
}

proptest! {
    /// Lines of a spec in any order, and any characters among them.
    #[test]
    fn whatever_the_file_says_it_is_checked_or_refused(
        lines in proptest::collection::vec((0usize..60, "[ -]{0,6}", "\\PC{0,8}"), 0..24),
    ) {
        const WORDS: [&str; 20] = [
            "name: shop", "services:", "- name: web", "envs:", "- key: A", "value: ${db.X}", "instance_count: 3", "ingress:",
            "rules:", "- match: {path: {prefix: /}}", "component: {name: web}", "github: {repo: a/b}", "image: []",
            "run_command: x --port 9", "jobs: [{kind: X}]", "databases: [1, {}]", "autoscaling: {}", "spec:", "schedule: {cron: 1}",
            "health_check: x",
        ];
        let text: Vec<String> = lines.iter().map(|(word, indent, noise)| format!("{indent}{}{noise}", WORDS.get(*word).unwrap_or(&""))).collect();
        let text = text.join("\n");
        let looked = look(&text);
        prop_assert_eq!(masked(&text, &looked.hidden).len(), text.len());
        for finding in &looked.findings {
            let is_part = |bytes: &std::ops::Range<usize>| text.get(bytes.clone()).is_some();
            prop_assert!(finding.bytes.as_ref().is_none_or(is_part), "{:?}", finding);
        }
    }
}
