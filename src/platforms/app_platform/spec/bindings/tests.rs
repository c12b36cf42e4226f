//! Which bindings are broken, which placeholders stay unfilled, and in which words.

use super::{broken, refuse, unfilled};
use crate::platforms::app_platform::spec::parse::parse;
use crate::platforms::manifest::Manifest;

const SPEC: &str = r#"name: shop
envs:
- {key: SHARED, value: SHARED_VALUE}
services:
- name: web
  envs:
  - {key: OTHER, value: on}
  - {key: VALUE, value: "VALUE_OF_WEB"}
workers:
- name: mailer
static_sites:
- name: front
databases:
- {name: db, engine: PG}
- {name: events, engine: KAFKA}
"#;

/// `web` of the spec with this as an env's value.
fn with(value: &str) -> Manifest {
    parse(&SPEC.replace("VALUE_OF_WEB", value), "app.yaml").expect("valid")
}

fn refused(value: &str) -> Option<String> {
    let spec = with(value);
    let failure = refuse(&spec, &broken(spec.value(), &|_| false)).err()?;
    Some(format!("{failure} / {}", failure.next.as_deref().unwrap_or_default()))
}

#[test]
fn a_binding_to_what_does_not_exist_names_the_nearest() {
    let at = "app.yaml:8:5: `VALUE` of service `web` names";
    let why = ": App Platform passes such text to the app unchanged / ";
    for (value, objection) in [
        (
            "${bd.DATABASE_URL}",
            "no component `bd`|did you mean `${db.DATABASE_URL}`?",
        ),
        (
            "${database.DATABASE_URL}",
            "no component `database`|its components are `web`, `front`, `mailer`, `db` and `events`",
        ),
        (
            "http://${wbe.PRIVATE_DOMAIN}:8080",
            "no component `wbe`|did you mean `${web.PRIVATE_DOMAIN}`?",
        ),
        ("${db.DATABSE_URL}", "`DATABSE_URL`|did you mean `${db.DATABASE_URL}`?"),
        ("${db.pool.HOST}", "`HOST`|did you mean `${db.pool.HOSTNAME}`?"),
        ("${web.PUBLIC_ULR}", "`PUBLIC_ULR`|did you mean `${web.PUBLIC_URL}`?"),
        (
            "${mailer.PRIVATE_URL}",
            "`PRIVATE_URL`|it has `COMMIT_HASH`; another value can be given with `env` in do-deploy.toml",
        ),
        (
            "${_self.COMMIT_HSAH}",
            "`COMMIT_HSAH`|did you mean `${_self.COMMIT_HASH}`?",
        ),
    ] {
        let (what, next) = objection.split_once('|').expect("two parts");
        let said = refused(value).unwrap_or_else(|| panic!("{value} is taken"));
        assert!(said.starts_with(at) && said.contains(what), "{value}: {said}");
        assert!(said.ends_with(&format!("{why}{next}")), "{value}: {said}");
    }
}

#[test]
fn what_exists_and_what_other_programs_fill_in_is_taken() {
    for value in [
        "${db.DATABASE_URL}",
        "${db.pool.DATABASE_URL}",
        "postgres://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        "${events.ANYTHING}",
        "${web.PRIVATE_URL}/x",
        "${web.OTHER}",
        "${front.PUBLIC_URL}",
        "${_self.COMMIT_HASH}",
        "${APP_URL}",
        "${API_KEY}",
        "${spring.datasource.url}",
        "${server.port:8080}",
        "${env.HOME}",
        "${secrets.API_KEY}",
        "${{secrets.API_KEY}}",
        "${{ Postgres.DATABASE_URL }}",
        "%d{ISO8601} ${level} %m",
    ] {
        assert_eq!(refused(value), None, "{value}");
    }
}

#[test]
fn every_broken_binding_is_named_and_what_is_given_elsewhere_is_none() {
    let mut spec = with("${bd.HOSTNAME} ${db.HOST}");
    spec.value_mut()["envs"][0]["value"] = "${_self.NOTHING}${gone.PRIVATE_URL}".into();
    let failure = refuse(&spec, &broken(spec.value(), &|_| false)).expect_err("refused");
    insta::assert_snapshot!(failure.to_string(), @"
    app.yaml:3:3: `SHARED` of the app names `${gone.PRIVATE_URL}`, but the app spec has no component `gone`: App Platform passes such text to the app unchanged
    - `VALUE` of service `web` names `${bd.HOSTNAME}`, but the app spec has no component `bd`; did you mean `${db.HOSTNAME}`?
    - `VALUE` of service `web` names `${db.HOST}`, but the database `db` has no variable `HOST`; did you mean `${db.HOSTNAME}`?
    ");
    assert_eq!(broken(spec.value(), &|key| key != "OTHER"), []);
}

#[test]
fn placeholders_that_nothing_fills_in_are_named() {
    let warned = |value: &str| {
        let spec = with(value);
        unfilled(spec.value(), spec.value())
    };
    for (value, place) in [
        ("${API_KEY}", "`${API_KEY}` in `VALUE` of service `web`;"),
        ("postgres://app:${DB_PASSWORD}@host/db", "`${DB_PASSWORD}` in `VALUE`"),
        ("${spring.datasource.url}", "`${spring.datasource.url}` in `VALUE`"),
        ("${env.HOME}/${level}", "`${env.HOME}` and `${level}` in `VALUE`"),
        ("{{ API_KEY }}", ": `VALUE` of service `web`;"),
        ("__API_KEY__", ": `VALUE` of service `web`;"),
    ] {
        let warning = warned(value).unwrap_or_else(|| panic!("{value} is not named"));
        assert!(warning.contains(place), "{value}: {warning}");
    }
    for value in [
        "plain",
        "${db.DATABASE_URL}",
        "${APP_URL}/x",
        "${web.PRIVATE_DOMAIN}",
        "<a>b</a>",
        "$2b$12$abcdefghijklmnopqrstuv",
        "50 %",
        "${}",
    ] {
        assert_eq!(warned(value), None, "{value}");
    }
}

#[test]
fn a_field_counts_too_but_no_command_and_nothing_that_was_filled_in() {
    let mut spec = with("${API_KEY}");
    let mut planned = spec.value().clone();
    planned["services"][0]["envs"][1]["value"] = "from-the-step".into();
    assert_eq!(unfilled(spec.value(), &planned), None);
    spec.value_mut()["services"][0]["run_command"] = "./serve --port ${PORT}".into();
    spec.value_mut()["services"][0]["image"] = serde_json::json!({"tag": "${IMAGE_TAG}"});
    spec.value_mut()["region"] = "${REGION}".into();
    let warning = unfilled(spec.value(), spec.value()).expect("named");
    for place in [
        "`${API_KEY}` in `VALUE` of service `web`",
        "`${IMAGE_TAG}` in `tag` of service `web`",
        "`${REGION}` in `region` of the app",
    ] {
        assert!(warning.contains(place), "{warning}");
    }
    assert!(!warning.contains("PORT"), "{warning}");
}
