//! App Platform's reason codes and container exit codes in plain words, each with a next step.

use crate::platforms::diagnosis::Diagnosis;

/// Codes with why and next. They also occur with a prefix (`DeployContainerExitNonZero`), so they are compared from
/// the end. <https://docs.digitalocean.com/products/app-platform/reference/error-codes/>
const REASONS: [(&str, &str, &str); 15] = [
    (
        "InternalError",
        "the platform itself had an error",
        "deploy again; it usually passes",
    ),
    (
        "ResourceExhausted",
        "a limit of the account is reached: number of apps, memory, CPU, static sites, domains or builds",
        "remove what is no longer needed, or ask DigitalOcean's support to raise the limit",
    ),
    (
        "BuildJobFailed",
        "the build failed",
        "read the last lines of the build log; the same command fails locally too",
    ),
    (
        "BuildJobExitNonZero",
        "the build command ended with an error",
        "read the last lines of the build log; the same command fails locally too",
    ),
    (
        "BuildJobTimeout",
        "the build took longer than the 60 minutes that a build may take",
        "make the build shorter, or build an image elsewhere and deploy that",
    ),
    (
        "BuildJobOutOfMemory",
        "the build ran out of memory",
        "build with fewer parallel jobs, or build an image elsewhere and deploy that",
    ),
    (
        "BuildRateLimit",
        "too many builds of the account run at once",
        "wait; the platform starts the build when another one ends",
    ),
    (
        "DatabaseNotAvailable",
        "the database does not accept connections yet",
        "look whether the cluster is online, then deploy again",
    ),
    (
        "DatabaseNotFound",
        "the database that the app spec names does not exist",
        "correct `cluster_name` in the app spec, or create the cluster first",
    ),
    (
        "DatabaseLimitExceeded",
        "the account may not have more databases",
        "remove a database that is no longer needed, or ask DigitalOcean's support to raise the limit",
    ),
    (
        "ContainerCommandNotExecutable",
        "the start command cannot be executed",
        "check that the file of `run_command` exists in the image and is executable",
    ),
    (
        "ContainerExitNonZero",
        "the program ended with an error",
        "read the last lines of its log; often a setting is missing or the command is wrong",
    ),
    (
        "ContainerHealthChecksFailed",
        "the program runs but does not answer its health check",
        "listen on `0.0.0.0` and the port in `PORT`, check `http_path`, and raise `initial_delay_seconds` if the start takes long",
    ),
    (
        "ContainerOutOfMemory",
        "the program needed more memory than its instance has",
        "choose a larger `instance_size_slug`, or start fewer worker processes",
    ),
    (
        "JobExitNonZero",
        "the job ended with an error",
        "read the last lines of its log; correct the command or what it works on",
    ),
];

/// Exit codes of a container and what they mean.
/// <https://docs.digitalocean.com/products/app-platform/reference/error-codes/>
const EXITS: [(u8, &str, &str); 10] = [
    (
        0,
        "it exited although it should keep running",
        "start the service in the foreground",
    ),
    (1, "it ended with a general error", "read the last lines of its log"),
    (2, "it was used with wrong arguments", "check `run_command`"),
    (
        126,
        "the start command is not executable",
        "check the file's mode and its first line",
    ),
    (
        127,
        "the start command was not found",
        "check `run_command`, and that the program is installed in the build",
    ),
    (
        134,
        "it aborted itself",
        "read the last lines of its log for a failed assertion",
    ),
    (
        137,
        "it was killed, most often because its memory was used up",
        "choose a larger `instance_size_slug`, or start fewer worker processes",
    ),
    (
        139,
        "it crashed on a memory access",
        "look for native code that does not fit the machine (x86-64)",
    ),
    (
        143,
        "it was asked to stop, which is normal while a newer version takes over",
        "look whether a newer deployment took over",
    ),
    (
        145,
        "it could not be stopped in time",
        "end the program on SIGTERM within `grace_period_seconds`",
    ),
];

fn plain_words(code: &str) -> Option<Diagnosis> {
    let (_, why, next) = REASONS.iter().find(|(known, ..)| code.ends_with(known))?;
    Some(Diagnosis {
        why: (*why).to_owned(),
        next: (*next).to_owned(),
    })
}

/// A reason in plain words. An exit code in its message says more than the code alone.
pub(super) fn explain(code: &str, message: &str) -> Option<Diagnosis> {
    let words = plain_words(code);
    let exit = exit_code(message).and_then(|number| {
        let (_, why, next) = EXITS.iter().find(|(known, ..)| u32::from(*known) == number)?;
        Some((number, *why, *next))
    });
    let Some((number, meaning, next)) = exit else {
        return words.map(|words| Diagnosis {
            why: with_code(words.why, exit_code(message)),
            ..words
        });
    };
    match words {
        // A general error says nothing that the reason does not say better.
        Some(words) if number <= 2 => Some(Diagnosis {
            why: format!("{} (exit code {number})", words.why),
            ..words
        }),
        _ => Some(Diagnosis {
            why: format!("{meaning} (exit code {number})"),
            next: next.to_owned(),
        }),
    }
}

fn with_code(why: String, code: Option<u32>) -> String {
    match code {
        Some(code) => format!("{why} (exit code {code})"),
        None => why,
    }
}

/// The number in `… exit code 137`, `… exit status: 1`, `… code=127`.
fn exit_code(message: &str) -> Option<u32> {
    let words = message.to_ascii_lowercase();
    let after = ["exit code", "exited with code", "exit status", "exit_code"]
        .iter()
        .find_map(|lead| words.split_once(lead).map(|(_, after)| after.to_owned()))?;
    let digits: String = after
        .trim_start_matches([' ', ':', '=', '(', '"', '`'])
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{exit_code, explain, plain_words};

    #[test]
    fn a_code_is_known_with_and_without_its_prefix() {
        assert!(plain_words("ContainerHealthChecksFailed").is_some());
        assert_eq!(
            plain_words("DeployContainerHealthChecksFailed"),
            plain_words("ContainerHealthChecksFailed")
        );
        assert_eq!(plain_words("PreviousBuildReused"), None, "no error");
        assert_eq!(plain_words(""), None);
    }

    #[test]
    fn an_exit_code_in_the_message_says_more() {
        let words = explain("DeployContainerExitNonZero", "container exited with exit code 137").expect("known");
        assert!(words.why.contains("memory"), "{}", words.why);
        let words = explain("DeployContainerExitNonZero", "Exit code: 1").expect("known");
        assert!(
            words.why.starts_with("the program ended with an error"),
            "{}",
            words.why
        );
        let words = explain("ContainerExitNonZero", "`web` exited with code 3").expect("known");
        assert!(words.why.ends_with("(exit code 3)"), "{}", words.why);
        assert!(explain("Undocumented", "exit status 127").is_some());
        assert_eq!(explain("Undocumented", "no idea"), None);
    }

    #[test]
    fn finds_exit_codes_in_sentences() {
        for (message, code) in [
            ("your container exited with a non-zero exit code (143)", Some(143)),
            ("exited with code=2", Some(2)),
            ("the exit code is unknown", None),
            ("failed", None),
        ] {
            assert_eq!(exit_code(message), code, "{message}");
        }
    }
}
