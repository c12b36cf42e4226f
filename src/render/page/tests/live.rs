//! How a deployment reads that took requests and was then found bad.

use insta::assert_snapshot;
use jiff::Timestamp;

use super::{OLD, context, failed};
use crate::model::commit::Sha;
use crate::model::live::Live;
use crate::model::report::Report;
use crate::render::page::comment;
use crate::render::production::deployment_line;

fn was_live(serving: &str, until: Option<&str>) -> Report {
    let at = |text: &str| text.parse().expect("a time");
    Report {
        serving: Some(Sha::new(serving)),
        was_live: Some(Live {
            from: at("2026-11-21T10:03:07Z"),
            until: until.map(at),
        }),
        ..failed()
    }
}

/// The line below the cause.
fn served(report: Report) -> String {
    let text = comment(&[report], &context());
    let (_, below) = text.split_once("**Cause:**").expect("a cause");
    let line = below.lines().nth(2).unwrap_or_default();
    line.replace("(https://github.com/shop/shop/commit/", "(…/")
}

#[test]
fn from_when_to_when_and_what_serves_now() {
    let until = Some("2026-11-21T10:05:12Z");
    assert_snapshot!(served(was_live(OLD, until)), @"[`abc1234`](…/abc1234abc1234abc1234abc1234abc1234abc12) was live from 2026-11-21 10:03:07 to 10:05:12 UTC; [`0123456`](…/0123456012345601234560123456012345601234) serves now");
    assert_snapshot!(served(was_live(super::NEW, None)), @"[`abc1234`](…/abc1234abc1234abc1234abc1234abc1234abc12) still serves: it has been live since 2026-11-21 10:03:07 UTC");
    assert_snapshot!(served(was_live(OLD, None)), @"[`abc1234`](…/abc1234abc1234abc1234abc1234abc1234abc12) had been live since 2026-11-21 10:03:07 UTC; [`0123456`](…/0123456012345601234560123456012345601234) serves now");
}

#[test]
fn the_merged_pull_request_reads_the_same() {
    let report = was_live(OLD, Some("2026-11-21T10:05:12Z"));
    assert_snapshot!(deployment_line(std::slice::from_ref(&report), &context(), Timestamp::UNIX_EPOCH), @"❌ Production deployment failed at 1970-01-01 00:00 UTC (live from 2026-11-21 10:03:07 to 10:05:12 UTC): the build of `web` failed: `pip install` ended with 1; [`0123456`](https://github.com/shop/shop/commit/0123456012345601234560123456012345601234) took its place ([run](https://github.com/shop/shop/actions/runs/42/attempts/1))");
}
