//! Secrets: given once in plain text, given back as `EV[…]`.

use serde_json::json;

use super::{create, create_active, id, notes_spec};
use crate::harness::{Tester, run};

#[tokio::test]
async fn a_secret_comes_back_encrypted_and_is_accepted_from_its_own_app_only() {
    run(async |t: &mut Tester| {
        let value = t.secret("KEY");
        let mut spec = notes_spec("shop");
        spec["envs"] = json!([{ "key": "KEY", "type": "SECRET", "value": value }]);
        let app = create(t, spec).await;
        let encrypted = app["spec"]["envs"][0]["value"].as_str().unwrap().to_owned();
        assert!(encrypted.starts_with("EV["), "{encrypted}");
        let mut other = notes_spec("other");
        other["envs"] = json!([{ "key": "KEY", "type": "SECRET", "value": encrypted }]);
        let refused = t
            .digitalocean("POST", "/v2/apps", Some(&json!({ "spec": other })))
            .await;
        assert!(
            refused.expect(400)["message"]
                .as_str()
                .unwrap()
                .contains("does not belong to this app")
        );
        let path = format!("/v2/apps/{}", id(&app));
        t.digitalocean("PUT", &path, Some(&json!({ "spec": app["spec"] })))
            .await
            .expect(200);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_program_sees_the_secret() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        let command = "test ${#KEY} -gt 8 && do-deploy demo-app serve";
        spec["services"][0]["run_command"] = json!(command);
        spec["envs"] = json!([{ "key": "KEY", "type": "SECRET", "value": t.secret("KEY") }]);
        let app = create_active(t, spec).await;
        let again = json!({ "spec": app["spec"] });
        let path = format!("/v2/apps/{}", id(&app));
        let updated = t.digitalocean("PUT", &path, Some(&again)).await.expect(200);
        assert_eq!(
            updated["app"]["spec"]["envs"], app["spec"]["envs"],
            "what is given back unchanged stays as it is"
        );
        t.settled().await;
        assert_eq!(t.rollouts("shop").await[0]["phase"], "ACTIVE");
    })
    .await;
}
