//! What a deployment may have done to the database by the time that it is judged, as the app's spec says.

use serde_json::Value;

use super::component::{self, Kind};
use crate::policy::prepare;

/// Whether a deployment that became active may have changed the database: by a job before the new version takes traffic or
/// after it, or by a component's own start command. A job for failed deployments does not run then.
pub(crate) fn migrates(spec: &Value) -> bool {
    component::components(spec).iter().any(|component| {
        let command = component.run_command().unwrap_or_default();
        let starts_with_it = component.kind != Kind::Job && prepare::migrates(command);
        component.is_job("PRE_DEPLOY") || component.is_job("POST_DEPLOY") || starts_with_it
    })
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

    #[test]
    fn a_start_command_may_change_the_database_too() {
        for (command, changes) in [("alembic upgrade head && uvicorn app:app", true), ("", false)] {
            for kind in ["services", "workers"] {
                assert_eq!(
                    migrates(&json!({kind: [{"name": "web", "run_command": command}]})),
                    changes,
                    "{command}"
                );
            }
        }
        let scheduled = json!({"jobs": [{"name": "x", "kind": "SCHEDULED", "run_command": "migrate"}]});
        assert!(!migrates(&scheduled));
    }
}
