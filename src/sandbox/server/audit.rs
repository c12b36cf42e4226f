//! What should not have happened: unknown routes, missing tokens, leaked secrets, leftovers, unused faults.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use percent_encoding::percent_decode_str;

/// Secrets shorter than this turn up by chance.
const SHORTEST: usize = 8;

/// Notes taken while requests are answered.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    problems: Mutex<Vec<String>>,
    tokens: Mutex<BTreeSet<String>>,
}

/// What an audit examines.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// `METHOD /path?query` of every request.
    pub(crate) urls: Vec<String>,
    /// Texts that people can read: comments, descriptions of deployments.
    pub(crate) texts: Vec<String>,
    /// Plain values of secrets in app specs.
    pub(crate) secrets: Vec<String>,
    /// Processes that no app owns any more.
    pub(crate) leftovers: Vec<String>,
    pub(crate) unused_faults: Vec<String>,
}

impl Audit {
    pub(crate) fn problem(&self, problem: String) {
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(problem);
    }

    /// A token that a client has shown, and that must be seen nowhere else.
    pub(crate) fn token(&self, token: &str) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if !tokens.contains(token) {
            tokens.insert(token.to_owned());
        }
    }

    pub(crate) fn report(&self, evidence: &Evidence) -> Vec<String> {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        // A bindable variable is not itself a secret.
        let plain = evidence.secrets.iter().filter(|secret| !secret.starts_with("${"));
        let secrets: Vec<&String> = tokens
            .iter()
            .chain(plain)
            .filter(|secret| secret.len() >= SHORTEST)
            .collect();
        for url in &evidence.urls {
            let decoded = percent_decode_str(url).decode_utf8_lossy();
            if secrets.iter().any(|secret| decoded.contains(secret.as_str())) {
                let path = url.split('?').next().unwrap_or_default();
                let path = secrets
                    .iter()
                    .fold(path.to_owned(), |path, secret| path.replace(secret.as_str(), "***"));
                problems.push(format!("secret in the URL of {path}"));
            }
        }
        for text in &evidence.texts {
            if secrets.iter().any(|secret| text.contains(secret.as_str())) {
                let shown = secrets
                    .iter()
                    .fold(text.clone(), |text, secret| text.replace(secret.as_str(), "***"));
                let start: String = shown.chars().take(80).collect();
                problems.push(format!("secret in a stored text: {start}"));
            }
        }
        problems.extend(
            evidence
                .leftovers
                .iter()
                .map(|process| format!("left running: {process}")),
        );
        problems.extend(
            evidence
                .unused_faults
                .iter()
                .map(|fault| format!("fault never met: {fault}")),
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_secrets_without_repeating_them() {
        let audit = Audit::default();
        audit.token("dop_v1_abcdef");
        let evidence = Evidence {
            urls: vec!["GET /v2/apps?token=dop%5Fv1_abcdef".into(), "GET /v2/apps".into()],
            texts: vec!["it was hunter2hunter2".into(), "fine".into()],
            secrets: vec!["hunter2hunter2".into(), "on".into(), "${db.DATABASE_URL}".into()],
            leftovers: vec!["42 sleep".into()],
            unused_faults: vec!["POST x garbage".into()],
        };
        assert_eq!(
            audit.report(&evidence),
            [
                "secret in the URL of GET /v2/apps",
                "secret in a stored text: it was ***",
                "left running: 42 sleep",
                "fault never met: POST x garbage",
            ]
        );
    }
}
