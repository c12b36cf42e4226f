//! The demo: a story that the whole product plays against its own sandbox, and the service that it deploys.

pub mod app;
mod http;
mod narrator;
mod playground;
mod story;

use std::time::Instant;

use self::narrator::Narrator;
use self::playground::Playground;
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Leave everything running at the end and print the URLs to open in a browser
    #[arg(long)]
    keep: bool,
}

/// Plays the story. 0: every step was true; 1: one was not, and the last words say which.
///
/// # Errors
/// When the playground cannot be made: no Git, no room for temporary files.
pub async fn run(args: DemoArgs) -> anyhow::Result<u8> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let narrator = Narrator::new(Instant::now());
    let mut playground = Playground::new()?;
    let played = tokio::select! {
        played = play(&mut playground, &narrator, args.keep) => played,
        _ = interrupt.recv() => Ok(130),
        _ = terminate.recv() => Ok(143),
        _ = hang_up.recv() => Ok(129),
    };
    if matches!(played, Ok(0)) && args.keep {
        narrator.kept(&playground);
        tokio::select! {
            _ = interrupt.recv() => {},
            _ = terminate.recv() => {},
            _ = hang_up.recv() => {},
        }
    }
    playground.clear().await;
    match played {
        Ok(129 | 130 | 143) => narrator.interrupted(),
        Err(error) => {
            narrator.broken(&error);
            return Ok(1);
        }
        Ok(_) => {}
    }
    played
}

async fn play(playground: &mut Playground, narrator: &Narrator, keep: bool) -> anyhow::Result<u8> {
    narrator.open();
    playground.open().await.context("the sandbox did not start")?;
    story::play(playground, narrator, keep).await?;
    let calls = playground.calls().await?;
    narrator.close(&calls);
    Ok(0)
}
