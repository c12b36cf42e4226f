//! Heading, table and folds, whatever they are about.

use insta::assert_snapshot;

use super::{context, failed, ready};
use crate::model::environment::Environment;
use crate::model::report::{Report, Route, State};
use crate::render::context::RenderContext;
use crate::render::page::{comment, summary};

#[test]
fn public_components_have_a_row_each_where_there_are_several() {
    let route = |component: &str, path: &str| Route {
        component: component.to_owned(),
        url: format!("https://shop-pr-12-x7.ondigitalocean.app{path}"),
    };
    let report = Report {
        routes: vec![route("front", "/"), route("api", "/api")],
        ..ready()
    };
    assert_snapshot!(comment(&[report], &context()), @"
    ### ✅ Ready: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop, front](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |
    | [Open shop, api](https://shop-pr-12-x7.ondigitalocean.app/api) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    Sleeps after 1 hour without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
    ");
}

#[test]
fn the_commands_are_folded_away() {
    let context = RenderContext {
        commands: vec![("/redeploy [force-build]", "deploys the preview again")],
        ..context()
    };
    assert_snapshot!(comment(&[ready()], &context), @"
    ### ✅ Ready: shop, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    Sleeps after 1 hour without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

    <details><summary>Commands</summary>

    The first line of a new comment, by people who may push to this repository:

    - `/redeploy [force-build]` deploys the preview again

    </details>
    ");
}

#[test]
fn several_apps_have_a_row_each() {
    let admin = Report {
        app: "admin".to_owned(),
        ..failed()
    };
    assert_snapshot!(comment(&[ready(), admin], &context()), @"
    ### ❌ Failed: admin, preview of #12

    | Preview | State | Commit |
    |---|---|---|
    | [Open shop](https://shop-pr-12-x7.ondigitalocean.app) | ✅ Ready in 2m 23s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) serves |
    | [Open admin](https://shop-pr-12-x7.ondigitalocean.app) | ❌ Failed after 1m 1s | [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12); [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) serves |

    Updated 2026-11-21 01:20 UTC · [Run 42](https://github.com/shop/shop/actions/runs/42/attempts/1) · [App Platform](https://panel.example/4f6c71e2/d-2)

    **shop**

    Sleeps after 1 hour without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

    **admin**

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
fn the_heading_names_state_app_and_environment() {
    for (app, environment, heading) in [
        ("", Environment::Preview(2), "### ⏭️ Skipped: preview of #2\n"),
        ("shop", Environment::Preview(2), "### ⏭️ Skipped: shop, preview of #2\n"),
        ("shop", Environment::production(), "### ⏭️ Skipped: shop, production\n"),
        ("", Environment::production(), "### ⏭️ Skipped: production\n"),
    ] {
        let text = summary(&[Report::new(app, environment, State::Skipped)], &context());
        assert!(text.starts_with(heading), "{text}");
    }
}
