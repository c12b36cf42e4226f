//! A payload for every row of the table, in the shapes that GitHub sends, and the page that shows the table.

mod environments;
mod starts;
mod words;

use serde_json::{Value, json};

use super::decide;
use crate::config::Config;
use crate::flows::auto::dispatch_inputs::{NAMES, VERBS};
use crate::flows::auto::event::Event;
use crate::flows::auto::table::ROWS;
use crate::flows::flags::Flags;
use crate::flows::preview::eligibility::RULES;
use crate::model::commit::Sha;

mod properties;

const TOKEN: &str = "DIGITALOCEAN_ACCESS_TOKEN";
const DOCS: &str = include_str!("../../../../docs/events.md");

const POLICY: &str =
    "[environments.staging]\nbranch = \"develop\"\nspec = \"staging.yaml\"\n\n[preview]\nlabel = \"preview\"\n";

/// The row's `when`, and the decision with its reason.
fn say(event: &str, payload: &Value, config: &Config, has_token: bool) -> (&'static str, String) {
    let made = Event::new(event, payload.clone(), has_token, TOKEN)
        .and_then(|event| Ok(decide(&event, Some(config), &Flags::default())?.expect("the configuration is known")));
    match made {
        Ok(chosen) => (chosen.row.when, format!("{}: {}", chosen.decision, chosen.reason)),
        Err(failure) => ("", format!("error: {failure}")),
    }
}

fn push(reference: &str) -> Value {
    json!({
        "ref": reference, "before": "a".repeat(40), "after": "b".repeat(40), "created": false, "deleted": false,
        "head_commit": {"id": "b".repeat(40), "message": "Second"}, "pusher": {"name": "octocat"},
        "repository": {"id": 1, "default_branch": "main"}, "sender": {"login": "octocat", "type": "User"},
    })
}

fn pull(action: &str) -> Value {
    json!({
        "action": action, "number": 7, "repository": {"id": 1, "default_branch": "main"},
        "pull_request": {"number": 7, "draft": false, "merged": false, "user": {"login": "octocat", "type": "User"},
            "head": {"ref": "feature", "sha": "b".repeat(40), "repo": {"id": 1, "full_name": "org/shop"}},
            "base": {"ref": "main", "sha": "a".repeat(40), "repo": {"id": 1, "full_name": "org/shop"}}},
        "sender": {"login": "octocat", "type": "User"},
    })
}

fn other_run(conclusion: &str) -> Value {
    json!({
        "action": "completed", "repository": {"id": 1, "default_branch": "main"},
        "workflow_run": {"conclusion": conclusion, "event": "push", "head_branch": "main", "head_sha": "b".repeat(40),
            "head_commit": {"id": "b".repeat(40), "message": "Second"}, "head_repository": {"id": 1}},
    })
}

fn comment(action: &str, body: &str) -> Value {
    json!({"action": action, "issue": {"number": 7, "pull_request": {"url": "https://api.github.com/repos/org/shop/pulls/7"}},
        "comment": {"id": 1, "body": body, "created_at": "2026-11-20T10:00:00Z", "user": {"login": "octocat", "type": "User"}}})
}

/// With one more fact.
fn with(mut payload: Value, pointer: &str, fact: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    payload.pointer_mut(parent).expect("the parent exists")[key] = fact;
    payload
}

fn labelled(action: &str, label: &str) -> Value {
    with(pull(action), "/label", json!({"name": label}))
}

fn from_fork(action: &str) -> Value {
    with(pull(action), "/pull_request/head/repo", json!({"id": 2}))
}

fn from_dependabot(action: &str) -> Value {
    with(
        pull(action),
        "/pull_request/user",
        json!({"login": "dependabot[bot]", "type": "Bot"}),
    )
}

