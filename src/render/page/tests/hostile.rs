//! What hostile or endless input cannot do.

use jiff::Timestamp;

use super::{context, failed, ready};
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::model::report::{Change, Report, Sleep};
use crate::redact::{Clean, Redactor, TargetSecrets, Untrusted};
use crate::render::page::{LONGEST, comment, summary};
use crate::render::production::deployment_line;

/// Lines of a log, as a redactor makes them.
pub(super) fn log(lines: &[impl AsRef<str>]) -> Vec<Clean> {
    let (redactor, _) = Redactor::new().for_target(&TargetSecrets::default());
    let lines = lines.iter().map(|line| Untrusted::new(line.as_ref()));
    redactor.lines(&lines.collect::<Vec<_>>())
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let evil = "@octocat <script> [x](https://evil.example) | `a\n--> # h #1 ::error::";
    let mut failure = Failure::bad(evil).why(evil).next(evil).at("a`b|c", 1, 1);
    failure.code = Some(evil.to_owned());
    failure.component = Some(evil.to_owned());
    failure.log = Some(Excerpt {
        kind: Shown::Build,
        lines: log(&["```", "</details>"]),
    });
    let report = Report {
        app: evil.to_owned(),
        url: Some("javascript:alert(1)".to_owned()),
        sleep: Some(Sleep::Never(evil.to_owned())),
        notes: vec![evil.to_owned()],
        changes: vec![Change {
            what: evil.to_owned(),
            why: evil.to_owned(),
        }],
        failure: Some(failure),
        ..failed()
    };
    for text in [
        comment(std::slice::from_ref(&report), &context()),
        comment(&[report.clone(), ready()], &context()),
        summary(&[report.clone(), report.clone()], &context()),
        deployment_line(std::slice::from_ref(&report), &context(), Timestamp::UNIX_EPOCH),
    ] {
        let outside = outside_code(&text);
        for active in [
            "@octocat",
            "](https://evil",
            " #1 ",
            "\n# h",
            "javascript:",
            " <script",
            "-->",
        ] {
            assert!(!outside.contains(active), "{active} in {text}");
        }
        assert_eq!(
            outside.matches("</details>").count(),
            outside.matches("<details").count()
        );
    }
}

#[test]
fn it_fits_into_a_comment_whatever_comes() {
    let mut report = failed();
    if let Some(failure) = &mut report.failure {
        failure.why = Some("🦀".repeat(10_000));
        failure.log = Some(Excerpt {
            kind: Shown::Build,
            lines: log(&vec!["🦀 `".repeat(500); 500]),
        });
    }
    report.notes = vec!["*".repeat(10_000); 20];
    let text = comment(std::slice::from_ref(&report), &context());
    assert!(text.contains("earlier lines left out"), "the log gives way first");
    assert!(text.contains("</details>"), "and nothing else has to");
    assert!(text.len() <= LONGEST);
    assert!(comment(&vec![report; 40], &context()).len() <= LONGEST);
}

/// The text without what stands between equally long runs of backticks.
fn outside_code(text: &str) -> String {
    let mut outside = String::new();
    let mut rest = text.replace("\\`", "");
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
        let after = rest[start + fence.len()..].to_owned();
        let (_, behind) = after.split_once(&fence).expect("every code span ends");
        rest = behind.to_owned();
    }
    outside + &rest
}
