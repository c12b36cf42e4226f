//! Every state as a person reads it.

mod hostile;
mod layout;
mod live;
mod production;

use insta::assert_snapshot;
use jiff::Timestamp;
use std::time::Duration;

use self::hostile::log;
use super::{comment, summary};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::model::report::{Change, Cost, Database, Pages, Report, Sleep, State};
use crate::model::stamp::Stamp;
use crate::model::words::tests::NEUTRAL;
use crate::render::context::{Logs, RenderContext};

const NEW: &str = "abc1234abc1234abc1234abc1234abc1234abc12";
const OLD: &str = "0123456012345601234560123456012345601234";

fn context() -> RenderContext {
    RenderContext {
        repository_url: Some("https://github.com/shop/shop".to_owned()),
        run_url: Some("https://github.com/shop/shop/actions/runs/42/attempts/1".to_owned()),
        run: Some(Stamp { id: 42, attempt: 1 }),
        logs: Logs::All,
        updated: Timestamp::from_second(1_795_224_000).ok(),
        commands: Vec::new(),
        notes: Vec::new(),
        swept_after: None,
    }
}

fn report(state: State) -> Report {
    Report {
        url: Some("https://shop-pr-12-x7.ondigitalocean.app/".to_owned()),
        commit: Some(Sha::new(NEW)),
        pages: Some(Pages {
            name: "App Platform",
            url: |app, deployment| format!("https://panel.example/{app}/{}", deployment.unwrap_or_default()),
        }),
        words: Some(&NEUTRAL),
        ..Report::new("shop", Environment::Preview(12), state)
    }
}

fn ready() -> Report {
    Report {
        serving: Some(Sha::new(NEW)),
        duration: Some(Duration::from_secs(143)),
        sleep: Some(Sleep::After(Duration::from_secs(3600))),
        cost: Some(Cost {
            awake: 5.0,
            asleep: Some(0.5),
        }),
        database: Some(Database::Sqlite),
        app_id: Some("4f6c71e2".to_owned()),
        deployment_id: Some("d-2".to_owned()),
        preview_of: Some("shop".to_owned()),
        ..report(State::Ready)
    }
}

fn failed() -> Report {
    let mut failure = Failure::bad("the build of `web` failed")
        .why("`pip install` ended with 1")
        .next("correct `requirements.txt`, then push again");
    failure.code = Some("BuildJobExitNonZero".to_owned());
    failure.component = Some("web".to_owned());
    failure.log = Some(Excerpt {
        kind: Shown::Build,
        lines: log(&["Collecting flask==99", "ERROR: ```no``` \u{1b}[31mmatching"]),
    });
    Report {
        serving: Some(Sha::new(OLD)),
        duration: Some(Duration::from_secs(61)),
        failure: Some(failure),
        ..report(State::Failed)
    }
}

