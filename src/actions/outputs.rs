//! The step's outputs, written to the file that the runner names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;

/// Outputs of the action; what is `None` stays empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outputs {
    /// `ready`, `failed`, `skipped`, `removed`, `unknown`.
    pub(crate) status: &'static str,
    pub(crate) url: Option<String>,
    pub(crate) environment: String,
    pub(crate) app_id: Option<String>,
    pub(crate) deployment_id: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) comment_url: Option<String>,
    pub(crate) monthly_cost: Option<String>,
    pub(crate) apps: Vec<AppOutput>,
}

/// One entry of the output `apps`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct AppOutput {
    pub(crate) app: String,
    /// Its name under `[apps]`, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) url: Option<String>,
    pub(crate) app_id: Option<String>,
    pub(crate) deployment_id: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) monthly_cost: Option<String>,
    /// Of a deployment that took requests and was then found bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was_live: Option<WasLive>,
    /// Of a deployment that failed and whose update took something from the version that is still live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aftermath: Option<AftermathOutput>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AftermathOutput {
    pub(crate) lost: Vec<String>,
    /// `null`: it could not be asked.
    pub(crate) works: Option<bool>,
    /// The whole sentence, as people read it.
    pub(crate) said: String,
    /// The commit that is live.
    pub(crate) serving: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct WasLive {
    pub(crate) from: Timestamp,
    /// `null`: it still is.
    pub(crate) until: Option<Timestamp>,
    /// What was found.
    pub(crate) seen: Option<String>,
    /// The commit that serves now.
    pub(crate) serving: Option<String>,
}

impl Outputs {
    /// Name and value in the order of the documentation.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            ("status", self.status.to_owned()),
            ("url", or_empty(&self.url)),
            ("environment", self.environment.clone()),
            ("app-id", or_empty(&self.app_id)),
            ("deployment-id", or_empty(&self.deployment_id)),
            ("commit", or_empty(&self.commit)),
            ("comment-url", or_empty(&self.comment_url)),
            ("monthly-cost", or_empty(&self.monthly_cost)),
            (
                "apps",
                serde_json::to_string(&self.apps).expect("plain strings serialise"),
            ),
        ]
    }

    /// The same as one JSON document, for `--json`.
    pub(crate) fn document(&self) -> serde_json::Value {
        let mut document = serde_json::Map::new();
        for (name, value) in self.pairs() {
            let value = match name {
                "apps" => serde_json::to_value(&self.apps).expect("plain strings serialise"),
                _ if value.is_empty() => serde_json::Value::Null,
                _ => value.into(),
            };
            document.insert(name.to_owned(), value);
        }
        document.into()
    }

    /// Appends all outputs to the runner's file.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        append(file, &self.pairs())
    }
}

/// The status alone, of a run that ended before it had anything else to say; what was written before stays.
pub(crate) fn write_status(file: &Path, status: &str) -> anyhow::Result<()> {
    append(file, &[("status", status.to_owned())])
}

/// The pull requests that jobs after this one act on: a JSON list of numbers, which a matrix is made of.
/// <https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations>
pub(crate) fn write_pull_requests(file: &Path, numbers: &[u64]) -> anyhow::Result<()> {
    let numbers = serde_json::to_string(numbers).expect("numbers serialise");
    append(file, &[("pull-requests", numbers)])
}

fn append(file: &Path, pairs: &[(&str, String)]) -> anyhow::Result<()> {
    let text = pairs
        .iter()
        .map(|(name, value)| Ok(heredoc(name, value, &delimiter()?)))
        .collect::<anyhow::Result<String>>()?;
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("the outputs could not be written to `{}`", file.display()))
}

/// A value of any number of lines; the delimiter is random, so that no value can contain it.
fn heredoc(name: &str, value: &str, delimiter: &str) -> String {
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

fn delimiter() -> anyhow::Result<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).context("the system gave no random numbers")?;
    Ok(format!("do-deploy-{:032x}", u128::from_be_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::{AppOutput, Outputs, delimiter, heredoc};

    #[test]
    fn a_value_cannot_end_its_own_heredoc() {
        assert_eq!(heredoc("url", "a\nEOF\nb", "d1"), "url<<d1\na\nEOF\nb\nd1\n");
        assert_ne!(delimiter().expect("random"), delimiter().expect("random"));
    }

    #[test]
    fn every_output_of_the_action_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("output");
        let outputs = Outputs {
            status: "ready",
            environment: "pr-12".to_owned(),
            apps: vec![AppOutput {
                key: None,
                app: "shop".to_owned(),
                status: "ready",
                url: None,
                app_id: Some("a1".to_owned()),
                deployment_id: None,
                commit: None,
                monthly_cost: None,
                was_live: None,
                aftermath: None,
            }],
            ..Outputs::default()
        };
        outputs.write(&file).expect("written");
        let text = std::fs::read_to_string(file).expect("there");
        let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once("<<")?.0)).collect();
        assert_eq!(
            names,
            [
                "status",
                "url",
                "environment",
                "app-id",
                "deployment-id",
                "commit",
                "comment-url",
                "monthly-cost",
                "apps"
            ]
        );
        assert!(
            text.contains(r#"[{"app":"shop","status":"ready","url":null,"app-id":"a1""#),
            "{text}"
        );
    }
}
