//! What a test holds in its hands: one repository, one sandbox, and the verbs of the people who work with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::app::Change;
use super::controls::Api;
use super::http::Http;
use super::invocation::Invocation;
use super::repository::Repository;
use super::run::Run;
use super::sandbox::Sandbox;

/// The repository that every test has.
pub(crate) const REPOSITORY: &str = "org/shop";

/// Tokens as the vendors write them; none may ever be seen again outside an `authorization` header.
pub(crate) const DIGITALOCEAN_TOKEN: &str = "dop_v1_7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e";
pub(crate) const GITHUB_TOKEN: &str = "ghs_7e57ab1eK2c3pSxZ0vQwYbN1dRfGhJtLmUo5";

/// What the harness itself looks with. It has all rights, whatever a test does to the tokens of the program.
pub(crate) const LOOKING_TOKEN: &str = "looking-token-of-the-harness";

#[derive(Debug)]
pub(crate) struct Tester {
    pub(crate) repository: Repository,
    pub(crate) sandbox: Sandbox,
    pub(super) http: Http,
    /// Everything of this test lies in it.
    pub(super) root: TempDir,
    /// Branch of every pull request.
    pulls: Mutex<BTreeMap<u64, String>>,
    runs: Mutex<Vec<Arc<Run>>>,
    /// Name and value of everything that must not be seen.
    secrets: Mutex<Vec<(String, String)>>,
    /// Parts of audit problems that this test causes on purpose.
    tolerated: Mutex<Vec<String>>,
    /// Method and path of requests that this test sends wrong on purpose.
    pub(super) bad_requests: Mutex<Vec<(String, String)>>,
    /// Whether faults may be waiting, which a look of the harness would use up.
    pub(super) faulty: AtomicBool,
    /// What the test has said of the account, and the tokens that are taken besides the sandbox's own.
    pub(super) account: Mutex<Value>,
    pub(super) tokens: Mutex<BTreeSet<String>>,
    counter: AtomicU64,
}

impl Tester {
    pub(super) async fn start(first: &Change) -> Self {
        let root = tempfile::Builder::new()
            .prefix("do-deploy-test-")
            .tempdir()
            .expect("a temporary folder");
        for folder in ["home", "tmp", "work"] {
            std::fs::create_dir(root.path().join(folder)).expect("a folder");
        }
        let repository = Repository::create(root.path().join("shop"), first);
        let sandbox = Sandbox::start(root.path(), &repository.path).await;
        let secrets = [
            ("DIGITALOCEAN_ACCESS_TOKEN", DIGITALOCEAN_TOKEN),
            ("GITHUB_TOKEN", GITHUB_TOKEN),
        ];
        let tokens = [DIGITALOCEAN_TOKEN, GITHUB_TOKEN, LOOKING_TOKEN];
        let tester = Self {
            repository,
            sandbox,
            http: Http::new(),
            root,
            pulls: Mutex::default(),
            runs: Mutex::default(),
            secrets: Mutex::new(secrets.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            tolerated: Mutex::default(),
            bad_requests: Mutex::default(),
            faulty: AtomicBool::new(false),
            account: Mutex::new(json!({})),
            tokens: Mutex::new(tokens.map(str::to_owned).into()),
            counter: AtomicU64::new(0),
        };
        tester.account(&json!({})).await;
        tester
    }

    // The people who push and review

    /// Commits to a branch, or to a pull request's branch by its number. Returns the commit.
    pub(crate) fn push(&self, to: impl Into<Target>, change: impl Into<Change>) -> String {
        let branch = match to.into() {
            Target::Branch(branch) => branch,
            Target::Pull(number) => self.branch_of(number),
        };
        self.repository.commit(&branch, &change.into())
    }

    /// A commit whose service prints why and cannot start.
    pub(crate) fn push_broken(&self, to: impl Into<Target>) -> String {
        self.push(to, Change::broken("broken", "KeyError: 'SHOP_SECRET' is missing\n"))
    }

    /// Opens pull request `number` from a new branch `feature-N` with one commit, `first`.
    pub(crate) async fn open_pr(&self, number: u64) {
        self.open_pr_with(number, "first").await;
    }

    /// Opens pull request `number` with `change` on its branch. Numbers below that are still free are used up by
    /// pull requests that are closed at once.
    pub(crate) async fn open_pr_with(&self, number: u64, change: impl Into<Change>) {
        let branch = format!("feature-{number}");
        self.repository.commit(&branch, &change.into());
        self.open_pr_as(
            number,
            json!({ "head": branch, "base": "main", "title": format!("Feature {number}") }),
        )
        .await;
    }

    /// Opens pull request `number` with a body of the test's own; its branch has to exist.
    pub(crate) async fn open_pr_as(&self, number: u64, body: Value) {
        let branch = body["head"]
            .as_str()
            .expect("a pull request has a head")
            .rsplit(':')
            .next()
            .unwrap_or_default();
        self.pulls().insert(number, branch.to_owned());
        loop {
            let next = self.next_number().await;
            assert!(next <= number, "number {number} is taken; the next one is {next}");
            if next == number {
                break;
            }
            self.use_up(next).await;
        }
        let opened = self
            .call(Api::GitHub, "POST", "/repos/org/shop/pulls", Some(&body))
            .await
            .expect(201);
        assert_eq!(opened["number"], number, "the pull request got another number");
    }

    async fn next_number(&self) -> u64 {
        let listed = self
            .call(Api::GitHub, "GET", "/repos/org/shop/pulls?state=all&per_page=100", None)
            .await
            .expect(200);
        let numbers = listed
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|pull| pull["number"].as_u64());
        numbers.max().unwrap_or_default() + 1
    }

