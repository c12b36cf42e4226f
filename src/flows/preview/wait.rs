//! Waits for the preview of one commit by what GitHub shows of it: for jobs with no other right than to read that.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::flows::context::Ctx;
use crate::github::deployments::Recorded;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};
use crate::model::report::{Report, State};
use crate::net::fields::web_url;
use crate::wait::humanize;

/// How long to wait where `--timeout` says nothing.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Between the first two looks, and how much longer each further one is up to the longest: what takes long is not seen
/// late by as much as it takes. A look takes two of the 1,000 requests an hour that all workflows of a repository share.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const FIRST_PAUSE: Duration = Duration::from_secs(15);
const LONGER: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where fewer requests than this are left of the hour's, looks are this far apart: production's deployment has to read, too.
const SCARCE: u64 = 250;
const SCARCE_PAUSE: Duration = Duration::from_secs(150);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) commit: Sha,
}

/// Before the next look, after so many; `allowance` is what is left of the hour's requests, where GitHub says so.
fn pause(looks: u32, allowance: Option<u64>) -> Duration {
    match allowance {
        Some(left) if left < SCARCE => SCARCE_PAUSE,
        _ => (FIRST_PAUSE + LONGER * looks.saturating_sub(1)).min(LONGEST_PAUSE),
    }
}

/// How the preview of a commit stands, as far as GitHub's deployments show.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// There is no deployment of it yet.
    Absent,
    UnderWay,
    /// With the URL of each app, by the app's name.
    Ready(BTreeMap<String, String>),
    Ended(Box<Failure>),
}

#[tracing::instrument(target = "flow", name = "wait", skip_all, fields(pull_request = request.pull_request))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let github = ctx.github()?;
    let deadline = ctx.deadline(TIMEOUT);
    let Request { pull_request, commit } = request;
    let environment = Environment::Preview(*pull_request);
    let of = match &ctx.app {
        None => format!("`{}`", commit.short()),
        Some(app) => format!("`{app}` at `{}`", commit.short()),
    };
    ctx.console.say(&format!(
        "Waiting for the preview of {of} on pull request {pull_request}"
    ));
    let mut said = Standing::Absent;
    let mut looks = 0;
    let standing = loop {
        let mut records = github.recorded(&environment, commit).await?;
        records.retain(|record| ctx.app.is_none() || record.key == ctx.app);
        let now = standing(&of, &records);
        match &now {
            Standing::Absent | Standing::UnderWay if deadline.is_over() => break now,
            // Absent at first: the preview's own run may still be waiting for a runner.
            Standing::Absent | Standing::UnderWay => {}
            Standing::Ready(_) | Standing::Ended(_) => break now,
        }
        if now == Standing::UnderWay && said != now {
            ctx.console.say("It is being deployed");
        }
        said = now;
        looks += 1;
        let pause = pause(looks, github.allowance());
        ctx.wait.sleep_at_most(pause, deadline.remaining()).await?;
    };
    let mut report = Report::new("", environment, State::Unknown);
    report.commit = Some(commit.clone());
    report.key.clone_from(&ctx.app);
    let took = humanize(ctx.timeout.unwrap_or(TIMEOUT));
    match standing {
        Standing::Ready(urls) => {
            report.state = State::Ready;
            if let Some((app, url)) = urls.into_iter().next() {
                report.app = app;
                report.url = Some(url);
            }
        }
        Standing::Ended(failure) => fail(&mut report, *failure),
        Standing::UnderWay => fail(
            &mut report,
            Failure::unknown(format!("the preview of {of} is still being deployed"))
                .why(format!("{took} were not enough"))
                .next("see the preview's own run, or wait longer with `--timeout 1h`"),
        ),
        Standing::Absent => fail(
            &mut report,
            Failure::unknown(format!("there is no preview of {of}"))
                .why(format!("GitHub showed no deployment of it within {took}"))
                .next("see the preview's own run, which says why a pull request gets none"),
        ),
    }
    ctx.record(&report);
    if let Some(url) = report.url.as_deref().filter(|_| !ctx.json) {
        ctx.console.data(url);
    }
    Ok(report)
}

fn fail(report: &mut Report, failure: Failure) {
    report.state = match failure.kind {
        Kind::Bad => State::Failed,
        Kind::Input | Kind::Unknown => State::Unknown,
    };
    report.failure = Some(failure);
}

