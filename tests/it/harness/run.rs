//! What one call of the program left behind: exit code, outputs, summary, text, comments, requests.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(super) args: Vec<String>,
    /// `None`: ended by a signal.
    pub(super) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(super) output_file: String,
    pub(super) summary: String,
    pub(super) requests: Vec<Value>,
    /// Comments per pull request as they were right after the run.
    pub(super) comments: BTreeMap<u64, Vec<String>>,
    pub(crate) took: Duration,
}

impl Run {
    #[track_caller]
    pub(crate) fn succeeds(&self) -> &Self {
        self.fails_with(0)
    }

    #[track_caller]
    pub(crate) fn fails_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "the exit code of {self}");
        self
    }

    /// `None`: ended by a signal.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.code
    }

    /// What people read, and the runner's commands without its masks.
    pub(crate) fn shown(&self) -> String {
        format!("{}\n{}", without_masks(&self.stdout), without_masks(&self.stderr))
    }

    /// What a person reads: standard error, without the lines that the runner takes away.
    pub(crate) fn log(&self) -> String {
        without_masks(&self.stderr)
    }

    /// Asserts that what people read contains `part`.
    #[track_caller]
    pub(crate) fn says(&self, part: &str) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(text.contains(part), "{part:?} is not said by {self}");
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, part: &str) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(!text.contains(part), "{part:?} is said by {self}");
        self
    }

    /// One of the step's outputs; the test fails where it was not written.
    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> String {
        let outputs = self.outputs();
        outputs
            .get(name)
            .cloned()
            .unwrap_or_else(|| panic!("no output `{name}` of {self}"))
    }

    /// All outputs, in both forms that GitHub reads: `name=value` and `name<<END`.
    #[track_caller]
    pub(crate) fn outputs(&self) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::new();
        let mut lines = self.output_file.lines();
        while let Some(line) = lines.next() {
            let equals = line.find('=').unwrap_or(usize::MAX);
            match line.find("<<") {
                Some(at) if at < equals => {
                    let end = &line[at + 2..];
                    let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                    outputs.insert(line[..at].to_owned(), value.join("\n"));
                }
                _ if equals < line.len() => {
                    outputs.insert(line[..equals].to_owned(), line[equals + 1..].to_owned());
                }
                _ => assert!(line.is_empty(), "GitHub does not understand {line:?} in GITHUB_OUTPUT"),
            }
        }
        outputs
    }

    /// The job summary.
    pub(crate) fn summary(&self) -> &str {
        &self.summary
    }

    /// The text of the pull request's one comment right after this run.
    #[track_caller]
    pub(crate) fn comment(&self, number: u64) -> &str {
        let comments = self.comments.get(&number).map(Vec::as_slice).unwrap_or_default();
        match comments {
            [comment] => comment,
            other => panic!("pull request {number} should have one comment after {self}\nbut has {other:#?}"),
        }
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|why| panic!("stdout is not valid JSON ({why}) of {self}"))
    }

    /// `METHOD path status` of the calls that were made meanwhile.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.iter().map(line).collect()
    }

    /// Requests that could have changed something.
    pub(crate) fn changes(&self) -> Vec<String> {
        let reads = ["GET", "HEAD", "OPTIONS"];
        // The price of a spec and the way back are asked for with a POST that changes nothing.
        let asks = |path: &str| path == "/v2/apps/propose" || path.ends_with("/rollback/validate");
        let changes = |request: &&Value| {
            let (method, path) = (request["method"].as_str(), request["path"].as_str());
            !method.is_some_and(|method| reads.contains(&method)) && !path.is_some_and(asks)
        };
        self.requests.iter().filter(changes).map(line).collect()
    }

    /// Asserts that nothing was created, changed or deleted.
    #[track_caller]
    pub(crate) fn touches_nothing(&self) -> &Self {
        assert!(
            self.changes().is_empty(),
            "nothing should be touched, but: {:#?}\nby {self}",
            self.changes()
        );
        self
    }
}

/// `::add-mask::` is how the runner learns what to hide; it does not show those lines.
pub(super) fn without_masks(stdout: &str) -> String {
    let shown: Vec<&str> = stdout
        .lines()
        .filter(|line| !line.starts_with("::add-mask::"))
        .collect();
    shown.join("\n")
}

fn line(request: &Value) -> String {
    let part = |key: &str| request[key].as_str().unwrap_or_default();
    format!("{} {} {}", part("method"), part("path"), request["status"])
}

/// The whole story of the run, for messages.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("a signal".to_owned(), |code| code.to_string());
        write!(
            f,
            "`do-deploy {}` (ended with {code} after {:?})",
            self.args.join(" "),
            self.took
        )?;
        let stdout = without_masks(&self.stdout);
        let parts = [
            ("stdout", &stdout),
            ("stderr", &self.stderr),
            ("outputs", &self.output_file),
            ("summary", &self.summary),
        ];
        for (name, text) in parts {
            if !text.trim().is_empty() {
                write!(f, "\n--- {name}\n{}", text.trim_end())?;
            }
        }
        write!(f, "\n--- requests\n{}\n---", self.requests().join("\n"))
    }
}
