//! What a command is about: an environment, and one of its apps.

use clap::Args;

use crate::config::is_app_name;
use crate::model::environment::{Environment, pull_number};
use crate::model::failure::Failure;

/// Where `--help` lists the flag: after a command's own.
const BELOW_OWN_FLAGS: usize = 100;

/// Which of several apps is meant.
#[derive(Args, Clone, Debug)]
pub(crate) struct App {
    /// One of several apps, by its name under `[apps]` [default: all]
    #[arg(long, value_name = "NAME", value_parser = app_name, display_order = BELOW_OWN_FLAGS)]
    pub(crate) app: Option<String>,
}

/// The same of a command that is about one app at a time.
pub(crate) const ONE_OF_SEVERAL: &str = "Which one of several apps, by its name under `[apps]`: has to be named";

/// For commands that are about all apps of a pull request.
#[derive(Args, Clone, Debug)]
pub(crate) struct NoApp {
    /// Known, to say why there is no such flag
    #[arg(long = "app", value_name = "NAME", hide = true)]
    app: Option<String>,
}

impl NoApp {
    /// # Errors
    /// When one is named.
    pub(crate) fn accept(&self) -> Result<(), Failure> {
        match &self.app {
            None => Ok(()),
            Some(_) => Err(Failure::input("the apps of a pull request are removed together").next("leave `--app` out")),
        }
    }
}

fn app_name(text: &str) -> Result<String, Failure> {
    match is_app_name(text) {
        true => Ok(text.to_owned()),
        false => Err(Failure::input(format!("`{text}` cannot be the name of an app"))),
    }
}

/// Which environment is meant.
#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
pub(crate) struct Target {
    /// `production`, another name from the configuration, or `pr-N` [default: production]
    #[arg(long, value_name = "NAME|pr-N")]
    pub(crate) environment: Option<Environment>,
    /// The preview of this pull request
    #[arg(long, value_name = "N", value_parser = pull_number)]
    pub(crate) pr: Option<u64>,
}

impl Target {
    /// The environment that the flags name.
    pub(crate) fn named(&self) -> Option<Environment> {
        self.pr.map(Environment::Preview).or_else(|| self.environment.clone())
    }
}
