//! What a preview's start prints around its migration, so that its log shows which of the two failed.
//!
//! An app may print anything, also these words: they carry a nonce that is new in every run and stands nowhere but in the
//! start command, so that what the app's authors wrote into it cannot be taken for them.

/// Bytes of a nonce.
const NONCE: usize = 8;

/// The lines that one run has a preview print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    nonce: String,
}

impl Announcement {
    pub(crate) fn new(random: [u8; 32]) -> Self {
        let nonce = random[..NONCE].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { nonce }
    }

    /// Printed before the migration. Without it in a log, its lines may all be the service's.
    pub(crate) fn begins(&self) -> String {
        format!("do-deploy {}: migrating", self.nonce)
    }

    /// Printed once the migration has succeeded: whatever follows may be the service's.
    pub(crate) fn succeeded(&self) -> String {
        format!("do-deploy {}: migrated, starting the service", self.nonce)
    }

    /// What a start command announces. `None`: it has no migration of ours in front.
    pub(crate) fn in_command(command: &str) -> Option<Self> {
        // Ours come first, whatever stands in the commands behind.
        let (nonce, _) = command.strip_prefix("echo 'do-deploy ")?.split_once(": migrating'")?;
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (nonce.len() == 2 * NONCE && nonce.chars().all(is_hex)).then(|| Self {
            nonce: nonce.to_owned(),
        })
    }

    /// The migration's own lines in the log of an instance that did not get past it. `None`: it succeeded, or the log
    /// is too short to decide. A service's line is never among them, because the service starts only after the second
    /// line has been printed.
    pub(crate) fn failed_migration<L: AsRef<str> + Clone>(&self, log: &[L]) -> Option<Vec<L>> {
        let (begins, succeeded) = (self.begins(), self.succeeded());
        if log.iter().any(|line| line.as_ref().trim() == succeeded) {
            return None;
        }
        let is_beginning = |line: &L| line.as_ref().trim() == begins;
        let first = log.iter().position(is_beginning)?;
        Some(
            log[first..]
                .iter()
                .filter(|line| !is_beginning(line))
                .cloned()
                .collect(),
        )
    }

    /// The service's own lines: what follows the last migration that succeeded, else the whole log.
    pub(crate) fn service_lines<'a, L: AsRef<str>>(&self, log: &'a [L]) -> &'a [L] {
        let succeeded = self.succeeded();
        let last = log.iter().rposition(|line| line.as_ref().trim() == succeeded);
        &log[last.map_or(0, |at| at + 1)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Announcement {
        Announcement::new([0xab; 32])
    }

    const BEGINS: &str = "do-deploy abababababababab: migrating";
    const SUCCEEDED: &str = "do-deploy abababababababab: migrated, starting the service";

    fn of(log: &[&str]) -> Option<Vec<String>> {
        ours().failed_migration(&log.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn every_attempt_of_a_migration_that_never_succeeds_is_its_own() {
        let lines = of(&["cut off", BEGINS, "no such table", BEGINS, "no such table: a"]);
        assert_eq!(lines.unwrap(), ["no such table", "no such table: a"]);
    }

    #[test]
    fn a_service_that_started_once_hides_everything() {
        assert_eq!(of(&[BEGINS, "ok", SUCCEEDED, "password is x"]), None);
        assert_eq!(of(&[SUCCEEDED, "password is x", BEGINS, "failed"]), None);
    }

    #[test]
    fn the_services_lines_follow_its_last_migration() {
        let log = [BEGINS, "ok", SUCCEEDED, "password is x"].map(str::to_owned);
        assert_eq!(ours().service_lines(&log), ["password is x"]);
        assert_eq!(ours().service_lines(&log[3..]), ["password is x"]);
    }

    #[test]
    fn a_log_without_the_migrations_beginning_tells_nothing() {
        assert_eq!(of(&["password is x"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn words_of_other_runs_or_of_the_app_tell_nothing() {
        for words in [
            "do-deploy: migrating",
            "do-deploy 0123456789abcdef: migrating",
            "do-deploy ABABABABABABABAB: migrating",
            "do-deploy abababababababab: migrating now",
        ] {
            assert_eq!(of(&[words, "password is x"]), None, "{words}");
        }
    }

    #[test]
    fn the_words_are_read_from_the_beginning_of_the_start_command_alone() {
        let begins = format!("echo '{BEGINS}'");
        for (command, is_ours) in [
            (format!("{begins} && migrate && echo '{SUCCEEDED}' && exec serve"), true),
            (format!("{begins} || exit\nmigrate"), true),
            (format!("serve; {begins}"), false),
            ("echo 'do-deploy: migrating' && migrate".to_owned(), false),
            ("echo 'do-deploy : migrating'".to_owned(), false),
            ("echo 'do-deploy abab: migrating'".to_owned(), false),
            ("echo 'do-deploy ghghghghghghghgh: migrating'".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(Announcement::in_command(&command), is_ours.then(ours), "{command}");
        }
    }
}