    async fn use_up(&self, number: u64) {
        let branch = format!("used-up-{number}");
        self.repository.commit(&branch, &Change::version("used-up"));
        let body = json!({ "head": branch, "base": "main", "title": "Used up" });
        self.call(Api::GitHub, "POST", "/repos/org/shop/pulls", Some(&body))
            .await
            .expect(201);
        self.patch_pr(number, json!({ "state": "closed" })).await;
    }

    pub(crate) async fn close_pr(&self, number: u64) {
        self.patch_pr(number, json!({ "state": "closed" })).await;
    }

    pub(crate) async fn reopen_pr(&self, number: u64) {
        self.patch_pr(number, json!({ "state": "open" })).await;
    }

    pub(crate) async fn patch_pr(&self, number: u64, change: Value) {
        let path = format!("/repos/org/shop/pulls/{number}");
        self.call(Api::GitHub, "PATCH", &path, Some(&change)).await.expect(200);
    }

    /// Merges the pull request's branch and closes it. Returns the merge commit.
    pub(crate) async fn merge_pr(&self, number: u64) -> String {
        let commit = self.repository.merge(&self.branch_of(number), number);
        self.close_pr(number).await;
        commit
    }

    pub(crate) async fn label_pr(&self, number: u64, label: &str) {
        let path = format!("/repos/org/shop/issues/{number}/labels");
        self.call(Api::GitHub, "POST", &path, Some(&json!({ "labels": [label] })))
            .await
            .expect(200);
    }

    pub(crate) async fn unlabel_pr(&self, number: u64, label: &str) {
        let path = format!("/repos/org/shop/issues/{number}/labels/{label}");
        self.call(Api::GitHub, "DELETE", &path, None).await.expect(200);
    }

    #[track_caller]
    pub(crate) fn branch_of(&self, number: u64) -> String {
        self.pulls()
            .get(&number)
            .cloned()
            .unwrap_or_else(|| panic!("pull request {number} was never opened"))
    }

    pub(super) fn pull_numbers(&self) -> Vec<u64> {
        self.pulls().keys().copied().collect()
    }

    // The program

    /// `do-deploy preview --pr N` in a workflow run on the pull request's head.
    pub(crate) fn preview(&self, number: u64) -> Invocation<'_> {
        self.command(["preview", "--pr", &number.to_string()])
            .at(&self.branch_of(number))
    }

    /// `do-deploy deploy` in a workflow run on `main`.
    pub(crate) fn deploy(&self) -> Invocation<'_> {
        self.command(["deploy"])
    }

    pub(crate) fn teardown(&self, number: u64) -> Invocation<'_> {
        self.command(["teardown", "--pr", &number.to_string()])
    }

    /// `do-deploy auto` for what happened to a pull request: `opened`, `synchronize`, `closed`, …
    pub(crate) fn auto_pull_request(&self, number: u64, action: &str) -> Invocation<'_> {
        let query = format!("name=pull_request&action={action}&number={number}");
        self.command(["auto"])
            .at(&self.branch_of(number))
            .on_event("pull_request", &query)
    }

    /// `do-deploy auto` for a push to `branch`.
    pub(crate) fn auto_push(&self, branch: &str) -> Invocation<'_> {
        self.command(["auto"])
            .at(branch)
            .on_event("push", &format!("name=push&ref=refs/heads/{branch}"))
    }

    /// Any command line, in a workflow run with a checkout of `main`.
    pub(crate) fn command<const N: usize>(&self, args: [&str; N]) -> Invocation<'_> {
        Invocation::new(self, args.map(str::to_owned).into())
    }

    // What the harness itself has to know

    /// The folder in which every checkout lies.
    pub(crate) fn work(&self) -> std::path::PathBuf {
        self.root.path().join("work")
    }

    /// A value that must not be seen anywhere from now on, different in every place where it is used.
    pub(crate) fn secret(&self, name: &str) -> String {
        let value = format!("s3cr3t-{}-{}", name.to_ascii_lowercase(), self.next());
        lock(&self.secrets).push((name.to_owned(), value.clone()));
        value
    }

    /// An audit problem that contains `part` is what this test is about.
    pub(crate) fn tolerate(&self, part: &str) {
        lock(&self.tolerated).push(part.to_owned());
    }

    pub(super) fn secrets(&self) -> Vec<(String, String)> {
        lock(&self.secrets).clone()
    }

    pub(super) fn is_tolerated(&self, problem: &str) -> bool {
        lock(&self.tolerated).iter().any(|part| problem.contains(part))
    }

    pub(super) fn runs(&self) -> Vec<Arc<Run>> {
        lock(&self.runs).clone()
    }

    pub(super) fn remember(&self, run: Arc<Run>) {
        lock(&self.runs).push(run);
    }

    /// A number that nothing else in this test has.
    pub(super) fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn pulls(&self) -> MutexGuard<'_, BTreeMap<u64, String>> {
        lock(&self.pulls)
    }
}

/// Where a commit goes.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Branch(String),
    Pull(u64),
}

impl From<&str> for Target {
    fn from(branch: &str) -> Self {
        Self::Branch(branch.to_owned())
    }
}

impl From<u64> for Target {
    fn from(number: u64) -> Self {
        Self::Pull(number)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
