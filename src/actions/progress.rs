//! How components are doing while a person waits: live lines on a terminal, one line per change elsewhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::console::Console;
use crate::model::rollout::{Step, StepStatus};
use crate::wait::humanize;

/// How often elapsed times move on a terminal.
const TICK: Duration = Duration::from_millis(500);

/// Shows steps until it is dropped; then the live lines are gone.
#[derive(Debug)]
pub(crate) struct Progress {
    console: Console,
    components: Arc<Mutex<Vec<Component>>>,
    ticker: Option<JoinHandle<()>>,
    is_live: bool,
}

#[derive(Debug)]
struct Component {
    step: Step,
    since: Instant,
    /// How long the step took, once it has ended.
    took: Option<Duration>,
}

impl Progress {
    /// Starts to show how components are doing. One at a time.
    pub(crate) fn new(console: Console) -> Self {
        let is_live = console.is_live();
        let components = Arc::<Mutex<Vec<Component>>>::default();
        let ticker = is_live.then(|| {
            let (console, components) = (console.clone(), Arc::clone(&components));
            async move {
                loop {
                    tokio::time::sleep(TICK).await;
                    draw(&console, &lock(&components));
                }
            }
        });
        Self {
            console,
            components,
            ticker: ticker.and_then(|ticker| Some(tokio::runtime::Handle::try_current().ok()?.spawn(ticker))),
            is_live,
        }
    }

    /// The steps as they are now; what is not named stays as it was.
    pub(crate) fn update(&self, steps: &[Step]) {
        let mut components = lock(&self.components);
        let mut changes: Vec<_> = steps
            .iter()
            .filter_map(|step| Some((step.stage, note(&mut components, step)?)))
            .collect();
        // Looked at rarely, a deployment may have built and deployed in between: the platform names a component's steps one
        // after the other, and each fold of the log is opened once.
        changes.sort_by_key(|(stage, _)| *stage);
        if !self.is_live {
            for (stage, change) in changes {
                self.console.phase(stage.into());
                self.console.say(&change);
            }
        }
        if self.is_live {
            draw(&self.console, &components);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(ticker) = self.ticker.take() {
            ticker.abort();
        }
        if self.is_live {
            // A tick that runs at this moment on another thread finds nothing to draw.
            lock(&self.components).clear();
            self.console.live(&[]);
        }
    }
}

/// Takes the step over; the line that announces it, where something has changed that is worth one.
fn note(components: &mut Vec<Component>, step: &Step) -> Option<String> {
    let known = components
        .iter_mut()
        .find(|known| known.step.component == step.component && known.step.doing == step.doing);
    let Some(known) = known else {
        components.push(Component {
            step: step.clone(),
            since: Instant::now(),
            took: ended(step).then_some(Duration::ZERO),
        });
        return line(step, None);
    };
    if known.step == *step {
        return None;
    }
    let had_begun = known.step.status != StepStatus::Pending;
    if !had_begun {
        known.since = Instant::now();
    }
    let took = ended(step).then(|| known.since.elapsed());
    known.step = step.clone();
    known.took = took;
    line(step, took.filter(|_| had_begun))
}

fn ended(step: &Step) -> bool {
    matches!(step.status, StepStatus::Done | StepStatus::Failed)
}

/// `web: building`, `web: building done in 1m 2s`. `None` for what has not begun.
fn line(step: &Step, took: Option<Duration>) -> Option<String> {
    let (component, doing) = (&step.component, &step.doing);
    let (how, between) = match step.status {
        StepStatus::Pending => return None,
        StepStatus::Running => return Some(format!("{component}: {doing}")),
        StepStatus::Done => ("done", "in"),
        StepStatus::Failed => ("failed", "after"),
    };
    let took = took
        .map(|took| format!(" {between} {}", humanize(took)))
        .unwrap_or_default();
    Some(format!("{component}: {doing} {how}{took}"))
}

/// One line per component: its last step that has begun.
fn draw(console: &Console, steps: &[Component]) {
    let mut components: Vec<&Component> = Vec::new();
    for step in steps.iter().filter(|step| step.step.status != StepStatus::Pending) {
        match components
            .iter_mut()
            .find(|known| known.step.component == step.step.component)
        {
            Some(known) => *known = step,
            None => components.push(step),
        }
    }
    let widest = components
        .iter()
        .map(|component| component.step.component.chars().count())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = components
        .iter()
        .map(|component| {
            let Step {
                component: name,
                doing,
                status,
                ..
            } = &component.step;
            let time = humanize(component.took.unwrap_or_else(|| component.since.elapsed()));
            match status {
                StepStatus::Pending => format!("  {name:widest$}  {doing}: waiting"),
                StepStatus::Running => format!("  {name:widest$}  {doing}  {time}"),
                StepStatus::Done => format!("  {name:widest$}  {doing}: done  {time}"),
                StepStatus::Failed => format!("  {name:widest$}  {doing}: failed  {time}"),
            }
        })
        .collect();
    console.live(&lines);
}

fn lock(components: &Mutex<Vec<Component>>) -> MutexGuard<'_, Vec<Component>> {
    components.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use crate::actions::console::tests::console;
    use crate::model::rollout::{Stage, Step, StepStatus};

    fn step(component: &str, doing: &str, status: StepStatus) -> Step {
        Step {
            stage: Stage::Build,
            component: component.to_owned(),
            doing: doing.to_owned(),
            status,
        }
    }

    #[test]
    fn a_log_gets_one_line_per_change() {
        let (console, _, err) = console(true, false);
        let progress = Progress::new(console.clone());
        let building = [
            step("web", "building", StepStatus::Running),
            step("worker", "building", StepStatus::Pending),
        ];
        progress.update(&building);
        progress.update(&building);
        progress.update(&[step("web", "building", StepStatus::Done)]);
        progress.update(&[step("web", "deploying", StepStatus::Running)]);
        progress.update(&[step("web", "deploying", StepStatus::Failed)]);
        drop(progress);
        // How long it takes depends on the machine.
        let text = regex_lite::Regex::new(r"\d+s")
            .expect("a pattern")
            .replace_all(&err.text(), "1s")
            .into_owned();
        insta::assert_snapshot!(text, @r"
        ::group::Build
        web: building
        web: building done in 1s
        web: deploying
        web: deploying failed after 1s
        ");
    }

    #[test]
    fn a_terminal_is_left_without_live_lines() {
        let (console, _, err) = console(false, true);
        let progress = Progress::new(console.clone());
        progress.update(&[step("web", "building", StepStatus::Running)]);
        console.say("a word between");
        drop(progress);
        let text = err.text();
        assert!(text.contains("  web  building  "), "{text:?}");
        let erased = text.matches("\u{1b}[1A\u{1b}[2K").count();
        let drawn = text.matches("  web  building").count();
        assert_eq!(erased, drawn, "every live line that was drawn is erased: {text:?}");
        assert!(text.contains("a word between\n"));
    }
}
