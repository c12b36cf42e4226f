//! A secret is not seen in any form, whether the run was given it, found it in a file, or only knows its name. All of it
//! at the highest verbosity.

use crate::harness::{Change, DIGITALOCEAN_TOKEN, GITHUB_TOKEN, Tester, run, run_with, spec};

/// A secret with a character of every kind that someone escapes.
const SECRET: &str = "kT9'q\"w/e r$t&y+u=i-4711";

/// What programs make of it: as it is, for URLs, in base64 alone and behind a user's name, in hexadecimal, as JSON, for
/// shells.
const FORMS: [&str; 10] = [
    SECRET,
    "kT9%27q%22w%2Fe%20r%24t%26y%2Bu%3Di-4711",
    "kT9%27q%22w%2fe%20r%24t%26y%2bu%3di-4711",
    "kT9%27q%22w%2Fe+r%24t%26y%2Bu%3Di-4711",
    "a1Q5J3Eidy9lIHIkdCZ5K3U9aS00NzEx",
    "dXNlcjprVDkncSJ3L2UgciR0JnkrdT1pLTQ3MTE=",
    "6b5439277122772f652072247426792b753d692d34373131",
    "kT9'q\\\"w/e r$t&y+u=i-4711",
    "kT9'\\''q\"w/e r$t&y+u=i-4711",
    "postgres://app:kT9%27q%22w%2Fe%20r%24t%26y%2Bu%3Di-4711@db/x",
];

/// Values that the run never had, behind names that it knows or in a shape that gives them away.
const ONLY_THE_PLATFORM_KNOWS: [&str; 5] = [
    "export ONLY_THERE=\"platform-value-1\"",
    "{'ONLY_THERE': 'platform-value-2'}",
    "redis://default:platform-value-3@cache:6379",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGF0Zm9ybSJ9.cGxhdGZvcm0tdmFsdWUtNA",
    "-----BEGIN PRIVATE KEY-----\nMIIEvplatformvalue5AAAA\nMIIEvplatformvalue6AAAA\n-----END PRIVATE KEY-----",
];

/// What must not be seen of those.
const HIDDEN: [&str; 7] = [
    "platform-value-1",
    "platform-value-2",
    "platform-value-3",
    "cGxhdGZvcm0tdmFsdWUtNA",
    "platformvalue5",
    "platformvalue6",
    "BEGIN PRIVATE KEY",
];

/// A build that prints a file and fails.
fn printing(file: &str) -> Change {
    let built = spec(
        "    run_command: do-deploy demo-app serve",
        "    build_command: cat printed.txt; exit 1\n    run_command: do-deploy demo-app serve",
    );
    let built = built.replace(
        "    envs:\n      - key: DATABASE_URL\n        scope: RUN_TIME\n        value: sqlite:////tmp/notes.db\njobs:",
        "    envs:\n      - {key: GIVEN, type: SECRET}\n      - {key: ONLY_THERE, type: SECRET}\njobs:",
    );
    assert!(built.contains("ONLY_THERE"), "{built}");
    Change::whole_app("first").spec(&built).file("printed.txt", file)
}

#[tokio::test]
async fn a_build_log_shows_no_secret_in_any_form() {
    let printed = format!(
        "it begins\n{}\n{}\nFATAL: it ends\n",
        FORMS.join("\n"),
        ONLY_THE_PLATFORM_KNOWS.join("\n")
    );
    run_with(printing(&printed), async |t: &mut Tester| {
        let given = t.deploy().arg("-vv").env("GIVEN", SECRET);
        let failed = given.env("ONLY_THERE", "what-this-run-was-given").await;
        failed.fails_with(1).says("FATAL: it ends");
        let seen = format!("{}\n{}", failed.shown(), failed.summary());
        for part in FORMS.iter().chain(&HIDDEN) {
            assert!(!seen.contains(part), "{part} in {seen}");
        }
        let logs = t.command(["logs", "--kind", "build", "-vv"]).env("GIVEN", SECRET).await;
        let json = t.command(["logs", "--kind", "build", "--json", "-vv"]).locally().await;
        for part in HIDDEN {
            assert!(!logs.shown().contains(part), "{part} in {logs}");
            assert!(!json.shown().contains(part), "{part} in {json}");
        }
    })
    .await;
}

/// With what Go, template languages and Bash escape.
const MARKUP: &str = "wX<4711>&'#{}!;\"pass-99";

