//! Python: a virtual environment with what `requirements.txt` asks for, shared by builds that ask for the same.

use std::path::Path;

use super::digest;
use super::step::Steps;
use crate::processes::environment;
use crate::processes::plan::StepError;
use crate::processes::plan::internal;

/// Prints the real interpreter, which differs from the command where a version manager is used, and its version.
const WHO: &str = "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])";

struct Interpreter {
    path: String,
    version: String,
}

/// Installs, and returns the run-time environment.
pub(super) async fn install(steps: &mut Steps<'_>) -> Result<Vec<(String, String)>, StepError> {
    let wanted = wanted_version(steps.source);
    let python = find(steps, wanted.as_deref()).await?;
    let requirements = read(&steps.source.join("requirements.txt"))?;
    let key = digest(format!("{}\n{}\n{requirements}", python.path, python.version).as_bytes());
    let venv = steps.runner.root.join("cache").join("python").join(&key);
    let bin = venv.join("bin");
    let envs = vec![
        ("VIRTUAL_ENV".to_owned(), venv.display().to_string()),
        ("PATH".to_owned(), format!("{}:{}", bin.display(), steps.path())),
        ("PYTHONUNBUFFERED".to_owned(), "1".to_owned()),
    ];

    // Requirements that name files of the checkout cannot be shared with another checkout.
    let shared = !requirements.lines().any(names_a_file);
    let complete = venv.join(".complete");
    let _one_at_a_time = steps.runner.builds.lock(&key).await;
    if shared && complete.is_file() {
        steps.say(&format!("python {}: packages from the cache", python.version));
    } else {
        steps.say(&format!("python {}: installing requirements.txt", python.version));
        let _ = tokio::fs::remove_dir_all(&venv).await;
        let folder = venv.display().to_string();
        steps
            .run(&[&python.path, "-m", "venv", &folder], "python -m venv")
            .await?;
        for (name, value) in &envs {
            environment::set(&mut steps.envs, name, value.clone());
        }
        let pip = bin.join("python").display().to_string();
        let install = [
            &pip,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "-r",
            "requirements.txt",
        ];
        steps.run(&install, "pip install -r requirements.txt").await?;
        let written = tokio::fs::write(&complete, "").await;
        written.map_err(|error| internal("cannot finish the virtual environment", &error))?;
    }
    for (name, value) in &envs {
        environment::set(&mut steps.envs, name, value.clone());
    }
    Ok(envs)
}

/// `python-3.11.4` in `runtime.txt`, `3.11` in `.python-version`.
fn wanted_version(source: &Path) -> Option<String> {
    ["runtime.txt", ".python-version"].iter().find_map(|name| {
        let text = std::fs::read_to_string(source.join(name)).ok()?;
        let line = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))?;
        Some(line.strip_prefix("python-").unwrap_or(line).to_owned())
    })
}

/// `3.11` of `3.11.4`.
fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

async fn find(steps: &Steps<'_>, wanted: Option<&str>) -> Result<Interpreter, StepError> {
    if let Some(wanted) = wanted {
        let command = format!("python{}", minor(wanted));
        if let Some(python) = ask(steps, &command).await? {
            return Ok(python);
        }
    }
    let python = ask(steps, "python3").await?.ok_or_else(|| StepError {
        code: "BuildJobFailed",
        message: format!(
            "`{}` has a `requirements.txt`, but `python3` is not installed here",
            steps.component()
        ),
    })?;
    if let Some(wanted) = wanted.filter(|wanted| minor(wanted) != minor(&python.version)) {
        steps.say(&format!(
            "python {wanted} is not installed here: python {} is used",
            python.version
        ));
    }
    Ok(python)
}

/// Asked outside the checkout, where a version manager would insist on `.python-version`.
async fn ask(steps: &Steps<'_>, command: &str) -> Result<Option<Interpreter>, StepError> {
    let printed = steps.ask(&[command, "-c", WHO], &steps.runner.root).await?;
    Ok(printed.and_then(|printed| {
        let (path, version) = printed.split_once('\n')?;
        Some(Interpreter {
            path: path.to_owned(),
            version: version.to_owned(),
        })
    }))
}

fn names_a_file(line: &str) -> bool {
    let line = line.trim();
    [
        "-r",
        "-c",
        "-e",
        "--requirement",
        "--constraint",
        "--editable",
        ".",
        "/",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

fn read(path: &Path) -> Result<String, StepError> {
    let bytes = std::fs::read(path).map_err(|error| internal("cannot read requirements.txt", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_either_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(wanted_version(folder.path()), None);
        std::fs::write(folder.path().join(".python-version"), "# ours\n3.12\n").unwrap();
        assert_eq!(wanted_version(folder.path()).as_deref(), Some("3.12"));
        std::fs::write(folder.path().join("runtime.txt"), "python-3.11.4\n").unwrap();
        assert_eq!(wanted_version(folder.path()).as_deref(), Some("3.11.4"));
        assert_eq!(minor("3.11.4"), "3.11");
    }

    #[test]
    fn requirements_that_name_files_are_not_shared() {
        for line in ["-r base.txt", "-e .", "./vendor/thing.whl"] {
            assert!(names_a_file(line), "{line}");
        }
        assert!(!names_a_file("flask==3.0"));
    }
}
