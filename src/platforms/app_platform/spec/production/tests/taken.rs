//! What an update may take from production, and the consent to it.

use serde_json::{Value, json};

use super::super::super::parse::parse;
use super::{PLAIN, World, marked, sent_value, told};
use crate::policy::replace::Replace;

/// The live app of `PLAIN`, with our marks and whatever else it has.
fn ours(more: Value) -> Value {
    let mut live = parse(PLAIN, "live").expect("valid").value().clone();
    live["envs"] = marked(7, "production");
    for (key, value) in more.as_object().expect("a mapping") {
        live[key] = value.clone();
    }
    live
}

impl World {
    fn replacing(mut self, given: &str) -> Self {
        self.replace = given.parse().expect("names");
        self
    }
}

#[test]
fn a_lost_database_is_refused_where_the_file_says_so() {
    let live = ours(json!({"databases": [{"name": "db", "engine": "PG", "version": "15"}]}));
    let renamed = format!("{PLAIN}databases:\n- {{name: main, engine: PG}}\n");
    insta::assert_snapshot!(World::new().live(live.clone()).refused(&renamed), @"
        app.yaml:4:1: this app spec would destroy the development database `db` with its data: the file has `main` instead, and a database of a new name is a new, empty one
        correct the file, or agree to it for one run with `--replace databases.db`; the data goes with the update, even if the deployment then fails
    ");
    let plan = World::new().live(live).replacing("databases.db").good(&renamed);
    insta::assert_snapshot!(told(&plan), @"agreed to destroy the development database `db` with its data: the file has `main` instead, and a database of a new name is a new, empty one (`--replace databases.db`)");
}

#[test]
fn every_loss_is_listed_at_once_with_the_consent_to_all() {
    let live = ours(json!({
        "databases": [{"name": "db", "engine": "PG"}, {"name": "cache", "engine": "VALKEY", "production": true, "cluster_name": "fast"}],
        "domains": [{"domain": "shop.example", "type": "PRIMARY"}],
        "egress": {"type": "DEDICATED_IP"},
        "vpc": {"id": "v-1"},
        "region": "ams",
        "workers": [{"name": "queue"}],
    }));
    let file = format!("{PLAIN}region: fra\n");
    insta::assert_snapshot!(World::new().live(live.clone()).refused(&file), @"
        app.yaml:1:1: this app spec would harm `shop` in 6 ways
        - destroy the development database `db` with its data: the file does not have it
        - detach the database `cache`, whose data stays in the cluster `fast`: the file does not have it
        - drop the domain `shop.example`: the file does not have it
        - give up the dedicated IP addresses that the app's own requests come from: the file has no `egress` of type `DEDICATED_IP`
        - take the app out of the VPC `v-1`: the file has no `vpc`
        - move the app from the region `ams` to `fra`: the file has a different one
        correct the file, or agree to it for one run with `--replace databases.db,databases.cache,domains.shop.example,egress,vpc,region`; the data goes with the update, even if the deployment then fails
    ");
    insta::assert_snapshot!(World::new().live(live.clone()).replacing("vpc databases.db\nregion,egress").refused(&file), @"
        app.yaml:1:1: this app spec would harm `shop` in 2 ways
        - detach the database `cache`, whose data stays in the cluster `fast`: the file does not have it
        - drop the domain `shop.example`: the file does not have it
        correct the file, or agree to it for one run with `--replace databases.db,databases.cache,domains.shop.example,egress,vpc,region`; the data goes with the update, even if the deployment then fails
    ");
    let all = "databases.db,databases.cache,domains.Shop.Example,egress,region,vpc";
    insta::assert_snapshot!(told(&World::new().live(live).replacing(all).good(&file)), @"
        removed worker `queue`: the file does not have it
        agreed to destroy the development database `db` with its data: the file does not have it (`--replace databases.db`)
        agreed to detach the database `cache`, whose data stays in the cluster `fast`: the file does not have it (`--replace databases.cache`)
        agreed to drop the domain `shop.example`: the file does not have it (`--replace domains.shop.example`)
        agreed to give up the dedicated IP addresses that the app's own requests come from: the file has no `egress` of type `DEDICATED_IP` (`--replace egress`)
        agreed to take the app out of the VPC `v-1`: the file has no `vpc` (`--replace vpc`)
        agreed to move the app from the region `ams` to `fra`: the file has a different one (`--replace region`)
    ");
}

#[test]
fn a_consent_that_matches_nothing_is_an_error() {
    let live = ours(json!({"databases": [{"name": "db", "engine": "PG"}]}));
    let same = format!("{PLAIN}databases: [{{name: db, engine: PG}}]\n");
    let mut said = Vec::new();
    for (file, given) in [
        (same.as_str(), "databases.db"),
        (&same, "databases.main"),
        (&same, "vpc"),
        (PLAIN, "databases.db,domains.shop.example"),
    ] {
        said.push(World::new().live(live.clone()).replacing(given).refused(file));
    }
    said.push(World::new().replacing("databases.db").refused(PLAIN));
    insta::assert_snapshot!(said.join("\n"), @"
        `--replace` names `databases.db`, which the app spec leaves as it is
        leave it out
        `--replace` names `databases.main`, which `shop` does not have
        leave it out
        `--replace` names `vpc`, which `shop` does not have
        leave it out
        `--replace` names `domains.shop.example`, which `shop` does not have
        leave it out
        `--replace` names `databases.db`, but `shop` is not deployed yet
        leave it out
    ");
    for given in ["db", "databases.", "workers.queue", "databases", ",", "vpc=1"] {
        let error = given.parse::<Replace>().expect_err(given);
        assert!(error.contains("name `databases.NAME`"), "{error}");
    }
}

#[test]
fn what_has_no_data_is_listed_and_goes() {
    let live = ours(json!({
        "workers": [{"name": "queue"}],
        "jobs": [{"name": "seed"}],
        "static_sites": [{"name": "docs"}],
        "services": [{"name": "web", "envs": [
            {"key": "BY_HAND", "type": "SECRET", "value": "EV[1:a:b]"},
            {"key": "PLAIN", "value": "x"},
        ]}],
    }));
    insta::assert_snapshot!(told(&World::new().live(live).good(PLAIN)), @"
        removed the secret `BY_HAND` of service `web`: the file does not have it
        removed env `PLAIN` of service `web`: the file does not have it
        removed static site `docs`: the file does not have it
        removed worker `queue`: the file does not have it
        removed job `seed`: the file does not have it
    ");
}

#[test]
fn adoption_agrees_to_lost_domains_and_never_to_lost_data() {
    let mut live = ours(json!({
        "databases": [{"name": "db", "engine": "PG"}],
        "domains": [{"domain": "shop.example"}],
    }));
    live["envs"] = json!([]);
    insta::assert_snapshot!(World::with("adopt = true").live(live.clone()).refused(PLAIN), @"
        app.yaml:1:1: this app spec would destroy the development database `db` with its data: the file does not have it
        correct the file, or agree to it for one run with `--replace databases.db`; the data goes with the update, even if the deployment then fails
    ");
    let plan = World::with("adopt = true")
        .live(live)
        .replacing("databases.db")
        .good(PLAIN);
    insta::assert_snapshot!(told(&plan), @"
        agreed to destroy the development database `db` with its data: the file does not have it (`--replace databases.db`)
        adopted the app `shop`: it comes from this repository and had no marks; from now on it has
        removed domain `shop.example`: the file lacks it, and `adopt = true` agrees
    ");
}

#[test]
fn a_region_that_the_file_leaves_open_stays() {
    let live = ours(json!({"region": "ams"}));
    let plan = World::new().live(live.clone()).good(PLAIN);
    assert_eq!(plan.document.value()["region"], "ams");
    assert_eq!(told(&plan), "");
    for region in ["region: ams3\n", "region: AMS\n"] {
        World::new().live(live.clone()).good(&format!("{PLAIN}{region}"));
    }
    assert_eq!(World::new().sent(PLAIN).get("region"), None);
}

#[test]
fn credentials_outside_of_envs_are_not_wiped_and_go_nowhere_else() {
    let image = |repository: &str, more: Value| {
        let mut image = json!({"registry_type": "GHCR", "registry": "acme", "repository": repository, "tag": "v2"});
        if let (Some(image), Some(more)) = (image.as_object_mut(), more.as_object()) {
            image.extend(more.clone());
        }
        image
    };
    let logs =
        |endpoint: &str, more: Value| json!([{"name": "dog", "datadog": {"endpoint": endpoint, "api_key": more}}]);
    let spec = |image: Value, logs: Value| json!({"name": "shop", "workers": [{"name": "queue", "image": image, "log_destinations": logs}]});
    let kept = json!("EV[1:a:b]");
    let mut live = spec(
        image("shop", json!({"tag": "v1", "registry_credentials": kept})),
        logs("https://dog.example", kept.clone()),
    );
    live["envs"] = marked(7, "production");
    for (file, credentials, api_key) in [
        (
            spec(image("shop", json!({})), logs("https://dog.example", json!(null))),
            &kept,
            &kept,
        ),
        (
            spec(
                image("shop", json!({"registry_credentials": ""})),
                logs("https://cat.example", json!(null)),
            ),
            &kept,
            &json!(null),
        ),
        (
            spec(
                image("shop", json!({"registry_credentials": "${REGISTRY_CREDENTIALS}"})),
                logs("https://dog.example", json!("$DOG_KEY")),
            ),
            &kept,
            &kept,
        ),
        (
            spec(image("other", json!({})), logs("https://dog.example", json!("new"))),
            &json!(null),
            &json!("new"),
        ),
    ] {
        let worker = World::new().live(live.clone()).sent(&file.to_string())["workers"][0].clone();
        assert_eq!(&worker["image"]["registry_credentials"], credentials, "{file}");
        assert_eq!(&worker["log_destinations"][0]["datadog"]["api_key"], api_key, "{file}");
    }
}

#[test]
fn a_secret_is_never_sent_without_a_value() {
    let secret = |key: &str| json!({"key": key, "type": "SECRET", "value": "EV[1:a:b]"});
    let mut live = ours(json!({}));
    live["services"][0]["envs"] = json!([secret("A"), {"key": "PLAIN", "value": "x"}]);
    for env in [
        "{key: A, type: SECRET}",
        "{key: A, type: SECRET, value: ''}",
        "{key: A, type: secret, value: '  '}",
        "{key: A, type: SECRET, value: null}",
        "{key: A}",
        "{key: A, type: GENERAL, value: ''}",
    ] {
        let file = format!(
            "name: shop\nservices:\n- {{name: web, github: {{repo: acme/shop, branch: main}}, envs: [{env}]}}\n"
        );
        let mut world = World::new().live(live.clone());
        world.variables.insert("A", " ");
        let sent = world.sent(&file)["services"][0]["envs"][0].clone();
        assert_eq!(
            (&sent["value"], &sent["type"]),
            (&json!("EV[1:a:b]"), &json!("SECRET")),
            "{env}"
        );
        if env.to_lowercase().contains("secret") {
            let said = World::new().refused(&file);
            assert!(said.contains("a secret has no value: `A` (web)"), "{said}");
        }
    }
    let file = PLAIN.replace("{key: A, value: b}", "{key: PLAIN}");
    let sent = World::new().live(live).sent(&file)["services"][0]["envs"][0].clone();
    assert_eq!(sent.get("value"), None, "what is no secret is as the file has it");
}

/// The file with one env of `web`, written as a YAML mapping.
fn with_env(env: &str) -> String {
    PLAIN.replace("{key: A, value: b}", env)
}

#[test]
fn a_placeholder_is_no_value_of_a_secret() {
    let mut live = ours(json!({}));
    live["services"][0]["envs"] = json!([{"key": "A", "type": "SECRET", "value": "EV[1:a:b]"}]);
    for (value, variable) in [
        ("${A}", "A"),
        ("$A", "A"),
        ("{{ A }}", "A"),
        ("<A>", "A"),
        ("${{ secrets.APP_KEY }}", "APP_KEY"),
        ("${APP_KEY}", "APP_KEY"),
        ("$APP_KEY", "APP_KEY"),
        ("<your key>", "A"),
        // Not for an app, in `do-deploy.toml` neither.
        ("${GITHUB_TOKEN}", "A"),
    ] {
        let from = match variable {
            "A" => "`A`".to_owned(),
            variable => format!("`A` from `{variable}`"),
        };
        for kind in [", type: SECRET", ""] {
            let file = with_env(&format!("{{key: A{kind}, value: '{value}'}}"));
            let mut world = World::new().live(live.clone());
            world.variables.insert("GITHUB_TOKEN", "ghs");
            let plan = world.good(&file);
            let secret = |text: &str| json!({"key": "A", "type": "SECRET", "value": text});
            let sent = &plan.document.value()["services"][0]["envs"][0];
            let expected = secret("EV[1:a:b]");
            assert_eq!(sent, &expected, "{value}");
            assert_eq!(
                told(&plan),
                format!(
                    "kept the secret `A` of service `web`: its value in the file is a placeholder, and the step's environment has no `{variable}`"
                )
            );
            world.variables.insert(variable, "new");
            let plan = world.good(&file);
            assert_eq!(sent_value(&plan), "new", "{value}");
            assert_eq!(
                told(&plan),
                format!(
                    "set the secret `A` of service `web` from `{variable}`: its value in the file is a placeholder\nsecrets from this step: {from}: the live app has a value already, and this step's takes its place"
                )
            );
        }
        let file = with_env(&format!("{{key: A, type: SECRET, value: '{value}'}}"));
        let said = World::new().refused(&file);
        assert!(
            said.starts_with(&format!(
                "app.yaml:3:63: a secret has no value: {from} (web), whose value in the file is a placeholder"
            )),
            "{said}"
        );
        assert!(
            said.contains(&format!("{variable}: ${{{{ secrets.{variable} }}}}")),
            "{said}"
        );
    }
    for value in ["${web.PRIVATE_URL}", "${APP_URL}", "x-${a.b}"] {
        let file = with_env(&format!("{{key: A, type: SECRET, value: '{value}'}}"));
        let sent = World::new().live(live.clone()).sent(&file)["services"][0]["envs"][0]["value"].clone();
        assert_eq!(sent, value);
    }
    let file = with_env("{key: A, value: '${APP_KEY}'}");
    let sent = World::new().sent(&file)["services"][0]["envs"][0].clone();
    assert_eq!(sent["value"], "${APP_KEY}", "what is no secret is as the file has it");
}

#[test]
fn a_value_that_waits_for_a_variable_never_takes_the_place_of_a_live_one() {
    for (value, live, sent) in [
        ("${API_URL}", "https://api.example", "https://api.example"),
        ("https://${API_HOST}/v1", "https://api.example", "https://api.example"),
        ("{{ API_URL }}", "https://api.example", "https://api.example"),
        ("${API_URL:-none}", "https://api.example", "https://api.example"),
        // The live app waits as well, and what names no variable is what somebody wants.
        ("${API_HOST}", "${API_URL}", "${API_HOST}"),
        ("%d ${level}", "%d", "%d ${level}"),
        ("${web.PRIVATE_URL}", "https://api.example", "${web.PRIVATE_URL}"),
    ] {
        let mut app = ours(json!({}));
        app["services"][0]["envs"] = json!([{"key": "A", "value": live}]);
        let plan = World::new()
            .live(app)
            .good(&with_env(&format!("{{key: A, value: '{value}'}}")));
        assert_eq!(sent_value(&plan), sent, "{value}");
        let is_kept = told(&plan).contains("kept env `A` of service `web`: its value in the file has a placeholder");
        assert_eq!(is_kept, sent == live, "{value}: {}", told(&plan));
    }
    let mut app = ours(json!({}));
    app["services"][0]["envs"] = json!([{"key": "A", "type": "SECRET", "value": "EV[1:a:b]"}]);
    let plan = World::new().live(app).good(&with_env(
        "{key: A, type: SECRET, value: 'postgres://app:${PW}@host/db'}",
    ));
    let kept = json!({"key": "A", "type": "SECRET", "value": "EV[1:a:b]"});
    assert_eq!(plan.document.value()["services"][0]["envs"][0], kept);
}

#[test]
fn a_live_secret_that_the_file_has_in_plain_text_is_said() {
    let mut live = ours(json!({}));
    live["envs"]
        .as_array_mut()
        .expect("marks")
        .push(json!({"key": "B", "type": "SECRET", "value": "EV[1:a:b]"}));
    live["services"][0]["envs"] = json!([{"key": "A", "type": "SECRET", "value": "EV[1:a:b]"}]);
    let own = "envs: [{key: B, type: SECRET}]\n";
    for (env, said) in [
        (
            "{key: A, value: changeme}",
            "env `A` of service `web` is no longer a secret: the live app has it as `type: SECRET`, and now it is sent in plain text",
        ),
        (
            "{key: A, type: GENERAL, value: x}",
            "env `A` of service `web` is no longer a secret: the live app has it as `type: SECRET`, and now it is sent in plain text",
        ),
        (
            "{key: A, type: SECRET, value: changeme}",
            "replaced the secret `A` of service `web`: the file gives it a value in plain text",
        ),
        ("{key: A, type: SECRET, value: 'EV[1:a:b]'}", ""),
        ("{key: A, type: SECRET, value: '${web.PRIVATE_URL}'}", ""),
        ("{key: A, type: SECRET}", ""),
    ] {
        let plan = World::new().live(live.clone()).good(&format!("{}{own}", with_env(env)));
        assert_eq!(told(&plan), said, "{env}");
    }
    let plan = World::with("env = { B = 'x' }")
        .live(live)
        .good(&format!("{}{own}", with_env("{key: A, type: SECRET}")));
    insta::assert_snapshot!(told(&plan), @r"
    env `B` of the app is no longer a secret: the live app has it as `type: SECRET`, and now it is sent in plain text
    set env `B`: `env` in do-deploy.toml
    ");
}

#[test]
fn a_vpc_that_the_token_may_not_see_is_sent_with_one_warning() {
    let file = format!("{PLAIN}vpc: {{id: v-1}}\n");
    let plan = World::new().live(ours(json!({}))).good(&file);
    assert_eq!(plan.document.value()["vpc"], json!({"id": "v-1"}));
    insta::assert_snapshot!(plan.warnings.join("\n"), @"the live app shows no `vpc`, and the file's is sent: either it is new, or the token lacks the scope `vpc:read` and no change of the VPC can be noticed");
    let seen = World::new().live(ours(json!({"vpc": {"id": "v-1"}}))).good(&file);
    assert_eq!(seen.warnings, Vec::<String>::new());
    assert_eq!(World::new().good(&file).warnings, Vec::<String>::new());
}
