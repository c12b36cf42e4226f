//! Turns a commit into something that can start, as the buildpacks do.

pub(super) mod builds;
mod checkout;
mod docker;
mod image;
mod node;
mod python;
mod start;
mod step;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use self::step::Steps;
use super::plan::{Build, BuildPlan, Kind, Source, StepError};
use super::runner::Runner;
use crate::log::Log;

/// Folders that App Platform looks into, in this order, for the pages of a static site.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
const OUTPUT_DIRS: [&str; 4] = ["_static", "dist", "public", "build"];

/// Checks the commit out afresh, runs the buildpack's steps and `build_command`, and writes all output to `log`.
pub(crate) async fn build(runner: &Runner, plan: &BuildPlan, log: &Log) -> Result<Build, StepError> {
    let (repository, commit) = match &plan.source {
        Source::Git { repository, commit } => (repository, commit),
        Source::Image { reference } => {
            return image::pull(runner, plan, reference, log).await;
        }
    };
    let key = key(plan, &repository.full_name(), commit);
    let _one_at_a_time = runner.builds.lock(&key).await;
    if let Some(earlier) = runner.builds.earlier(&key).filter(|_| !plan.force) {
        log.push(
            &plan.component,
            &format!("nothing changed: the earlier build of {commit} is used again"),
        );
        return Ok(Build {
            reused: true,
            ..earlier
        });
    }

    log.push(
        &plan.component,
        &format!("checking out {commit} of {}", repository.full_name()),
    );
    let folder = runner
        .root
        .join("builds")
        .join(format!("{}-{}", plan.component, runner.next_number()));
    let built = build_in(runner, plan, repository.path(), commit, &folder, log).await;
    match built {
        Ok(build) => {
            runner.builds.remember(key, build.clone());
            log.push(&plan.component, "build complete");
            Ok(build)
        }
        Err(error) => {
            log.push(&plan.component, &error.message);
            let _ = tokio::fs::remove_dir_all(&folder).await;
            Err(error)
        }
    }
}

async fn build_in(
    runner: &Runner,
    plan: &BuildPlan,
    repository: &Path,
    commit: &str,
    folder: &Path,
    log: &Log,
) -> Result<Build, StepError> {
    let checkout = folder.join("checkout");
    checkout::checkout(repository, commit, &checkout, &folder.join("index")).await?;
    let source = inside(&checkout, &plan.source_dir)
        .filter(|source| source.is_dir())
        .ok_or_else(|| {
            failed(format!(
                "`source_dir` `{}` does not exist in commit {commit}",
                plan.source_dir
            ))
        })?;
    let mut steps = Steps::new(runner, plan, &source, folder, log)?;
    if let Some(dockerfile) = &plan.dockerfile_path {
        docker::refuse(&steps, dockerfile, &checkout).await?;
    }

    let mut envs = Vec::new();
    let slug = plan.environment_slug.as_deref().unwrap_or_default();
    let wants = |language: &str| slug.is_empty() || slug.starts_with(language);
    let mut detected = false;
    if wants("python") && source.join("requirements.txt").is_file() {
        detected = true;
        envs.extend(python::install(&mut steps).await?);
    }
    if wants("node") && source.join("package.json").is_file() {
        detected = true;
        envs.extend(node::install(&mut steps).await?);
    }
    if !detected && plan.kind != Kind::StaticSite {
        steps.say("no `requirements.txt` and no `package.json`: only the build command runs");
    }
    if let Some(command) = plan
        .build_command
        .as_deref()
        .filter(|command| !command.trim().is_empty())
    {
        steps.say(&format!("running build command: {command}"));
        steps.shell(command).await?;
    }

    let start = start::start_command(&source, plan.kind);
    let directory = match plan.kind {
        Kind::StaticSite => pages(&source, plan.output_dir.as_deref())?,
        _ => source,
    };
    Ok(Build {
        component: plan.component.clone(),
        directory,
        envs,
        start,
        reused: false,
    })
}

/// Where the pages of a static site are after its build.
fn pages(source: &Path, output_dir: Option<&str>) -> Result<PathBuf, StepError> {
    if let Some(given) = output_dir.filter(|given| !given.is_empty()) {
        return inside(source, given)
            .filter(|pages| pages.is_dir())
            .ok_or_else(|| failed(format!("`output_dir` `{given}` does not exist after the build")));
    }
    let found = OUTPUT_DIRS
        .iter()
        .map(|name| source.join(name))
        .find(|pages| pages.is_dir());
    Ok(found.unwrap_or_else(|| source.to_owned()))
}

/// A relative path inside a folder; `None` if it leads out of it or to nothing.
fn inside(folder: &Path, relative: &str) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let path = folder.join(relative.trim_matches('/')).canonicalize().ok()?;
    path.starts_with(&folder).then_some(path)
}

fn key(plan: &BuildPlan, repository: &str, commit: &str) -> String {
    let inputs = format!(
        "{:?}",
        (
            (
                repository,
                commit,
                &plan.component,
                plan.kind,
                &plan.source_dir,
                &plan.build_command
            ),
            (
                &plan.dockerfile_path,
                &plan.environment_slug,
                &plan.envs,
                &plan.output_dir
            ),
        )
    );
    digest(inputs.as_bytes())
}

/// The first half of SHA-256: enough to tell cache entries apart.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn failed(message: String) -> StepError {
    StepError {
        code: "BuildJobFailed",
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_dir_stays_inside_the_checkout() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("repo/server")).unwrap();
        let repo = root.path().join("repo");
        for whole in ["", "/", "."] {
            assert_eq!(inside(&repo, whole), Some(repo.canonicalize().unwrap()));
        }
        assert!(inside(&repo, "/server").is_some());
        assert_eq!(inside(&repo, "../"), None);
        assert_eq!(inside(&repo, "absent"), None);
    }

    #[test]
    fn static_pages_are_found_in_the_usual_order() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(pages(root.path(), None), Ok(root.path().to_owned()));
        for name in ["build", "dist"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        assert_eq!(pages(root.path(), None), Ok(root.path().join("dist")));
        assert!(pages(root.path(), Some("out")).is_err());
    }
}
