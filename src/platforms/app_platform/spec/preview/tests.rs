//! Previews of specs as people write them, each rule by the behaviour that it gives.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::parse::parse;
use super::*;
use crate::config::{Config, Variable};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::pull_request::{Head, PullRequest};
use crate::model::report;
use crate::model::report::Database;
use crate::platforms::plan::{Allowed, PreviewInput, PreviewPlan};
use crate::policy::images::Images;
use crate::policy::yaml::document::write as print;

mod addresses;
mod allowed;
mod credentials;
mod databases;
mod fields;
mod handwritten;
mod jobs;
mod own;
mod rules;
mod stores;

/// What the run has as `GITHUB_TOKEN`.
const OWN_TOKEN: &str = "ghs-token-of-the-run";

/// The repository, which was called `acme/old` before.
fn own() -> OwnRepository {
    let mut own = OwnRepository::new("acme/shop", "https://github.com");
    own.add_former("acme/old");
    own
}

/// A repository, a pull request and what surrounds them; every field can be changed before `plan`.
struct World {
    config: String,
    files: HashMap<&'static str, &'static str>,
    variables: HashMap<&'static str, &'static str>,
    live: Option<Value>,
    images: Images,
    head_repository: &'static str,
    main: Main,
    /// Production's spec beside one that is made by hand.
    production: Option<String>,
}

/// What the default branch has for an app spec.
enum Main {
    /// The pull request's own.
    Same,
    None,
    Says(&'static str),
}

impl World {
    fn new() -> Self {
        Self {
            config: String::new(),
            files: HashMap::new(),
            variables: HashMap::new(),
            live: None,
            images: Images::default(),
            head_repository: "acme/shop",
            production: None,
            main: Main::Same,
        }
    }

    fn with(config: &str) -> Self {
        Self {
            config: format!("[preview]\n{config}"),
            ..Self::new()
        }
    }

    fn main(mut self, main: Main) -> Self {
        self.main = main;
        self
    }

    fn file(mut self, path: &'static str, text: &'static str) -> Self {
        self.files.insert(path, text);
        self
    }

    fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.insert(name, value);
        self
    }

    fn plan(&self, spec: &str) -> Result<PreviewPlan, Failure> {
        let spec = parse(spec, "app.yaml").expect("a valid spec");
        let production = self.production.as_deref();
        let production = production.map(|text| parse(text, "app.yaml").expect("a valid spec"));
        let config = Config::parse(&self.config, "do-deploy.toml").expect("a valid config");
        let pull_request = PullRequest {
            number: 12,
            title: String::new(),
            open: true,
            draft: false,
            author: "ada".to_owned(),
            author_is_bot: false,
            labels: Vec::new(),
            head: Head {
                sha: Sha::new("abc1234"),
                branch: "notes".to_owned(),
                repository: Some(self.head_repository.to_owned()),
            },
            base_branch: "main".to_owned(),
        };
        let known = match self.main {
            Main::Same => Some(spec.clone()),
            Main::None => None,
            Main::Says(text) => Some(parse(text, "app.yaml").expect("a valid spec")),
        };
        let (production, by_hand) = match config.preview.spec.as_str() {
            "" => (known, None),
            _ => (production, known),
        };
        let allowed = Allowed {
            branch: "main".to_owned(),
            production,
            by_hand,
            size: config.preview.size.clone(),
        };
        let text = |map: &HashMap<&str, &str>, key: &str| map.get(key).map(|text| (*text).to_owned());
        let live = self.live.clone().map(AppSpec::document);
        plan(
            &spec,
            &PreviewInput {
                repository: &own(),
                repository_id: 7,
                app: &AppIdentity::only(allowed.name(&spec)),
                pull_request: &pull_request,
                policy: &config.preview,
                allowed: &allowed,
                files: &|path| text(&self.files, path),
                variables: &|name| Variable::of(name, text(&self.variables, name), &[OWN_TOKEN.to_owned()]),
                live: live.as_ref(),
                random: &|| [7; 32],
                announcement: crate::policy::announcement::Announcement::new([7; 32]),
                commit: &pull_request.head.sha,
                images: &self.images,
            },
        )
    }

    fn good(&self, spec: &str) -> PreviewPlan {
        self.plan(spec).expect("a preview")
    }

