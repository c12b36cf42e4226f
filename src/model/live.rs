//! When a deployment that was found bad took requests.

use std::fmt;

use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) from: Timestamp,
    /// `None`: it still does, as far as is known.
    pub(crate) until: Option<Timestamp>,
}

/// `from 2026-11-21 10:03:07 to 10:05:12 UTC`, `since 2026-11-21 10:03:07 UTC`
impl fmt::Display for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: &str = "%Y-%m-%d";
        let day = |at: Timestamp| at.strftime(DAY).to_string();
        let from = self.from.strftime("%Y-%m-%d %H:%M:%S");
        match self.until {
            None => write!(f, "since {from} UTC"),
            Some(until) if day(until) == day(self.from) => {
                write!(f, "from {from} to {} UTC", until.strftime("%H:%M:%S"))
            }
            Some(until) => write!(f, "from {from} to {} UTC", until.strftime("%Y-%m-%d %H:%M:%S")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Live;

    #[test]
    fn reads_as_a_span_of_time() {
        let at = |text: &str| text.parse().expect("a time");
        let shown = |from, until: Option<&str>| {
            let live = Live {
                from: at(from),
                until: until.map(at),
            };
            live.to_string()
        };
        let from = "2026-11-21T10:03:07Z";
        assert_eq!(shown(from, None), "since 2026-11-21 10:03:07 UTC");
        let same_day = shown(from, Some("2026-11-21T10:05:12Z"));
        assert_eq!(same_day, "from 2026-11-21 10:03:07 to 10:05:12 UTC");
        let next_day = shown(from, Some("2026-11-22T00:01:00Z"));
        assert_eq!(next_day, "from 2026-11-21 10:03:07 to 2026-11-22 00:01:00 UTC");
    }
}
