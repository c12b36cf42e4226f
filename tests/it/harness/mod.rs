//! The harness: a sandbox of its own for every test, the real binary, and an audit at the end.
//!
//! ```text
//! #[tokio::test]
//! async fn keeps_first_version_up_when_second_is_broken() {
//!     run(async |t: &mut Tester| {
//!         t.open_pr(7).await;
//!         t.preview(7).await.succeeds();
//!         t.push_broken(7).await;
//!         t.preview(7).await.fails_with(1);
//!         t.expect_serving("shop-pr-7", "first").await;
//!     })
//!     .await;
//! }
//! ```

mod app;
mod audit;
mod controls;
mod deadline;
pub(crate) mod fault;
mod gate;
mod http;
mod invocation;
mod kill;
mod observations;
mod other_apps;
mod process;
mod proxy;
mod redaction;
mod registry;
mod repository;
mod run;
mod sandbox;
mod story;
mod tester;

pub(crate) use app::{Change, FAILING_CHECK, FIRST_MIGRATION, SPEC, app_env, built_at, spec, without_job};
pub(crate) use controls::Api;
pub(crate) use deadline::{until, within};
pub(crate) use fault::{Call, Fault};
pub(crate) use gate::Gate;
pub(crate) use http::Reply;
pub(crate) use invocation::{Invocation, Running};
pub(crate) use kill::Point;
pub(crate) use other_apps::{marks, marks_of_app};
pub(crate) use process::Process;
pub(crate) use proxy::{Answer, Held, Proxy};
pub(crate) use registry::image_spec;
pub(crate) use run::Run;
pub(crate) use sandbox::{PACE, binary};
pub(crate) use story::{run, run_with};
pub(crate) use tester::{DIGITALOCEAN_TOKEN, GITHUB_TOKEN, Tester};