#[test]
fn building() {
    let report = Report {
        serving: Some(Sha::new(OLD)),
        ..report(State::Building)
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### 🔨 Building: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | 🔨 Building | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12); [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    Waiting for the platform

    [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves until [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) is ready
    ");
}

#[test]
fn ready_and_asleep_later() {
    assert_snapshot!(comment(&[ready()], &context()), @"
    ### ✅ Ready: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    Sleeps after 1 hour without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
    ");
}

#[test]
fn ready_with_a_descendant_that_never_sleeps() {
    let report = Report {
        serving: Some(Sha::new(OLD)),
        sleep: Some(Sleep::Never(
            "this DigitalOcean account has no scale to zero".to_owned(),
        )),
        cost: Some(Cost {
            awake: 12.0,
            asleep: None,
        }),
        database: Some(Database::Development),
        notes: vec!["`STRIPE_KEY` is not set in previews".to_owned()],
        ..ready()
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ✅ Ready: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12); [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves, which contains [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12)

    <details><summary>1 note</summary>

    - `STRIPE_KEY` is not set in previews

    </details>

    Does not sleep: this DigitalOcean account has no scale to zero · Database: development database (PostgreSQL), $7 a month · Costs $12.00 a month
    ");
}

#[test]
fn failed_with_the_last_lines_of_its_log() {
    assert_snapshot!(comment(&[failed()], &context()), @"
    ### ❌ Failed: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ❌ Failed after 1m 1s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12); [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    **Cause:** the build of `web` failed: `pip install` ended with 1 (`BuildJobExitNonZero`)

    [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) did not go live; [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) still serves

    **Next:** correct `requirements.txt`, then push again

    <details open><summary>Last lines of the build log of <code>web</code></summary>

    ````text
    Collecting flask==99
    ERROR: ```no``` matching
    ````

    </details>
    ");
}

#[test]
fn failed_before_anything_was_touched() {
    let report = Report {
        commit: None,
        url: None,
        sleep: Some(Sleep::After(Duration::from_secs(3600))),
        database: Some(Database::Sqlite),
        failure: Some(
            Failure::input("unknown key `serivces`")
                .next("write `services`")
                .at(".do/app.yaml", 3, 1),
        ),
        ..report(State::Failed)
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ❌ Failed: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | shop | ❌ Failed |  |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    **Cause:** unknown key `serivces`

    At `.do/app.yaml:3:1`

    **Next:** write `services`
    ");
}

#[test]
fn failed_where_nothing_ever_served() {
    let report = Report {
        url: None,
        serving: None,
        nothing_serves: true,
        app_id: Some("4f6c71e2".to_owned()),
        sleep: Some(Sleep::After(Duration::from_secs(3600))),
        cost: Some(Cost {
            awake: 12.0,
            asleep: Some(7.0),
        }),
        database: Some(Database::Development),
        failure: Some(Failure::bad("the build of `web` failed").next("push again")),
        ..failed()
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ❌ Failed: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | shop | ❌ Failed after 1m 1s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2)

    **Cause:** the build of `web` failed

    [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) did not go live; nothing serves yet

    **Next:** push again

    Database: development database (PostgreSQL), $7 a month
    ");
}

#[test]
fn skipped() {
    let report = Report {
        url: None,
        notes: vec!["No preview: the pull request is a draft; mark it ready for review to get one".to_owned()],
        ..report(State::Skipped)
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ⏭️ Skipped: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | shop | ⏭️ Skipped | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    - No preview: the pull request is a draft; mark it ready for review to get one
    ");
}

#[test]
fn removed() {
    assert_snapshot!(comment(&[Report {
            commit: None,
            state: State::Removed,
            ..ready()
        }], &context()), @"
    ### 🗑️ Removed: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | shop | 🗑️ Removed |  |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    The preview and its data are gone
    ");
}

#[test]
fn unknown() {
    let report = Report {
        failure: Some(
            Failure::unknown("DigitalOcean could not be reached")
                .why("no answer in time")
                .next("run again"),
        ),
        serving: None,
        ..report(State::Unknown)
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ⚠️ Result unknown: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ⚠️ Result unknown | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    Could not determine whether [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves: DigitalOcean could not be reached: no answer in time

    **Next:** run again
    ");
}

#[test]
fn cancelled() {
    let report = Report {
        serving: Some(Sha::new(OLD)),
        notes: vec!["A newer commit took its place".to_owned()],
        ..report(State::Cancelled)
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ⏹️ Cancelled: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ⏹️ Cancelled | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12); [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1)

    Cancelled before [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) was ready; [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves

    - A newer commit took its place
    ");
}

#[test]
fn the_summary_says_what_is_different_and_why() {
    let report = Report {
        changes: vec![
            Change {
                what: "dropped database `db`".to_owned(),
                why: "previews use SQLite".to_owned(),
            },
            Change {
                what: "env `A|B` left out".to_owned(),
                why: "production's secret | not for previews".to_owned(),
            },
        ],
        ..ready()
    };
    assert_snapshot!(summary(&[report], &context()), @r"
    ### ✅ Ready: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    Sleeps after 1 hour without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

    What is different from production's document:

    | Change | Why |
    |---|---|
    | dropped database `db` | previews use SQLite |
    | env `A¦B` left out | production's secret \| not for previews |
    ");
}

#[test]
fn a_public_repository_keeps_what_the_app_prints_while_it_runs() {
    let mut report = failed();
    if let Some(log) = report.failure.as_mut().and_then(|failure| failure.log.as_mut()) {
        log.kind = Shown::Run;
    }
    let text = comment(
        &[report],
        &RenderContext {
            logs: Logs::BuildsAndMigrations,
            ..context()
        },
    );
    assert!(!text.contains("Collecting flask"), "{text}");
    assert!(
        text.contains("`do-deploy logs --environment pr-12` prints it"),
        "{text}"
    );
}