/// `of`: the commit, as a sentence names it. `records`: one for each app that is waited for.
fn standing(of: &str, records: &[Recorded]) -> Standing {
    let mut standing = Standing::Ready(BTreeMap::new());
    for record in records {
        let description = record.description.trim();
        let because = |failure: Failure| match (description, record.log_url.as_deref().and_then(web_url)) {
            ("", None) => failure,
            ("", Some(log)) => failure.next(format!("see {log}")),
            (why, None) => failure.why(why),
            (why, Some(log)) => failure.why(why).next(format!("see {log}")),
        };
        let url = record.url.as_deref().and_then(web_url);
        let ended = match (record.state.as_str(), url) {
            ("success", Some(url)) => {
                if let Standing::Ready(urls) = &mut standing {
                    urls.insert(record.app.clone(), url);
                }
                continue;
            }
            ("success", None) => Failure::unknown(format!("GitHub does not say where the preview of {of} serves"))
                .next("see the comment on the pull request"),
            ("failure", _) => because(Failure::bad(format!("the preview of {of} failed"))),
            ("error", _) => because(Failure::unknown(format!(
                "how the deployment of {of} ended is not known"
            ))),
            ("inactive", _) => because(Failure::unknown(format!("the preview of {of} is gone"))),
            // `queued`, `pending`, `in_progress`, and no status yet.
            _ => {
                if !matches!(standing, Standing::Ended(_)) {
                    standing = Standing::UnderWay;
                }
                continue;
            }
        };
        return Standing::Ended(Box::new(ended));
    }
    match standing {
        Standing::Ready(urls) if urls.is_empty() => Standing::Absent,
        standing => standing,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Standing, TIMEOUT, pause, standing};
    use crate::github::deployments::Recorded;

    fn record(app: &str, state: &str, url: &str) -> Recorded {
        Recorded {
            app: app.to_owned(),
            key: None,
            state: state.to_owned(),
            description: "the build of `web` failed".to_owned(),
            url: Some(url.to_owned()),
            log_url: Some("https://github.com/o/r/actions/runs/1".to_owned()),
        }
    }

    /// How often a run looks until it gives up.
    fn looks(allowance: Option<u64>) -> u32 {
        let (mut looks, mut waited) = (1, Duration::ZERO);
        while waited < TIMEOUT {
            waited += pause(looks, allowance);
            looks += 1;
        }
        looks
    }

    /// Ten jobs that wait for nothing at the same time leave most of the hour's 1,000 requests to others.
    #[test]
    fn a_wait_in_vain_takes_little_of_what_others_need() {
        assert!(
            pause(1, None) <= Duration::from_secs(15),
            "a preview that is nearly there is seen soon"
        );
        for looks in 1..200 {
            assert!(pause(looks, None) <= pause(looks + 1, None));
            assert!(pause(looks, Some(10)) >= pause(looks, Some(900)));
        }
        let (usual, scarce) = (looks(Some(900)), looks(Some(100)));
        assert!((25..=40).contains(&usual), "{usual}");
        assert!((10..=16).contains(&scarce), "{scarce}");
    }

    fn described(records: &[Recorded]) -> String {
        match standing("`aaaaaaa`", records) {
            Standing::Absent => "absent".to_owned(),
            Standing::UnderWay => "under way".to_owned(),
            Standing::Ready(urls) => urls.into_values().collect::<Vec<_>>().join(" "),
            Standing::Ended(failure) => format!("{} {failure}", failure.kind.exit_code()),
        }
    }

    #[test]
    fn the_worst_of_a_previews_apps_counts() {
        let (one, two) = ("https://one.example", "https://two.example");
        let because = ": the build of `web` failed";
        for (records, expected) in [
            (vec![], "absent".to_owned()),
            (vec![record("shop", "", one)], "under way".to_owned()),
            (vec![record("shop", "queued", one)], "under way".to_owned()),
            (vec![record("shop", "success", one)], one.to_owned()),
            (
                vec![record("admin", "success", one), record("shop", "pending", two)],
                "under way".to_owned(),
            ),
            (
                vec![record("admin", "success", one), record("shop", "success", two)],
                format!("{one} {two}"),
            ),
            (
                vec![record("admin", "pending", one), record("shop", "failure", two)],
                format!("1 the preview of `aaaaaaa` failed{because}"),
            ),
            (
                vec![record("shop", "error", one)],
                format!("3 how the deployment of `aaaaaaa` ended is not known{because}"),
            ),
            (
                vec![record("shop", "inactive", one)],
                format!("3 the preview of `aaaaaaa` is gone{because}"),
            ),
            (
                vec![record("shop", "success", "javascript:alert(1)")],
                "3 GitHub does not say where the preview of `aaaaaaa` serves".to_owned(),
            ),
        ] {
            assert_eq!(described(&records), expected, "{records:?}");
        }
    }
}
