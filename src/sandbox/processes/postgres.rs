//! Development databases: real PostgreSQL servers, where `postgres` and `initdb` are found.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid};
use tokio::time::Instant;

use super::plan::{StepError, internal};
use super::port::Port;
use super::process::{Output, Process, Start};
use super::runner::Runner;
use super::{environment, probe};

/// Starting takes well below a second; a loaded machine gets more.
const START_BUDGET: Duration = Duration::from_secs(30);
const STOP_GRACE: Duration = Duration::from_secs(3);
const USERNAME: &str = "doadmin";

/// How to reach one database, with the fields of App Platform's bindable variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) database: String,
}

/// A running server. Its data outlives restarts of the app and dies with `destroy`.
#[derive(Debug)]
pub(crate) struct Postgres {
    // Declared before the folder, so that dropping kills the server before its data goes.
    server: Mutex<Option<Process>>,
    _port: Port,
    folder: Mutex<Option<tempfile::TempDir>>,
    connection: Connection,
    /// As it was asked for.
    pub(crate) version: Option<String>,
}

struct Programs {
    initdb: PathBuf,
    postgres: PathBuf,
}

impl Postgres {
    /// Fails with `DatabaseNotAvailable` and a sentence that says what to install where PostgreSQL is missing.
    pub(crate) async fn start(runner: &Runner, name: &str, version: Option<&str>) -> Result<Self, StepError> {
        let programs = find(version).ok_or_else(|| {
            unavailable(
                "`postgres` and `initdb` are not installed here: install PostgreSQL (Debian and Ubuntu: `postgresql`)"
                    .to_owned(),
            )
        })?;
        let user = other_user();
        let folder =
            folder(runner, user.as_ref()).map_err(|error| internal("cannot create a database folder", &error))?;
        let data = folder.path().join("data");
        let password = uuid::Uuid::new_v4().simple().to_string();
        let secret = folder.path().join("password");
        let written = std::fs::write(&secret, &password)
            .and_then(|()| std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)))
            .and_then(|()| own(&secret, user.as_ref()));
        written.map_err(|error| internal("cannot write a database password", &error))?;
        let database = name.replace(
            |letter: char| !letter.is_ascii_alphanumeric() && !"_-".contains(letter),
            "_",
        );

        let server = Server {
            runner,
            name,
            user: user.as_ref(),
            folder: folder.path(),
        };
        let mut initdb = args(
            &programs.initdb,
            &["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"],
        );
        initdb.push(format!("--username={USERNAME}").into());
        initdb.push(joined("--pwfile=", &secret));
        initdb.push(joined("--pgdata=", &data));
        server.run(initdb, "initdb").await?;
        // Single-user mode needs neither a port nor a client program.
        let create = r#"printf 'CREATE DATABASE "%s"\n' "$2" | "$0" --single -F -D "$1" postgres"#;
        let mut create = args(OsStr::new("bash"), &["-c", create]);
        create.extend([
            programs.postgres.clone().into(),
            data.clone().into(),
            database.clone().into(),
        ]);
        server.run(create, "CREATE DATABASE").await?;
        let _ = std::fs::remove_file(&secret);

        let port = Port::claim().map_err(|error| internal("cannot give the database a port", &error))?;
        let mut serve = args(
            &programs.postgres,
            &[
                "-F",
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ],
        );
        serve.extend(["-p".into(), port.number().to_string().into(), "-D".into(), data.into()]);
        let output = Output::nowhere();
        let mut process = server.start(serve, output.clone())?;
        let end = Instant::now() + START_BUDGET;
        while !probe::postgres(port.address(), Duration::from_secs(1)).await {
            tokio::select! {
                _ = process.wait() => return Err(unavailable(said("postgres", &output))),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
            if Instant::now() >= end {
                return Err(unavailable(said("postgres", &output)));
            }
        }
        let connection = Connection {
            host: "127.0.0.1".to_owned(),
            port: port.number(),
            username: USERNAME.to_owned(),
            password,
            database,
        };
        Ok(Self {
            server: Mutex::new(Some(process)),
            _port: port,
            folder: Mutex::new(Some(folder)),
            connection,
            version: version.map(str::to_owned),
        })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Stops the server and removes its data.
    pub(crate) async fn destroy(&self) {
        let server = self
            .server
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            // SIGTERM would wait until every client has gone.
            server.stop_with(Signal::SIGINT, STOP_GRACE).await;
        }
        let folder = self
            .folder
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        drop(folder);
    }
}

