//! Production's line on a merged pull request, and images of no commit.

use insta::assert_snapshot;
use jiff::Timestamp;

use super::super::comment;
use super::{context, failed, ready};
use crate::model::environment::Environment;
use crate::model::report::Report;
use crate::render::production::deployment_line;

#[test]
fn production_tells_the_merged_pull_request() {
    let now = Timestamp::from_second(1_795_224_000).expect("a time");
    let report = Report {
        environment: Environment::production(),
        ..ready()
    };
    assert_snapshot!(deployment_line(std::slice::from_ref(&report), &context(), now), @"✅ Deployed to production at 2026-11-21 01:20 UTC: [`abc1234`](https://github.com/shop/shop/commit/abc1234abc1234abc1234abc1234abc1234abc12) at https://shop-pr-12-x7.ondigitalocean.app ([run](https://github.com/shop/shop/actions/runs/42/attempts/1))");
    let report = Report {
        environment: Environment::production(),
        ..failed()
    };
    assert_snapshot!(deployment_line(std::slice::from_ref(&report), &context(), now), @"❌ Production deployment failed at 2026-11-21 01:20 UTC: the build of `web` failed: `pip install` ended with 1 ([run](https://github.com/shop/shop/actions/runs/42/attempts/1))");
}

#[test]
fn no_commit_is_said_to_serve_where_an_image_does() {
    let report = Report {
        built_elsewhere: true,
        serving: None,
        ..ready()
    };
    let text = comment(std::slice::from_ref(&report), &context());
    assert!(
        text.contains("✅ Ready in 2m 23s") && !text.contains("abc1234"),
        "{text}"
    );
    let line = deployment_line(std::slice::from_ref(&report), &context(), Timestamp::UNIX_EPOCH);
    assert!(line.contains("00:00 UTC: https://"), "{line}");
}
