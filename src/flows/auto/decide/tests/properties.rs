//! What holds for every payload, also one that an attacker wrote.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::decide;
use super::TOKEN;
use super::{POLICY, comment, other_run, pull, push, starts};
use crate::config::Config;
use crate::flows::auto::event::Event;
use crate::flows::flags::Flags;
use crate::model::pull_request::PullRequest;

/// What may stand where GitHub writes a fact.
fn fact() -> impl Strategy<Value = Value> {
    let words = "(main|feature|refs/heads/main|refs/tags/main|refs/heads/|closed|success|Bot|[a-f0-9]{40}|/preview)";
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        words.prop_map(Value::from),
        Just(json!([])),
        Just(json!({"id": 2})),
    ]
}

/// Every place in a payload.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    if let Value::Object(map) = value {
        map.iter()
            .for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), all));
    }
}

fn payload(which: usize) -> (&'static str, Value) {
    match which {
        0 => ("push", push("refs/heads/main")),
        1 => ("pull_request", pull("synchronize")),
        2 => ("pull_request", pull("closed")),
        3 => ("workflow_run", other_run("success")),
        4 => ("issue_comment", comment("created", "/preview")),
        _ => (
            "workflow_dispatch",
            json!({"inputs": {"command": "redeploy", "pr": "7"}}),
        ),
    }
}

proptest! {
    #[test]
    fn whatever_the_end_of_a_start_says_only_the_pull_requests_of_the_repository_are_acted_on(
        changes in prop::collection::vec((any::<prop::sample::Index>(), fact()), 0..4),
        about in prop::option::of(7..9_u64),
        heads in 0..3_usize,
    ) {
        let mut payload = starts::start(starts::START);
        for (at, fact) in changes {
            let mut all: Vec<String> = Vec::new();
            pointers(&payload, "", &mut all);
            let pointer = all[at.index(all.len())].as_str();
            *payload.pointer_mut(pointer).expect("it exists") = fact;
        }
        let config = Config::parse(POLICY, "do-deploy.toml").expect("valid");
        let Ok(mut event) = Event::new("workflow_run", payload.clone(), true, TOKEN) else { return Ok(()) };
        // Which they are, GitHub says.
        let heads: Vec<PullRequest> = (7..).take(heads).map(|number| starts::head(number, true)).collect();
        event.start.heads = Some(heads.clone());
        event.start.about = about;
        let Ok(chosen) = decide(&event, Some(&config), &Flags::default()) else { return Ok(()) };
        let decision = chosen.expect("the configuration is known").decision.to_string();
        let fact = |pointer: &str| payload.pointer(pointer).filter(|it| !it.is_null()).cloned();
        let is_fork = fact("/workflow_run/head_repository/id") != fact("/repository/id");
        if decision.starts_with("preview") || decision.starts_with("teardown") {
            let is_named = heads.iter().any(|pull| Some(pull.number) == about && decision.contains(&format!("pull request {}", pull.number)));
            prop_assert!(is_named && !is_fork, "{} {}", decision, payload);
        }
        if fact("/workflow_run/path") == Some(json!(starts::START)) {
            prop_assert!(!decision.starts_with("deploy"), "{} {}", decision, payload);
        }
    }

    #[test]
    fn whatever_a_payload_says_strangers_get_nothing(
        which in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), fact()), 0..4),
        has_token in any::<bool>(),
    ) {
        let (name, mut payload) = payload(which);
        for (at, fact) in changes {
            let mut all: Vec<String> = Vec::new();
            pointers(&payload, "", &mut all);
            let pointer = all[at.index(all.len())].as_str();
            *payload.pointer_mut(pointer).expect("it exists") = fact;
        }
        let config = Config::parse(POLICY, "do-deploy.toml").expect("valid");
        let Ok(event) = Event::new(name, payload.clone(), has_token, TOKEN) else { return Ok(()) };
        let Ok(chosen) = decide(&event, Some(&config), &Flags::default()) else { return Ok(()) };
        let decision = chosen.expect("the configuration is known").decision.to_string();
        let fact = |pointer: &str| payload.pointer(pointer).filter(|it| !it.is_null()).cloned();
        let head = fact("/pull_request/head/repo/id");
        if name == "pull_request" && (head.is_none() || head != fact("/pull_request/base/repo/id")) {
            prop_assert!(!decision.starts_with("preview"), "{} {}", decision, payload);
        }
        if name == "issue_comment" && decision != "nothing" {
            prop_assert!(fact("/issue/pull_request").is_some(), "{} {}", decision, payload);
            prop_assert!(fact("/comment/user/type") != Some(json!("Bot")), "{} {}", decision, payload);
            prop_assert!(fact("/comment/body").is_some_and(|it| it.to_string().starts_with("\"/")), "{} {}", decision, payload);
        }
        if name == "push" && payload["ref"] != json!("refs/heads/main") && payload["repository"]["default_branch"] == "main" {
            prop_assert!(!decision.contains("production"), "{} {}", decision, payload);
        }
        if name == "workflow_run" && fact("/workflow_run/conclusion") != Some(json!("success")) {
            prop_assert!(!decision.starts_with("deploy"), "{} {}", decision, payload);
        }
    }
}
