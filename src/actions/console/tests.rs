//! What reaches which stream, for people and for the runner.

use std::io::{Error, ErrorKind, Write};
use std::sync::{Arc, Mutex};

use super::{Console, Tone};
use crate::actions::fold::Fold;
use crate::model::failure::Failure;
use crate::redact::{Clean, Redactor, Secret, TargetSecrets, Untrusted};

/// A stream whose text can be read while it is written.
#[derive(Clone, Default)]
pub(in crate::actions) struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    pub(in crate::actions) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(in crate::actions) fn console(is_ci: bool, is_live: bool) -> (Console, Tape, Tape) {
    let (out, err) = (Tape::default(), Tape::default());
    let tone = Tone {
        is_ci,
        is_live,
        ..Tone::default()
    };
    let console = Console::over(Box::new(out.clone()), Box::new(err.clone()), tone, Redactor::new());
    (console, out, err)
}

fn spec_failure() -> Failure {
    Failure::input("unknown key `serivces`")
        .next("write `services`")
        .at(".do/app.yaml", 3, 1)
}

#[test]
fn a_failure_is_one_annotation_under_the_runner() {
    let (console, out, err) = console(true, false);
    console.error(&spec_failure());
    assert_eq!(
        out.text(),
        "::error file=.do/app.yaml,line=3,col=1::.do/app.yaml:3:1: unknown key `serivces`%0Ahint: write `services`\n"
    );
    assert_eq!(err.text(), "");
}

#[test]
fn a_failure_is_two_lines_for_a_person() {
    let (console, out, err) = console(false, false);
    console.error(&spec_failure());
    assert_eq!(
        err.text(),
        "error: .do/app.yaml:3:1: unknown key `serivces`\nhint: write `services`\n"
    );
    assert_eq!(out.text(), "");
}

/// Lines of a log, as a redactor makes them.
fn log(lines: &[&str]) -> Vec<Clean> {
    let (redactor, _) = Redactor::new().for_target(&TargetSecrets::default());
    redactor.lines(&lines.iter().map(|line| Untrusted::new(*line)).collect::<Vec<_>>())
}

#[test]
fn foreign_lines_in_a_group_stay_in_it() {
    let (console, out, err) = console(true, false);
    console.group(
        "Build log\n::error::x",
        &log(&["::endgroup::", "fine", "a ##[add-mask]b"]),
    );
    assert_eq!(out.text(), "");
    assert_eq!(
        err.text(),
        "::group::Build log ::error::x\n:\u{200b}:endgroup::\nfine\na ##\u{200b}[add-mask]b\n::endgroup::\n"
    );
}

#[test]
fn phases_follow_each_other_and_never_nest() {
    let (console, _, err) = console(true, false);
    console.phase(Fold::Build);
    console.say("web: building");
    console.phase(Fold::Build);
    console.group("Build log", &log(&["a line"]));
    console.phase(Fold::Checks);
    console.say("asking");
    console.error(&spec_failure());
    console.end_phase();
    console.say("the last words");
    assert_eq!(
        err.text(),
        "::group::Build\nweb: building\n::endgroup::\n::group::Build log\na line\n::endgroup::\n\
         ::group::Checks\nasking\n::endgroup::\nthe last words\n"
    );
}

#[test]
fn a_person_sees_no_groups() {
    let (console, _, err) = console(false, false);
    console.phase(Fold::Build);
    console.say("web: building");
    console.end_phase();
    assert_eq!(err.text(), "web: building\n");
}

#[test]
fn annotations_are_few_and_the_log_has_them_all() {
    let (console, out, err) = console(true, false);
    for n in 0..20 {
        console.warn(&format!("warning {n}"));
        console.notice(&format!("notice {n}"));
        console.error(&Failure::bad(format!("error {n}")));
    }
    for (command, most) in [("::warning::", 8), ("::notice::", 8), ("::error::", 1)] {
        assert_eq!(out.text().matches(command).count(), most, "{command}");
    }
    assert!(err.text().contains("warning: warning 19\n") && err.text().contains("error: error 19\n"));
}

#[test]
fn debug_words_are_for_those_who_asked_for_them() {
    for (is_ci, is_debugging, said) in [
        (true, true, "::debug::x%0A:\u{200b}:error::y\n"),
        (true, false, ""),
        (false, true, ""),
    ] {
        let err = Tape::default();
        let tone = Tone {
            is_ci,
            is_debugging,
            ..Tone::default()
        };
        let console = Console::over(Box::new(Tape::default()), Box::new(err.clone()), tone, Redactor::new());
        console.debug("x\n::error::y");
        assert_eq!(err.text(), said);
    }
}

#[test]
fn a_document_is_alone_on_its_stream() {
    let (out, err) = (Tape::default(), Tape::default());
    let tone = Tone {
        is_ci: true,
        only_data: true,
        ..Tone::default()
    };
    let console = Console::over(Box::new(out.clone()), Box::new(err.clone()), tone, Redactor::new());
    console.mask(&Secret::new("hunter\"2222").expect("not empty"));
    console.warn("careful");
    let value = "hunter\"2222 ##[error]x \u{1b}[1m\u{202e}";
    console.document(&serde_json::json!({ "a": value }));
    assert_eq!(out.text(), "{\"a\":\"*** #\\u0023[error]x \\u001b[1m\\u202e\"}\n");
    let read: serde_json::Value = serde_json::from_str(&out.text()).expect("JSON");
    assert_eq!(read["a"], "*** ##[error]x \u{1b}[1m\u{202e}");
    assert!(err.text().contains("::add-mask::hunter") && err.text().contains("::warning::careful"));
}

#[test]
fn a_masked_secret_is_printed_once_and_never_again() {
    let (console, out, err) = console(true, false);
    console.mask(&Secret::new("hunter2222").expect("not empty"));
    assert_eq!(out.text(), "", "standard output may be a file");
    let masks = err.text();
    assert!(masks.lines().any(|line| line == "::add-mask::hunter2222"), "{masks}");
    console.say("it is hunter2222");
    console.say("it is hunt\u{1b}[0mer2222");
    console.data("{\"a\": \"hunter2222\"}");
    assert_eq!(err.text(), format!("{masks}it is ***\nit is ***\n"));
    assert!(!out.text().contains("hunter2222"), "{}", out.text());
}

#[test]
fn data_for_a_program_is_kept_as_it_is() {
    let (console, out, _) = console(false, false);
    console.data("::not-a-command-here::");
    assert_eq!(out.text(), "::not-a-command-here::\n");
}

#[test]
fn data_under_the_runner_is_no_command() {
    let (console, out, _) = console(true, false);
    console.data("x\r::error::y\n::error::z");
    assert_eq!(out.text(), "x ::error::y\n:\u{200b}:error::z\n");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(Error::from(ErrorKind::BrokenPipe))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(Error::from(ErrorKind::BrokenPipe))
        }
    }
    let tone = Tone {
        is_ci: true,
        is_live: true,
        ..Tone::default()
    };
    let console = Console::over(Box::new(Closed), Box::new(Closed), tone, Redactor::new());
    console.say("x");
    console.data("y");
    console.group("z", &log(&["1"]));
}
