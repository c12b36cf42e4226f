//! Hostile text in every place where foreign text is shown: it stays text.

use serde_json::json;

use crate::harness::{Call, Change, Tester, fault, run_with, spec};

/// What someone who may write a pull request could try. Each carries `EVIL`, so that a test finds it again.
const HOSTILE: [&str; 20] = [
    "::error::EVIL",
    "::set-output name=url::https://evil.example/EVIL",
    "  ::stop-commands::EVIL",
    "a ##[set-output name=url]https://evil.example/EVIL",
    "##\u{200b}[add-mask]EVIL",
    "ok\r::add-mask::EVIL",
    "\u{feff}::warning::EVIL",
    "\u{1b}[31m::error::EVIL\u{1b}[0m",
    "\u{2028}::error::EVIL",
    "\u{1b}]0;EVIL\u{7}::notice::EVIL",
    "```",
    "~~~~",
    "</details></summary><img src=https://evil.example/EVIL.png>",
    "![EVIL](https://evil.example/x.png) [EVIL](https://evil.example)",
    "<!-- do-deploy:1:pr-1 --> EVIL",
    "@octocat @org/team EVIL fixes #1, GH-1, org/shop#1",
    "| EVIL | a | b |",
    "# EVIL",
    "<script>EVIL</script> &lt;b&gt;",
    "FATAL: the build failed with `EVIL",
];

/// Text that only stands for something, in a log that the runner reads.
#[track_caller]
fn says_nothing_to_the_runner(log: &str) {
    for line in log.split(['\n', '\r']) {
        assert!(!line.contains("##["), "{line:?} in {log}");
        assert!(!line.contains('\u{1b}'), "{line:?} in {log}");
        let Some(command) = line.trim_start().strip_prefix("::") else {
            continue;
        };
        let ours = ["group::", "endgroup::", "error", "warning::", "notice::", "debug::"];
        assert!(ours.iter().any(|known| command.starts_with(known)), "{line:?} in {log}");
        let armed = command.starts_with("error::EVIL") || command.starts_with("warning::EVIL");
        assert!(!armed && !command.starts_with("notice::EVIL"), "{line:?} in {log}");
    }
}

/// Text that neither calls anybody nor loads nor hides anything, as GitHub shows it.
#[track_caller]
fn stays_text(markdown: &str) {
    let mut fence: Option<String> = None;
    for (number, line) in markdown.lines().enumerate() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) => {
                if ticks.len() >= open.len() && line.trim_start_matches('`').trim().is_empty() {
                    fence = None;
                }
                continue;
            }
            None if ticks.len() >= 3 => {
                fence = Some(ticks);
                continue;
            }
            None => {}
        }
        // The heading's own number is not foreign text.
        let outside = match line.starts_with("### ") {
            true => without_code(line).replacen("preview of #", "preview of ", 1),
            false => without_code(line),
        };
        for active in [
            "@octocat",
            "@org/team",
            " #1",
            "GH-1",
            "](https://evil",
            "<img",
            "<script",
            "://evil",
        ] {
            let escaped = format!("\\{active}");
            assert!(
                !outside.replace(&escaped, "").contains(active),
                "{active} in {line:?} of\n{markdown}"
            );
        }
        let ours = number < 4 && line.starts_with("<!-- ") && !line.contains("EVIL");
        assert!(
            ours || !outside.replace("\\<!--", "").contains("<!--"),
            "{line:?} of\n{markdown}"
        );
    }
    assert_eq!(fence, None, "a block without an end in\n{markdown}");
    assert!(!markdown.contains('\u{1b}'), "{markdown}");
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    let mut outside = String::new();
    let escaped = line.replace("\\`", "");
    let mut rest = escaped.as_str();
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
        let inside = &rest[start + fence.len()..];
        match inside.find(&fence) {
            Some(end) => rest = &inside[end + fence.len()..],
            None => break,
        }
    }
    outside + rest
}

/// A build that prints every hostile line and fails.
fn printing() -> Change {
    let built = spec(
        "    run_command: do-deploy demo-app serve",
        "    build_command: cat printed.txt; exit 1\n    run_command: do-deploy demo-app serve",
    );
    Change::whole_app("first")
        .spec(&built)
        .file("printed.txt", &format!("{}\n", HOSTILE.join("\n")))
}

