//! One step of a build: a program in the checkout, its output in the build log.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::log::Log;
use crate::processes::plan::internal;
use crate::processes::plan::{BuildPlan, StepError};
use crate::processes::process::{Output, Start};
use crate::processes::runner::Runner;
use crate::processes::{environment, exit};

/// Runs the steps of one build, one after the other.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    pub(super) runner: &'a Runner,
    pub(super) source: &'a Path,
    plan: &'a BuildPlan,
    log: &'a Log,
    /// The build's own `/tmp`.
    tmp: PathBuf,
    /// What buildpacks added so far, over what the sandbox and the spec say.
    pub(super) envs: Vec<(String, String)>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        runner: &'a Runner,
        plan: &'a BuildPlan,
        source: &'a Path,
        folder: &Path,
        log: &'a Log,
    ) -> Result<Self, StepError> {
        let tmp = folder.join("tmp");
        // Packages that one build has downloaded are there for the next one.
        let home = runner.root.join("cache").join("home");
        for folder in [&tmp, &home] {
            std::fs::create_dir_all(folder).map_err(|error| internal("cannot create a folder", &error))?;
        }
        let mut envs = environment::base();
        envs.extend(environment::network());
        environment::set(&mut envs, "HOME", home.display().to_string());
        environment::set(&mut envs, "TMPDIR", tmp.display().to_string());
        environment::set(&mut envs, "CI", "true");
        // Else Go leaves folders that cannot be deleted.
        environment::set(&mut envs, "GOFLAGS", "-modcacherw");
        for (name, value) in &plan.envs {
            environment::set(&mut envs, name, value.clone());
        }
        Ok(Self {
            runner,
            source,
            plan,
            log,
            tmp,
            envs,
        })
    }

    pub(super) fn say(&self, message: &str) {
        self.log.push(&self.plan.component, message);
    }

    pub(super) fn component(&self) -> &str {
        &self.plan.component
    }

    pub(super) fn path(&self) -> &str {
        let path = self.envs.iter().find(|(name, _)| name == "PATH");
        path.map_or("", |(_, value)| value)
    }

    pub(super) async fn shell(&self, command: &str) -> Result<(), StepError> {
        self.run(&["bash", "-c", command], command).await
    }

    /// Runs a program; `shown` is what the error calls it.
    pub(super) async fn run(&self, program: &[&str], shown: &str) -> Result<(), StepError> {
        let output = Output::new(self.component(), self.log);
        match self.code(program, self.source, output).await? {
            0 => Ok(()),
            code => Err(StepError {
                code: "BuildJobExitNonZero",
                message: format!("build of `{}`: `{shown}` {}", self.component(), exit::words(code)),
            }),
        }
    }

    /// What a program prints, if it succeeds.
    pub(super) async fn ask(&self, program: &[&str], directory: &Path) -> Result<Option<String>, StepError> {
        let output = Output::nowhere();
        let code = self.code(program, directory, output.clone()).await?;
        Ok((code == 0).then(|| output.tail().join("\n")))
    }

    async fn code(&self, program: &[&str], directory: &Path, output: Output) -> Result<i32, StepError> {
        let private = self.runner.has_private_tmp().await;
        let mut process = self.runner.start(Start {
            name: format!("{}-build", self.component()),
            program: program.iter().map(OsString::from).collect(),
            directory: directory.to_owned(),
            envs: self.envs.clone(),
            tmp: private.then(|| self.tmp.clone()),
            keep: self
                .runner
                .needed_below_tmp(&[self.runner.root.join("builds"), self.runner.root.join("cache")]),
            user: None,
            output,
        })?;
        Ok(process.wait().await)
    }
}