    fn refused(&self, spec: &str) -> String {
        let failure = self.plan(spec).expect_err("refused");
        format!("{failure}\n{}", failure.next.clone().unwrap_or_default())
    }
}

/// The changes as the summary lists them.
fn told(plan: &PreviewPlan) -> String {
    let lines: Vec<String> = plan
        .changes
        .iter()
        .map(|change| format!("{}: {}", change.what, change.why))
        .collect();
    lines.join("\n")
}

/// The value of an env of the app (`""`) or of a component.
fn env_of<'a>(plan: &'a PreviewPlan, owner: &str, key: &str) -> Option<&'a Value> {
    let components = component::components(plan.document.value());
    let owner = match owner {
        "" => plan.document.value(),
        name => components.iter().find(|it| it.name == name).expect("a component").value,
    };
    owner.get("envs")?.as_array()?.iter().find(|env| env::key(env) == key)
}

fn value_of(plan: &PreviewPlan, owner: &str, key: &str) -> Option<String> {
    env_of(plan, owner, key)?.get("value")?.as_str().map(str::to_owned)
}

fn run_command(plan: &PreviewPlan, name: &str) -> String {
    let components = component::components(plan.document.value());
    let it = components.iter().find(|it| it.name == name).expect("a component");
    it.text("run_command").unwrap_or_default().to_owned()
}

fn jobs(plan: &PreviewPlan) -> Vec<&str> {
    component::of(plan.document.value(), Kind::Job)
        .iter()
        .map(|job| job.name)
        .collect()
}

/// A Flask service with migrations as a job, as a small company would have it.
const FLASK: &str = r#"
name: shop
region: nyc
domains: [{domain: shop.example, type: PRIMARY}]
alerts: [{rule: DEPLOYMENT_FAILED}]
egress: {type: DEDICATED_IP}
vpc: {id: 0c1b}
maintenance: {enabled: false}
features: [buildpack-stack=ubuntu-22]
ingress:
  rules:
  - {match: {path: {prefix: /}}, component: {name: api}}
  - {match: {path: {prefix: /}, authority: {exact: shop.example}}, component: {name: api}}
  - {match: {path: {prefix: /old}}, component: {name: gone}}
envs:
- {key: APP_MODE, value: production}
- {key: SENTRY_DSN, type: SECRET, value: "EV[1:abc:def]"}
services:
- name: api
  github: {repo: Acme/Shop, branch: main, deploy_on_push: true}
  source_dir: /server
  run_command: gunicorn app:app --bind 0.0.0.0:$PORT
  http_port: 8080
  instance_count: 3
  instance_size_slug: apps-d-1vcpu-2gb
  autoscaling: {min_instance_count: 1, max_instance_count: 3}
  alerts: [{rule: CPU_UTILIZATION}]
  log_destinations: [{name: logs, logtail: {token: xyz}}]
  health_check: {http_path: /health, initial_delay_seconds: 10}
  liveness_health_check: {http_path: /health}
  envs:
  - {key: DATABASE_URL, value: "${db.DATABASE_URL}", scope: RUN_TIME}
  - {key: JWT_SECRET, type: SECRET, scope: RUN_TIME}
  - {key: REDIS_URL, type: SECRET, scope: RUN_TIME}
  - {key: LOG_LEVEL, value: INFO}
jobs:
- name: migrate
  kind: PRE_DEPLOY
  github: {repo: acme/shop, branch: main}
  source_dir: server
  run_command: alembic upgrade head
  envs:
  - {key: DATABASE_URL, value: "${db.DATABASE_URL}", scope: RUN_TIME}
- name: announce
  kind: POST_DEPLOY
  github: {repo: acme/shop, branch: main}
  run_command: ./announce.sh
- name: nightly
  kind: SCHEDULED
  github: {repo: acme/shop, branch: main}
  run_command: ./nightly.sh
databases:
- {name: db, engine: PG, version: "15", production: true, cluster_name: shop-main, db_name: shop, db_user: shop}
"#;

