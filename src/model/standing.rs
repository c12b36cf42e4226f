//! What stands in one environment: where, in which state, since when, and what it costs.

use std::time::Duration;

use super::commit::Sha;
use super::environment::Environment;
use super::report::Cost;

/// `sha256:` and twelve digits, as registries show it.
const SHORT_DIGEST: usize = 19;

#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) environment: Environment,
    /// The pull request's; `None` where it could not be read.
    pub(crate) title: Option<String>,
    /// The app's name under `[apps]`, where the repository has several and it is one of them.
    pub(crate) key: Option<String>,
    pub(crate) app: String,
    pub(crate) url: Option<String>,
    pub(crate) commit: Option<Sha>,
    /// The digest of an image that serves where no commit does.
    pub(crate) image: Option<String>,
    /// Commits that the branch is ahead of what serves; `None` where it could not be determined.
    pub(crate) behind: Option<u64>,
    /// `deploying`, `failed`, `asleep`, `pinned`, `active`
    pub(crate) state: &'static str,
    /// Whether any deployment takes requests.
    pub(crate) is_serving: bool,
    /// The newest attempt to deploy ended badly; what serves is older.
    pub(crate) newest_failed: bool,
    /// Of what serves; of the app, where nothing does.
    pub(crate) age: Option<Duration>,
    pub(crate) cost: Option<Cost>,
}

impl Standing {
    /// What people call the app.
    pub(crate) fn shown_app(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.app)
    }

    /// What serves, as short as it stays distinct: a commit, else an image's digest.
    pub(crate) fn serves(&self) -> Option<&str> {
        let image = || {
            self.image
                .as_deref()
                .map(|digest| digest.get(..SHORT_DIGEST).unwrap_or(digest))
        };
        self.commit.as_ref().map(Sha::short).or_else(image)
    }

    /// What stands in its place where neither is known.
    pub(crate) fn serves_otherwise(&self) -> &'static str {
        match self.is_serving {
            true => "unknown",
            false => "none",
        }
    }

    /// ` (2 behind)`
    pub(crate) fn how_far_behind(&self) -> String {
        let behind = self.behind.filter(|commits| *commits > 0);
        behind.map_or_else(String::new, |commits| format!(" ({commits} behind)"))
    }

    pub(crate) fn described_state(&self) -> String {
        match self.state {
            state if self.newest_failed && state != "failed" => format!("{state}, newest failed"),
            state => state.to_owned(),
        }
    }

    /// What a month costs, awake and asleep.
    pub(crate) fn prices(&self) -> [String; 2] {
        let Some(cost) = self.cost else {
            return ["unknown", "unknown"].map(str::to_owned);
        };
        let asleep = cost.asleep.map_or_else(|| "does not sleep".to_owned(), dollars);
        [dollars(cost.awake), asleep]
    }
}

/// What all of them cost in a month: awake, and with everything asleep that can sleep.
pub(crate) fn total(standings: &[Standing]) -> [String; 2] {
    let costs: Vec<Cost> = standings.iter().filter_map(|it| it.cost).collect();
    let at_least = if costs.len() < standings.len() { "at least " } else { "" };
    let awake = costs.iter().map(|cost| cost.awake).sum();
    let asleep = costs.iter().map(|cost| cost.asleep.unwrap_or(cost.awake)).sum();
    [awake, asleep].map(|sum| format!("{at_least}{}", dollars(sum)))
}

fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

#[cfg(test)]
mod tests {
    use super::{Standing, total};
    use crate::model::environment::Environment;
    use crate::model::report::Cost;

    fn standing(cost: Option<Cost>) -> Standing {
        Standing {
            environment: Environment::Preview(1),
            title: None,
            key: None,
            app: "shop-pr-1".to_owned(),
            url: None,
            commit: None,
            image: None,
            behind: None,
            state: "active",
            is_serving: true,
            newest_failed: false,
            age: None,
            cost,
        }
    }

    #[test]
    fn a_total_counts_what_cannot_sleep_as_awake_and_says_what_it_lacks() {
        let cost = |awake, asleep| standing(Some(Cost { awake, asleep }));
        let (sleeps, does_not) = (cost(5.0, Some(0.5)), cost(12.0, None));
        for (standings, expected) in [
            (vec![sleeps.clone()], ["$5.00", "$0.50"]),
            (vec![sleeps.clone(), does_not.clone()], ["$17.00", "$12.50"]),
            (vec![sleeps, standing(None)], ["at least $5.00", "at least $0.50"]),
        ] {
            assert_eq!(total(&standings), expected);
        }
        assert_eq!(does_not.prices(), ["$12.00", "does not sleep"]);
        assert_eq!(standing(None).prices(), ["unknown", "unknown"]);
    }
}
