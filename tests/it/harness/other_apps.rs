//! Apps that others made in the same account, with marks like ours or without.

use serde_json::{Value, json};

use super::tester::Tester;

impl Tester {
    /// The id that GitHub gives the test's repository.
    pub(crate) async fn repository_id(&self) -> u64 {
        let repository = self.github("GET", "/repos/org/shop", None).await.expect(200);
        repository["id"].as_u64().expect("a repository has an id")
    }

    /// An app of this name that serves `main`, with these app-level envs. Returns it once it serves.
    pub(crate) async fn somebody_creates(&self, name: &str, envs: Value) -> Value {
        self.app_by_hand(name, |spec| spec["envs"] = envs).await;
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

/// The same of one app of the repository among several.
pub(crate) fn marks_of_app(repository: u64, environment: &str, app: &str) -> Value {
    let mut marks = marks(repository, environment);
    let mark = json!({ "key": "DO_DEPLOY_APP", "scope": "RUN_TIME", "value": app });
    marks.as_array_mut().expect("a list").push(mark);
    marks
}