#[tokio::test]
async fn in_a_build_log() {
    holds!("an app", ["deploy production"]);
    run_with(printing(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let failed = t.preview(1).await;
        failed.fails_with(1).says("EVIL");
        says_nothing_to_the_runner(&failed.shown());
        stays_text(failed.comment(1));
        stays_text(failed.summary());
        for (name, value) in failed.outputs() {
            assert!(!value.contains("EVIL"), "output `{name}`: {value}");
        }
        for deployment in t.deployments("preview").await {
            assert!(
                !deployment["statuses"].to_string().contains("evil.example"),
                "{deployment}"
            );
        }
        let logs = t.command(["logs", "--pr", "1", "--kind", "build"]).await;
        says_nothing_to_the_runner(&logs.succeeds().shown());
        let json = t.command(["logs", "--pr", "1", "--kind", "build", "--json"]).await;
        says_nothing_to_the_runner(&json.shown());
        let lines = json.succeeds().json()["lines"].clone();
        let text = |wanted: &str| lines.as_array().unwrap().iter().any(|line| line["text"] == wanted);
        assert!(text(HOSTILE[3]), "a program gets what was printed: {lines:#}");
    })
    .await;
}

/// As much of a text as Git allows in a branch's name.
fn as_branch(text: &str) -> String {
    let allowed = |c: char| !c.is_control() && !" ~^:?*[\\".contains(c);
    let name: String = text.chars().filter(|c| allowed(*c)).collect();
    format!(
        "x/{}-EVIL",
        name.replace("..", ".").replace("@{", "").replace("//", "/")
    )
}

#[tokio::test]
async fn in_a_pull_requests_title_branch_author_label_and_commit_message() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        let shell = "EVIL-@octocat-<img>-`a`-#1-$(touch${IFS}x)";
        for (number, hostile) in (1..).zip(HOSTILE.iter().copied().chain([shell])) {
            let branch = as_branch(hostile);
            // Git takes no angle brackets and no line ends in a name.
            let author: String = hostile.chars().filter(|c| !"<>\r\n".contains(*c)).collect();
            t.push(&*branch, Change::version(hostile).by(&format!("m {author} EVIL")));
            let pull = json!({ "head": branch, "base": "main", "title": hostile, "draft": number > 1 });
            t.open_pr_as(number, pull).await;
            t.label_pr(number, hostile).await;
            // One is deployed; the others take the shorter ways, which tell the same people.
            let asked = t.preview(number).arg("-vv").at(&branch).await;
            asked.does_not_say("placeholders that nothing fills in");
            let happened = t
                .auto_pull_request(number, "labeled")
                .env("RUNNER_DEBUG", "1")
                .at(&branch)
                .await;
            for run in [asked, happened] {
                says_nothing_to_the_runner(&run.shown());
                stays_text(run.summary());
            }
            for comment in t.comments(number).await {
                stays_text(comment["body"].as_str().unwrap());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn in_values_of_the_spec_and_of_the_configuration() {
    for hostile in HOSTILE {
        let quoted = serde_json::Value::from(hostile).to_string();
        // A TOML string knows the same escapes as JSON's, for these texts.
        let config = format!("[preview]\nlabel = {quoted}\n");
        let named = spec(
            "    http_port: 8080",
            &format!("    http_port: 8080\n    environment_slug: {quoted}"),
        );
        let first = Change::whole_app("first").config(&config).spec(&named);
        run_with(first, async |t: &mut Tester| {
            t.open_pr(1).await;
            let skipped = t.preview(1).arg("-vv").env("RUNNER_DEBUG", "1").await;
            assert_eq!(skipped.output("status"), "skipped", "{skipped}");
            says_nothing_to_the_runner(&skipped.shown());
            stays_text(skipped.summary());
            let planned = t.deploy().args(["--dry-run", "-vv"]).await;
            says_nothing_to_the_runner(&planned.shown());
            stays_text(planned.summary());
            let json = t.deploy().args(["--dry-run", "--json"]).await;
            says_nothing_to_the_runner(&json.shown());
        })
        .await;
    }
}

#[tokio::test]
async fn in_what_an_api_says_of_an_error() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        let proposed = HOSTILE.iter().map(|hostile| (Call::ProposeApp, *hostile));
        // The platform's words end the run, or stand in the report of a deployment; GitHub's are a warning.
        let elsewhere = [Call::CreateApp, Call::UpdateComment, Call::CreateGitHubDeployment].map(|call| {
            (
                call,
                "EVIL ##[error]x\n::error::EVIL @octocat <img src=https://evil.example/x> ![x](https://evil)",
            )
        });
        for (call, said) in proposed.chain(elsewhere) {
            t.fault(fault::invalid_because_on(call, said).times(9)).await;
            let run = t.preview(1).arg("-vv").await;
            t.no_faults().await;
            if said.contains("EVIL") {
                run.says("EVIL");
            }
            says_nothing_to_the_runner(&run.shown());
            stays_text(run.summary());
            for comment in t.comments(1).await {
                stays_text(comment["body"].as_str().unwrap());
            }
            for (name, value) in run.outputs() {
                assert!(!value.contains("EVIL"), "output `{name}`: {value}");
            }
        }
    })
    .await;
}
