//! The order in which the apps of an environment are deployed: each waits until those before it have ended.

use futures_util::future::join_all;
use tokio::sync::watch;

use crate::model::report::{Report, State};

/// What other apps have to know of one that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The app's name under `[apps]`; empty: the only app, which no other one waits for.
    pub(crate) key: String,
    pub(crate) state: State,
    pub(crate) url: Option<String>,
}

/// The one among those before an app that keeps it from being deployed: whether one whose result is unknown works is what the
/// app would have to know.
pub(crate) fn in_the_way(before: &[Outcome]) -> Option<&Outcome> {
    before
        .iter()
        .find(|it| !matches!(it.state, State::Ready | State::Skipped))
}

/// Where those before an app serve, by their names under `[apps]`.
pub(crate) fn urls_of(before: &[Outcome]) -> impl Iterator<Item = (String, String)> {
    before.iter().filter_map(|it| Some((it.key.clone(), it.url.clone()?)))
}

/// When it is one app's turn.
pub(crate) struct Turn {
    before: Vec<watch::Receiver<Option<Outcome>>>,
    end: watch::Sender<Option<Outcome>>,
}

/// A turn for each app. `needs`: for each of them the places of those that are deployed before it.
pub(crate) fn turns<'a>(needs: impl Iterator<Item = &'a [usize]>) -> Vec<Turn> {
    let needs: Vec<&[usize]> = needs.collect();
    let (ends, outcomes): (Vec<_>, Vec<_>) = needs.iter().map(|_| watch::channel(None)).unzip();
    let turns = needs.into_iter().zip(ends).map(|(needs, end)| Turn {
        before: needs.iter().map(|at| outcomes[*at].clone()).collect(),
        end,
    });
    turns.collect()
}

impl Turn {
    /// Waits for the apps before this one.
    pub(crate) async fn comes(&mut self) -> Vec<Outcome> {
        let before = self.before.iter_mut().map(|outcome| async {
            // The sender is gone only after it has sent.
            let outcome = outcome.wait_for(Option::is_some).await;
            outcome.ok().and_then(|outcome| outcome.clone())
        });
        join_all(before).await.into_iter().flatten().collect()
    }

    /// Lets those come that wait for this app.
    pub(crate) fn ends(self, key: Option<&str>, report: &Report) {
        self.end.send_replace(Some(Outcome {
            key: key.unwrap_or_default().to_owned(),
            state: report.state,
            url: report.url.clone(),
        }));
    }
}

/// Writes into the report that the app is not deployed because another one is not ready. Returns why.
pub(crate) fn held_back(report: &mut Report, by: &Outcome) -> String {
    let why = format!("Not deployed: `{}`, which is deployed before it, was not ready", by.key);
    report.state = State::Skipped;
    report.changes.clear();
    report.notes = vec![why.clone()];
    why
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::{held_back, turns};
    use crate::model::environment::Environment;
    use crate::model::report::{Report, State};

    fn report(state: State) -> Report {
        Report::new("shop", Environment::production(), state)
    }

    #[test]
    fn an_app_waits_for_all_of_those_before_it_and_for_no_other() {
        let needs: [&[usize]; 3] = [&[1, 2], &[], &[]];
        let Ok([mut last, first, second]) = <[_; 3]>::try_from(turns(needs.into_iter())) else {
            panic!("three turns")
        };
        assert!(last.comes().now_or_never().is_none());
        first.ends(Some("first"), &report(State::Ready));
        assert!(last.comes().now_or_never().is_none());
        second.ends(Some("second"), &report(State::Failed));
        let before = last.comes().now_or_never().expect("both have ended");
        let before: Vec<(&str, State)> = before.iter().map(|it| (it.key.as_str(), it.state)).collect();
        assert_eq!(before, [("first", State::Ready), ("second", State::Failed)]);
    }

    #[test]
    fn an_app_that_is_held_back_says_by_which_one() {
        let [mut waits, other] =
            <[_; 2]>::try_from(turns([&[1][..], &[]].into_iter())).unwrap_or_else(|_| panic!("two"));
        other.ends(Some("api"), &report(State::Failed));
        let before = waits.comes().now_or_never().expect("it has ended");
        let mut held = report(State::Building);
        let why = held_back(&mut held, &before[0]);
        assert_eq!(why, "Not deployed: `api`, which is deployed before it, was not ready");
        assert_eq!((held.state, held.notes), (State::Skipped, vec![why]));
    }
}
