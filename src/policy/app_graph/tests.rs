//! Order and need of a handful of apps, and of any.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::AppGraph;
use crate::config::{AppConfig, Config};
use crate::model::environment::Environment;

const SHOP: &str = r#"
[environments.staging]
branch = "next"
[apps.web]
spec = "web.yaml"
environments.staging.spec = "web-staging.yaml"
preview.env = { API = "${apps.api.url}", LIVE = "wss://${apps.live.domain}" }
environments.staging.env = { API = "${apps.api.url}" }
[apps.api]
spec = "api.yaml"
after = ["jobs"]
preview.env = { LOGIN = "${apps.login.url}" }
[apps.live]
spec = "live.yaml"
[apps.login]
spec = "login.yaml"
[apps.jobs]
spec = "jobs.yaml"
preview.enabled = false
[apps.docs]
spec = "docs.yaml"
"#;

fn apps(text: &str) -> Vec<AppConfig> {
    Config::parse(text, "do-deploy.toml").expect("valid").apps()
}

fn keys<'a>(apps: &[&'a AppConfig]) -> Vec<&'a str> {
    apps.iter().filter_map(|app| app.key.as_deref()).collect()
}

/// What is deployed at once, step after step, where each app waits for those before it.
fn steps<'a>(graph: &AppGraph<'a>, chosen: &[&'a AppConfig]) -> Vec<Vec<&'a str>> {
    let mut left: Vec<&AppConfig> = chosen.iter().copied().filter(|app| graph.apps.contains(app)).collect();
    let mut steps = Vec::new();
    while !left.is_empty() {
        let waits = |app: &&AppConfig| left.iter().any(|other| graph.is_before(other, app));
        let (later, now): (Vec<&AppConfig>, Vec<&AppConfig>) = left.iter().copied().partition(waits);
        steps.push(keys(&now));
        left = later;
    }
    steps
}

#[test]
fn what_others_need_is_deployed_first_and_the_rest_at_once() {
    let apps = apps(SHOP);
    let production = AppGraph::of(&apps, &Environment::production()).expect("an order");
    let all: Vec<&AppConfig> = apps.iter().collect();
    let expected = [vec!["web", "live", "login", "jobs", "docs"], vec!["api"]];
    assert_eq!(steps(&production, &all), expected, "production has no references");
    let previews = AppGraph::of(&apps, &Environment::Preview(1)).expect("an order");
    let expected = [vec!["live", "login", "docs"], vec!["api"], vec!["web"]];
    assert_eq!(steps(&previews, &all), expected, "`jobs` has no previews");
}

#[test]
fn an_order_holds_over_apps_that_are_left_out() {
    let apps = apps(SHOP);
    let previews = AppGraph::of(&apps, &Environment::Preview(1)).expect("an order");
    let chosen: Vec<&AppConfig> = apps.iter().filter(|app| app.key.as_deref() != Some("api")).collect();
    assert_eq!(steps(&previews, &chosen), [vec!["live", "login", "docs"], vec!["web"]]);
}

#[test]
fn a_preview_has_what_was_touched_and_all_that_it_refers_to() {
    let apps = apps(SHOP);
    let previews = AppGraph::of(&apps, &Environment::Preview(1)).expect("an order");
    for (touched, needed) in [
        ("web", &["web", "api", "live", "login"][..]),
        ("api", &["api", "login"]),
        ("docs", &["docs"]),
        ("jobs", &[]),
    ] {
        let is_touched = |app: &AppConfig| app.key.as_deref() == Some(touched);
        assert_eq!(keys(&previews.needed(is_touched)), needed, "{touched}");
    }
}

#[test]
fn the_only_app_of_a_repository_is_needed_and_deployed() {
    let apps = apps("[preview]\nenabled = false\n");
    for environment in [Environment::Preview(1), Environment::Named("staging".to_owned())] {
        let graph = AppGraph::of(&apps, &environment).expect("an order");
        let needed = graph.needed(|_| true);
        assert_eq!((needed.len(), graph.is_before(needed[0], needed[0])), (1, false));
    }
}

#[test]
fn circles_and_apps_that_are_not_there_are_named() {
    let refuse = |text: &str, environment: &Environment| {
        let failure = AppGraph::of(&apps(text), environment).map(drop).expect_err("refused");
        format!("{failure} | {}", failure.next.clone().unwrap_or_default())
    };
    let circle = "[apps.api]\nspec = \"a\"\nafter = [\"db\"]\n[apps.web]\nspec = \"w\"\npreview.env.A = \"${apps.api.url}\"\n\
                  [apps.db]\nspec = \"d\"\npreview.env.W = \"${apps.web.domain}\"\n";
    insta::assert_snapshot!(refuse(circle, &Environment::Preview(1)), @"the apps depend on each other in a circle: `api` → `db` → `web` → `api`: each is deployed after the next one, because of `after` or of a reference such as `${apps.NAME.url}` | take out one of them in `do-deploy.toml`");
    assert!(AppGraph::of(&apps(circle), &Environment::production()).is_ok());
    let previewless = format!("{SHOP}preview.env.J = \"${{apps.jobs.url}}\"\n");
    insta::assert_snapshot!(refuse(&previewless, &Environment::Preview(1)), @"app `docs` refers to `jobs`, which has no previews | take out `enabled = false` of `jobs`, or the reference in `[apps.docs.preview.env]`");
    insta::assert_snapshot!(refuse(SHOP, &Environment::Named("staging".to_owned())), @"app `web` refers to `api`, which is not deployed to staging | give `[apps.api.environments.staging]` a `spec`, or take out the reference");
    let policy = Config::parse("[apps.web]\nspec = \"w\"\n", "f").expect("valid");
    let commit = "[apps.web]\nspec = \"w\"\npreview.env.N = \"${apps.new.url}\"\n[apps.new]\nspec = \"n\"\n";
    let shaped = policy.shaped_by(&Config::parse(commit, "f").expect("valid")).apps();
    let failure = AppGraph::of(&shaped, &Environment::Preview(1))
        .map(drop)
        .expect_err("refused");
    insta::assert_snapshot!(failure, @"app `web` refers to `new`, which is not an app of the repository yet: which apps there are is read from the default branch");
}

/// Apps `a0`, `a1`, …, and for each pair whether the first is `after` the second, refers to it, or neither.
fn file(edges: &[(usize, usize, bool)], count: usize) -> String {
    let of = |app: usize, is_reference: bool| edges.iter().filter(move |edge| edge.0 == app && edge.2 == is_reference);
    let table = |app: usize| {
        let after: BTreeSet<String> = of(app, false).map(|edge| format!("\"a{}\"", edge.1)).collect();
        let after: Vec<String> = after.into_iter().collect();
        let env: String = of(app, true)
            .enumerate()
            .map(|(index, edge)| format!("preview.env.E{index} = \"${{apps.a{}.url}}\"\n", edge.1))
            .collect();
        format!(
            "[apps.a{app}]\nspec = \"{app}.yaml\"\nafter = [{}]\n{env}",
            after.join(", ")
        )
    };
    (0..count).map(table).collect()
}

const COUNT: usize = 6;

fn edges() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    let edge = (0..COUNT, 0..COUNT, any::<bool>()).prop_filter("another app", |(from, to, _)| from != to);
    prop::collection::vec(edge, 0..9)
}

