//! A preview spec that somebody wrote by hand gets as little of production's as one that is made from production's.

use super::{World, env_of, value_of};

const BY_HAND: &str = "spec = '.do/preview.yaml'\n";

/// A hand-written spec of a service with these envs.
fn by_hand(envs: &str) -> String {
    format!(
        "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: ./serve\n  envs:\n{envs}"
    )
}

#[test]
fn the_address_of_a_store_and_a_credential_are_refused_with_their_line() {
    let world = World::with(BY_HAND);
    insta::assert_snapshot!(
        world.refused(&by_hand("  - {key: LEVEL, value: info}\n  - {key: DB_HOST, value: db.prod.example}\n")),
        @r"
    app.yaml:8:5: the preview would touch production: env `DB_HOST` of `web` leads to the store `db.prod.example`
    give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec
    "
    );
    let job = "jobs:\n- name: migrate\n  kind: PRE_DEPLOY\n  github: {repo: acme/shop, branch: main}\n  run_command: ./migrate\n  envs:\n  - {key: DATABASE_URL, value: 'postgres://app@10.118.0.7/shop'}\n";
    let both = by_hand("  - {key: DB_HOST, value: db.prod.example}\n  - {key: DB_PASSWORD, value: hunter22}\n") + job;
    insta::assert_snapshot!(world.refused(&both), @r"
    app.yaml:7:5: the preview would touch production in 3 ways
    - env `DB_HOST` of `web` leads to the store `db.prod.example` (line 7)
    - env `DB_PASSWORD` of `web` holds a credential (line 8)
    - env `DATABASE_URL` of `migrate` leads to the store `10.118.0.7` (line 15)
    give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec
    ");
    for (env, why) in [
        (
            "{key: MONGODB_URI, value: 'mongodb://prod.example/shop'}",
            "leads to the store `prod.example`",
        ),
        (
            "{key: REDIS_HOST, value: cache.prod.example}",
            "leads to the store `cache.prod.example`",
        ),
        (
            "{key: DSN, value: 'app@tcp(10.118.0.7:3306)/shop'}",
            "leads to the store `10.118.0.7`",
        ),
        ("{key: KEPT, type: SECRET, value: written}", "holds a credential"),
        ("{key: API_TOKEN, value: hunter22}", "holds a credential"),
    ] {
        let refused = world.refused(&by_hand(&format!("  - {env}\n")));
        assert!(refused.contains(why) && !refused.contains("hunter22"), "{refused}");
    }
}

#[test]
fn what_production_uses_is_refused_under_every_other_key() {
    let production = "name: shop\nservices:\n- name: web\n  github: {repo: acme/shop, branch: main}\n  run_command: psql -h orders.prod.example -f x.sql && ./serve\n  envs:\n  - {key: DB_HOST, value: db.prod.example}\n  - {key: API_SECRET, value: correct-horse-22}\n  - {key: SHORT_SECRET, value: hunter22}\n";
    let world = World {
        production: Some(production.to_owned()),
        ..World::with(BY_HAND)
    };
    for (value, why) in [
        (
            "db.prod.example",
            "names `db.prod.example`, which production uses as a store",
        ),
        (
            "https://DB.prod.example:8443/x",
            "names `db.prod.example`, which production uses as a store",
        ),
        (
            "orders.prod.example",
            "names `orders.prod.example`, which production uses as a store",
        ),
        ("correct-horse-22", "holds a credential of production's"),
        ("x=correct-horse-22;y", "holds a credential of production's"),
        ("hunter22", "holds a credential of production's"),
    ] {
        let spec = by_hand(&format!("  - {{key: UPSTREAM, value: '{value}'}}\n"));
        let refused = world.refused(&spec);
        assert!(refused.contains(why), "{value}: {refused}");
        assert!(!refused.contains("correct-horse"), "{refused}");
        let given = World {
            production: Some(production.to_owned()),
            ..World::with(&format!("{BY_HAND}env = {{ UPSTREAM = '{value}' }}"))
        };
        assert_eq!(value_of(&given.good(&spec), "web", "UPSTREAM").as_deref(), Some(value));
    }
    for value in [
        "mydb.prod.example",
        "db.prod.example.org",
        "prod.example",
        "x-hunter22-y",
    ] {
        world.good(&by_hand(&format!("  - {{key: UPSTREAM, value: '{value}'}}\n")));
    }
    let command = by_hand("  - {key: A, value: b}\n").replace("./serve", "./serve --upstream db.prod.example");
    let refused = world.refused(&command);
    assert!(
        refused.contains("app.yaml:5:3") && refused.contains("`run_command` of `web` names `db.prod.example`"),
        "{refused}"
    );
}

#[test]
fn stores_of_its_own_are_its_own() {
    let own = "  - {key: DATABASE_URL, value: '${db.DATABASE_URL}'}\n  - {key: REDIS_HOST, value: cache}\n  - {key: OTHER_URL, value: 'sqlite:////tmp/x.db'}\n  - {key: PGHOST, value: localhost}\n";
    let parts = "databases:\n- {name: db, engine: PG}\nworkers:\n- {name: cache, image: {registry_type: DOCKER_HUB, repository: redis}}\n";
    let plan = World::with(BY_HAND).good(&(by_hand(own) + parts));
    assert_eq!(value_of(&plan, "web", "REDIS_HOST").as_deref(), Some("cache"));
}

#[test]
fn every_env_of_the_configuration_reaches_a_hand_written_spec() {
    let world = World::with(&format!(
        "{BY_HAND}env = {{ KEY = 'x', FLAG = 'on', NEW = 'y', GONE = {{ from = 'NOT_SET' }}, ABSENT = {{ from = 'NOT_SET' }}, DB_HOST = 'shared.example' }}"
    ));
    let plan = world.good(&by_hand(
        "  - {key: KEY, type: SECRET}\n  - {key: FLAG, value: 'off'}\n  - {key: GONE, value: written}\n  - {key: DB_HOST, value: db.prod.example}\n",
    ));
    let value = |owner: &str, key: &str| value_of(&plan, owner, key);
    assert_eq!(value("web", "KEY").as_deref(), Some("x"));
    assert_eq!(value("web", "FLAG").as_deref(), Some("on"));
    assert_eq!(value("web", "DB_HOST").as_deref(), Some("shared.example"));
    assert_eq!(value("", "NEW").as_deref(), Some("y"));
    assert_eq!(env_of(&plan, "web", "GONE"), None);
    assert_eq!(plan.unset, ["GONE", "ABSENT"]);
    assert!(
        super::told(&plan).contains("added env `NEW`: `[preview] env` in do-deploy.toml"),
        "{}",
        super::told(&plan)
    );
}
