//! What an exit status means, in App Platform's codes and in words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::plan::StepError;

/// An exit code as a shell gives it: 128 and the signal for a process that was killed.
pub(super) fn code_of(status: ExitStatus) -> i32 {
    match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => 1,
    }
}

fn meaning(code: i32) -> Option<&'static str> {
    Some(match code {
        126 => "the command is not executable",
        127 => "the command was not found",
        134 => "aborted, SIGABRT",
        137 => "killed, SIGKILL: often out of memory",
        139 => "crashed, SIGSEGV",
        143 => "terminated, SIGTERM",
        _ => return None,
    })
}

/// `exited with code 127 (the command was not found)`.
pub(super) fn words(code: i32) -> String {
    match meaning(code) {
        Some(meaning) => format!("exited with code {code} ({meaning})"),
        None => format!("exited with code {code}"),
    }
}

/// Why a container that should still run, or a job that should have succeeded, failed.
pub(super) fn container_error(component: &str, code: i32, when: &str) -> StepError {
    StepError {
        code: match code {
            126 | 127 => "ContainerCommandNotExecutable",
            _ => "ContainerExitNonZero",
        },
        message: format!("`{component}` {}{when}", words(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_words() {
        let cases = [
            (1, "exited with code 1"),
            (127, "exited with code 127 (the command was not found)"),
            (137, "exited with code 137 (killed, SIGKILL: often out of memory)"),
        ];
        for (code, expected) in cases {
            assert_eq!(words(code), expected);
        }
    }

    #[test]
    fn signals_count_from_128_on() {
        assert_eq!(code_of(ExitStatus::from_raw(9)), 137);
        assert_eq!(code_of(ExitStatus::from_raw(3 << 8)), 3);
    }

    #[test]
    fn missing_command_has_its_own_code() {
        assert_eq!(container_error("web", 126, "").code, "ContainerCommandNotExecutable");
        assert_eq!(container_error("web", 0, "").code, "ContainerExitNonZero");
    }
}
