//! Secrets without a value, and how to give them one.

use super::WITHHELD;
use crate::model::environment::Environment;
use crate::model::failure::Failure;

/// An env without a value and its owner, `None` for the app.
pub(super) struct Missing {
    pub(super) key: String,
    /// The variable that would have set it.
    pub(super) variable: String,
    pub(super) owner: Option<String>,
    /// Where the file lists it.
    pub(super) place: Option<(usize, usize)>,
    /// The file has something that is to be replaced by the value.
    pub(super) has_placeholder: bool,
    /// The variable is there and belongs to the run.
    pub(super) is_withheld: bool,
}

/// All of them at once.
pub(super) fn failure(missing: &[Missing], environment: &Environment) -> Failure {
    let mut names: Vec<String> = Vec::new();
    for it in missing {
        let owners: Vec<&str> = missing
            .iter()
            .filter(|other| other.key == it.key)
            .map(|other| other.owner.as_deref().unwrap_or("the app"))
            .collect();
        let variable = if it.variable == it.key {
            String::new()
        } else {
            format!(" from `{}`", it.variable)
        };
        let placeholder = match it.has_placeholder {
            true => ", whose value in the file is a placeholder",
            false => "",
        };
        let own = match it.is_withheld {
            true => format!("; `{}` {WITHHELD}", it.variable),
            false => String::new(),
        };
        let name = format!("`{}`{variable} ({}{own}){placeholder}", it.key, owners.join(", "));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let what = match names.len() {
        1 => "a secret has no value".to_owned(),
        count => format!("{count} secrets have no value"),
    };
    let (withheld, absent): (Vec<&Missing>, Vec<&Missing>) = missing.iter().partition(|it| it.is_withheld);
    let mut next = Vec::new();
    if let Some(first) = absent.first() {
        let it = if absent.iter().all(|other| other.key == first.key) {
            "it"
        } else {
            "them"
        };
        let (example, environment) = (&first.variable, environment);
        next.push(format!(
            "set {it} in the step's `env:`, such as `{example}: ${{{{ secrets.{example} }}}}`; {environment} has no value for {it} either"
        ));
    }
    if let Some(first) = withheld.first() {
        let (key, table) = (&first.key, table(environment));
        next.push(format!(
            "give the app a token of its own under another name: below `[{table}]` in do-deploy.toml let `{key}` be `{{ from = \"APP_{key}\" }}`, and set `APP_{key}: ${{{{ secrets.APP_{key} }}}}` in the step's `env:`"
        ));
    }
    Failure::input(what).why(names.join(", ")).next(next.join("; "))
}

/// The table of do-deploy.toml that gives an environment its envs.
fn table(environment: &Environment) -> String {
    match environment {
        Environment::Named(name) if name != "production" => format!("environments.{name}.env"),
        _ => "production.env".to_owned(),
    }
}