#[rustfmt::skip]
#[test]
fn a_payload_with_something_else_in_a_facts_place_is_refused_and_never_guessed_from() {
    let dispatched = |inputs| json!({"inputs": inputs});
    let typed = |inputs| json!({"action": "do-deploy", "client_payload": inputs});
    let mut refused = vec![
        ("push", with(push("refs/heads/main"), "/ref", json!(["refs/heads/main"])), "`ref` is not a non-empty string"),
        ("push", with(push("refs/heads/main"), "/repository/default_branch", json!("")), "`repository.default_branch` is not a non-empty string"),
        ("workflow_run", with(other_run("success"), "/repository/default_branch", json!(1)), "`repository.default_branch` is not a non-empty string"),
        ("issue_comment", with(comment("created", "/preview"), "/issue/number", json!("7")), "`issue.number` is not a whole number above 0"),
    ];
    for number in [json!("1"), json!(1.5), json!(-1), json!(0), json!([7])] {
        for event in ["pull_request", "pull_request_target"] {
            let payload = with(pull("opened"), "/pull_request/number", number.clone());
            refused.push((event, payload, "`pull_request.number` is not a whole number above 0"));
        }
    }
    for sha in [json!("main"), json!("abcdef"), json!("a".repeat(65)), json!(1_234_567), json!("../../../x"), json!("")] {
        refused.push(("push", with(push("refs/heads/main"), "/after", sha.clone()), "`after` is not a commit SHA"));
        let run = with(other_run("success"), "/workflow_run/head_sha", sha.clone());
        refused.push(("workflow_run", run, "`workflow_run.head_sha` is not a commit SHA"));
        let pull = with(pull("opened"), "/pull_request/head/sha", sha);
        refused.push(("pull_request", pull, "`pull_request.head.sha` is not a commit SHA"));
    }
    for inputs in [json!([]), json!("teardown"), json!(false), json!(7)] {
        refused.push(("workflow_dispatch", dispatched(inputs.clone()), "`inputs` is not an object"));
        refused.push(("repository_dispatch", typed(inputs), "`client_payload` is not an object"));
    }
    for (event, payload, why) in refused {
        let (_, said) = say(event, &payload, &Config::default(), true);
        let expected = format!("error: the payload of `{event}` makes no sense: {why}");
        assert!(said.starts_with(&expected), "{event}: {payload}: {said}");
    }
    for (event, payload) in [("push", push("refs/heads/main")), ("workflow_run", other_run("success"))] {
        let payload = with(payload, "/repository/default_branch", json!(null));
        let (_, said) = say(event, &payload, &Config::default(), true);
        let expected = format!("error: the payload of `{event}` lacks `repository.default_branch`");
        assert!(said.starts_with(&expected), "{said}");
    }
    let sha256 = with(push("refs/heads/main"), "/after", json!("c".repeat(64)));
    assert!(say("push", &sha256, &Config::default(), true).1.starts_with("deploy production"));
}

