//! What is said when the program itself has a mistake and stops: where, and never what it was about to print.

use std::panic::{self, Location};

use super::context::Voice;
use super::ending;
use super::environment::Variables;
use crate::model::failure::Failure;
use crate::wait::Wait;

/// From now on a panic ends the run with the words and the outputs of a run whose result is unknown.
/// Rust's own message quotes texts past the redactor: <https://doc.rust-lang.org/std/panic/fn.set_hook.html>
pub(super) fn watch() {
    panic::set_hook(Box::new(|panic| {
        let failure = stopped(panic.location());
        // A voice of its own: the one that was speaking may be locked.
        let voice = Voice::new(Variables, false);
        let _code = ending::of_error(&voice.console, &voice.run, &Wait::unbounded(), &failure.into());
    }));
}

fn stopped(place: Option<&Location<'_>>) -> Failure {
    let place = place.map_or_else(String::new, |place| format!(" at `{}:{}`", place.file(), place.line()));
    Failure::unknown(format!("a mistake of the program itself stopped this run{place}"))
        .why("what it was working on is not shown, because it may hold a secret")
        .next("report the place and the version; a deployment that was under way continues on the platform, and `do-deploy status` shows it")
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::stopped;

    #[test]
    fn a_mistake_names_its_place_alone() {
        let failure = stopped(Some(Location::caller()));
        let said = failure.to_string();
        assert!(
            said.starts_with("a mistake of the program itself stopped this run at `src/cli/mistake.rs:"),
            "{said}"
        );
        assert_eq!(failure.kind.exit_code(), 3);
    }
}
