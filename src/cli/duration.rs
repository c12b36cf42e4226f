//! Durations as flags have them.

use std::time::Duration;

/// `75m`, `1h 30m`, `14d`; more than nothing.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "a duration looks like `90s`, `30m` or `1h 30m`".to_owned())?;
    Duration::try_from(span)
        .ok()
        .filter(|d| !d.is_zero())
        .ok_or_else(|| "it has to be more than nothing".to_owned())
}
