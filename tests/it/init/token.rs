//! The scopes that it names are the ones that the workflows need, environment by environment.

use serde_json::{Value, json};

use super::python;
use crate::harness::{Invocation, Tester, run};

/// The tokens of the two GitHub environments, each with exactly the scopes that `init` names for it.
struct Tokens {
    production: String,
    preview: String,
}

impl Tokens {
    async fn as_init_says(t: &Tester) -> Self {
        let reported: Value = serde_json::from_str(&python().init(&["--json"]).ends_with(0).stdout).unwrap();
        let scopes = &reported["token"]["scopes"];
        let tokens = Self {
            production: t.secret("PRODUCTION_TOKEN"),
            preview: t.secret("PREVIEW_TOKEN"),
        };
        t.account(
            &json!({ "scopes": { &tokens.production: scopes["production"], &tokens.preview: scopes["preview"] } }),
        )
        .await;
        tokens
    }

    fn production<'t>(&self, step: Invocation<'t>) -> Invocation<'t> {
        step.env("DIGITALOCEAN_ACCESS_TOKEN", &self.production)
    }

    fn preview<'t>(&self, step: Invocation<'t>) -> Invocation<'t> {
        step.env("DIGITALOCEAN_ACCESS_TOKEN", &self.preview)
    }
}

fn dispatched<'t>(t: &'t Tester, inputs: Value) -> Invocation<'t> {
    let payload = json!({ "ref": "refs/heads/main", "inputs": inputs });
    t.command(["auto"]).on_payload("workflow_dispatch", payload)
}

#[tokio::test]
async fn productions_token_deploys_redeploys_and_rolls_back_without_the_right_to_delete() {
    holds!("a writer", ["remove"]);
    run(async |t: &mut Tester| {
        let tokens = Tokens::as_init_says(t).await;
        tokens.production(t.auto_push("main")).await.succeeds();
        t.push("main", "second");
        tokens.production(t.auto_push("main")).await.succeeds();
        for inputs in [
            json!({ "command": "redeploy", "force-build": "true" }),
            json!({ "command": "rollback" }),
            json!({ "command": "deploy", "release": "true" }),
            json!({ "command": "status" }),
            json!({ "command": "logs" }),
            json!({ "command": "verify" }),
        ] {
            tokens.production(dispatched(t, inputs)).await.succeeds();
        }
        t.expect_serving("shop", "second").await;

        t.open_pr(1).await;
        tokens.preview(t.preview(1)).await.succeeds();
        let removed = tokens.production(t.teardown(1)).await;
        removed.says("403");
        removed.fails_with(2);
    })
    .await;
}

#[tokio::test]
async fn the_previews_token_makes_previews_removes_and_sweeps_them() {
    run(async |t: &mut Tester| {
        let tokens = Tokens::as_init_says(t).await;
        t.open_pr(1).await;
        tokens.preview(t.auto_pull_request(1, "opened")).await.succeeds();
        t.push(1, "second");
        tokens.preview(t.auto_pull_request(1, "synchronize")).await.succeeds();
        tokens.preview(dispatched(t, json!({ "pr": "1" }))).await.succeeds();
        t.close_pr(1).await;
        tokens.preview(t.auto_pull_request(1, "closed")).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());

        t.open_pr(2).await;
        tokens.preview(t.auto_pull_request(2, "opened")).await.succeeds();
        t.close_pr(2).await;
        tokens
            .preview(t.command(["auto"]).on_event("schedule", "name=schedule"))
            .await
            .succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}
