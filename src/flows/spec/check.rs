//! Finds what the platform would refuse or ignore in the manifests of a repository. Makes no request.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::init::origin;
use crate::flows::project::checkout;
use crate::flows::project::source::Source;
use crate::model::count::plural;
use crate::model::finding::{Finding, Severity, masked};
use crate::model::own::OwnRepository;
use crate::platforms::inspection::{Around, Inspection};
use crate::render::findings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    /// Commands that the runner shows as annotations.
    GitHub,
    Json,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The file to look at. `None`: the manifests that the configuration names, else the one that is found.
    pub(crate) path: Option<String>,
    pub(crate) format: Format,
}

/// One file with what was found in it.
struct Checked {
    /// From where the program was started.
    file: String,
    text: String,
    inspection: Inspection,
}

/// Whether there is no error.
///
/// # Errors
/// When there is nothing to check.
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<bool> {
    let source = Source::working_copy(ctx).await;
    let config = source.config().await?;
    let root = checkout::root(&ctx.working_directory);
    let own = own(ctx, root.as_deref()).await;
    let mut checked = Vec::new();
    for (path, text, config) in texts(&source, config, request).await? {
        let around = Around {
            own: own.as_ref(),
            exists: &|path| exists(root.as_deref().unwrap_or(&ctx.working_directory), path),
            is_given: &|key| config.production.env.contains_key(key),
        };
        let file = match path.starts_with('/') {
            true => path.clone(),
            false => format!("{}{path}", ctx.folder),
        };
        let inspection = ctx.clouds.of_file(&path).manifests.inspect(&text, &file, around);
        if let Some(document) = &inspection.document {
            ctx.register_secrets(document);
        }
        let text = masked(&text, &inspection.hidden);
        checked.push(Checked { file, text, inspection });
    }
    match request.format {
        Format::Text => checked.iter().for_each(|it| show(ctx, it)),
        Format::GitHub => checked.iter().for_each(|it| annotate(ctx, it)),
        Format::Json => ctx.console.document(&document(&checked)),
    }
    for it in &checked {
        conclude(ctx, it);
    }
    Ok(checked.iter().all(|it| it.number(Severity::Error) == 0))
}

/// The texts to look at, each with its path and with what the configuration says of its app.
async fn texts(
    source: &Source<'_>,
    config: Config,
    request: &Request,
) -> anyhow::Result<Vec<(String, String, Config)>> {
    if let Some(path) = &request.path {
        let (path, text) = source.manifest_text(Some(path), "").await?;
        return Ok(vec![(path, text, config)]);
    }
    let mut texts = BTreeMap::new();
    for app in config.apps() {
        let (path, text) = source.manifest_text(None, &app.config.spec).await?;
        texts.insert(path, (text, app.config));
    }
    Ok(texts
        .into_iter()
        .map(|(path, (text, config))| (path, text, config))
        .collect())
}

/// The repository that the files are of. `None`: it is not known.
async fn own(ctx: &Ctx, root: Option<&Path>) -> Option<OwnRepository> {
    let server = ctx.run.server_url();
    let cloned_from = match root {
        Some(root) => origin(root, server).await.ok(),
        None => None,
    };
    let name = cloned_from.or_else(|| ctx.repository.clone())?;
    Some(OwnRepository::new(&name, server))
}

/// A sparse checkout does not have all that the repository has.
fn exists(root: &Path, path: &str) -> bool {
    root.join(path).exists() || root.join(".git/info/sparse-checkout").exists()
}

impl Checked {
    fn number(&self, severity: Severity) -> u64 {
        self.inspection
            .findings
            .iter()
            .filter(|it| it.severity == severity)
            .map(|_| 1)
            .sum()
    }
}

/// The most findings of a file that are shown to a person, the first of them: a generated file may have thousands.
const MOST_SHOWN: usize = 200;

fn show(ctx: &Ctx, checked: &Checked) {
    for finding in checked.inspection.findings.iter().take(MOST_SHOWN) {
        ctx.console.data(&findings::shown(finding, &checked.text));
        ctx.console.data("\n");
    }
    let left = checked.inspection.findings.len().saturating_sub(MOST_SHOWN);
    if left > 0 {
        ctx.console.say(&format!(
            "{}: {} more; `--format json` has all",
            checked.file,
            plural(left as u64, "finding")
        ));
    }
}

fn annotate(ctx: &Ctx, checked: &Checked) {
    for finding in checked.inspection.findings.iter().take(MOST_SHOWN) {
        let Finding { severity, failure, .. } = finding;
        ctx.console.annotation(
            *severity,
            finding.check,
            failure.at.as_ref(),
            &findings::message(finding),
        );
    }
}

fn document(checked: &[Checked]) -> Value {
    let file = |it: &Checked| {
        json!({
            "file": it.file,
            "errors": it.number(Severity::Error),
            "warnings": it.number(Severity::Warning),
            "findings": it.inspection.findings.iter().map(findings::document).collect::<Vec<_>>(),
            "not_checked": it.inspection.unchecked,
        })
    };
    json!({ "files": checked.iter().map(file).collect::<Vec<_>>() })
}

/// The last words about a file.
fn conclude(ctx: &Ctx, checked: &Checked) {
    let (errors, warnings) = (checked.number(Severity::Error), checked.number(Severity::Warning));
    let result = match (errors, warnings) {
        (0, 0) => "nothing is wrong".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => format!("{} and {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    ctx.console.say(&format!("{}: {result}", checked.file));
    for unchecked in &checked.inspection.unchecked {
        ctx.console.say(&format!("not checked: {unchecked}"));
    }
}
