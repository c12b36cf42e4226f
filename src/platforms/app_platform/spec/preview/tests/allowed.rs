//! What the default branch does not name, and what it allows no more of.

use super::*;

const MAIN: &str = "name: shop\nservices:\n- {name: web, github: {repo: acme/shop, branch: main}, instance_size_slug: apps-s-1vcpu-0.5gb}\nworkers:\n- {name: pic, image: {registry_type: DOCR, repository: pic, tag: v1}}\n- {name: lab, gitlab: {repo: acme/lab, branch: main}}\n";

/// Every kind of source that an app spec knows, of somebody else.
const FOREIGN: [&str; 9] = [
    "github: {repo: acme/secret, branch: main}",
    "gitlab: {repo: acme/secret, branch: main}",
    // The same name at another host is another repository.
    "gitlab: {repo: acme/shop, branch: main}",
    "bitbucket: {repo: acme/shop, branch: main}",
    "git: {repo_clone_url: 'https://example.com/acme/secret.git', branch: main}",
    "git: {repo_clone_url: 'https://example.com/github.com/acme/shop.git', branch: main}",
    "git: {repo_clone_url: 'https://github.com@example.com/acme/shop.git', branch: main}",
    "image: {registry_type: DOCR, repository: secret, tag: v1}",
    "github: {repo: acme/shop, branch: main}, image: {registry_type: GHCR, registry: acme, repository: pic}",
];

#[test]
fn no_source_is_built_that_the_default_branch_does_not_name() {
    for list in ["services", "workers", "jobs", "static_sites"] {
        for source in FOREIGN {
            let own = "github: {repo: acme/shop, branch: main}";
            let kind = if list == "jobs" { "kind: PRE_DEPLOY, " } else { "" };
            let text = match list {
                "services" => format!("name: shop\nservices: [{{name: web, {own}}}, {{name: spy, {source}}}]\n"),
                list => {
                    format!("name: shop\nservices: [{{name: web, {own}}}]\n{list}: [{{name: spy, {kind}{source}}}]\n")
                }
            };
            for config in ["", "spec = '.do/preview.yaml'", "database = 'dev'"] {
                for main in [Main::Says(MAIN), Main::None] {
                    let refused = World::with(config).main(main).plan(&text);
                    let failure = refused.expect_err(&format!("{text}{config}"));
                    let why = failure.why.unwrap_or_default();
                    assert!(why.contains("`spy`"), "{text}{config}: {}", failure.what);
                }
            }
        }
    }
}

