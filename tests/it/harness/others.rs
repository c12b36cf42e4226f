//! Apps that others made in the same account, with marks like ours or without.

use serde_json::{Value, json};

use super::knobs::Api;
use super::tester::Tester;

impl Tester {
    /// The id that GitHub gives the test's repository.
    pub(crate) async fn repository_id(&self) -> u64 {
        let repository = self.github("GET", "/repos/org/shop", None).await.expect(200);
        repository["id"].as_u64().expect("a repository has an id")
    }

    /// An app of this name that serves `main`, with these app-level envs. Returns it once it serves.
    pub(crate) async fn somebody_creates(&self, name: &str, envs: Value) -> Value {
        let spec = json!({
            "name": name, "region": "fra", "envs": envs,
            "services": [{
                "name": "web", "run_command": "do-deploy demo-app serve", "http_port": 8080,
                "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
                "github": { "repo": "org/shop", "branch": "main" },
                "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
            }],
        });
        self.call(Api::DigitalOcean, "POST", "/v2/apps", Some(&json!({ "spec": spec })))
            .await
            .expect(200);
        self.settled().await;
        self.app(name).await
    }
}

/// The marks of an app that do-deploy made for `environment` of the repository with this id.
pub(crate) fn marks(repository: u64, environment: &str) -> Value {
    json!([
        { "key": "DO_DEPLOY_REPOSITORY", "scope": "RUN_TIME", "value": repository.to_string() },
        { "key": "DO_DEPLOY_ENVIRONMENT", "scope": "RUN_TIME", "value": environment },
    ])
}