#[test]
fn a_flask_app_becomes_a_small_sqlite_preview() {
    let plan = World::new().good(FLASK);
    insta::assert_snapshot!(print(plan.document.value()), @r#"
    name: shop-pr-12
    region: nyc
    features:
    - buildpack-stack=ubuntu-22
    ingress:
      rules:
      - match:
          path:
            prefix: /
        component:
          name: api
    envs:
    - key: APP_MODE
      value: production
    - key: DO_DEPLOY_REPOSITORY
      value: "7"
      scope: RUN_TIME
      type: GENERAL
    - key: DO_DEPLOY_APP
      value: shop
      scope: RUN_TIME
      type: GENERAL
    - key: DO_DEPLOY_ENVIRONMENT
      value: pr-12
      scope: RUN_TIME
      type: GENERAL
    - key: DO_DEPLOY_COMMIT
      value: abc1234
      scope: RUN_TIME
      type: GENERAL
    services:
    - name: api
      github:
        repo: Acme/Shop
        branch: notes
        deploy_on_push: false
      source_dir: /server
      run_command: "echo 'do-deploy 0707070707070707: migrating' && alembic upgrade head && echo 'do-deploy 0707070707070707: migrated, starting the service' && exec gunicorn app:app --bind 0.0.0.0:$PORT"
      http_port: 8080
      instance_count: 1
      instance_size_slug: apps-s-1vcpu-1gb-fixed
      health_check:
        http_path: /health
        initial_delay_seconds: 40
      liveness_health_check:
        http_path: /health
        initial_delay_seconds: 35
      envs:
      - key: DATABASE_URL
        value: sqlite:////tmp/preview.db
        scope: RUN_TIME
      - key: LOG_LEVEL
        value: INFO
      inactivity_sleep:
        after_seconds: 86400
    "#);
    assert_eq!(plan.database.mode, Some(Database::Sqlite));
    assert_eq!(plan.database.mode, Some(report::Database::Sqlite));
    assert_eq!(plan.unset, ["JWT_SECRET", "REDIS_URL", "SENTRY_DSN"]);
    assert_eq!(
        plan.warnings,
        ["the ingress rule `/old` to `gone` leads nowhere: the app spec has no such component"]
    );
    assert_eq!(plan.sleep, Sleep::After(std::time::Duration::from_secs(86_400)));
}

#[test]
fn every_change_is_told_with_its_reason() {
    insta::assert_snapshot!(told(&World::new().good(FLASK)), @r#"
    dropped `domains`: a domain leads to production
    dropped `alerts`: a preview is no reason to wake anyone
    dropped `egress`: a dedicated address costs extra and is known to production's partners
    dropped `vpc`: previews stay out of production's network
    dropped `maintenance`: a preview is there to be looked at
    dropped `alerts` of `api`: a preview is no reason to wake anyone
    dropped `log_destinations` of `api`: a preview's logs do not belong among production's
    dropped job `announce` (POST_DEPLOY): it may act on the outside world for a version that is not released
    dropped job `nightly` (SCHEDULED): nothing in a preview runs on a schedule
    dropped the ingress rule `shop.example/` to `api`: its host name leads to production
    dropped the ingress rule `/old` to `gone`: the app spec has no such component
    `api` is built from `notes`: the pull request's branch
    `migrate` is built from `notes`: the pull request's branch
    one instance of `api`: a preview has few visitors and one disk
    size of `api` is `apps-s-1vcpu-1gb-fixed` instead of `apps-d-1vcpu-2gb`: previews are small
    env `DATABASE_URL` of `api` is `sqlite:////tmp/preview.db`: it led to production's database
    env `DATABASE_URL` of `migrate` is `sqlite:////tmp/preview.db`: it led to production's database
    left out `JWT_SECRET`, `REDIS_URL` and `SENTRY_DSN`: previews never get production's secrets
    dropped database `db`: previews never use production's database; a file on the instance's disk costs nothing
    runs the command of job `migrate` in the service, before `api` starts: a job's disk is not the service's
    `api` has 30s more before its first health check: its start includes the migration
    uses SQLite: previews never use production's database; a file on the instance's disk costs nothing
    sleeps when unused: after a day, because a wake starts with a fresh disk; `sleep = "1h"` saves up to $0.16 a day
    called `shop-pr-12`: every pull request has an app of its own
    "#);
}

#[test]
fn the_same_input_gives_the_same_preview() {
    assert_eq!(World::new().good(FLASK), World::new().good(FLASK));
}
