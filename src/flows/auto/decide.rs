//! The table from event and payload to what is done about it. Pure.

use serde_json::Value;

use crate::flows::{comment, site};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;

#[derive(Clone, Debug)]
pub(super) enum Decision {
    Deploy {
        environment: Environment,
        commit: site::Commit,
    },
    Preview {
        pull_request: u64,
        head: Sha,
    },
    Teardown {
        pull_request: u64,
    },
    Redeploy {
        environment: Environment,
        commit: Option<Sha>,
        force_build: bool,
    },
    Comment(comment::Request),
    Nothing {
        environment: Environment,
        reason: String,
    },
}

/// Whether the decision depends on which branches are deployed where.
pub(super) fn needs_environments(event: &str) -> bool {
    matches!(event, "push" | "workflow_run")
}

/// `environments`: each branch that is deployed, with the environment's name.
///
/// # Errors
/// A payload that lacks what GitHub always sends, or workflow inputs that make no sense.
pub(super) fn decide(event: &str, payload: &Value, environments: &[(String, String)]) -> Result<Decision, Failure> {
    match event {
        "push" => push(payload, environments),
        "workflow_run" => workflow_run(payload, environments),
        "pull_request" => pull_request(payload),
        "workflow_dispatch" => workflow_dispatch(payload),
        "issue_comment" => issue_comment(payload),
        other => Ok(nothing(format!("do-deploy does not act on `{other}` events"))),
    }
}

fn push(payload: &Value, environments: &[(String, String)]) -> Result<Decision, Failure> {
    let reference = text(payload, "/ref")?;
    let Some(branch) = reference.strip_prefix("refs/heads/") else {
        return Ok(nothing(format!("`{reference}` is not a branch")));
    };
    if payload.pointer("/deleted") == Some(&Value::Bool(true)) {
        return Ok(nothing(format!("`{branch}` was deleted")));
    }
    let Some((_, name)) = environments.iter().find(|(deployed, _)| deployed == branch) else {
        return Ok(nothing(format!("`{branch}` is not deployed anywhere")));
    };
    let commit = site::Commit::Pushed(Sha::new(text(payload, "/after")?));
    Ok(Decision::Deploy {
        environment: Environment::Named(name.clone()),
        commit,
    })
}

fn workflow_run(payload: &Value, environments: &[(String, String)]) -> Result<Decision, Failure> {
    let run = |pointer: &str| text(payload, &format!("/workflow_run{pointer}"));
    if text(payload, "/action")? != "completed" {
        return Ok(nothing("the other workflow is not finished"));
    }
    let conclusion = run("/conclusion")?;
    if conclusion != "success" {
        return Ok(nothing(format!("the other workflow ended with `{conclusion}`")));
    }
    if payload.pointer("/workflow_run/head_repository/id") != payload.pointer("/repository/id") {
        return Ok(nothing("the other workflow ran for a fork"));
    }
    let event = run("/event")?;
    if event != "push" && event != "workflow_dispatch" && event != "schedule" {
        return Ok(nothing(format!(
            "the other workflow was started by `{event}`, not for a branch that is deployed"
        )));
    }
    let branch = run("/head_branch")?;
    let Some((_, name)) = environments.iter().find(|(deployed, _)| *deployed == branch) else {
        return Ok(nothing(format!("`{branch}` is not deployed anywhere")));
    };
    let commit = site::Commit::Tested(Sha::new(run("/head_sha")?));
    Ok(Decision::Deploy {
        environment: Environment::Named(name.clone()),
        commit,
    })
}

fn pull_request(payload: &Value) -> Result<Decision, Failure> {
    let number = payload
        .pointer("/pull_request/number")
        .and_then(Value::as_u64)
        .ok_or_else(|| incomplete("/pull_request/number"))?;
    let action = text(payload, "/action")?;
    match action.as_str() {
        "opened" | "synchronize" | "reopened" | "ready_for_review" => Ok(Decision::Preview {
            pull_request: number,
            head: Sha::new(text(payload, "/pull_request/head/sha")?),
        }),
        "closed" => Ok(Decision::Teardown { pull_request: number }),
        other => Ok(Decision::Nothing {
            environment: Environment::Preview(number),
            reason: format!("do-deploy does not act on `pull_request` events of type `{other}`"),
        }),
    }
}

fn issue_comment(payload: &Value) -> Result<Decision, Failure> {
    Ok(match comment::Request::read(payload)? {
        Ok(request) => Decision::Comment(request),
        Err(comment::NoCommand { pull_request, reason }) => Decision::Nothing {
            environment: pull_request.map_or_else(Environment::production, Environment::Preview),
            reason: reason.to_owned(),
        },
    })
}

/// Inputs carry the names of the action's inputs: `environment`, `pr`, `commit`, `force-build`.
fn workflow_dispatch(payload: &Value) -> Result<Decision, Failure> {
    let input = |name: &str| match payload.pointer("/inputs").and_then(|inputs| inputs.get(name)) {
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let refused =
        |name: &str, why: String| Failure::input(format!("the workflow's input `{name}` makes no sense")).why(why);
    let environment = match (input("pr"), input("environment")) {
        (Some(_), Some(_)) => {
            return Err(refused(
                "pr",
                "`environment` is given as well; give one of the two".to_owned(),
            ));
        }
        (Some(pr), None) => {
            let number = pr
                .parse()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| refused("pr", "it is no number".to_owned()))?;
            Environment::Preview(number)
        }
        (None, Some(name)) => name
            .parse()
            .map_err(|error| refused("environment", format!("{error}")))?,
        (None, None) => Environment::production(),
    };
    let commit = match input("commit") {
        None => None,
        Some(sha) if (7..=40).contains(&sha.len()) && sha.chars().all(|c| c.is_ascii_hexdigit()) => Some(Sha::new(sha)),
        Some(_) => return Err(refused("commit", "a commit is 7 to 40 hexadecimal digits".to_owned())),
    };
    let force_build = match input("force-build").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(refused("force-build", "it is neither `true` nor `false`".to_owned())),
    };
    Ok(Decision::Redeploy {
        environment,
        commit,
        force_build,
    })
}