/// Event, payload, whether there is a token, and how the answer begins.
#[rustfmt::skip]
fn cases() -> Vec<(&'static str, Value, bool, &'static str)> {
    let skip = |payload, pointer| with(payload, pointer, json!("Typo\n\n[Skip Deploy]"));
    let dependabot = json!({"login": "dependabot[bot]", "type": "Bot"});
    let conflicting = |payload| {
        let dirty = with(payload, "/pull_request/mergeable", json!(false));
        with(dirty, "/pull_request/mergeable_state", json!("dirty"))
    };
    vec![
        ("push", push("refs/heads/main"), true, "deploy production: production is deployed from `main`"),
        ("push", push("refs/heads/main"), false, "deploy production: "),
        ("push", push("refs/heads/develop"), true, "deploy staging: staging is deployed from `develop`"),
        ("push", push("refs/heads/topic"), true, "nothing: `topic` is not deployed anywhere"),
        ("push", push("refs/tags/main"), true, "nothing: `main` is a tag"),
        ("push", with(push("refs/heads/main"), "/deleted", json!(true)), true, "nothing: what was pushed is a deletion"),
        ("push", skip(push("refs/heads/main"), "/head_commit/message"), true, "nothing: the head commit of `main` says"),
        ("push", with(push("refs/heads/main"), "/head_commit/message", json!("x [deploy skip]")), true, "nothing: the head"),
        ("push", with(push("refs/heads/main"), "/sender", dependabot.clone()), false, "nothing: runs that Dependabot starts"),
        ("push", with(push("refs/heads/main"), "/sender", dependabot), true, "deploy production"),
        ("push", with(push("refs/heads/main"), "/pusher/name", json!("dependabot[bot]")), false, "nothing: runs that Dependabot starts"),
        ("push", json!({}), true, "error: the payload of `push` lacks `ref`"),
        ("workflow_run", other_run("success"), true, "deploy production: the other workflow succeeded on `main`"),
        ("workflow_run", with(other_run("success"), "/action", json!("requested")), true, "nothing: the other workflow has not"),
        ("workflow_run", other_run("failure"), true, "nothing: the other workflow ended with `failure`"),
        ("workflow_run", with(other_run(""), "/workflow_run/conclusion", json!(null)), true, "nothing: the other workflow ended with `no"),
        ("workflow_run", with(other_run("success"), "/workflow_run/head_repository", json!({"id": 2})), true, "nothing: the other workflow ran for a fork"),
        ("workflow_run", with(other_run("success"), "/workflow_run/event", json!("pull_request")), true, "nothing: the other workflow was started by `pull_request`"),
        ("workflow_run", with(other_run("success"), "/workflow_run/head_branch", json!("topic")), true, "nothing: `topic` is not"),
        ("workflow_run", skip(other_run("success"), "/workflow_run/head_commit/message"), true, "nothing: the head commit of"),
        ("pull_request_target", pull("opened"), true, "error: `pull_request_target` is not acted on here"),
        ("pull_request_target", pull("closed"), true, "teardown of pull request 7's preview: pull request 7 was closed"),
        ("pull_request_target", from_fork("closed"), true, "nothing: the change came from a fork"),
        ("pull_request_target", from_fork("synchronize"), true, "error: "),
        ("pull_request", from_fork("closed"), false, "nothing: the change came from a fork"),
        ("pull_request", from_fork("opened"), false, "nothing: the change comes from a fork"),
        ("pull_request", with(pull("opened"), "/pull_request/head/repo", json!(null)), false, "nothing: the change comes from a fork"),
        ("pull_request", from_fork("labeled"), true, "nothing: the change comes from a fork"),
        ("pull_request", from_dependabot("closed"), false, "nothing: runs for Dependabot's pull requests get no secrets"),
        ("pull_request", from_dependabot("opened"), false, "nothing: runs for Dependabot's pull requests get no secrets"),
        ("pull_request", from_dependabot("opened"), true, "preview of pull request 7"),
        ("pull_request", from_dependabot("closed"), true, "teardown of pull request 7's preview"),
        ("pull_request", pull("closed"), true, "teardown of pull request 7's preview"),
        ("pull_request", conflicting(pull("synchronize")), true, "preview of pull request 7"),
        ("pull_request", conflicting(pull("closed")), true, "teardown of pull request 7's preview"),
        ("pull_request_target", conflicting(pull("closed")), true, "teardown of pull request 7's preview"),
        ("pull_request", with(pull("closed"), "/pull_request/merged", json!(true)), true, "teardown of pull request 7's preview"),
        ("pull_request", pull("opened"), true, "preview of pull request 7: pull request 7: `opened`"),
        ("pull_request", pull("synchronize"), true, "preview of pull request 7"),
        ("pull_request", pull("reopened"), true, "preview of pull request 7"),
        ("pull_request", pull("ready_for_review"), false, "preview of pull request 7"),
        ("pull_request", labelled("labeled", "Preview"), true, "preview of pull request 7"),
        ("pull_request", labelled("unlabeled", "preview"), true, "teardown of pull request 7's preview: the label `preview` was taken"),
        ("pull_request", labelled("labeled", "bug`::x"), true, "nothing: no preview depends on the label `bug'::x`"),
        ("pull_request", labelled("unlabeled", "bug"), true, "nothing: no preview depends on the label `bug`"),
        ("pull_request", pull("converted_to_draft"), true, "teardown of pull request 7's preview: pull request 7 is a draft"),
        ("pull_request", with(pull("edited"), "/changes", json!({"base": {"ref": {"from": "develop"}}})), true, "preview of pull request 7"),
        ("pull_request", with(pull("edited"), "/changes", json!({"title": {"from": "Old"}})), true, "nothing: only the words"),
        ("pull_request", pull("assigned"), true, "nothing: no preview depends on `assigned`"),
        ("pull_request", json!({"action": "opened"}), true, "error: the payload of `pull_request` lacks `pull_request.number`"),
        ("workflow_dispatch", json!({"inputs": null, "ref": "refs/heads/main"}), true, "redeploy: started by hand"),
        ("workflow_dispatch", json!({"inputs": {"command": "rollback", "to": "abcdef0"}}), true, "rollback --to abcdef0"),
        ("workflow_dispatch", json!({"inputs": {"pr": "seven"}}), true, "error: the input `pr` makes no sense"),
        ("repository_dispatch", json!({"action": "do-deploy", "client_payload": {"environment": "staging"}}), true, "redeploy --environment staging"),
        ("repository_dispatch", json!({"action": "on-demand-test", "client_payload": {}}), true, "nothing: the dispatch is of type `on-demand-test`"),
        ("schedule", json!({"schedule": "0 4 * * *"}), true, "sweep: on schedule"),
        ("issue_comment", comment("edited", "/preview"), true, "nothing: only a new comment"),
        ("issue_comment", with(comment("created", "/preview"), "/issue/pull_request", json!(null)), true, "nothing: the comment is on an issue"),
        ("issue_comment", with(comment("created", "/preview"), "/comment/user", json!({"login": "renovate[bot]", "type": "Bot"})), true, "nothing: a bot wrote"),
        ("issue_comment", with(comment("created", "/preview"), "/comment/user/login", json!("helper[bot]")), true, "nothing: a bot wrote"),
        ("issue_comment", with(comment("created", "/preview"), "/comment/user", json!(null)), true, "nothing: the comment's author is unknown"),
        ("issue_comment", with(comment("created", "/preview"), "/comment/body", json!(null)), true, "nothing: the comment's first line is not a command"),
        ("issue_comment", with(comment("created", "/preview"), "/comment", json!(null)), true, "error: the payload of `issue_comment` lacks `comment.id`"),
        ("issue_comment", comment("created", "Nice /preview"), true, "nothing: the comment's first line is not a command"),
        ("issue_comment", comment("created", "/preview"), true, "a comment's command on pull request 7: a comment asks for it"),
        ("delete", json!({"ref": "topic", "ref_type": "branch"}), true, "nothing: GitHub closes the pull requests"),
        ("merge_group", json!({"action": "checks_requested", "merge_group": {"base_ref": "refs/heads/main"}}), true, "nothing: what a merge queue"),
        ("deployment", json!({"action": "created"}), true, "nothing: deployments are what"),
        ("deployment_status", json!({"action": "created"}), true, "nothing: deployments are what"),
        ("release", json!({"action": "published"}), true, "nothing: branches are deployed"),
        ("fork", json!({}), true, "nothing: do-deploy does not act on `fork` events"),
    ]
}