/// Runs PostgreSQL's programs as the right user.
struct Server<'a> {
    runner: &'a Runner,
    name: &'a str,
    user: Option<&'a User>,
    folder: &'a Path,
}

impl Server<'_> {
    async fn run(&self, program: Vec<OsString>, shown: &str) -> Result<(), StepError> {
        let output = Output::nowhere();
        match self.start(program, output.clone())?.wait().await {
            0 => Ok(()),
            _ => Err(unavailable(said(shown, &output))),
        }
    }

    fn start(&self, program: Vec<OsString>, output: Output) -> Result<Process, StepError> {
        let mut envs = environment::base();
        for name in ["HOME", "TMPDIR"] {
            environment::set(&mut envs, name, self.folder.display().to_string());
        }
        self.runner.start(Start {
            name: format!("postgres-{}", self.name),
            program,
            directory: self.folder.to_owned(),
            envs,
            tmp: None,
            keep: Vec::new(),
            user: self.user.map(|user| user.name.clone()),
            output,
        })
    }
}

/// PostgreSQL refuses to run as root.
fn other_user() -> Option<User> {
    if !geteuid().is_root() {
        return None;
    }
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
}

fn own(path: &Path, user: Option<&User>) -> std::io::Result<()> {
    match user {
        Some(user) => chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
        None => Ok(()),
    }
}

/// A folder that the server's user can reach: below the sandbox's root where that is open to others.
fn folder(runner: &Runner, user: Option<&User>) -> std::io::Result<tempfile::TempDir> {
    let own_place = runner.root.join("databases");
    std::fs::create_dir_all(&own_place)?;
    let places = [
        own_place.clone(),
        std::env::temp_dir(),
        "/tmp".into(),
        "/var/tmp".into(),
    ];
    let reachable = places.into_iter().find(|place| user.is_none() || open_to_others(place));
    let folder = tempfile::Builder::new()
        .prefix("do-deploy-postgres-")
        .tempdir_in(reachable.unwrap_or(own_place))?;
    own(folder.path(), user)?;
    Ok(folder)
}

fn open_to_others(place: &Path) -> bool {
    const OTHERS_MAY_ENTER: u32 = 0o001;
    place
        .ancestors()
        .all(|folder| folder.metadata().is_ok_and(|data| data.mode() & OTHERS_MAY_ENTER != 0))
}

/// The version asked for if it is there, else the newest, else what the path has.
fn find(version: Option<&str>) -> Option<Programs> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = Vec::new();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed = installed
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect::<Vec<_>>();
    installed.sort();
    let wanted = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    folders.extend(
        installed
            .iter()
            .filter(|(number, _)| Some(*number) == wanted)
            .map(|(_, bin)| bin.clone()),
    );
    folders.extend(std::env::split_paths(&path));
    folders.extend(installed.into_iter().rev().map(|(_, bin)| bin));
    folders.into_iter().find_map(|folder| {
        let programs = Programs {
            initdb: folder.join("initdb"),
            postgres: folder.join("postgres"),
        };
        (programs.initdb.is_file() && programs.postgres.is_file()).then_some(programs)
    })
}

fn args(program: impl AsRef<OsStr>, words: &[&str]) -> Vec<OsString> {
    let words = words.iter().map(OsString::from);
    std::iter::once(program.as_ref().to_owned()).chain(words).collect()
}

fn joined(option: &str, path: &Path) -> OsString {
    let mut word = OsString::from(option);
    word.push(path);
    word
}

fn said(program: &str, output: &Output) -> String {
    let tail = output.tail();
    let last = tail
        .iter()
        .rev()
        .take(5)
        .rev()
        .map(|line| line.trim())
        .collect::<Vec<_>>();
    format!("`{program}` failed: {}", last.join(" · "))
}

fn unavailable(message: String) -> StepError {
    StepError {
        code: "DatabaseNotAvailable",
        message,
    }
}