/// As Go's `encoding/json` prints it, as HTML by name, by number and by number in hexadecimal, as Bash's `%q`, in a Go
/// DSN, as Python's bytes, twice as JSON.
const MARKED_UP: [&str; 9] = [
    r#"{"k":"wX\u003c4711\u003e\u0026'#{}!;\"pass-99"}"#,
    "wX&lt;4711&gt;&amp;&#x27;#{}!;&quot;pass-99",
    "wX&#60;4711&#62;&#38;&#39;&#35;{}!;&#34;pass-99",
    "wX&#x3C;4711&#x3E;&#x26;&#x27;&#x23;&#x7B;&#x7D;!;&#x22;pass-99",
    r#"wX\<4711\>\&\'\#\{\}\!\;\"pass-99"#,
    "user:wX<4711>&'#{}!;\"pass-99@tcp(db:3306)/shop",
    r#"b'wX<4711>&\'#{}!;"pass-99'"#,
    r#""{\"k\":\"wX\\u003c4711\\u003e\\u0026'#{}!;\\\"pass-99\"}""#,
    "wX%3C4711%3E%26'%23%7B%7D!%3B%22pass-99",
];

#[tokio::test]
async fn a_build_log_shows_no_secret_that_is_escaped_for_markup() {
    let printed = format!("it begins\n{}\nFATAL: it ends\n", MARKED_UP.join("\n"));
    run_with(printing(&printed), async |t: &mut Tester| {
        let given = t.deploy().arg("-vv").env("GIVEN", MARKUP);
        let failed = given.env("ONLY_THERE", "what-this-run-was-given").await;
        failed.fails_with(1).says("FATAL: it ends");
        let logs = t.command(["logs", "--kind", "build", "-vv"]).env("GIVEN", MARKUP).await;
        let seen = format!("{}\n{}\n{}", failed.shown(), failed.summary(), logs.shown());
        assert!(logs.shown().contains("user:***@tcp(db:3306)/shop"), "{logs}");
        for part in ["wX", "4711", "pass-99"] {
            assert!(!seen.contains(part), "{part} in {seen}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_comment_shows_no_secret_in_any_form() {
    let printed = format!("{}\nFATAL: it ends\n", ONLY_THE_PLATFORM_KNOWS.join("\n"));
    run_with(printing(&printed), async |t: &mut Tester| {
        t.open_pr(1).await;
        let failed = t.preview(1).arg("-vv").await;
        failed.fails_with(1);
        let comment = failed.comment(1);
        assert!(comment.contains("FATAL: it ends"), "{comment}");
        for part in HIDDEN {
            assert!(!comment.contains(part), "{part} in {comment}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_secret_is_masked_before_anything_else_is_said() {
    run(async |t: &mut Tester| {
        let deploy = t.deploy().arg("-vv").env("RUNNER_DEBUG", "1").await;
        deploy.succeeds();
        let first = deploy.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("::add-mask::"), "{first}");
    })
    .await;
}

#[tokio::test]
async fn a_generated_secret_is_masked() {
    let first = Change::whole_app("first").config("[preview]\nenv = { SIGNING_KEY = \"generate:hex64\" }\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).arg("-vv").await;
        preview.succeeds();
        let specs = t.bodies("POST", "/v2/apps");
        let envs = specs
            .iter()
            .filter_map(|body| body["spec"]["envs"].as_array())
            .flatten();
        let value = envs
            .filter(|env| env["key"] == "SIGNING_KEY")
            .find_map(|env| env["value"].as_str())
            .expect("it was sent");
        assert!(preview.stderr.contains(&format!("::add-mask::{value}")), "{preview}");
        assert!(!preview.shown().contains(value), "{preview}");
    })
    .await;
}

/// Standard output is often a file, which the runner never sees and an artifact may publish.
#[tokio::test]
async fn what_is_redirected_holds_no_mask() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.deploy().await.succeeds();
        t.preview(1).await.succeeds();
        for invocation in [
            t.command(["logs"]),
            t.command(["status"]),
            t.command(["verify"]),
            t.deploy().arg("--dry-run"),
            t.preview(1).arg("--dry-run"),
        ] {
            let ended = invocation.arg("-vv").await;
            ended.succeeds();
            assert!(!ended.stdout.contains("::add-mask::"), "{}", ended.stdout);
            for token in [DIGITALOCEAN_TOKEN, GITHUB_TOKEN] {
                assert!(!ended.stdout.contains(token), "{ended}");
                assert!(ended.stderr.contains(&format!("::add-mask::{token}\n")), "{ended}");
            }
        }
    })
    .await;
}
