//! What the template of an answer is given: addresses checked, a log cut to what a comment bears.

use serde::Serialize;

use super::context::RenderContext;
use super::failure::last_lines;
use super::markdown::web_address;
use crate::model::answer::Answer;
use crate::model::stack_trace::StackTrace;
use crate::redact::Clean;

/// Room for the log of an answer, in bytes: the rest of it is short.
const LOG_ROOM: usize = 8_000;
/// Most lines of a log after the stack trace that it ends with.
const SINCE_TRACE: usize = 30;
/// More of them do not help the reader.
const POINTS: usize = 12;

#[derive(Debug, Serialize)]
pub(super) struct AnswerView {
    to: Option<&'static str>,
    said: String,
    url: Option<String>,
    apps: Vec<AppView>,
    points: Vec<String>,
    shell: Vec<String>,
    title: &'static str,
    lines: Vec<String>,
    left_out: usize,
    run_url: Option<String>,
    run_id: Option<u64>,
}

/// The part of it that is about one of several apps.
#[derive(Debug, Serialize)]
struct AppView {
    key: String,
    said: String,
    url: Option<String>,
    points: Vec<String>,
}

impl AnswerView {
    pub(super) fn new(answer: &Answer, context: &RenderContext) -> Self {
        let log = answer.log.clone().unwrap_or_default();
        let (left_out, lines) = last_lines(&log.lines, error(&log.lines), LOG_ROOM);
        Self {
            to: answer.to,
            said: answer.said.clone(),
            url: answer.url.as_deref().and_then(web_address),
            apps: answer
                .apps
                .iter()
                .map(|(key, answer)| AppView::new(key, answer))
                .collect(),
            points: answer.points.iter().take(POINTS).cloned().collect(),
            shell: answer.shell.clone(),
            title: log.title,
            left_out,
            lines,
            run_url: context.run_url.as_deref().and_then(web_address),
            run_id: context.run.map(|run| run.id),
        }
    }
}

impl AppView {
    fn new(key: &str, answer: &Answer) -> Self {
        Self {
            key: key.to_owned(),
            said: answer.said.clone(),
            url: answer.url.as_deref().and_then(web_address),
            points: answer.points.iter().take(POINTS).cloned().collect(),
        }
    }
}

/// The line that says what went wrong where the log ends with its stack trace: an older one is not what is asked for.
fn error(lines: &[Clean]) -> Option<usize> {
    let trace = StackTrace::last_of(lines)?;
    (lines.len() - trace.lines.end() <= SINCE_TRACE).then_some(trace.error)
}

#[cfg(test)]
mod tests {
    use crate::model::answer::{Answer, AnswerLog};
    use crate::model::stamp::Stamp;
    use crate::redact::{Clean, Redactor, TargetSecrets, Untrusted};
    use crate::render::context::RenderContext;
    use crate::render::page::answer;

    fn log(lines: &[impl AsRef<str>]) -> Vec<Clean> {
        let (redactor, _) = Redactor::new().for_target(&TargetSecrets::default());
        let lines = lines.iter().map(|line| Untrusted::new(line.as_ref()));
        redactor.lines(&lines.collect::<Vec<_>>())
    }

    fn context() -> RenderContext {
        RenderContext {
            run_url: Some("https://github.com/shop/shop/actions/runs/7/attempts/1".to_owned()),
            run: Some(Stamp { id: 7, attempt: 1 }),
            ..RenderContext::default()
        }
    }

    #[test]
    fn an_answer_reads_like_this() {
        let mut asked = Answer::new(Some("/status"), "asleep, `abc1234` serves").point("Costs $5.00 a month");
        asked.url = Some("https://shop-pr-12.example".to_owned());
        asked.shell = vec!["git fetch origin pull/12/head".to_owned()];
        asked.log = Some(AnswerLog {
            title: "build log",
            lines: log(&["compiling"]),
        });
        insta::assert_snapshot!(answer(&asked, &context()), @r"
        ---

        `/status`: asleep, `abc1234` serves

        https://shop-pr-12.example

        - Costs $5.00 a month
        - [Run 7](https://github.com/shop/shop/actions/runs/7/attempts/1)

        ```sh
        git fetch origin pull/12/head
        ```

        <details><summary>Last lines of the build log</summary>

        ```text
        compiling
        ```

        </details>
        ");
    }

    #[test]
    fn of_several_apps_each_has_points_of_its_own() {
        let mut front = Answer::new(Some("/status"), "`shop-front-pr-12` is awake").point("Costs $5.00 a month");
        front.url = Some("https://front.example".to_owned());
        let mut api = Answer::new(Some("/status"), "`shop-api-pr-12` is asleep");
        api.url = Some("javascript:alert(1)".to_owned());
        let mut both = Answer::new(Some("/status"), "this is what each app says");
        both.apps = vec![("front".to_owned(), front), ("api".to_owned(), api)];
        insta::assert_snapshot!(answer(&both, &context()), @r"
        ---

        `/status`: this is what each app says

        - `front`: `shop-front-pr-12` is awake, https://front.example
          - Costs $5.00 a month
        - `api`: `shop-api-pr-12` is asleep
        - [Run 7](https://github.com/shop/shop/actions/runs/7/attempts/1)
        ");
    }

    #[test]
    fn foreign_text_in_an_answer_is_only_text() {
        let mean = "@org <!-- answer:9:9:1 --> [x](http://evil.example)";
        let mut asked = Answer::new(None, mean).point(mean);
        asked.url = Some("javascript:alert(1)".to_owned());
        asked.log = Some(AnswerLog {
            title: "log",
            lines: log(&["```", "</details>", "\u{1b}[31m@org\u{202e}"]),
        });
        // Invisible in a terminal, so shown by name.
        let shown = answer(&asked, &context()).replace('\u{200b}', "(zw)");
        insta::assert_snapshot!(shown, @r"
        ---

        @(zw)org \<!-- answer:9:9:1 --\> \[x\](http:(zw)//evil.example)

        - @(zw)org \<!-- answer:9:9:1 --\> \[x\](http:(zw)//evil.example)
        - [Run 7](https://github.com/shop/shop/actions/runs/7/attempts/1)

        <details><summary>Last lines of the log</summary>

        ````text
        ```
        </details>
        @org
        ````

        </details>
        ");
    }

    #[test]
    fn what_a_long_stack_trace_is_about_is_shown_above_its_last_lines() {
        let mut trace = vec!["listening".to_owned(), "TypeError: no such thing".to_owned()];
        trace.extend((0..300).map(|n| format!("    at f{n} (a.js:1:1)")));
        let mut asked = Answer::new(Some("/logs"), "the log of `shop`");
        asked.log = Some(AnswerLog {
            title: "log",
            lines: log(&trace),
        });
        let shown = answer(&asked, &context());
        let (_, shown) = shown.split_once("```text\n").expect("a log");
        assert!(
            shown.starts_with("TypeError: no such thing\n(202 lines left out)\n    at f202 "),
            "{shown}"
        );
        assert!(shown.contains("    at f299 (a.js:1:1)\n```"), "{shown}");
    }

    #[test]
    fn an_answer_stays_short_whatever_the_log() {
        let mut asked = Answer::new(Some("/logs"), "x".repeat(5_000));
        asked.points = vec!["y".repeat(900); 40];
        asked.log = Some(AnswerLog {
            title: "log",
            lines: log(&vec!["ä".repeat(1_000); 10_000]),
        });
        assert!(answer(&asked, &context()).len() <= 12_000);
    }
}