#[test]
fn every_event_has_one_answer_and_every_row_of_the_table_a_case() {
    let config = Config::parse(POLICY, "do-deploy.toml").expect("a configuration");
    let drafts = Config::parse("[preview]\ndrafts = true\n", "do-deploy.toml").expect("a configuration");
    let mut answered = vec![say("pull_request", &pull("converted_to_draft"), &drafts, true)];
    assert_eq!(answered[0].1, "nothing: drafts have previews here: it stays");
    for (event, payload, has_token, expected) in cases() {
        let (when, said) = say(event, &payload, &config, has_token);
        assert!(
            said.starts_with(expected),
            "{event}: {said}\nexpected: {expected}\n{payload}"
        );
        assert!(!said.contains(['?', '{']), "a gap was not filled: {said}");
        answered.push((when, said));
    }
    for (payload, about, heads, expected) in starts::cases() {
        let (when, said) = starts::say(&payload, about, &heads);
        assert!(said.starts_with(expected), "{said}\nexpected: {expected}\n{payload}");
        assert!(!said.contains(['?', '{']), "a gap was not filled: {said}");
        answered.push((when, said));
    }
    // Only an answer knows its row: what is refused has none.
    let rows = ROWS.iter().filter(|row| row.then != super::Then::Refuse);
    let unanswered: Vec<&str> = rows
        .filter(|row| {
            !answered
                .iter()
                .any(|(when, said)| *when == row.when && is_of(row.because, said))
        })
        .map(|row| row.because)
        .collect();
    assert_eq!(unanswered, Vec::<&str>::new(), "rows without a case");
}

/// Whether a sentence was made from `because`, as far as its first gap.
fn is_of(because: &str, said: &str) -> bool {
    let mut words = because.split(['{', '}']).step_by(2);
    words
        .try_fold(said, |rest, words| Some(rest.split_once(words)?.1))
        .is_some()
}

#[test]
fn the_configuration_is_only_asked_for_where_the_answer_depends_on_it() {
    let asks = |event: &str, payload: Value| {
        let event = Event::new(event, payload, true, TOKEN).expect("a payload");
        decide(&event, None, &Flags::default()).expect("an answer").is_none()
    };
    assert!(asks("push", push("refs/heads/main")));
    assert!(!asks("push", push("refs/tags/v1")));
    assert!(!asks("pull_request", pull("opened")));
    assert!(!asks("pull_request", pull("closed")));
    assert!(!asks("pull_request", from_fork("labeled")));
    assert!(asks("pull_request", labelled("labeled", "bug")));
    assert!(!asks("schedule", json!({})));
}

