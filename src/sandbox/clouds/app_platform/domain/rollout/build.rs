//! Building every component of a deployment, or finding that nothing needs to be built.

use futures_util::future::join_all;

use super::slots::BuildSlot;
use super::{Builds, Failed, Rollout};
use crate::clouds::app_platform::document::component::{Component, Kind};
use crate::clouds::app_platform::document::envs::{self, Stage};
use crate::clouds::app_platform::domain::deployment::Phase;
use crate::clouds::app_platform::domain::logs::LogKind;
use crate::clouds::app_platform::domain::progress::Reason;
use crate::processes;
use crate::processes::plan::{Build, BuildPlan, Source, StepError};

impl Rollout {
    /// All builds at once; the first error ends the deployment after every build has ended.
    pub(super) async fn build(&self) -> Result<Builds, Failed> {
        let mut builds = self.change(|deployment| deployment.builds.clone())?;
        // An archived app stops; there is nothing to run, and so nothing to build.
        let archived = self.spec.maintenance.archive;
        let wanted: Vec<_> = self
            .components()
            .filter(|(_, component)| !archived && !builds.contains_key(&component.name))
            .collect();
        self.start_step(&["build", "initialize"])?;
        let _slot = if wanted.iter().any(|(_, component)| component.image.is_none()) {
            let slot = self.wait_for_slot().await?;
            self.enter(Phase::Building)?;
            Some(slot)
        } else {
            None
        };
        self.succeed_step(&["build", "initialize"], None)?;
        for (_, component) in self.components() {
            if archived || builds.contains_key(&component.name) {
                let message = "the previous build is used again";
                let reason = reason("PreviousBuildReused", message);
                self.succeed_step(&["build", "components", &component.name], Some(reason))?;
            }
        }
        let mut outcome = Ok(());
        for built in join_all(
            wanted
                .into_iter()
                .map(|(kind, component)| self.build_one(kind, component)),
        )
        .await
        {
            match built {
                Ok(build) => {
                    builds.insert(build.component.clone(), build);
                }
                Err(failed) => outcome = Err(failed),
            }
        }
        let kept = builds.clone();
        self.change(|deployment| deployment.builds = kept)?;
        outcome.map(|()| builds)
    }

    async fn build_one(&self, kind: Kind, component: &Component) -> Result<Build, Failed> {
        let step = ["build", "components", component.name.as_str()];
        self.start_step(&step)?;
        let plan = match self.build_plan(kind, component)? {
            Ok(plan) => plan,
            Err(error) => return Err(self.fail_step(&step, &error)),
        };
        // An image is not built, so that there is no such log.
        let log = match &plan.source {
            Source::Git { .. } => self.log(LogKind::Build, &component.name)?,
            Source::Image { .. } => self.log(LogKind::Deploy, &component.name)?,
        };
        match processes::build::build(&self.platform.runner, &plan, &log).await {
            Ok(build) => {
                let reason = if component.image.is_some() {
                    Some(reason("PreBuiltImage", "the image was built elsewhere"))
                } else {
                    build
                        .reused
                        .then(|| reason("PreviousBuildReused", "nothing has changed since the previous build"))
                };
                self.succeed_step(&step, reason)?;
                Ok(build)
            }
            Err(error) => Err(self.fail_step(&step, &error)),
        }
    }

    fn build_plan(&self, kind: Kind, component: &Component) -> Result<Result<BuildPlan, StepError>, Failed> {
        let runner_kind = match kind {
            Kind::Service => processes::plan::Kind::Service,
            Kind::Worker => processes::plan::Kind::Worker,
            Kind::Job => processes::plan::Kind::Job,
            Kind::StaticSite => processes::plan::Kind::StaticSite,
            Kind::Function => {
                return Ok(Err(StepError {
                    code: "BuildJobFailed",
                    message: "the sandbox has no functions".to_owned(),
                }));
            }
        };
        let commit = self.change(|deployment| deployment.commits.get(&component.name).cloned())?;
        let source = match (&component.image, component.git_source(), commit) {
            (Some(image), _, _) => Source::Image {
                reference: image.reference(),
            },
            (None, Some((name, _)), Some(commit)) => match self.platform.repositories.find(&name) {
                Some(repository) => Source::Git {
                    repository: repository.clone(),
                    commit,
                },
                None => return Ok(Err(no_source(component))),
            },
            _ => return Ok(Err(no_source(component))),
        };
        let bindings = self.static_bindings()?;
        let vault = self.platform.with_app(&self.app, |app| app.vault.clone())?;
        Ok(Ok(BuildPlan {
            component: component.name.clone(),
            kind: runner_kind,
            source,
            source_dir: component.source_dir.clone(),
            build_command: non_empty(&component.build_command),
            dockerfile_path: non_empty(&component.dockerfile_path),
            environment_slug: non_empty(&component.environment_slug),
            envs: envs::of(&self.spec, component, Stage::Build, &vault, &bindings),
            output_dir: non_empty(&component.output_dir),
            force: self.order.force,
        }))
    }

    /// Stays pending while the account builds as much as it may.
    async fn wait_for_slot(&self) -> Result<BuildSlot, Failed> {
        let first = self
            .components()
            .next()
            .map(|(_, component)| component.name.clone())
            .unwrap_or_default();
        let step = ["build", "components", first.as_str()];
        loop {
            if let Some(slot) = self
                .platform
                .slots
                .take(self.platform.account.rules().concurrent_builds)
            {
                self.change(|deployment| deployment.progress.explain(&step, None))?;
                return Ok(slot);
            }
            let message = "the account builds as many apps at once as it may; this one waits";
            let waiting = reason("BuildRateLimit", message);
            self.change(|deployment| deployment.progress.explain(&step, Some(waiting)))?;
            // The limit may be lifted without a build ending, so that it is checked from time to time.
            let soon = std::time::Duration::from_millis(200);
            let _either = tokio::time::timeout(soon, self.platform.slots.freed()).await;
        }
    }
}

fn reason(code: &str, message: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

fn no_source(component: &Component) -> StepError {
    StepError {
        code: "BuildJobFailed",
        message: format!("the source of {} cannot be fetched", component.name),
    }
}

pub(super) fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
