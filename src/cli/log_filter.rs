//! Which diagnostics are shown: `--verbose`, the runner's debug log, or `DO_DEPLOY_LOG`, which says it exactly.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use super::environment::Variables;
use crate::model::failure::Failure;

/// What events are about. Events of other crates are not taken: nothing says what is in them.
const TARGETS: [&str; 2] = ["decision", "request"];

/// Spans say where an event happened.
const SPANS: [&str; 3] = ["flow", "phase", "target"];

const LEVELS: [(&str, LevelFilter); 6] = [
    ("off", LevelFilter::OFF),
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
];

/// `None`: nothing asks for diagnostics. `verbose`: how often the flag was given.
///
/// # Errors
/// When `DO_DEPLOY_LOG` is not a filter.
pub(super) fn filter(variables: Variables, verbose: u8, is_debugging: bool) -> Result<Option<Targets>, Failure> {
    if let Some(text) = variables.get("DO_DEPLOY_LOG") {
        return parse(&text).map(Some);
    }
    let level = match verbose {
        0 if !is_debugging => return Ok(None),
        0 | 1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    Ok(Some(targets(TARGETS.map(|target| (target, level)))))
}

/// `debug`, or `request=trace,decision=debug`. The last part about a target counts.
fn parse(text: &str) -> Result<Targets, Failure> {
    let mut levels = TARGETS.map(|target| (target, LevelFilter::OFF));
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (target, level) = match part.split_once('=') {
            Some((target, level)) => (Some(target.trim()), level.trim()),
            None => (None, part),
        };
        let known = LEVELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(level));
        let Some((_, level)) = known else {
            return Err(invalid(format!("`{level}` is not a level")));
        };
        let mut meant = levels
            .iter_mut()
            .filter(|(name, _)| target.is_none_or(|target| target == *name));
        let first = meant.next().ok_or_else(|| {
            let target = target.unwrap_or_default();
            invalid(format!("`{target}` is not a target"))
        })?;
        first.1 = *level;
        meant.for_each(|other| other.1 = *level);
    }
    Ok(targets(levels))
}

fn targets(levels: [(&'static str, LevelFilter); 2]) -> Targets {
    let spans = SPANS.map(|target| (target, LevelFilter::TRACE));
    levels.into_iter().chain(spans).collect()
}

fn invalid(why: String) -> Failure {
    let levels = LEVELS.map(|(name, _)| format!("`{name}`")).join(", ");
    let targets = TARGETS.map(|target| format!("`{target}`")).join(" and ");
    Failure::input("`DO_DEPLOY_LOG` is not a filter").why(why).next(format!(
        "set it to a level ({levels}), or to `TARGET=LEVEL` with commas between several, where the targets are {targets}"
    ))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::parse;

    #[test]
    fn a_filter_gives_each_target_a_level() {
        for (text, requests, decisions) in [
            ("debug", Some(Level::DEBUG), Some(Level::DEBUG)),
            ("TRACE", Some(Level::TRACE), Some(Level::TRACE)),
            ("request=trace", Some(Level::TRACE), None),
            (
                " request = trace , decision=debug,",
                Some(Level::TRACE),
                Some(Level::DEBUG),
            ),
            ("debug,request=off", None, Some(Level::DEBUG)),
            ("request=off,debug", Some(Level::DEBUG), Some(Level::DEBUG)),
            ("off", None, None),
        ] {
            let filter = parse(text).expect("a filter");
            for (target, expected) in [("request", requests), ("decision", decisions)] {
                for level in [Level::DEBUG, Level::TRACE] {
                    let is_on = expected.is_some_and(|expected| level <= expected);
                    assert_eq!(filter.would_enable(target, &level), is_on, "{text}: {target} {level}");
                }
            }
            assert!(filter.would_enable("flow", &Level::INFO), "{text}");
            assert!(!filter.would_enable("hyper::client", &Level::ERROR), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_filter_is_an_error_that_says_why() {
        for (text, why) in [
            ("loud", "`loud` is not a level"),
            ("request=loud", "`loud` is not a level"),
            ("request=", "`` is not a level"),
            ("hyper=debug", "`hyper` is not a target"),
            ("debug;request=off", "`debug;request` is not a target"),
        ] {
            let failure = parse(text).expect_err(text);
            assert_eq!(failure.why.as_deref(), Some(why));
        }
    }
}