#[test]
fn only_a_dispatched_run_takes_the_flags() {
    let config = Config::default();
    let say = |event: &str, payload: Value, flags: &Flags| {
        let event = Event::new(event, payload, true, TOKEN).expect("a payload");
        decide(&event, Some(&config), flags)
            .map(|chosen| chosen.map(|chosen| chosen.decision.to_string()).unwrap_or_default())
            .unwrap_or_else(|failure| failure.to_string())
    };
    let flags = Flags {
        commit: Some(Sha::new("abcdef0")),
        ..Flags::default()
    };
    let refused = "`auto` takes no `--commit` on `push`: the event itself says what to do";
    assert_eq!(say("push", push("refs/heads/main"), &flags), refused);
    assert_eq!(
        say("workflow_dispatch", json!({"inputs": {}}), &flags),
        "redeploy --commit abcdef0"
    );
    let images = Flags {
        images: format!("web=sha256:{}", "0".repeat(64)).parse().expect("an image"),
        ..Flags::default()
    };
    assert_eq!(say("push", push("refs/heads/main"), &images), "deploy production");
    assert_eq!(say("push", push("refs/tags/v1"), &images), "nothing");
    assert_eq!(
        say("pull_request", pull("closed"), &images),
        "teardown of pull request 7's preview"
    );
    assert_eq!(say("schedule", json!({}), &images), "sweep");
    let refused = "`auto` takes no `--images` on `issue_comment`: the event itself says what to do";
    assert_eq!(say("issue_comment", comment("created", "/redeploy"), &images), refused);
    assert_eq!(say("issue_comment", comment("created", "Nice"), &images), "nothing");
    let replace = Flags {
        replace: "databases.db".parse().expect("a name"),
        ..Flags::default()
    };
    assert_eq!(say("push", push("refs/heads/main"), &replace), "deploy production");
    for (event, payload) in [
        ("push", push("refs/tags/v1")),
        ("pull_request", pull("opened")),
        ("schedule", json!({})),
        ("issue_comment", comment("created", "/redeploy")),
    ] {
        let refused = format!("`auto` takes no `--replace` on `{event}`: the event itself says what to do");
        assert_eq!(say(event, payload, &replace), refused);
    }
    let dry = Flags {
        dry_run: true,
        ..Flags::default()
    };
    assert_eq!(say("push", push("refs/heads/main"), &dry), "deploy production");
}

#[test]
fn the_page_shows_the_table_that_the_program_runs_on() {
    let mut events = String::from("| Event | When | What happens | What the run says |\n|---|---|---|---|\n");
    for row in ROWS {
        let names: Vec<String> = row.events.iter().map(|event| format!("`{event}`")).collect();
        let names = if names.is_empty() {
            "every other event".to_owned()
        } else {
            names.join(", ")
        };
        let (when, then) = (row.when, words::of(row.then));
        events.push_str(&format!(
            "| {names} | {when} | {then} | {} |\n",
            with_capitals(row.because)
        ));
    }
    let mut rules = String::from("| What the run says | Where | Asked for by hand |\n|---|---|---|\n");
    for rule in RULES {
        let place = if rule.in_comment {
            "log, summary and comment"
        } else {
            "log and summary"
        };
        let command = if rule.yields {
            "goes over it"
        } else {
            "gets the same answer"
        };
        rules.push_str(&format!("| {} | {place} | {command} |\n", with_capitals(rule.because)));
    }
    let mut commands = String::from("| `command` | Takes |\n|---|---|\n");
    for (name, _, takes) in VERBS {
        let inputs = takes.iter().chain(&["dry-run"]).map(|input| format!("`{input}`"));
        commands.push_str(&format!("| `{name}` | {} |\n", inputs.collect::<Vec<_>>().join(", ")));
    }
    let missing: Vec<String> = [events, rules, commands]
        .into_iter()
        .filter(|table| !DOCS.contains(table.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "`docs/events.md` has to contain this:\n\n{}",
        missing.join("\n")
    );
}

#[test]
fn the_page_says_of_every_input_what_it_means() {
    let (_, rows) = DOCS
        .split_once("| Input | Value |\n|---|---|\n")
        .expect("the table of inputs");
    let rows = rows.lines().take_while(|line| line.starts_with('|'));
    let documented: Vec<(&str, &str)> = rows
        .filter_map(|row| row.strip_prefix("| `")?.split_once("` | "))
        .collect();
    let names: Vec<&str> = documented.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, NAMES);
    // Every one of them is read: `asked` has no input that it refuses whatever it says.
    assert!(documented.iter().all(|(_, value)| !value.contains("not supported")));
}

/// `{started by}` is `STARTED BY` on paper.
fn with_capitals(sentence: &str) -> String {
    let parts = sentence.split(['{', '}']).enumerate();
    parts
        .map(|(index, part)| match (index % 2, part) {
            (1, "token") => TOKEN.to_owned(),
            (1, name) => name.to_uppercase(),
            _ => part.to_owned(),
        })
        .collect()
}
