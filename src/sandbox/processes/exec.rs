//! `sandbox-exec`, the hidden subcommand that gives a process of the sandbox its own `/tmp` and then becomes it.

use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

#[derive(Debug, clap::Args)]
pub struct ExecArgs {
    /// Process id of the sandbox: when it is gone already, nothing is started
    #[arg(long)]
    parent: u32,
    /// Working directory
    #[arg(long)]
    directory: PathBuf,
    /// Folder that the program sees as `/tmp`
    #[arg(long)]
    tmp: Option<PathBuf>,
    /// Folder below `/tmp` that the program still has to see
    #[arg(long)]
    keep: Vec<PathBuf>,
    /// User to become
    #[arg(long)]
    user: Option<String>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// Only returns when it failed.
pub fn exec(args: ExecArgs) -> anyhow::Result<Infallible> {
    if let Some(tmp) = &args.tmp {
        private_tmp(tmp, &args.keep)?;
    }
    if let Some(user) = &args.user {
        become_user(user)?;
    }
    // Last of all, because the kernel forgets it when credentials change.
    die_with(args.parent)?;
    std::env::set_current_dir(&args.directory)
        .with_context(|| format!("cannot enter `{}`", args.directory.display()))?;
    let mut words = args.program.iter();
    let program = words.next().context("no program given")?;
    let error = Command::new(program).args(words).exec();
    Err(error).with_context(|| format!("cannot start `{}`", program.display()))
}

#[cfg(target_os = "linux")]
fn private_tmp(tmp: &std::path::Path, keep: &[PathBuf]) -> anyhow::Result<()> {
    use nix::mount::{MsFlags, mount};
    use nix::sched::{CloneFlags, unshare};

    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    if uid.is_root() {
        unshare(CloneFlags::CLONE_NEWNS).context("cannot enter a mount namespace")?;
    } else {
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS).context("cannot enter a user namespace")?;
        std::fs::write("/proc/self/setgroups", "deny").context("cannot give up setgroups")?;
        std::fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")).context("cannot map the user")?;
        std::fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")).context("cannot map the group")?;
    }
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).context("cannot make mounts private")?;

    let bind = MsFlags::MS_BIND | MsFlags::MS_REC;
    let mut keep = keep.to_vec();
    keep.sort();
    let mut covered: Option<PathBuf> = None;
    for path in keep {
        let Ok(below) = path.strip_prefix("/tmp") else { continue };
        if covered.as_ref().is_some_and(|parent| path.starts_with(parent)) {
            continue;
        }
        let target = tmp.join(below);
        std::fs::create_dir_all(&target).with_context(|| format!("cannot create `{}`", target.display()))?;
        mount(Some(&path), &target, none, bind, none).with_context(|| format!("cannot keep `{}`", path.display()))?;
        covered = Some(path);
    }
    mount(Some(tmp), "/tmp", none, bind, none).context("cannot mount a private `/tmp`")
}

#[cfg(not(target_os = "linux"))]
fn private_tmp(_tmp: &std::path::Path, _keep: &[PathBuf]) -> anyhow::Result<()> {
    anyhow::bail!("this system has no private mounts")
}

fn become_user(name: &str) -> anyhow::Result<()> {
    let user = nix::unistd::User::from_name(name)?.with_context(|| format!("no user `{name}`"))?;
    nix::unistd::setgid(user.gid).context("cannot change the group")?;
    #[cfg(target_os = "linux")]
    nix::unistd::setgroups(&[user.gid]).context("cannot leave groups")?;
    nix::unistd::setuid(user.uid).context("cannot change the user")
}

/// Asks the kernel to kill this process with the sandbox, however that ends.
fn die_with(parent: u32) -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    // It may have ended before it was asked.
    if u32::try_from(nix::unistd::getppid().as_raw()) != Ok(parent) {
        anyhow::bail!("the sandbox is gone");
    }
    Ok(())
}
