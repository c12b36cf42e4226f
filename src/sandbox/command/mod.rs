//! `do-deploy sandbox`: serves the stand-in cloud until it is stopped, or for as long as a command runs.

mod child;
mod folder;
mod settings;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::settings::Mount;
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::clouds::app_platform::document::sources::Repositories;
use crate::clouds::app_platform::domain::platform::AppPlatform;
use crate::github::GitHub;
use crate::processes::runner::Runner;
use crate::repository::Repository;
use crate::server::address;
use crate::server::audit::Audit;
use crate::server::faults::Faults;
use crate::server::record::Recorder;
use crate::server::requests::Requests;
use crate::server::state::Sandbox;

#[derive(Clone, Debug, clap::Args)]
pub struct SandboxArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: String,
    /// Directory for what apps write, made for you alone; a temporary one that is removed if left out
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Mount a local Git repository as that GitHub repository; may be repeated
    #[arg(long = "repo", value_name = "OWNER/NAME=PATH")]
    pub(crate) repos: Vec<String>,
    /// Folder that stands in for registries: `DIR/REGISTRY/REPOSITORY@sha256:…` holds that image's files
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
    /// Write the environment for clients to this file once everything answers
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Append every API exchange to this file, one JSON line each
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Run this command with the environment for clients, and end with its exit code
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// The person who started it has to change something: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub(crate) String);

/// Runs the sandbox to its end and returns the exit code. `pace` scales what the sandbox itself waits for.
pub async fn run(args: SandboxArgs, pace: f64) -> anyhow::Result<u8> {
    let mut signals = Signals::new()?;
    let repositories = open_repositories(&args.repos).await?;
    let listener = TcpListener::bind(&args.listen).await.map_err(|error| {
        let address = &args.listen;
        UsageError(format!(
            "cannot listen on `{address}`: {error}; choose another port with `--listen`, or 0 for a free one"
        ))
    })?;
    let base_url = base_url(listener.local_addr()?)?;
    let temporary = match &args.dir {
        Some(_) => None,
        None => Some(folder::temporary()?),
    };
    let root = match (&args.dir, &temporary) {
        (Some(dir), _) => dir.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => unreachable!("one of the two is there"),
    };
    if let Some(warning) = folder::prepare(&root)? {
        let _unread = writeln!(std::io::stderr(), "{warning}");
    }
    let recorder = args.record.as_deref().map(|path| {
        Recorder::open(path).map_err(|error| UsageError(format!("cannot write `{}`: {error}", path.display())))
    });
    let server = Arc::new(open(
        pace,
        root,
        args.images.clone(),
        repositories.clone(),
        base_url.clone(),
        recorder.transpose()?,
    ));
    let serving = tokio::spawn(Arc::clone(&server).serve(listener));
    let variables = settings::variables(&base_url, server.account.handed_out(), &repositories);
    let ended = serve(&args, &variables, &mut signals).await;
    serving.abort();
    server.app_platform.shutdown().await;
    if let Some(temporary) = temporary {
        let path = temporary.path().to_owned();
        temporary
            .close()
            .with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    ended
}

/// Only loopback names are answered: an address of a network would be of no use.
fn base_url(listening: SocketAddr) -> Result<String, UsageError> {
    let address = address::for_clients(listening).ok_or_else(|| {
        UsageError(format!(
            "the sandbox answers only to loopback names, which do not lead to `{listening}`; choose an address such as \
             `127.0.0.1:0` with `--listen`"
        ))
    })?;
    Ok(format!("http://{address}"))
}

fn open(
    pace: f64,
    root: PathBuf,
    images: Option<PathBuf>,
    repositories: Vec<Arc<Repository>>,
    base_url: String,
    recorder: Option<Recorder>,
) -> Sandbox {
    let (clock, account, changes) = (Clock::new(pace), Account::default(), Changes::default());
    let runner = Arc::new(Runner::new(root, images, clock.clone()));
    let mounted = Repositories::new(repositories.clone(), account.clone());
    Sandbox {
        app_platform: AppPlatform::new(clock.clone(), account.clone(), changes.clone(), runner, mounted),
        github: GitHub::new(clock.clone(), account.clone(), &changes, repositories, base_url.clone()),
        clock,
        account,
        base_url,
        recorder,
        faults: Faults::default(),
        requests: Requests::new(changes.clone()),
        changes,
        audit: Audit::default(),
    }
}

/// Prints its address, then waits for the end.
async fn serve(args: &SandboxArgs, variables: &[(String, String)], signals: &mut Signals) -> anyhow::Result<u8> {
    if let Some(path) = &args.env_file {
        settings::write(path, variables)
            .map_err(|error| UsageError(format!("cannot write `{}`: {error}", path.display())))?;
    }
    if let Some((program, arguments)) = args.command.split_first() {
        return child::run(program, arguments, variables, signals).await;
    }
    if args.env_file.is_none() {
        let mut out = std::io::stdout().lock();
        for (key, value) in variables {
            // There may be no reader, which is no reason not to serve.
            let _unread = writeln!(out, "{key}={value}");
        }
    }
    let url = variables.first().map_or("", |(_, url)| url.as_str());
    let _unread = writeln!(std::io::stderr(), "The sandbox answers at {url}; Ctrl-C ends it");
    signals.next().await;
    Ok(0)
}

async fn open_repositories(mounts: &[String]) -> Result<Vec<Arc<Repository>>, UsageError> {
    let mut repositories: Vec<Arc<Repository>> = Vec::new();
    for (mount, id) in mounts.iter().zip(1_000_001..) {
        let Mount { owner, name, path } = mount.parse()?;
        let repository = Repository::new(owner, name, id, path);
        if let Err(error) = repository.git(&["rev-parse", "--git-dir"]).await {
            let path = repository.path().display();
            return Err(UsageError(format!(
                "`--repo {mount}`: `{path}` is not a Git repository ({error}); make one with `git init`"
            )));
        }
        if repositories
            .iter()
            .any(|other| other.full_name().eq_ignore_ascii_case(&repository.full_name()))
        {
            let name = repository.full_name();
            return Err(UsageError(format!("`--repo {mount}`: `{name}` is mounted already")));
        }
        repositories.push(Arc::new(repository));
    }
    Ok(repositories)
}

/// SIGINT and SIGTERM, in the order in which they come.
#[derive(Debug)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> nix::sys::signal::Signal {
        tokio::select! {
            _ = self.interrupt.recv() => nix::sys::signal::Signal::SIGINT,
            _ = self.terminate.recv() => nix::sys::signal::Signal::SIGTERM,
            _ = self.hang_up.recv() => nix::sys::signal::Signal::SIGHUP,
        }
    }
}
