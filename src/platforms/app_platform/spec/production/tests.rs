//! What production is sent, and when nothing is.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::parse::parse;
use super::*;
use crate::config::{Config, Variable};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::own::OwnRepository;
use crate::platforms::plan::{Neighbour, ProductionInput, ProductionPlan};
use crate::policy::images::Images;
use crate::policy::replace::Replace;

mod adoption;
mod live;
mod own;
mod taken;

/// What the run has as `GITHUB_TOKEN`.
const OWN_TOKEN: &str = "ghs-token-of-the-run";

/// The repository, which was called `acme/old` before.
fn own() -> OwnRepository {
    let mut own = OwnRepository::new("acme/shop", "https://github.com");
    own.add_former("acme/old");
    own
}

/// The value of the first env of the first service.
fn sent_value(plan: &ProductionPlan) -> &Value {
    &plan.document.value()["services"][0]["envs"][0]["value"]
}

struct World {
    config: String,
    environment: Environment,
    /// `None`: the only app of the repository.
    app: Option<AppIdentity>,
    branch: &'static str,
    variables: HashMap<&'static str, &'static str>,
    live: Option<Value>,
    active: Option<Value>,
    neighbours: Vec<Neighbour>,
    images: Images,
    replace: Replace,
}

impl World {
    fn new() -> Self {
        Self {
            config: String::new(),
            environment: Environment::production(),
            app: None,
            branch: "main",
            variables: HashMap::new(),
            live: None,
            active: None,
            neighbours: Vec::new(),
            images: Images::default(),
            replace: Replace::default(),
        }
    }

    fn with(config: &str) -> Self {
        Self {
            config: format!("[production]\n{config}"),
            ..Self::new()
        }
    }

    fn live(mut self, live: Value) -> Self {
        self.live = Some(live);
        self
    }

    fn plan(&self, spec: &str) -> Result<ProductionPlan, Failure> {
        let spec = parse(spec, "app.yaml").expect("a valid spec");
        let config = Config::parse(&self.config, "do-deploy.toml").expect("a valid config");
        let live_marks = self.live.as_ref().and_then(marks::marks);
        let live = self.live.clone().map(AppSpec::document);
        let active = self.active.clone().map(AppSpec::document);
        plan(
            &spec,
            &ProductionInput {
                repository: &own(),
                repository_id: 7,
                environment: &self.environment,
                app: &self.app.clone().unwrap_or_else(|| AppIdentity::only(spec.name())),
                commit: &Sha::new("abc1234"),
                branch: self.branch,
                target: config.environment(&self.environment.to_string()).expect("declared"),
                variables: &|name| {
                    let value = self.variables.get(name).map(|text| (*text).to_owned());
                    Variable::of(name, value, &[OWN_TOKEN.to_owned()])
                },
                live: live.as_ref(),
                live_marks: live_marks.as_ref(),
                active: active.as_ref(),
                neighbours: &self.neighbours,
                images: &self.images,
                replace: Some(&self.replace),
            },
        )
    }

    fn good(&self, spec: &str) -> ProductionPlan {
        self.plan(spec).expect("a plan")
    }

    /// What the app is sent.
    fn sent(&self, spec: &str) -> Value {
        self.good(spec).document.value().clone()
    }

    fn refused(&self, spec: &str) -> String {
        let failure = self.plan(spec).expect_err("refused");
        format!("{failure}\n{}", failure.next.clone().unwrap_or_default())
    }
}

fn told(plan: &ProductionPlan) -> String {
    let lines: Vec<String> = plan
        .changes
        .iter()
        .map(|change| format!("{}: {}", change.what, change.why))
        .collect();
    lines.join("\n")
}

const SHOP: &str = r#"name: shop
envs:
- {key: SHARED, type: SECRET}
services:
- name: web
  github: {repo: acme/shop, branch: main, deploy_on_push: true}
  envs:
  - {key: KEY, type: SECRET, scope: RUN_TIME}
  - {key: FLAG, value: "on"}
"#;

const PLAIN: &str =
    "name: shop\nservices:\n- {name: web, github: {repo: acme/shop, branch: main}, envs: [{key: A, value: b}]}\n";

