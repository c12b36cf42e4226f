//! The only place where environment, configuration and flags become clients.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::{Common, Project};
use super::environment::Variables;
use crate::actions::console::Console;
use crate::actions::run::Run;
use crate::config::{TOKENS, Variable};
use crate::flows::context::{Ctx, Heads};
use crate::flows::project::checkout;
use crate::flows::project::repository_names::Names;
use crate::flows::{self};
use crate::github::GitHub;
use crate::model::failure::Failure;
use crate::platforms::Platform;
use crate::platforms::app_platform::{APP_SPEC, AppPlatform};
use crate::platforms::clouds::{Cloud, Clouds};
use crate::platforms::dialect::Dialect as _;
use crate::redact::{Redactor, Secret};
use crate::wait::{Deadline, Wait};

const DIGITALOCEAN: &str = "https://api.digitalocean.com";
const GITHUB: &str = "https://api.github.com";
const CONFIG: &str = "do-deploy.toml";

/// What is needed to speak, before anything else can go wrong.
pub(crate) struct Voice {
    pub(crate) console: Console,
    pub(crate) run: Run,
    pub(crate) redactor: Redactor,
}

impl Voice {
    pub(crate) fn new(variables: Variables, only_data: bool) -> Self {
        let redactor = Redactor::new();
        let run = Run::read(&|name| variables.get(name));
        let console = Console::new(&run, redactor.clone(), only_data);
        for secret in TOKENS.iter().filter_map(|name| variables.secret(name)) {
            console.mask(&secret);
        }
        Self { console, run, redactor }
    }
}

/// # Errors
/// Unusable flags or variables, and a configuration that does not parse.
pub(crate) fn build(
    voice: Voice,
    variables: Variables,
    wait: Wait,
    common: Common,
    dry_run: bool,
) -> anyhow::Result<Ctx> {
    let Voice { console, run, redactor } = voice;
    let Common {
        project,
        timeout,
        json,
        spec: spec_file,
        timings: _,
    } = common;
    wait.listen({
        let console = console.clone();
        move |what| console.say(what)
    });
    if let Some(timeout) = timeout {
        wait.set_deadline(Deadline::after(timeout));
    }
    let repository = repository(&project, variables)?;
    let github_url = variables.url("GITHUB_API_URL", GITHUB)?;
    let platform_url = variables.url("DIGITALOCEAN_API_URL", DIGITALOCEAN)?;
    let github = match (variables.token("GITHUB_TOKEN")?, &repository) {
        (Some(token), Some(repository)) => Some(GitHub::new(github_url, Some(&token), repository, wait.clone())?),
        _ => None,
    };
    let client = match variables.token(APP_SPEC.words().token)? {
        Some(token) => Some(Arc::new(AppPlatform::new(platform_url, &token, wait.clone())?) as Arc<dyn Platform>),
        None => None,
    };
    let app_platform = Cloud {
        manifests: &APP_SPEC,
        client,
    };
    let clouds = Clouds::new(app_platform, Vec::new());
    let config_file = project.config.clone().unwrap_or_else(|| CONFIG.to_owned());
    let folder = folder(&project.working_directory)?;
    let lookup = secret_lookup(variables, console.clone());
    let server = run.server_url().to_owned();
    Ok(Ctx {
        console,
        run,
        wait,
        redactor,
        variables: lookup,
        names: Names::new(repository.as_deref(), &server),
        repository,
        github,
        clouds,
        working_directory: project.working_directory,
        folder,
        dry_run,
        config_file,
        config_is_named: project.config.is_some(),
        spec_file,
        app: None,
        heads: Heads::default(),
        timeout,
        json,
    })
}

/// A repository that the run is not about, asked without a token where there is none: it is public.
pub(crate) fn github_of(repository: &str, variables: Variables, wait: Wait) -> anyhow::Result<GitHub> {
    let url = variables.url("GITHUB_API_URL", GITHUB)?;
    GitHub::new(url, variables.token("GITHUB_TOKEN")?.as_ref(), repository, wait)
}

fn repository(project: &Project, variables: Variables) -> Result<Option<String>, Failure> {
    let Some(name) = project.repo.clone().or_else(|| variables.get("GITHUB_REPOSITORY")) else {
        return Ok(None);
    };
    let fits = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match name.split_once('/') {
        Some((owner, repository)) if fits(owner) && fits(repository) => Ok(Some(name)),
        _ => Err(Failure::input(format!("`{name}` is not a valid repository")).next("give it as `OWNER/NAME`")),
    }
}

/// The working directory as GitHub's API names it.
///
/// # Errors
/// When it leads out of where the run is, and no clone is there to say what that means.
fn folder(working_directory: &Path) -> Result<String, Failure> {
    let leads_out = working_directory.components().any(|part| part == Component::ParentDir);
    if leads_out && checkout::root(working_directory).is_none() {
        return Err(Failure::input(format!(
            "the working directory `{}` is not a folder in the repository",
            working_directory.display()
        ))
        .next("correct `--working-directory`"));
    }
    let here = std::env::current_dir().unwrap_or_default();
    if working_directory.is_absolute() && !working_directory.starts_with(&here) && !working_directory.is_dir() {
        let shown = working_directory.display();
        return Err(Failure::input(format!("there is no folder `{shown}`")).next("correct `--working-directory`"));
    }
    let relative = working_directory.strip_prefix(&here).unwrap_or(working_directory);
    let parts = relative.components().filter_map(|part| match part {
        Component::Normal(part) => Some(format!("{}/", part.to_string_lossy())),
        _ => None,
    });
    Ok(parts.collect())
}

/// Looks a variable up once; its value is a secret from then on.
fn secret_lookup(variables: Variables, console: Console) -> flows::context::Variables {
    let known: Mutex<BTreeMap<String, Variable>> = Mutex::default();
    let tokens = variables.own_tokens();
    Arc::new(move |name| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(name.to_owned())
            .or_insert_with(|| {
                let variable = Variable::of(name, variables.get(name), &tokens);
                if let Variable::Set(value) = &variable
                    && let Some(secret) = Secret::new(value)
                {
                    console.mask(&secret);
                }
                variable
            })
            .clone()
    })
}
