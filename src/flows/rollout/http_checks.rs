//! What is asked of an app from outside: the configured path and checks, else the spec's health check, else a guess.

use std::time::Duration;

use anyhow::Context as _;
use url::Url;

use crate::config::Health;
use crate::flows::context::Ctx;
use crate::flows::rollout::place::Place;
use crate::health::{Expect, HealthVerdict, Hosts, Observation, Prober, Remark, Target, remark, watch};
use crate::model::verdict::CheckResult;
use crate::platforms::Document;
use crate::platforms::facts::Question;
use crate::wait::{Cancelled, Deadline, humanize};

/// One good answer may be luck, or the last of the version before.
const SUCCESSES_IN_A_ROW: u32 = 3;

/// What platforms' own health checks take for good.
const HEALTHY: std::ops::RangeInclusive<u16> = 200..=399;

/// How often the log says that this is still waiting.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct HttpChecks {
    targets: Vec<Target>,
    /// Where the services answer whose own check's path is among the targets.
    roots: Vec<Target>,
    /// Where people begin, if that is not among the targets. It decides nothing unless it redirects without end.
    front: Option<Target>,
    /// Why there is no target although there is something to ask.
    unasked: Option<String>,
}

/// What asking from outside came to.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) result: CheckResult,
    /// The status below 500 that was the wrong one: the app answers, but otherwise.
    pub(crate) refused: Option<u16>,
    /// What failed is a check that someone configured; else it was guessed what a good answer is.
    pub(crate) configured_check_failed: bool,
    /// What failed are redirects without an end.
    pub(crate) is_endless: bool,
    /// What was asked instead of what the spec says.
    pub(crate) note: Option<String>,
    /// What people have to know of good answers.
    pub(crate) remarks: Vec<Remark>,
}

impl Answered {
    /// Nothing was asked from outside, and why not.
    pub(crate) fn without_question(result: CheckResult) -> Self {
        Self {
            result,
            refused: None,
            configured_check_failed: false,
            is_endless: false,
            note: None,
            remarks: Vec::new(),
        }
    }

    /// The remarks as notes, each of which is printed.
    pub(crate) fn take_remarks(&mut self, ctx: &Ctx) -> Vec<String> {
        let remarks = std::mem::take(&mut self.remarks);
        for remark in &remarks {
            if remark.is_warning {
                ctx.console.warn(&remark.text);
            } else {
                ctx.console.say(&remark.text);
            }
        }
        remarks.into_iter().map(|remark| remark.text).collect()
    }
}

impl HttpChecks {
    /// What is asked at a place, as configuration and deployed spec have it; nothing of components that are `idle`.
    ///
    /// # Errors
    /// When its URL is not one.
    pub(crate) fn of(place: &Place, health: &Health, document: &Document, idle: &[String]) -> anyhow::Result<Self> {
        let url = &place.url;
        let base = Url::parse(url).with_context(|| format!("the platform's URL `{url}` is not a URL"))?;
        let host = place.host.as_deref().or(base.host_str()).unwrap_or_default();
        let facts = document.facts();
        let guard = facts.secure_header;
        if let Some(guard) = guard.as_ref().filter(|guard| guard.value.is_none()) {
            return Ok(Self::unasked(format!(
                "Nothing was asked from outside: the platform lets requests with the header `{}` through alone, whose value the {} does not show",
                guard.name,
                document.words().document
            )));
        }
        let hosts = Hosts::new(&place.platform, facts.domains);
        let at_place = |target: Target| {
            let target = target
                .of_deployed_app(document.words())
                .guarded_by(guard.as_ref())
                .within(&hosts);
            target.asked_as(place.host.as_deref())
        };
        let runs = |path: &str| document.runs_at(host, path, idle);
        let first = match health.path.as_str() {
            "" => document.questions(host, idle),
            path if runs(path) => vec![Question::Health(path.to_owned())],
            _ => Vec::new(),
        };
        let from_spec = health.path.is_empty();
        let first = first.iter().map(|question| match question {
            Question::Health(path) if from_spec => Target::at(&base, path, Expect::Range(HEALTHY)).inside(),
            Question::Health(path) => Target::at(&base, path, Expect::Range(HEALTHY)),
            Question::Root(path) => Target::at(&base, path, Expect::Below500),
        });
        let further = health
            .checks
            .iter()
            .filter(|check| runs(&check.path))
            .map(|check| Target::at(&base, &check.path, Expect::Status(check.status)));
        let roots = document.roots_of_checked(host, idle).into_iter();
        let targets: Vec<Target> = first.chain(further).map(at_place).collect();
        let front = document.front(host, idle);
        let front = front.map(|path| at_place(Target::at(&base, &path, Expect::Below500)));
        Ok(Self {
            front: front.filter(|front| targets.iter().all(|target| target.url != front.url)),
            targets,
            roots: roots
                .map(|path| at_place(Target::at(&base, &path, Expect::Below500)))
                .collect(),
            unasked: None,
        })
    }

    /// At the app's own domain, which may still lead elsewhere.
    pub(crate) fn on_own_domain(self) -> Self {
        self.each(Target::on_own_domain)
    }

    /// On the platform's host, where the app has a domain of its own.
    pub(crate) fn beside_domain(self) -> Self {
        self.each(Target::beside_domain)
    }

