//! What belongs to the run and reaches no app.

use super::*;

#[test]
fn a_variable_of_the_run_never_fills_a_secret() {
    let spec = |key: &str| {
        format!(
            "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  envs:\n  - {{key: {key}, type: SECRET}}\n"
        )
    };
    for (key, value) in [
        ("GITHUB_TOKEN", OWN_TOKEN),
        ("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_x"),
        ("FLY_API_TOKEN", "fo1_x"),
        ("GH_TOKEN", "ghp_x"),
        ("github_token", "x"),
        ("GITHUB_SHA", "abc1234"),
        ("RUNNER_TEMP", "/tmp"),
        ("ACTIONS_RUNTIME_TOKEN", "x"),
        ("DEPLOY_TOKEN", OWN_TOKEN),
        (
            "CLONE_URL",
            "https://x-access-token:ghs-token-of-the-run@github.com/acme/shop",
        ),
    ] {
        let mut world = World::new();
        world.variables = HashMap::from([(key, value)]);
        let refused = world.refused(&spec(key));
        assert!(
            refused.contains(&format!("`{key}` in this step is the run's own")),
            "{refused}"
        );
        assert!(
            refused.contains(&format!("let `{key}` be `{{ from = \"APP_{key}\" }}`")),
            "{refused}"
        );
        let mut world = world.live(json!({
            "name": "shop",
            "envs": [
                {"key": "DO_DEPLOY_REPOSITORY", "value": "7"},
                {"key": "DO_DEPLOY_ENVIRONMENT", "value": "production"},
            ],
            "services": [{"name": "web", "envs": [{"key": key, "type": "SECRET", "value": "EV[1:a:b]"}]}],
        }));
        let plan = world.good(&spec(key));
        assert_eq!(
            plan.document.value()["services"][0]["envs"][0]["value"],
            "EV[1:a:b]",
            "{key}"
        );
        assert!(
            told(&plan).contains(&format!("kept the secret `{key}` of service `web`")),
            "{}",
            told(&plan)
        );
        world.config = format!("[production]\nenv = {{ {key} = {{ from = 'APP_{key}' }} }}");
        world.variables.insert(String::leak(format!("APP_{key}")), "its own");
        let plan = world.good(&spec(key));
        assert_eq!(
            plan.document.value()["services"][0]["envs"][0]["value"],
            "its own",
            "{key}"
        );
    }
    let mut world = World::new();
    world.variables = HashMap::from([
        ("GITHUB_TOKEN", OWN_TOKEN),
        ("DEPLOY_TOKEN", "another token of the app's"),
    ]);
    assert_eq!(
        world.sent(&spec("DEPLOY_TOKEN"))["services"][0]["envs"][0]["value"],
        "another token of the app's"
    );
    let both = "name: shop\nenvs: [{key: KEY, type: SECRET}, {key: GITHUB_TOKEN, type: SECRET}]\nservices: [{name: web, github: {repo: acme/shop, branch: main}}]\n";
    insta::assert_snapshot!(world.refused(both), @r#"
    app.yaml:2:8: 2 secrets have no value: `KEY` (the app), `GITHUB_TOKEN` (the app; `GITHUB_TOKEN` in this step is the run's own, which no app gets)
    set it in the step's `env:`, such as `KEY: ${{ secrets.KEY }}`; production has no value for it either; give the app a token of its own under another name: below `[production.env]` in do-deploy.toml let `GITHUB_TOKEN` be `{ from = "APP_GITHUB_TOKEN" }`, and set `APP_GITHUB_TOKEN: ${{ secrets.APP_GITHUB_TOKEN }}` in the step's `env:`
    "#);
}
