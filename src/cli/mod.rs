//! Command line: clap types, the context that flows run in, and failures turned into words and exit codes.

mod action;
mod args;
mod context;
mod diagnostics_args;
mod duration;
mod ending;
mod environment;
mod log_filter;
mod mistake;
mod project_args;
mod replace_arg;
mod requests;
mod signals;
mod spec_args;
mod target_args;
mod wait_args;

use std::process::ExitCode;

use clap::Parser as _;

use args::{App, Cli, Command, Common, Project};
use context::Voice;
use environment::Variables;
use spec_args::SpecCommand;

use crate::actions::diagnostics;
use crate::flows;
use crate::flows::context::Ctx;
use crate::model::failure::Kind;
use crate::wait::Wait;

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return ending::of_usage(&usage),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a process may have a timer and an event loop");
    let code = runtime.block_on(run(cli.command));
    // What still runs in the background is of no use any more: do not wait for it.
    runtime.shutdown_background();
    ExitCode::from(code)
}

async fn run(command: Command) -> u8 {
    let variables = Variables;
    #[cfg(feature = "sandbox")]
    let command = match sandbox(command, variables).await {
        Ok(code) => return code,
        Err(command) => command,
    };
    mistake::watch();
    // Before the first word: a signal at any later moment finds a listener.
    let listening = signals::listen();
    let voice = Voice::new(variables, command.json());
    let (console, run) = (voice.console.clone(), voice.run.clone());
    let listening = log_filter::filter(variables, command.verbose(), run.is_ci && run.is_debugging)
        .and_then(|filter| {
            diagnostics::begin(&console, &run.timings, filter);
            variables.pace()
        })
        .map_err(anyhow::Error::from)
        .and_then(|pace| Ok((pace, listening?)));
    let (pace, signals) = match listening {
        Ok(listening) => listening,
        Err(error) => return ending::of_error(&console, &run, &Wait::unbounded(), &error),
    };
    let wait = Wait::new(pace, signals.cancelled.clone());
    let shows_timings = command.timings();
    let code = tokio::select! {
        ended = carry_out(command, voice, variables, wait.clone()) => {
            ended.unwrap_or_else(|error| ending::of_error(&console, &run, &wait, &error))
        }
        cancelled = signals.end() => ending::of_cancelled(&console, &run, cancelled),
    };
    console.end_phase();
    if shows_timings {
        run.timings.table().iter().for_each(|row| console.say(row));
    }
    ending::of_unwritten(&console, code)
}

/// The command that the flags name, or that the action's inputs do; then what goes wrong is said in their words.
async fn carry_out(command: Command, mut voice: Voice, variables: Variables, wait: Wait) -> anyhow::Result<u8> {
    if !matches!(command, Command::Action) {
        return flow(command, voice, variables, wait).await;
    }
    voice.console = voice.console.worded(action::reworded);
    match flow(action::command(variables)?, voice, variables, wait).await {
        Err(error) if flows::failure::cancelled(&error).is_none() => {
            Err(action::in_words_of_inputs(flows::failure::failure_of(&error)).into())
        }
        ended => ended,
    }
}

