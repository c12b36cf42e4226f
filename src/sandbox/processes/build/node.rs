//! Node: packages by lockfile, then the `build` script.

use serde_json::Value;

use super::failed;
use super::step::Steps;
use crate::processes::environment;
use crate::processes::plan::StepError;

/// What installs the packages, by the lockfile that is there.
fn installer(has: impl Fn(&str) -> bool) -> (&'static str, &'static [&'static str]) {
    if has("pnpm-lock.yaml") {
        ("pnpm", &["install", "--frozen-lockfile", "--prod=false"])
    } else if has("yarn.lock") {
        ("yarn", &["install", "--frozen-lockfile", "--production=false"])
    } else if has("package-lock.json") || has("npm-shrinkwrap.json") {
        ("npm", &["ci", "--include=dev"])
    } else {
        ("npm", &["install", "--include=dev"])
    }
}

/// Installs, and returns the run-time environment.
pub(super) async fn install(steps: &mut Steps<'_>) -> Result<Vec<(String, String)>, StepError> {
    let text = std::fs::read_to_string(steps.source.join("package.json"))
        .map_err(|error| failed(format!("cannot read `package.json`: {error}")))?;
    let package: Value =
        serde_json::from_str(&text).map_err(|error| failed(format!("`package.json` is not valid: {error}")))?;
    let (program, args) = installer(|name| steps.source.join(name).is_file());
    if steps.ask(&[program, "--version"], steps.source).await?.is_none() {
        return Err(failed(format!(
            "the lockfile asks for `{program}`, which is not installed here"
        )));
    }
    let command = [&[program], args].concat();
    let shown = command.join(" ");
    steps.say(&format!("running {shown}"));
    steps.run(&command, &shown).await?;

    let path = format!("{}:{}", steps.source.join("node_modules/.bin").display(), steps.path());
    environment::set(&mut steps.envs, "PATH", path);
    if package.pointer("/scripts/build").is_some_and(Value::is_string) {
        let command = [program, "run", "build"];
        steps.say(&format!("running {}", command.join(" ")));
        steps.run(&command, &command.join(" ")).await?;
    }
    Ok(vec![("NODE_ENV".to_owned(), "production".to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lockfile_chooses_the_package_manager() {
        let cases = [
            (vec!["package-lock.json"], "npm", "ci"),
            (vec!["yarn.lock", "package-lock.json"], "yarn", "install"),
            (vec!["pnpm-lock.yaml"], "pnpm", "install"),
            (vec![], "npm", "install"),
        ];
        for (files, program, verb) in cases {
            let (chosen, args) = installer(|name| files.contains(&name));
            assert_eq!((chosen, args[0]), (program, verb), "{files:?}");
        }
    }
}
