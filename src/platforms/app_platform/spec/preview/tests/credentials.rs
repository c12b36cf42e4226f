//! Credentials in plain text stay out of previews, and a preview keeps the secrets that it has.

use super::*;

fn shop(envs: &str) -> String {
    format!(
        "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: serve\n  envs: [{envs}]\n"
    )
}

#[test]
fn credentials_in_plain_text_are_left_out_and_named() {
    let stripe = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8");
    let token = format!("ghp_{}", "a1".repeat(18));
    for (key, value) in [
        ("PAYMENT", stripe.as_str()),
        ("NEXT_PUBLIC_PAYMENT", stripe.as_str()),
        ("GH", token.as_str()),
        ("JWT_SECRET", "hunter22"),
        ("SMTP_PASSWORD", "hunter22"),
        ("ADMIN_TOKEN", "hunter22"),
        ("MAPS_API_KEY", "hunter22"),
        ("SSH_PRIVATE_KEY", "hunter22"),
    ] {
        let env = format!("{{key: {key}, value: '{value}'}}");
        let app_level = format!("envs: [{env}]\n{}", shop(""));
        for spec in [shop(&env), app_level] {
            let plan = World::new().good(&spec);
            assert!(!print(plan.document.value()).contains(value), "{key}");
            assert_eq!(plan.unset, [key]);
            let told = told(&plan);
            assert!(
                told.contains(&format!("left out env `{key}`")) && !told.contains(value),
                "{told}"
            );
            assert!(told.contains("`[preview] env`"), "{told}");
        }
    }
}

#[test]
fn what_only_sounds_like_a_credential_stays() {
    for (key, value) in [
        ("TOKEN_TTL", "3600"),
        ("ACCESS_TOKEN", "15m"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("REQUIRE_PASSWORD", "true"),
        ("NEXT_PUBLIC_MAPS_API_KEY", "hunter22"),
        ("VITE_PUBLIC_TOKEN", "hunter22"),
        ("JWT_SECRET", "CHANGE_ME"),
        ("JWT_SECRET", "${JWT_SECRET}"),
        ("LEVEL", "info"),
    ] {
        let plan = World::new().good(&shop(&format!("{{key: {key}, value: '{value}'}}")));
        assert_eq!(value_of(&plan, "web", key).as_deref(), Some(value), "{key}");
        assert_eq!(plan.unset, Vec::<String>::new());
    }
}

#[test]
fn a_preview_keeps_a_secret_that_this_run_cannot_read() {
    let spec = shop("{key: API_KEY, type: SECRET}, {key: LEVEL, value: info}");
    let config = "env = { API_KEY = { from = 'PREVIEW_KEY' }, EXTRA = { from = 'EXTRA' } }";
    let mut live = World::with(config)
        .variable("PREVIEW_KEY", "one")
        .variable("EXTRA", "two")
        .good(&spec)
        .document
        .value()
        .clone();
    live["services"][0]["envs"][0]["value"] = json!("EV[1:key:own]");
    for env in live["envs"].as_array_mut().expect("the app's envs") {
        if env["key"] == "EXTRA" {
            env["value"] = json!("EV[1:extra:own]");
        }
    }
    let mut world = World::with(config);
    world.live = Some(live);
    let plan = world.good(&spec);
    assert_eq!(value_of(&plan, "web", "API_KEY").as_deref(), Some("EV[1:key:own]"));
    assert_eq!(value_of(&plan, "", "EXTRA").as_deref(), Some("EV[1:extra:own]"));
    assert_eq!(plan.unset, Vec::<String>::new());
    insta::assert_snapshot!(plan.warnings.join("\n"), @r"
        `API_KEY` keeps the value that the preview has: the variable `PREVIEW_KEY` is not in the step's environment
        `EXTRA` keeps the value that the preview has: the variable `EXTRA` is not in the step's environment
    ");
    let world = World {
        live: world.live,
        ..World::with(config)
    }
    .variable("PREVIEW_KEY", "new");
    assert_eq!(value_of(&world.good(&spec), "web", "API_KEY").as_deref(), Some("new"));
}

#[test]
fn a_secret_is_left_out_under_every_other_key() {
    for other in [
        "{key: BANNER, value: correct-horse-22}",
        "{key: SETTINGS, value: 'level=info;x=correct-horse-22'}",
        "{key: UPSTREAM, value: 'https://shop.example/?k=correct-horse-22'}",
    ] {
        let spec = shop(&format!(
            "{{key: JWT_SECRET, value: correct-horse-22}}, {other}, {{key: LEVEL, value: info}}"
        ));
        let plan = World::new().good(&spec);
        assert!(
            !print(plan.document.value()).contains("correct-horse-22"),
            "{}",
            print(plan.document.value())
        );
        assert_eq!(value_of(&plan, "web", "LEVEL").as_deref(), Some("info"));
    }
}
