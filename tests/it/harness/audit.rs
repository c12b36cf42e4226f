//! The end of every test: nothing leaked, no unknown route, no unused fault, every exchange as documented, nothing left.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::controls::Api;
use super::observations::text;
use super::run::without_masks;
use super::tester::{Tester, lock};
use crate::contract;

impl Tester {
    /// Ends the sandbox and returns everything that is wrong.
    pub(super) async fn finish(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        let audit = self
            .call(Api::Sandbox, "GET", "/_sandbox/audit", None)
            .await
            .expect(200);
        let found = audit["problems"].as_array().cloned().unwrap_or_default();
        problems.extend(found.iter().map(|problem| match problem.as_str() {
            Some(problem) => problem.to_owned(),
            None => problem.to_string(),
        }));
        problems.extend(self.sandbox.stop().await);
        let record = fs::read_to_string(&self.sandbox.record).unwrap_or_default();
        let exchanges = contract::read(&record);
        problems.extend(contract::check(&exchanges, &lock(&self.bad_requests)));
        problems.extend(self.leaks(&exchanges));
        problems.retain(|problem| !self.is_tolerated(problem));
        problems
    }

    /// Secrets of the test in places where someone could read them.
    fn leaks(&self, exchanges: &[contract::Exchange]) -> Vec<String> {
        let mut texts: Vec<(String, String)> = vec![("the sandbox's log".to_owned(), self.sandbox.log())];
        for run in self.runs() {
            let name = format!("of `do-deploy {}`", run.args.join(" "));
            texts.push((format!("stdout {name}"), without_masks(&run.stdout)));
            texts.push((format!("stderr {name}"), without_masks(&run.stderr)));
            texts.push((format!("outputs {name}"), run.output_file.clone()));
            texts.push((format!("summary {name}"), run.summary.clone()));
        }
        for exchange in exchanges {
            let name = format!("{} {}", exchange.method, exchange.path);
            texts.push((
                format!("URL of {name}"),
                format!("{}?{}", exchange.path, exchange.query),
            ));
            texts.push((format!("reply to {name}"), exchange.response_body.to_string()));
            // A spec carries secret values to DigitalOcean; nothing carries one to GitHub.
            if exchange.api != "digitalocean" {
                texts.push((format!("body of {name}"), exchange.request_body.to_string()));
            }
        }
        for folder in ["home", "tmp"] {
            read_all(&self.root.path().join(folder), &mut texts);
        }
        let mut problems = Vec::new();
        for (name, secret) in self.secrets() {
            let leaks = texts.iter().filter(|(_, text)| text.contains(&secret));
            problems.extend(leaks.map(|(place, _)| format!("`{name}` can be read in {place}")));
        }
        problems
    }

    /// Everything that was seen, for a test that failed.
    pub(super) fn whole_story(&self) -> String {
        let mut story = String::from("\n=== what happened before the test failed\n");
        for run in self.runs() {
            let _ = writeln!(story, "{run}");
        }
        let log = self.sandbox.log();
        let last: Vec<&str> = log.lines().rev().take(60).collect();
        let _ = writeln!(story, "--- the sandbox's log");
        for line in last.iter().rev() {
            let _ = writeln!(story, "{line}");
        }
        let record = fs::read_to_string(&self.sandbox.record).unwrap_or_default();
        let exchanges = contract::read(&record);
        let _ = writeln!(story, "--- the last of {} requests", exchanges.len());
        for exchange in exchanges.iter().rev().take(40).rev() {
            let fault = exchange.fault.as_deref().unwrap_or_default();
            let _ = writeln!(
                story,
                "{} {} {} {fault}",
                exchange.method, exchange.path, exchange.status
            );
            if exchange.status >= 400 {
                let message = text(&exchange.response_body["message"]);
                let _ = writeln!(story, "    {message}");
            }
        }
        story
    }
}

fn read_all(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, texts);
        } else if let Ok(bytes) = fs::read(&path) {
            texts.push((
                format!("file {}", path.display()),
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
    }
}
