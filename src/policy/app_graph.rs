//! Which apps of a repository need which: what is deployed first, and what a preview has besides what was changed.

use std::collections::BTreeSet;

use crate::config::AppConfig;
use crate::model::environment::Environment;
use crate::model::failure::Failure;

/// The apps that an environment has, in the order of the file.
#[derive(Debug)]
pub(crate) struct AppGraph<'a> {
    apps: Vec<&'a AppConfig>,
    /// By the place of an app: the places of those whose URLs it is given.
    refers_to: Vec<BTreeSet<usize>>,
    /// By the place of an app: the places of all that are deployed before it, because it refers to them, because of its
    /// `after`, or because one of them does.
    before: Vec<BTreeSet<usize>>,
}

impl<'a> AppGraph<'a> {
    /// # Errors
    /// An app that refers to one that the environment does not have, and apps that wait for each other.
    pub(crate) fn of(apps: &'a [AppConfig], environment: &Environment) -> Result<Self, Failure> {
        let members: Vec<&AppConfig> = apps.iter().filter(|app| app.is_in(environment)).collect();
        let place = |key: &str| members.iter().position(|app| app.key.as_deref() == Some(key));
        let mut refers_to = Vec::new();
        for app in &members {
            let places = app.refers_to(environment).into_iter().map(|other| {
                let is_known = apps.iter().any(|app| app.key.as_deref() == Some(other));
                place(other).ok_or_else(|| absent(app, other, is_known, environment))
            });
            refers_to.push(places.collect::<Result<BTreeSet<usize>, Failure>>()?);
        }
        let after = members.iter().map(|app| app.after.iter().filter_map(|key| place(key)));
        let direct: Vec<BTreeSet<usize>> = after
            .zip(&refers_to)
            .map(|(after, referred)| referred.iter().copied().chain(after).collect())
            .collect();
        let mut before = vec![None; members.len()];
        for app in 0..members.len() {
            all_before(app, &direct, &mut Vec::new(), &mut before).map_err(|circle| circular(&circle, &members))?;
        }
        Ok(Self {
            apps: members,
            refers_to,
            before: before.into_iter().flatten().collect(),
        })
    }

    /// The apps that a preview has: those that were touched, and all that they refer to.
    pub(crate) fn needed(&self, is_touched: impl Fn(&AppConfig) -> bool) -> Vec<&'a AppConfig> {
        let touched = (0..self.apps.len()).filter(|place| is_touched(self.apps[*place]));
        let mut left: Vec<usize> = touched.collect();
        let mut needed = BTreeSet::new();
        while let Some(place) = left.pop() {
            if needed.insert(place) {
                left.extend(&self.refers_to[place]);
            }
        }
        needed.into_iter().map(|place| self.apps[place]).collect()
    }

    /// The places, among some apps, of those that are deployed before one of them.
    pub(crate) fn places_before<'b>(
        &self,
        app: &AppConfig,
        among: impl IntoIterator<Item = &'b AppConfig>,
    ) -> Vec<usize> {
        let places = among.into_iter().enumerate();
        let before = places.filter(|(_, other)| self.is_before(other, app));
        before.map(|(place, _)| place).collect()
    }

    /// Whether an app is deployed before another one.
    fn is_before(&self, one: &AppConfig, other: &AppConfig) -> bool {
        let place = |app: &AppConfig| self.apps.iter().position(|member| member.key == app.key);
        match (place(one), place(other)) {
            (Some(one), Some(other)) => self.before[other].contains(&one),
            _ => false,
        }
    }
}

/// All that are deployed before an app. `path`: the apps that wait for it.
///
/// # Errors
/// A circle, from an app to itself.
fn all_before(
    app: usize,
    direct: &[BTreeSet<usize>],
    path: &mut Vec<usize>,
    known: &mut [Option<BTreeSet<usize>>],
) -> Result<BTreeSet<usize>, Vec<usize>> {
    if let Some(known) = &known[app] {
        return Ok(known.clone());
    }
    if let Some(start) = path.iter().position(|other| *other == app) {
        return Err(path[start..].iter().copied().chain([app]).collect());
    }
    path.push(app);
    let mut before = direct[app].clone();
    for other in &direct[app] {
        before.extend(all_before(*other, direct, path, known)?);
    }
    path.pop();
    known[app] = Some(before.clone());
    Ok(before)
}

fn circular(circle: &[usize], apps: &[&AppConfig]) -> Failure {
    let keys = circle.iter().filter_map(|place| apps[*place].key.as_deref());
    let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
    Failure::input(format!(
        "the apps depend on each other in a circle: {}",
        keys.join(" → ")
    ))
    .why("each is deployed after the next one, because of `after` or of a reference such as `${apps.NAME.url}`")
    .next("take out one of them in `do-deploy.toml`")
}

fn absent(app: &AppConfig, other: &str, is_known: bool, environment: &Environment) -> Failure {
    let app = app.key.as_deref().unwrap_or_default();
    let refers = format!("app `{app}` refers to `{other}`");
    match (is_known, environment) {
        // Every name was known to the file that has the reference: that is the commit's, and this the default branch's.
        (false, _) => Failure::input(format!("{refers}, which is not an app of the repository yet"))
            .why("which apps there are is read from the default branch")
            .next(format!("merge `[apps.{other}]` first")),
        (true, Environment::Preview(_)) => Failure::input(format!("{refers}, which has no previews")).next(format!(
            "take out `enabled = false` of `{other}`, or the reference in `[apps.{app}.preview.env]`"
        )),
        (true, Environment::Named(name)) => Failure::input(format!("{refers}, which is not deployed to {name}")).next(
            format!("give `[apps.{other}.environments.{name}]` a `spec`, or take out the reference"),
        ),
    }
}

#[cfg(test)]
mod tests;