/// Whether everything can be taken away, each time an app that needs nothing which is left.
fn has_an_order(edges: &[(usize, usize, bool)]) -> bool {
    let mut left: BTreeSet<usize> = (0..COUNT).collect();
    loop {
        let free = left
            .iter()
            .copied()
            .find(|app| !edges.iter().any(|edge| edge.0 == *app && left.contains(&edge.1)));
        let Some(free) = free else { return left.is_empty() };
        left.remove(&free);
    }
}

proptest! {
    #[test]
    fn every_app_comes_after_all_that_it_depends_on(edges in edges(), chosen in any::<u8>(), touched in 0..COUNT) {
        let apps = apps(&file(&edges, COUNT));
        let graph = AppGraph::of(&apps, &Environment::Preview(1));
        prop_assert_eq!(graph.is_ok(), has_an_order(&edges));
        let Ok(graph) = graph else { return Ok(()) };
        let chosen: Vec<&AppConfig> = (0..COUNT).filter(|app| chosen & (1 << app) != 0).map(|app| &apps[app]).collect();
        let steps = steps(&graph, &chosen);
        prop_assert_eq!(steps.iter().map(Vec::len).sum::<usize>(), chosen.len());
        prop_assert!(steps.iter().all(|step| !step.is_empty()));
        let step = |app: usize| steps.iter().position(|step| step.contains(&apps[app].key.as_deref().unwrap_or_default()));
        for (app, other, _) in &edges {
            if let (Some(own), Some(before)) = (step(*app), step(*other)) {
                prop_assert!(before < own, "a{} needs a{}", app, other);
            }
        }
        let needed = graph.needed(|app| app.key == apps[touched].key);
        let is_needed = |app: usize| needed.iter().any(|it| it.key == apps[app].key);
        prop_assert!(is_needed(touched));
        for (app, other, is_reference) in &edges {
            prop_assert!(!is_needed(*app) || !is_reference || is_needed(*other));
        }
    }
}