#[test]
fn the_refusal_names_what_and_says_how_it_is_allowed() {
    let spec = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\nworkers: [{name: spy, github: {repo: acme/secret, branch: main}}, {name: box, image: {registry_type: DOCKER_HUB, registry: library, repository: redis, tag: '7'}}]\n";
    insta::assert_snapshot!(World::new().main(Main::Says(MAIN)).refused(spec), @r"
        a preview has no source that the app spec of `main` does not name: `spy` is built from `acme/secret`; `box` runs the image `library/redis:7`
        merge an app spec that names it into `main` first
    ");
    insta::assert_snapshot!(World::new().main(Main::None).refused(spec), @r"
        a preview has no source but this repository while `main` has no app spec: `spy` is built from `acme/secret`; `box` runs the image `library/redis:7`
        merge an app spec that names it into `main` first
    ");
}

#[test]
fn what_the_default_branch_names_stays_at_whatever_version() {
    for config in ["", "spec = '.do/preview.yaml'"] {
        let plan = World::with(config).main(Main::Says(MAIN)).good(
            "name: shop\nservices:\n- {name: web, git: {repo_clone_url: 'git@github.com:acme/shop.git', branch: main}}\n- {name: pic, image: {registry_type: docr, repository: Pic, tag: v2}}\n- {name: lab, gitlab: {repo: acme/lab, branch: next}}\n",
        );
        assert_eq!(
            plan.document.value()["services"][0]["git"]["branch"],
            "notes",
            "{config}"
        );
        assert_eq!(plan.document.value()["services"][1]["image"]["tag"], "v2", "{config}");
    }
}

#[test]
fn new_components_are_small_few_and_named() {
    let web = "name: shop\nservices:\n- {name: web, github: {repo: acme/shop, branch: main}, instance_size_slug: apps-s-1vcpu-1gb}\n";
    let new = |name: &str| {
        format!(
            "- {{name: {name}, github: {{repo: acme/shop}}, instance_size_slug: apps-d-8vcpu-32gb, instance_count: 9}}\n"
        )
    };
    let main = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\n";
    for config in ["", "spec = '.do/preview.yaml'"] {
        let world = World::with(config).main(Main::Says(main));
        let plan = world.good(&format!("{web}workers:\n{}{}", new("queue"), new("mail")));
        assert_eq!(
            plan.document.value()["services"][0]["instance_size_slug"],
            "apps-s-1vcpu-1gb",
            "{config}"
        );
        for worker in plan.document.value()["workers"].as_array().expect("workers") {
            assert_eq!(worker["instance_size_slug"], HALF, "{config}");
            assert_eq!(worker["instance_count"], 1, "{config}");
        }
        let named =
            "`queue` and `mail` are not in the app spec of `main`: until the merge they run at the smallest size";
        assert!(
            plan.warnings.iter().any(|it| it == named),
            "{config}: {:#?}",
            plan.warnings
        );
        let one = world.good(&format!("{web}workers:\n{}", new("queue")));
        let named = "`queue` is not in the app spec of `main`: until the merge it runs at the smallest size";
        assert!(
            one.warnings.iter().any(|it| it == named),
            "{config}: {:#?}",
            one.warnings
        );
        let refused = world.refused(&format!("{web}{}workers:\n{}{}", new("api"), new("queue"), new("mail")));
        assert_eq!(
            refused,
            "a preview may have 2 components more than the app spec of `main`: `api`, `queue` and `mail` are not in it\n\
             merge some of them into `main` first",
            "{config}"
        );
    }
}

const HALF: &str = "apps-s-1vcpu-0.5gb";

#[test]
fn a_component_with_another_name_takes_the_place_of_the_one_before() {
    let main = "name: shop\nservices: [{name: aa, github: {repo: acme/shop}}]\nworkers: [{name: bb, github: {repo: acme/shop}}, {name: cc, github: {repo: acme/shop}}]\n";
    let renamed = main
        .replace("name: aa", "name: xx")
        .replace("name: bb", "name: yy")
        .replace("name: cc", "name: zz");
    World::new().main(Main::Says(main)).good(&renamed);
}

#[test]
fn a_job_that_becomes_part_of_the_start_costs_nothing() {
    let main = "name: shop\nservices: [{name: web, github: {repo: acme/shop}, run_command: serve}]\n";
    let plan = World::new().main(Main::Says(main)).good(
        "name: shop\nservices: [{name: web, github: {repo: acme/shop}, run_command: serve, envs: [{key: DATABASE_URL, value: '${db.DATABASE_URL}'}]}]\njobs: [{name: migrate, kind: PRE_DEPLOY, github: {repo: acme/shop}, run_command: migrate}]\nworkers: [{name: aa, github: {repo: acme/shop}, run_command: a}, {name: bb, github: {repo: acme/shop}, run_command: b}]\ndatabases: [{name: db, engine: PG}]\n",
    );
    assert!(jobs(&plan).is_empty());
    assert!(run_command(&plan, "web").contains("migrate"));
}

#[test]
fn without_an_app_spec_on_the_default_branch_everything_is_small() {
    for config in ["", "spec = '.do/preview.yaml'"] {
        let plan = World::with(config).main(Main::None).good(
            "name: shop\nservices: [{name: web, github: {repo: acme/shop}, instance_size_slug: apps-s-1vcpu-1gb, instance_count: 2}]\nworkers: [{name: aa, github: {repo: acme/shop}}, {name: bb, github: {repo: acme/shop}}, {name: cc, github: {repo: acme/shop}}]\n",
        );
        let web = &plan.document.value()["services"][0];
        assert_eq!(
            (web["instance_size_slug"].as_str(), web["instance_count"].as_u64()),
            (Some(HALF), Some(1)),
            "{config}"
        );
        let named = "`main` has no app spec yet: until the merge every component runs at the smallest size";
        assert!(plan.warnings.iter().any(|it| it == named), "{:#?}", plan.warnings);
    }
}

#[test]
fn sizes_are_clipped_to_what_the_default_branch_allows() {
    let spec = |slug: &str| {
        format!(
            "name: shop\nservices: [{{name: web, github: {{repo: acme/shop}}, instance_size_slug: {slug}, instance_count: 5}}]\n"
        )
    };
    let main = "name: shop\nservices: [{name: web, github: {repo: acme/shop}, instance_size_slug: apps-s-2vcpu-4gb, instance_count: 2}]\n";
    for (config, wished, size, count) in [
        ("", "apps-s-2vcpu-4gb", "apps-s-1vcpu-1gb-fixed", 1),
        ("", "something-new", HALF, 1),
        ("", "gpu-h100x1-80gb", "apps-s-1vcpu-1gb-fixed", 1),
        ("", "apps-gpu-1x", HALF, 1),
        ("size = 'apps-gpu-1x'", "apps-s-1vcpu-1gb", HALF, 1),
        ("size = 'apps-s-1vcpu-2gb'", "apps-s-2vcpu-4gb", "apps-s-1vcpu-2gb", 1),
        // What the default branch's own preview spec says is allowed, too.
        ("spec = 'p.yaml'", "apps-s-2vcpu-4gb", "apps-s-2vcpu-4gb", 2),
        ("spec = 'p.yaml'", "apps-d-8vcpu-32gb", "apps-s-1vcpu-1gb-fixed", 2),
        ("spec = 'p.yaml'", "apps-s-1vcpu-1gb", "apps-s-1vcpu-1gb", 2),
        ("spec = 'p.yaml'", "basic-xxs", HALF, 2),
        ("spec = 'p.yaml'", "gpu-h100x1-80gb", "apps-s-1vcpu-1gb-fixed", 2),
        (
            "spec = 'p.yaml'\nsize = 'apps-d-4vcpu-8gb'",
            "apps-d-2vcpu-4gb",
            "apps-d-2vcpu-4gb",
            2,
        ),
    ] {
        let plan = World::with(config).main(Main::Says(main)).good(&spec(wished));
        let web = &plan.document.value()["services"][0];
        assert_eq!(web["instance_size_slug"], size, "{config} {wished}");
        assert_eq!(web["instance_count"], count, "{config} {wished}");
    }
    let scaled = "name: shop\nservices: [{name: web, github: {repo: acme/shop}, autoscaling: {min_instance_count: 1, max_instance_count: 50}}]\n";
    let plan = World::with("spec = 'p.yaml'").main(Main::Says(main)).good(scaled);
    assert!(plan.document.value()["services"][0].get("autoscaling").is_none());
    assert_eq!(plan.document.value()["services"][0]["instance_count"], 2);
    let plan = World::with("spec = 'p.yaml'").good(scaled);
    assert_eq!(
        plan.document.value()["services"][0]["autoscaling"]["max_instance_count"],
        50,
        "the default branch says the same"
    );
}

#[test]
fn a_database_by_hand_is_a_component_like_others() {
    let spec = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\ndatabases: [{name: db1, engine: PG}, {name: db2, engine: PG}, {name: db3, engine: PG}]\n";
    let main = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\n";
    let refused = World::with("spec = 'p.yaml'").main(Main::Says(main)).refused(spec);
    assert!(refused.contains("`db1`, `db2` and `db3` are not in it"), "{refused}");
}

/// A preview has none of what costs nothing there, so that it makes no room for what costs.
#[test]
fn what_goes_makes_room_for_its_own_kind_alone() {
    const MAIN: &str = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\njobs: [{name: nightly, kind: SCHEDULED, github: {repo: acme/shop}}, {name: weekly, kind: SCHEDULED, github: {repo: acme/shop}}]\nstatic_sites: [{name: docs, github: {repo: acme/shop}}]\nworkers: [{name: mail, github: {repo: acme/shop}}]\n";
    let workers = |names: &[&str]| {
        let workers = names
            .iter()
            .map(|name| format!("{{name: {name}, github: {{repo: acme/shop}}}}"));
        let workers: Vec<String> = workers.collect();
        format!(
            "name: shop\nservices: [{{name: web, github: {{repo: acme/shop}}}}]\nworkers: [{}]\n",
            workers.join(", ")
        )
    };
    let world = || World::new().main(Main::Says(MAIN));
    let plan = world().plan(&workers(&["queue", "faxes", "texts"]));
    plan.expect("one for `mail`, and two more");
    let refused = world()
        .plan(&workers(&["queue", "faxes", "texts", "calls"]))
        .expect_err("three more");
    assert!(refused.what.contains("2 components more"), "{}", refused.what);
}