/// Builds the context for a flow, runs it, and turns its result into an exit code.
async fn flow(command: Command, voice: Voice, variables: Variables, wait: Wait) -> anyhow::Result<u8> {
    let build = |common: &Common, dry_run| context::build(voice, variables, wait.clone(), common.clone(), dry_run);
    match command {
        Command::Auto(args) => {
            let mut ctx = about(build(&args.common, args.dry_run)?, &args.app);
            Ok(match flows::auto::run(&mut ctx, &args.try_into()?).await? {
                flows::auto::Ended::Reports(reports) => ending::of_reports(&ctx, &reports),
                flows::auto::Ended::Verdict(verdict) => ending::of_verdict(&ctx, &verdict),
                flows::auto::Ended::Reported => 0,
            })
        }
        Command::Deploy(args) => {
            let ctx = about(build(&args.common, args.dry_run)?, &args.app);
            Ok(ending::of_reports(
                &ctx,
                &flows::production::deploy::run(&ctx, &args.try_into()?).await?,
            ))
        }
        Command::Preview(args) => {
            let ctx = about(build(&args.common, args.dry_run)?, &args.app);
            Ok(ending::of_reports(
                &ctx,
                &flows::preview::run(&ctx, &args.try_into()?).await?,
            ))
        }
        Command::Teardown(args) => {
            let ctx = build(&args.common, args.dry_run)?;
            Ok(ending::of_reports(
                &ctx,
                &flows::preview::teardown::run(&ctx, &args.try_into()?).await?,
            ))
        }
        Command::Redeploy(args) => {
            let ctx = about(build(&args.common, args.dry_run)?, &args.app);
            Ok(ending::of_reports(
                &ctx,
                &flows::redeploy::run(&ctx, args.try_into()?).await?,
            ))
        }
        Command::Rollback(args) => {
            let ctx = about(build(&args.common, args.dry_run)?, &args.app);
            Ok(ending::of_reports(
                &ctx,
                &[flows::production::rollback::run(&ctx, &args.into()).await?],
            ))
        }
        Command::Sweep(args) => {
            args.no_app.accept()?;
            let request = (&args).into();
            let common = Common {
                timeout: args.timeout,
                ..without_limit(args.project, args.json, None)
            };
            let ctx = build(&common, args.dry_run)?;
            flows::preview::sweep::run(&ctx, &request).await?;
            Ok(0)
        }
        Command::Verify(args) => {
            let ctx = about(build(&args.common, false)?, &args.app);
            let request = args.try_into()?;
            Ok(ending::of_verdict(
                &ctx,
                &flows::inspect::verify::run(&ctx, &request).await?,
            ))
        }
        Command::Wait(args) => {
            let project = Project {
                repo: args.repo,
                config: None,
                working_directory: ".".into(),
                diagnostics: args.diagnostics,
            };
            let common = Common {
                timeout: args.timeout,
                ..without_limit(project, args.json, None)
            };
            let ctx = about(build(&common, false)?, &args.app);
            let request = flows::preview::wait::Request {
                pull_request: args.pr,
                commit: args.commit,
            };
            Ok(ending::of_reports(
                &ctx,
                &[flows::preview::wait::run(&ctx, &request).await?],
            ))
        }
        Command::Status(args) => {
            let request = (&args).into();
            let ctx = build(&without_limit(args.project, args.json, args.spec), false)?;
            let ctx = about(ctx, &args.app);
            flows::inspect::status::run(&ctx, &request).await?;
            Ok(0)
        }
        Command::Logs(args) => {
            let common = without_limit(args.project.clone(), args.json, args.spec.clone());
            let ctx = about(build(&common, false)?, &args.app);
            flows::inspect::logs::run(&ctx, &args.into()).await?;
            Ok(0)
        }
        Command::Spec(args) => {
            let SpecCommand::Check(args) = args.command;
            let json = args.json();
            let ctx = build(&without_limit(args.project.clone(), json, None), false)?;
            let request = args.request(ctx.run.is_ci);
            Ok(match flows::spec::check::run(&ctx, &request).await? {
                true => 0,
                false => Kind::Input.exit_code(),
            })
        }
        Command::Action => unreachable!("it became another command before"),
        Command::Init(args) => {
            let root = flows::init::root(&args.project.working_directory).await?;
            let mut project = args.project;
            project.working_directory.clone_from(&root);
            let repository = project.repo.clone();
            let action = context::github_of(flows::init::ACTION, variables, wait.clone())?;
            let ctx = build(&without_limit(project, args.json, args.spec), args.dry_run)?;
            let request = flows::init::Request {
                repository,
                form: match args.isolated {
                    true => flows::init::Form::Isolated,
                    false => flows::init::Form::Plain,
                },
                from_app: args.from_app,
                action,
                updates: args.updates,
                force: args.force,
                dry_run: args.dry_run,
            };
            flows::init::run(&ctx, &root, &request).await?;
            Ok(0)
        }
        #[cfg(feature = "sandbox")]
        Command::Sandbox(_) | Command::Demo(_) | Command::DemoApp(_) | Command::SandboxExec(_) => {
            unreachable!("handled before a context is built")
        }
    }
}

/// With the app that the flags name.
fn about(ctx: Ctx, app: &App) -> Ctx {
    Ctx {
        app: app.app.clone(),
        ..ctx
    }
}

/// The commands that are a world of their own. `Err`: the command is not one of them.
#[cfg(feature = "sandbox")]
async fn sandbox(command: Command, variables: Variables) -> Result<u8, Command> {
    let pace = match variables.pace() {
        Ok(pace) => pace,
        Err(failure) => return Ok(ending_of_sandbox(variables, Err(failure.into()))),
    };
    let ended = match command {
        Command::Sandbox(args) => do_deploy_sandbox::command::run(args, pace).await,
        Command::Demo(args) => do_deploy_sandbox::demo::run(args).await,
        // An app like any other: it does not know our exit codes.
        Command::DemoApp(args) => return Ok(do_deploy_sandbox::demo::app::main(args).await),
        Command::SandboxExec(args) => do_deploy_sandbox::exec::exec(args).map(|never| match never {}),
        other => return Err(other),
    };
    Ok(ending_of_sandbox(variables, ended))
}

#[cfg(feature = "sandbox")]
fn ending_of_sandbox(variables: Variables, ended: anyhow::Result<u8>) -> u8 {
    let voice = Voice::new(variables, false);
    ended.unwrap_or_else(|error| {
        let error = match error.downcast::<do_deploy_sandbox::command::UsageError>() {
            Ok(usage) => crate::model::failure::Failure::input(usage.to_string()).into(),
            Err(other) => other,
        };
        ending::of_error(&voice.console, &voice.run, &Wait::unbounded(), &error)
    })
}

/// For commands that neither report at the end nor end early.
fn without_limit(project: Project, json: bool, spec: Option<String>) -> Common {
    Common {
        project,
        timeout: None,
        json,
        spec,
        timings: false,
    }
}

#[cfg(test)]
mod tests;
