//! Runs one test's story and always brings it to its end: audit, contract, clean-up.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::app::Change;
use super::tester::Tester;

/// No story takes longer.
const WHOLE: Duration = Duration::from_secs(280);

/// The audit asks the sandbox a few things and waits for it to end.
const AUDIT: Duration = Duration::from_secs(90);

/// A story about the notes service whose first commit is on `main`.
pub(crate) async fn run(story: impl AsyncFnOnce(&mut Tester)) {
    run_with(Change::whole_app("first"), story).await;
}

/// A story that begins with another first commit.
pub(crate) async fn run_with(first: Change, story: impl AsyncFnOnce(&mut Tester)) {
    let mut tester = Tester::start(&first).await;
    let outcome = AssertUnwindSafe(tokio::time::timeout(WHOLE, story(&mut tester)))
        .catch_unwind()
        .await;
    let audited = AssertUnwindSafe(tokio::time::timeout(AUDIT, tester.finish()))
        .catch_unwind()
        .await;
    let problems = match audited {
        Ok(Ok(problems)) => problems,
        Ok(Err(_)) => vec![format!("the audit did not end within {} s", AUDIT.as_secs())],
        // The panic has said already what was wrong.
        Err(_) => vec!["the audit could not be made".to_owned()],
    };
    let failed = !problems.is_empty() || !matches!(outcome, Ok(Ok(())));
    if failed {
        eprintln!("{}", tester.whole_story());
        for problem in &problems {
            eprintln!("audit: {problem}");
        }
    }
    match outcome {
        Err(panic) => resume_unwind(panic),
        Ok(Err(_)) => panic!("the test did not end within {} s", WHOLE.as_secs()),
        Ok(Ok(())) => assert!(
            problems.is_empty(),
            "the story ended well, but its audit did not:\n{}",
            problems.join("\n")
        ),
    }
}
