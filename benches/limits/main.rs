//! Measures what has a limit: the start, the memory of a preview run, the sandbox's proxy and its waking.
//!
//! Every figure stands beside one measured the same way in the same run, because machines differ: the start beside
//! `--version`, the proxy beside the same service without it, the wake beside the service's own start.
//! `cargo bench --bench limits`; ends with 1 if a limit is exceeded.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]

mod http;
mod world;

use std::net::TcpListener;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::world::{BINARY, World, free_port};

/// Enough for a median that does not move; each start takes some milliseconds.
const STARTS: usize = 40;
/// Pairs of requests, one through the proxy and one past it.
const REQUESTS: usize = 3000;
const WAKES: usize = 10;
/// How soon a preview goes to sleep, in seconds (`sleep = "10m"`, the platform's least).
const SLEEP_SECONDS: u64 = 600;

fn main() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    start(&mut report)?;
    let world = World::start()?;
    let url = memory(&mut report, &world)?;
    proxy(&mut report, &world, &url)?;
    wake(&mut report, &world, &url)?;
    Ok(report.close())
}

/// From before the program is started until its first request arrives; the answer does not matter.
fn start(report: &mut Report) -> anyhow::Result<()> {
    let (directory, environment) = world::offline()?;
    let mut first = Vec::new();
    let mut version = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let done = Command::new(BINARY).arg("--version").stdout(Stdio::null()).status()?;
        ensure!(done.success(), "`do-deploy --version` failed");
        version.push(begun.elapsed());

        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut command = Command::new(BINARY);
        command
            .args(["preview", "--pr", "1"])
            .current_dir(directory.path())
            .env_clear()
            .envs(environment.clone());
        command.env("GITHUB_API_URL", &url).env("DIGITALOCEAN_API_URL", &url);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let seen = http::first_request(&listener, Duration::from_secs(10));
        first.push(begun.elapsed());
        child.kill()?;
        child.wait()?;
        seen.context("`do-deploy preview --pr 1` sent no request")?;
    }
    let (first, version) = (median(&mut first), median(&mut version));
    report.limit("start to first API request, median", first, Duration::from_millis(50));
    report.note(
        "`--version`, median",
        &format!(
            "{}, the start takes {:.1} times that",
            shown(version),
            ratio(first, version)
        ),
    );
    Ok(())
}

/// The highest resident size of a whole preview run; returns the preview's URL.
fn memory(report: &mut Report, world: &World) -> anyhow::Result<String> {
    let number = world.open_pull("Measured")?;
    let mut command = world.command(&["preview", "--pr", &number.to_string()]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let errors = child.stderr.take().context("there is no standard error")?;
    let reader = std::thread::spawn(move || std::io::read_to_string(errors));
    let status = format!("/proc/{}/status", child.id());
    let (mut peak, mut samples) = (0_u64, 0_u64);
    let done = loop {
        // The kernel keeps the highest value itself, so that only growth in the last millisecond can be missed.
        if let Some(kib) = std::fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(world::peak_kib)
        {
            peak = peak.max(kib);
            samples += 1;
        }
        if let Some(done) = child.try_wait()? {
            break done;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let said = reader
        .join()
        .map_err(|_| anyhow::anyhow!("reading standard error failed"))??;
    ensure!(done.success(), "the preview failed with {done}:\n{said}");
    ensure!(samples > 10, "the preview ended before it could be measured");
    #[expect(clippy::cast_precision_loss, reason = "a size in MiB for a person")]
    let mib = peak as f64 / 1024.0;
    report.row(
        "peak memory of a preview run",
        &format!("{mib:.1} MiB"),
        "20 MB",
        mib * 1.048_576 <= 20.0,
    );
    world.preview_url(number)
}

/// One kept-alive connection each way, in turns, so that both see the same machine.
fn proxy(report: &mut Report, world: &World, url: &str) -> anyhow::Result<()> {
    let direct = world.serve_directly(free_port()?)?;
    let mut straight = http::Connection::open(&direct.url)?;
    let mut through = http::Connection::open(url)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        without.push(straight.get("/health")?);
        with.push(through.get("/health")?);
    }
    // What a warm connection costs; the first answers also pay for caches and for opening the database.
    let (without, with) = (median(&mut without), median(&mut with));
    report.limit(
        "proxy adds, median",
        with.saturating_sub(without),
        Duration::from_millis(1),
    );
    report.note(
        "through it and past it",
        &format!(
            "{} and {}, {:.1} times",
            shown(with),
            shown(without),
            ratio(with, without)
        ),
    );
    Ok(())
}

/// From the request that finds the service asleep until it is answered.
fn wake(report: &mut Report, world: &World, url: &str) -> anyhow::Result<()> {
    let (mut wakes, mut starts) = (Vec::new(), Vec::new());
    for _ in 0..WAKES {
        world.put_to_sleep(url, SLEEP_SECONDS)?;
        let begun = Instant::now();
        http::Connection::open(url)?.get("/health")?;
        wakes.push(begun.elapsed());
        let begun = Instant::now();
        let direct = world.serve_directly(free_port()?)?;
        starts.push(begun.elapsed());
        drop(direct);
    }
    let slowest = wakes.iter().max().copied().unwrap_or_default();
    let (wake, start) = (median(&mut wakes), median(&mut starts));
    report.limit("wake of the demo's service, median", wake, Duration::from_millis(500));
    report.note("slowest wake", &shown(slowest));
    report.note(
        "the service's own migration and start",
        &format!("{}, a wake takes {:.1} times that", shown(start), ratio(wake, start)),
    );
    Ok(())
}

fn median(values: &mut [Duration]) -> Duration {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn ratio(value: Duration, base: Duration) -> f64 {
    value.as_secs_f64() / base.as_secs_f64().max(1e-9)
}

fn shown(value: Duration) -> String {
    format!("{:.2} ms", value.as_secs_f64() * 1000.0)
}

/// What was measured, printed line by line; remembers whether a limit was exceeded.
#[derive(Default)]
struct Report {
    exceeded: bool,
}

impl Report {
    fn limit(&mut self, what: &str, value: Duration, limit: Duration) {
        self.row(
            what,
            &shown(value),
            &format!("{} ms", limit.as_millis()),
            value <= limit,
        );
    }

    fn row(&mut self, what: &str, value: &str, limit: &str, kept: bool) {
        self.exceeded |= !kept;
        println!(
            "{what:<38} {value:>12}   limit {limit:<8} {}",
            if kept { "kept" } else { "EXCEEDED" }
        );
    }

    fn note(&self, what: &str, value: &str) {
        println!("  {what}: {value}");
    }

    fn close(&self) -> ExitCode {
        ExitCode::from(u8::from(self.exceeded))
    }
}