    fn each(self, change: fn(Target) -> Target) -> Self {
        Self {
            targets: self.targets.into_iter().map(change).collect(),
            roots: self.roots.into_iter().map(change).collect(),
            front: self.front.map(change),
            unasked: self.unasked,
        }
    }

    pub(crate) fn of_targets(targets: Vec<Target>) -> Self {
        Self {
            targets,
            roots: Vec::new(),
            front: None,
            unasked: None,
        }
    }

    fn unasked(why: String) -> Self {
        Self {
            unasked: Some(why),
            ..Self::of_targets(Vec::new())
        }
    }

    pub(crate) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Asks until everything answers well several times in a row, or the time is over.
    pub(crate) async fn ask(&self, ctx: &Ctx, deadline: Deadline) -> anyhow::Result<Answered> {
        if self.targets.is_empty() {
            return Ok(Answered {
                note: self.unasked.clone(),
                ..Answered::without_question(CheckResult::NotApplicable)
            });
        }
        let mut watched = watched(ctx, &self.targets, deadline).await?;
        let mut note = None;
        if let Some((target, status)) = watched.kept_inside() {
            let instead = self.instead_of_inside(status);
            if let good @ HealthVerdict::Good(_) = self::watched(ctx, &instead, deadline).await? {
                note = Some(format!(
                    "`{target}` answers {status} to a request from outside; the platform asks that path inside, and `{}` was asked instead",
                    instead.first().unwrap_or(target)
                ));
                watched = good;
            }
        }
        let mut remarks = Vec::new();
        if let HealthVerdict::Good(mut seen) = watched {
            watched = match &self.front {
                Some(front) => look_at(ctx, front, deadline, &mut seen).await?,
                None => HealthVerdict::Good(Vec::new()),
            };
            for remark in seen.iter().filter_map(|(target, seen)| remark(target, seen)) {
                if !remarks.contains(&remark) {
                    remarks.push(remark);
                }
            }
        }
        let configured_check_failed = watched.is_bad_as_configured();
        let refused = watched.refused();
        let is_endless = watched.is_endless();
        let result = match watched {
            HealthVerdict::Good(_) => CheckResult::Passed,
            verdict @ HealthVerdict::Bad { .. } => verdict.failure().map_or(CheckResult::Passed, CheckResult::Failed),
            verdict @ HealthVerdict::Unknown { .. } => {
                verdict.failure().map_or(CheckResult::Passed, CheckResult::Obstructed)
            }
        };
        Ok(Answered {
            result,
            refused,
            configured_check_failed,
            is_endless,
            note,
            remarks,
        })
    }

    /// The roots in place of the paths that are for the platform's own checks. Who is turned away there (401, 403) has
    /// met a guard, and any answer of the root will do; anything else may be a route that is missing altogether.
    fn instead_of_inside(&self, status: u16) -> Vec<Target> {
        let expected = match status {
            401 | 403 => Expect::Below500,
            _ => Expect::Range(HEALTHY),
        };
        let roots = self.roots.iter().cloned().map(|root| root.expecting(expected.clone()));
        let others = self.targets.iter().filter(|target| !target.is_inside()).cloned();
        roots.chain(others).collect()
    }
}

/// Longest look at where people begin, once everything else is good.
const ONE_LOOK: Duration = Duration::from_secs(10);

/// Looks once at where people begin. Only redirects without an end are looked at until it is certain.
async fn look_at(
    ctx: &Ctx,
    front: &Target,
    deadline: Deadline,
    seen: &mut Vec<(Target, Observation)>,
) -> anyhow::Result<HealthVerdict> {
    let prober = Prober::new()?;
    let looked = prober.probe_until_cancelled(front, ONE_LOOK, &ctx.wait).await?;
    if let Observation::Endless { .. } = looked {
        let verdict = watched(ctx, std::slice::from_ref(front), deadline).await?;
        if verdict.is_endless() {
            return Ok(verdict);
        }
    }
    seen.push((front.clone(), looked));
    Ok(HealthVerdict::Good(Vec::new()))
}

async fn watched(ctx: &Ctx, targets: &[Target], deadline: Deadline) -> anyhow::Result<HealthVerdict> {
    let prober = Prober::new()?;
    let mut say = |target: &Target, seen: &crate::health::Observation| ctx.console.say(&format!("{target}: {seen}"));
    let watching = watch(&prober, targets, deadline, &ctx.wait, SUCCESSES_IN_A_ROW, &mut say);
    let watched: Result<HealthVerdict, Cancelled> = tokio::select! {
        watched = watching => watched,
        cancelled = signs_of_life(ctx, deadline) => Err(cancelled),
    };
    Ok(watched?)
}

/// Says now and then how long this has been waiting, until it is stopped.
async fn signs_of_life(ctx: &Ctx, deadline: Deadline) -> Cancelled {
    let total = deadline.total();
    loop {
        if let Err(cancelled) = ctx.wait.sleep(SIGN_OF_LIFE).await {
            return cancelled;
        }
        let waited = total.saturating_sub(deadline.remaining());
        ctx.console.say(&format!(
            "Still waiting for good answers: {} of at most {}",
            humanize(waited),
            humanize(total)
        ));
    }
}
