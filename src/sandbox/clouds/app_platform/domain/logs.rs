//! The logs of one deployment, by kind and component.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::log::Log;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LogKind {
    Build,
    Deploy,
    Run,
    RunRestarted,
}

impl LogKind {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "BUILD" => Some(Self::Build),
            "DEPLOY" => Some(Self::Deploy),
            "RUN" => Some(Self::Run),
            "RUN_RESTARTED" => Some(Self::RunRestarted),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Build => "BUILD",
            Self::Deploy => "DEPLOY",
            Self::Run => "RUN",
            Self::RunRestarted => "RUN_RESTARTED",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct DeploymentLogs(BTreeMap<(LogKind, String), Log>);

impl DeploymentLogs {
    /// The log of a component, begun if it is new.
    pub(crate) fn open(&mut self, kind: LogKind, component: &str, clock: &Clock) -> Log {
        let key = (kind, component.to_owned());
        self.0.entry(key).or_insert_with(|| Log::new(clock.clone())).clone()
    }

    /// Takes over a log, for an instance that a restart left running.
    pub(crate) fn adopt(&mut self, other: &Self, component: &str) {
        for (key, log) in &other.0 {
            if key.1 == component && matches!(key.0, LogKind::Run | LogKind::RunRestarted) {
                self.0.insert(key.clone(), log.clone());
            }
        }
    }

    /// The logs of one component, or of all of them, by component.
    pub(crate) fn select(&self, kind: LogKind, component: Option<&str>) -> BTreeMap<String, Log> {
        let wanted = |key: &(LogKind, String)| key.0 == kind && component.is_none_or(|name| name == key.1);
        let chosen = self.0.iter().filter(|(key, _)| wanted(key));
        chosen.map(|(key, log)| (key.1.clone(), log.clone())).collect()
    }
}

/// All lines of several logs in the order in which they were written, at most the last `tail`.
pub(crate) fn merged(logs: impl IntoIterator<Item = Vec<Arc<str>>>, tail: Option<usize>) -> Vec<Arc<str>> {
    let mut lines: Vec<_> = logs.into_iter().flatten().collect();
    // Each log is in order on its own: `component timestamp message`.
    lines.sort_by_key(|line| stamp(line));
    let skip = tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    lines.split_off(skip)
}

fn stamp(line: &str) -> Option<jiff::Timestamp> {
    line.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_by_time_and_keeps_the_tail() {
        let clock = Clock::new(1.0);
        let (web, mail) = (Log::new(clock.clone()), Log::new(clock));
        web.push("web", "one");
        mail.push("mail", "two");
        web.push("web", "three");
        let words = |tail| {
            let lines = merged([web.lines_from(0), mail.lines_from(0)], tail);
            let last = |line: &Arc<str>| line.rsplit(' ').next().unwrap().to_owned();
            lines.iter().map(last).collect::<Vec<_>>()
        };
        assert_eq!(words(None), ["one", "two", "three"]);
        assert_eq!(words(Some(1)), ["three"]);
    }
}