/// The marks of an environment of a repository, as a live app has them.
fn marked(repository: u64, environment: &str) -> Value {
    json!([
        {"key": "DO_DEPLOY_REPOSITORY", "value": repository.to_string()},
        {"key": "DO_DEPLOY_ENVIRONMENT", "value": environment},
    ])
}

#[test]
fn marks_are_set_and_the_second_trigger_is_switched_off() {
    let mut world = World::new();
    world.variables = HashMap::from([("SHARED", "s"), ("KEY", "k")]);
    let plan = world.good(SHOP);
    assert!(
        marks::marks(plan.document.value())
            .expect("marked")
            .same_owner(7, &Environment::production())
    );
    assert_eq!(
        plan.document.value()["services"][0]["github"]["deploy_on_push"],
        json!(false)
    );
    assert_eq!(
        plan.document.value()["services"][0]["envs"][0],
        json!({"key": "KEY", "type": "SECRET", "scope": "RUN_TIME", "value": "k"})
    );
    assert_eq!(plan.document.value()["envs"][0]["value"], "s");
    insta::assert_snapshot!(told(&plan), @"
    switched `deploy_on_push` of `web` off: two triggers make two racing deployments
    secrets from this step: `KEY`, `SHARED`: they are set in the step's environment
    ");
    assert!(plan.warnings.is_empty());
}

#[test]
fn a_foreign_source_keeps_its_own_trigger() {
    let plan = World::new()
        .good("name: shop\nservices: [{name: web, github: {repo: acme/lib, branch: x, deploy_on_push: true}}]\n");
    assert_eq!(
        plan.document.value()["services"][0]["github"],
        json!({"repo": "acme/lib", "branch": "x", "deploy_on_push": true})
    );
}

#[test]
fn every_missing_secret_is_listed_at_once() {
    insta::assert_snapshot!(World::new().refused(SHOP), @r"
        app.yaml:3:3: 2 secrets have no value: `SHARED` (the app), `KEY` (web)
        set them in the step's `env:`, such as `SHARED: ${{ secrets.SHARED }}`; production has no value for them either
    ");
    let mut world = World::new();
    world.variables = HashMap::from([("SHARED", ""), ("KEY", "k")]);
    insta::assert_snapshot!(world.refused(SHOP), @r"
        app.yaml:3:3: a secret has no value: `SHARED` (the app)
        set it in the step's `env:`, such as `SHARED: ${{ secrets.SHARED }}`; production has no value for it either
    ");
}

#[test]
fn a_secret_without_variable_keeps_the_live_value() {
    let live = json!({
        "name": "shop",
        "envs": [
            {"key": "SHARED", "type": "SECRET", "value": "EV[1:a:b]"},
            {"key": "DO_DEPLOY_REPOSITORY", "value": "7"},
            {"key": "DO_DEPLOY_ENVIRONMENT", "value": "production"},
        ],
        "services": [{"name": "web", "envs": [{"key": "KEY", "type": "SECRET", "value": "EV[1:c:d]"}]}],
    });
    let mut world = World::new().live(live);
    world.variables = HashMap::from([("KEY", "new")]);
    let plan = world.good(SHOP);
    assert_eq!(plan.document.value()["envs"][0]["value"], "EV[1:a:b]");
    assert_eq!(
        plan.document.value()["services"][0]["envs"][0]["value"],
        "new",
        "the step's environment comes first"
    );
}

#[test]
fn do_deploy_toml_sets_envs() {
    let mut world =
        World::with("env = { FLAG = 'off', KEY = { from = 'STRIPE' }, SHARED = 'x', NEW = { from = 'STRIPE' } }");
    insta::assert_snapshot!(world.refused(SHOP), @r"
        app.yaml:8:5: 2 secrets have no value: `KEY` from `STRIPE` (web), `NEW` from `STRIPE` (the app)
        set them in the step's `env:`, such as `STRIPE: ${{ secrets.STRIPE }}`; production has no value for them either
    ");
    world.variables = HashMap::from([("STRIPE", "sk")]);
    let plan = world.good(SHOP);
    assert_eq!(plan.document.value()["services"][0]["envs"][0]["value"], "sk");
    assert_eq!(plan.document.value()["services"][0]["envs"][1]["value"], "off");
    assert_eq!(
        plan.document.value()["envs"][0],
        json!({"key": "SHARED", "type": "GENERAL", "value": "x"})
    );
    assert_eq!(
        plan.document.value()["envs"][1],
        json!({"key": "NEW", "value": "sk", "type": "SECRET"})
    );
}

#[test]
fn an_unmarked_app_from_here_is_adopted() {
    let plan = World::new()
        .live(parse(PLAIN, "live").expect("valid").value().clone())
        .good(PLAIN);
    insta::assert_snapshot!(told(&plan), @"adopted the app `shop`: it comes from this repository and had no marks; from now on it has");
}

#[test]
fn an_unmarked_app_that_builds_another_branch_is_not_adopted() {
    let live = |source: Value| json!({"name": "shop", "services": [{"name": "web", "envs": [{"key": "A"}], "github": source}]});
    let main = json!({"repo": "acme/shop", "branch": "main"});
    let staging = |more: &str| World {
        config: format!("[environments.staging]\nbranch = 'develop'\nspec = '.do/app.yaml'\n{more}"),
        environment: "staging".parse().expect("a name"),
        branch: "develop",
        ..World::new()
    };
    insta::assert_snapshot!(staging("").live(live(main.clone())).refused(PLAIN), @"
    app.yaml:1:1: an app called `shop` exists and builds `main`, not `develop`: it has no marks, and `web` of it is built from `main`, while staging deploys `develop`: it may serve another environment
    give the app another `name` in the spec of `[environments.staging]`; if it is staging, let it build `develop` on the platform first
    ");
    // No consent makes it staging's.
    let said = staging("adopt = true").live(live(main.clone())).refused(PLAIN);
    assert!(said.contains("`main`") && said.contains("`develop`"), "{said}");
    let mixed = json!({"name": "shop", "services": [
        {"name": "web", "github": {"repo": "acme/shop", "branch": "develop"}},
        {"name": "api", "git": {"repo_clone_url": "https://github.com/acme/shop.git", "branch": "main"}},
    ]});
    let said = staging("").live(mixed).refused(PLAIN);
    assert!(said.contains("`api` of it is built from `main`"), "{said}");
    // What builds its branch, or none that is known, and what is not from here, stand in no way.
    for source in [
        json!({"repo": "acme/shop", "branch": "develop"}),
        json!({"repo": "acme/shop"}),
    ] {
        assert!(told(&staging("").live(live(source)).good(PLAIN)).contains("adopted the app `shop`"));
    }
    let mut foreign = live(json!({"repo": "acme/shop", "branch": "develop"}));
    foreign["workers"] = json!([{"name": "lib", "github": {"repo": "acme/lib", "branch": "v2"}}]);
    assert!(told(&staging("adopt = true").live(foreign).good(PLAIN)).contains("adopted the app `shop`"));

    let develop = json!({"repo": "acme/shop", "branch": "develop"});
    insta::assert_snapshot!(World::new().live(live(develop.clone())).refused(PLAIN), @r#"
    app.yaml:1:1: an app called `shop` exists and builds `develop`, not `main`: it has no marks, and `web` of it is built from `develop`, while production deploys `main`: it may serve another environment
    if it is production, set `branch = "develop"` in `[production]`, or agree to take it over with `adopt = true` there; else give the app another `name` in the spec
    "#);
    assert!(told(&World::with("adopt = true").live(live(develop.clone())).good(PLAIN)).contains("adopted the app"));
    let named = |branch: &'static str| World {
        branch,
        ..World::with(&format!("branch = '{branch}'"))
    };
    named("release").live(live(main.clone())).refused(PLAIN);
    named("develop").live(live(develop.clone())).good(PLAIN);
    // The spec's own branch counts where no other is named.
    let mut world = World::new().live(live(develop));
    world.branch = "trunk";
    world.good(&PLAIN.replace("branch: main", "branch: develop"));
}

#[test]
fn an_unmarked_app_of_the_same_image_is_adopted_only_where_somebody_agrees() {
    let spec = "name: shop\nservices:\n- name: web\n  image: {registry_type: GHCR, registry: acme, repository: shop}\n";
    let live = parse(spec, "live").expect("valid").value().clone();
    insta::assert_snapshot!(World::new().live(live.clone()).refused(spec), @"
    app.yaml:1:1: an app called `shop` exists and has no marks: it runs the same images, but an image does not tell from which repository it comes
    agree to take it over with `adopt = true` in `[production]`, or give the app another `name` in the spec
    ");
    assert!(told(&World::with("adopt = true").live(live).good(spec)).contains("adopted the app `shop`"));
}

#[test]
fn adoption_stops_where_it_would_lose_settings() {
    let live = json!({
        "name": "shop",
        "domains": [{"domain": "shop.example", "type": "PRIMARY"}, {"domain": "shop-x.ondigitalocean.app", "type": "DEFAULT"}],
        "envs": [{"key": "SHARED", "value": "x"}],
        "services": [{"name": "web", "github": {"repo": "acme/shop"}, "envs": [{"key": "A", "value": "b"}, {"key": "B", "value": "b"}]}],
        "workers": [{"name": "queue"}],
    });
    insta::assert_snapshot!(World::new().live(live.clone()).refused(PLAIN), @r"
        app.yaml:1:1: app `shop` has settings that the file lacks: an update would remove domain `shop.example`, env `SHARED`, env `B` of service `web`, worker `queue`
        add them to the file, or agree to their loss with `adopt = true` in `[production]`
    ");
    let plan = World::with("adopt = true").live(live).good(PLAIN);
    insta::assert_snapshot!(told(&plan), @r"
        adopted the app `shop`: it comes from this repository and had no marks; from now on it has
        removed domain `shop.example`: the file lacks it, and `adopt = true` agrees
        removed env `SHARED`: the file lacks it, and `adopt = true` agrees
        removed env `B` of service `web`: the file lacks it, and `adopt = true` agrees
        removed worker `queue`: the file lacks it, and `adopt = true` agrees
    ");
}

#[test]
fn an_app_of_somebody_else_is_refused() {
    for envs in [marked(8, "production"), marked(7, "staging"), json!([])] {
        let source = if envs == json!([]) { "other/app" } else { "acme/shop" };
        let live = json!({"name": "shop", "envs": envs, "services": [{"name": "web", "github": {"repo": source}}]});
        let world = World::with("adopt = true").live(live);
        let text = world.refused(PLAIN);
        assert!(
            text.contains("app.yaml:1:1") && text.contains("another `name`"),
            "{text}"
        );
    }
    let live =
        json!({"name": "shop", "envs": marked(7, "production"), "services": [{"name": "web", "envs": [{"key": "B"}]}]});
    let plan = World::new().live(live).good(PLAIN);
    let removed = "removed env `B` of service `web`: the file does not have it";
    assert_eq!(
        told(&plan),
        removed,
        "our own app may lose envs that the file no longer has"
    );
}

#[test]
fn a_branch_that_the_config_names_wins_over_the_specs() {
    let mut world = World::with("branch = 'release'");
    world.branch = "release";
    let plan = world.good(PLAIN);
    assert_eq!(plan.document.value()["services"][0]["github"]["branch"], "release");
    insta::assert_snapshot!(told(&plan), @"`web` is built from `release` instead of `main`: the branch of production");
    let mut world = World::new();
    world.branch = "trunk";
    let plan = world.good(PLAIN);
    assert_eq!(plan.document.value()["services"][0]["github"]["branch"], "main");
    insta::assert_snapshot!(plan.warnings.join("\n"), @"`web` is built from `main`, not from the default branch `trunk`: name it with `branch` in `[production]`");
}

#[test]
fn a_named_environment_needs_a_spec_of_its_own() {
    let mut world = World::new();
    world.environment = "staging".parse().expect("a name");
    world.config = "[environments.staging]\nbranch = 'develop'".to_owned();
    world.branch = "develop";
    insta::assert_snapshot!(world.refused(PLAIN), @r"
        environment `staging` has no app spec of its own: with production's it would deploy over the app `shop`
        copy the spec, give the copy another `name`, and set `spec` in `[environments.staging]`
    ");
    world.config.push_str("\nspec = 'staging.yaml'");
    let plan = world.good(&PLAIN.replace("shop\nserv", "shop-staging\nserv"));
    assert_eq!(plan.name, "shop-staging");
    assert_eq!(plan.document.value()["services"][0]["github"]["branch"], "develop");
    assert!(
        marks::marks(plan.document.value())
            .expect("marked")
            .same_owner(7, &world.environment)
    );
}
