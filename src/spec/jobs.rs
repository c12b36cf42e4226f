//! What an app's jobs may have done by the time its deployment is judged, as its spec says.

use serde_json::Value;

use super::component;

/// Whether a deployment that became active ran a job, which may have changed the database: one before the new version
/// takes traffic, or one after it. A job for failed deployments does not run then.
pub(crate) fn migrates(spec: &Value) -> bool {
    component::components(spec)
        .iter()
        .any(|component| component.is_job("PRE_DEPLOY") || component.is_job("POST_DEPLOY"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::migrates;

    #[test]
    fn every_job_of_a_successful_deployment_may_change_the_database() {
        for (job, changes) in [
            (json!({"name": "migrate", "kind": "PRE_DEPLOY"}), true),
            (json!({"name": "backfill", "kind": "POST_DEPLOY"}), true),
            (json!({"name": "seed"}), true),
            (json!({"name": "tell", "kind": "FAILED_DEPLOY"}), false),
            (json!({"name": "report", "kind": "SCHEDULED"}), false),
        ] {
            assert_eq!(migrates(&json!({"jobs": [&job]})), changes, "{job}");
        }
        assert!(!migrates(&json!({"services": [{"name": "web"}]})));
    }
}
