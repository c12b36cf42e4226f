//! What a preview's start prints around its migration, so that its log tells which of the two failed.

/// Printed before the migration. Without it in a log, its lines may all be the service's.
pub(super) const BEGINS: &str = "do-deploy: migrating";
/// Printed once the migration has succeeded: whatever follows may be the service's.
pub(super) const SUCCEEDED: &str = "do-deploy: migrated, starting the service";

/// The migration's own lines in the log of an instance that did not get past it. `None`: there was no migration, it
/// succeeded, or the log is too short to tell. A service's line is never among them, because the service starts only
/// after the second line has been printed.
pub(crate) fn failed_migration<L: AsRef<str> + Clone>(log: &[L]) -> Option<Vec<L>> {
    if log.iter().any(|line| line.as_ref().trim() == SUCCEEDED) {
        return None;
    }
    let begins = |line: &L| line.as_ref().trim() == BEGINS;
    let first = log.iter().position(begins)?;
    Some(log[first..].iter().filter(|line| !begins(line)).cloned().collect())
}

/// The service's own lines: what follows the last migration that succeeded, else the whole log.
pub(crate) fn service_lines<L: AsRef<str>>(log: &[L]) -> &[L] {
    let succeeded = log.iter().rposition(|line| line.as_ref().trim() == SUCCEEDED);
    &log[succeeded.map_or(0, |at| at + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(log: &[&str]) -> Option<Vec<String>> {
        failed_migration(&log.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
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
        assert_eq!(service_lines(&log), ["password is x"]);
        assert_eq!(service_lines(&log[3..]), ["password is x"]);
    }

    #[test]
    fn a_log_without_the_migrations_beginning_tells_nothing() {
        assert_eq!(of(&["password is x"]), None);
        assert_eq!(of(&[]), None);
    }
}