fn nothing(reason: impl Into<String>) -> Decision {
    Decision::Nothing {
        environment: Environment::production(),
        reason: reason.into(),
    }
}

fn text(payload: &Value, pointer: &str) -> Result<String, Failure> {
    payload
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| incomplete(pointer))
}

fn incomplete(pointer: &str) -> Failure {
    Failure::input(format!(
        "the event's payload lacks `{}`",
        pointer.trim_start_matches('/').replace('/', ".")
    ))
    .next("check that `GITHUB_EVENT_PATH` is the payload of the event that `GITHUB_EVENT_NAME` names")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Decision, decide};

    fn say(event: &str, payload: Value) -> String {
        let environments = [
            ("main".to_owned(), "production".to_owned()),
            ("develop".to_owned(), "staging".to_owned()),
        ];
        match decide(event, &payload, &environments) {
            Ok(Decision::Deploy { environment, .. }) => format!("deploy {environment}"),
            Ok(Decision::Preview { pull_request, .. }) => format!("preview {pull_request}"),
            Ok(Decision::Teardown { pull_request }) => format!("teardown {pull_request}"),
            Ok(Decision::Redeploy {
                environment,
                commit,
                force_build,
            }) => {
                format!(
                    "redeploy {environment} {} {force_build}",
                    commit.map(|sha| sha.to_string()).unwrap_or_default()
                )
            }
            Ok(Decision::Comment(request)) => format!("comment {} {:?}", request.pull_request, request.command),
            Ok(Decision::Nothing { reason, .. }) => format!("nothing: {reason}"),
            Err(failure) => format!("error: {failure}"),
        }
    }

    #[test]
    fn a_push_deploys_where_its_branch_is_deployed() {
        let push =
            |reference: &str, deleted: bool| json!({"ref": reference, "after": "a".repeat(40), "deleted": deleted});
        assert_eq!(say("push", push("refs/heads/main", false)), "deploy production");
        assert_eq!(say("push", push("refs/heads/develop", false)), "deploy staging");
        assert_eq!(
            say("push", push("refs/heads/topic", false)),
            "nothing: `topic` is not deployed anywhere"
        );
        assert_eq!(
            say("push", push("refs/tags/v1", false)),
            "nothing: `refs/tags/v1` is not a branch"
        );
        assert_eq!(
            say("push", push("refs/heads/main", true)),
            "nothing: `main` was deleted"
        );
    }

    #[test]
    fn another_workflow_deploys_only_what_it_tested_on_a_deployed_branch() {
        let run = |conclusion: &str, branch: &str, repository: u64| {
            json!({"action": "completed", "repository": {"id": 1}, "workflow_run": {"conclusion": conclusion, "event": "push",
                "head_branch": branch, "head_sha": "a".repeat(40), "head_repository": {"id": repository}}})
        };
        assert_eq!(say("workflow_run", run("success", "main", 1)), "deploy production");
        assert_eq!(
            say("workflow_run", run("failure", "main", 1)),
            "nothing: the other workflow ended with `failure`"
        );
        assert_eq!(
            say("workflow_run", run("success", "topic", 1)),
            "nothing: `topic` is not deployed anywhere"
        );
        assert_eq!(
            say("workflow_run", run("success", "main", 2)),
            "nothing: the other workflow ran for a fork"
        );
    }

    #[test]
    fn a_pull_request_gets_a_preview_until_it_is_closed() {
        let event =
            |action: &str| json!({"action": action, "pull_request": {"number": 7, "head": {"sha": "a".repeat(40)}}});
        for action in ["opened", "synchronize", "reopened", "ready_for_review"] {
            assert_eq!(say("pull_request", event(action)), "preview 7");
        }
        assert_eq!(say("pull_request", event("closed")), "teardown 7");
        assert!(say("pull_request", event("assigned")).starts_with("nothing: "));
    }

    #[test]
    fn a_dispatch_redeploys_what_its_inputs_name() {
        assert_eq!(
            say("workflow_dispatch", json!({"inputs": null})),
            "redeploy production  false"
        );
        assert_eq!(
            say("workflow_dispatch", json!({"inputs": {"pr": "7", "force-build": true}})),
            "redeploy pr-7  true"
        );
        assert_eq!(
            say(
                "workflow_dispatch",
                json!({"inputs": {"environment": "staging", "commit": "abcdef0"}})
            ),
            "redeploy staging abcdef0 false"
        );
        assert!(say("workflow_dispatch", json!({"inputs": {"pr": "seven"}})).starts_with("error: "));
    }

    #[test]
    fn every_other_event_is_explained() {
        assert_eq!(
            say("fork", json!({})),
            "nothing: do-deploy does not act on `fork` events"
        );
        assert!(say("push", json!({})).starts_with("error: the event's payload lacks `ref`"));
    }
}
