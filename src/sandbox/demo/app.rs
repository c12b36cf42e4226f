//! The service that the demo and the tests deploy: notes kept in SQLite, with migrations, in a few routes.
//!
//! It runs as a process of its own (`do-deploy demo-app serve`), so that a sandbox needs nothing but this binary.
//! Its directory decides how it behaves: `VERSION` is what it says of itself, `migrations/*.sql` is its schema, and
//! `CRASH` is why it cannot start. `HOSTS`, where there is one, names the hosts that it answers to.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long a request waits for another one that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// Where the port is not given, as App Platform has it.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
const DEFAULT_PORT: u16 = 8080;

#[derive(Debug, clap::Args)]
pub struct AppArgs {
    #[command(subcommand)]
    command: AppCommand,
}

#[derive(Debug, clap::Subcommand)]
enum AppCommand {
    /// Listen on 0.0.0.0:$PORT
    Serve,
    /// Apply what is new in ./migrations/*.sql to $DATABASE_URL
    Migrate,
    /// Write three notes where there are none
    Seed,
}

/// The exit code: 0, or 1 after any error, which is printed.
pub async fn main(args: AppArgs) -> u8 {
    match run(args).await {
        Ok(()) => 0,
        Err(error) => {
            say(&format!("{error:#}"));
            1
        }
    }
}

async fn run(args: AppArgs) -> anyhow::Result<()> {
    match args.command {
        AppCommand::Serve => serve().await,
        AppCommand::Migrate => migrate(&mut database()?.open()?, Path::new("migrations")),
        AppCommand::Seed => seed(&database()?.open()?),
    }
}

async fn serve() -> anyhow::Result<()> {
    if let Ok(last_words) = std::fs::read_to_string("CRASH") {
        say(last_words.trim_end());
        bail!("the service cannot start");
    }
    let service = Service {
        version: std::fs::read_to_string("VERSION").map_or_else(|_| "unknown".to_owned(), |text| text.trim().into()),
        database: database()?,
    };
    let port = match std::env::var("PORT") {
        Ok(port) => port
            .parse()
            .with_context(|| format!("`PORT` is not a valid port: `{port}`"))?,
        Err(_) => DEFAULT_PORT,
    };
    let hosts = std::fs::read_to_string("HOSTS").ok();
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .with_context(|| format!("cannot listen on port {port}"))?;
    say(&format!("notes {} listening on port {port}", service.version));
    let routes = Router::new()
        .route("/", get(home))
        .route("/health", get(health))
        .route("/notes", get(list).post(add))
        .layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let known = hosts.clone().is_none_or(|hosts| knows(&hosts, &request, port));
            async move {
                if known {
                    next.run(request).await
                } else {
                    (StatusCode::BAD_REQUEST, "this host is not one of mine\n").into_response()
                }
            }
        }))
        .with_state(service);
    let mut stop = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move {
            stop.recv().await;
        })
        .await
        .context("cannot serve")
}

/// As frameworks do that are configured with their hosts. What asks the instance itself, such as a health check, is let
/// in.
fn knows(hosts: &str, request: &Request, port: u16) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    host == format!("127.0.0.1:{port}") || hosts.split_whitespace().any(|known| known == host)
}

#[derive(Clone, Debug)]
struct Service {
    version: String,
    database: Database,
}

async fn home(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Trouble> {
    let browser = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !browser {
        return Ok(format!("notes {}\n", service.version).into_response());
    }
    let notes = notes(&service.database.open()?).unwrap_or_default();
    let items: String = notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
    let version = escaped(&service.version);
    Ok(Html(format!(
        "<!doctype html><title>notes {version}</title><h1>notes {version}</h1><ul>{items}</ul>\
         <form method=post action=notes><input name=text autofocus><button>Add</button></form>"
    ))
    .into_response())
}

async fn health(State(service): State<Service>) -> Result<&'static str, Trouble> {
    let answer: i64 = service
        .database
        .open()?
        .query_row("SELECT 1", [], |row| row.get(0))
        .context("the database does not answer")?;
    debug_assert_eq!(answer, 1);
    Ok("ok\n")
}

async fn list(State(service): State<Service>) -> Result<Response, Trouble> {
    let notes = notes(&service.database.open()?)?;
    Ok(axum::Json(notes).into_response())
}

/// The body is the note; a form field `text` and a JSON object's `text` are understood as well.
async fn add(State(service): State<Service>, headers: HeaderMap, body: Bytes) -> Result<Response, Trouble> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let form = kind.starts_with("application/x-www-form-urlencoded");
    let note = match kind {
        _ if form => url::form_urlencoded::parse(&body)
            .find_map(|(key, value)| (key == "text").then(|| value.into_owned()))
            .unwrap_or_default(),
        kind if kind.starts_with("application/json") => serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|json| json["text"].as_str().map(str::to_owned))
            .unwrap_or_default(),
        _ => String::from_utf8_lossy(&body).into_owned(),
    };
    let note = note.trim();
    if note.is_empty() {
        return Ok((StatusCode::BAD_REQUEST, "a note has to say something\n").into_response());
    }
    service
        .database
        .open()?
        .execute("INSERT INTO notes (text) VALUES (?1)", [note])
        .context("cannot keep the note")?;
    if form {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "./")]).into_response());
    }
    Ok((StatusCode::CREATED, format!("{note}\n")).into_response())
}

fn notes(connection: &Connection) -> anyhow::Result<Vec<String>> {
    let mut query = connection
        .prepare("SELECT text FROM notes ORDER BY id")
        .context("cannot read the notes")?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn migrate(connection: &mut Connection, directory: &Path) -> anyhow::Result<()> {
    connection.execute_batch("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY) STRICT")?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .with_context(|| format!("cannot read `{}`", directory.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    let mut applied = 0;
    for file in files {
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let step = connection.transaction()?;
        if step.execute("INSERT OR IGNORE INTO schema_migrations (name) VALUES (?1)", [&name])? == 0 {
            continue;
        }
        let sql = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{name}`"))?;
        if let Err(why) = step.execute_batch(&sql) {
            say(&format!("migration {name} failed: {why}"));
            bail!("the database was left as it was before {name}");
        }
        step.commit()?;
        say(&format!("migration {name} applied"));
        applied += 1;
    }
    if applied == 0 {
        say("no new migration");
    }
    Ok(())
}

fn seed(connection: &Connection) -> anyhow::Result<()> {
    let present: i64 = connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0))?;
    if present > 0 {
        say("there are notes already");
        return Ok(());
    }
    for note in ["buy milk", "water the plants", "call home"] {
        connection.execute("INSERT INTO notes (text) VALUES (?1)", [note])?;
    }
    say("three notes written");
    Ok(())
}

/// Where the notes are. Every request opens it anew: nothing has to be shared, and a lost file shows at once.
#[derive(Clone, Debug)]
struct Database(PathBuf);

impl Database {
    fn open(&self) -> anyhow::Result<Connection> {
        let connection =
            Connection::open(&self.0).with_context(|| format!("cannot open the database `{}`", self.0.display()))?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    }
}

fn database() -> anyhow::Result<Database> {
    let url = std::env::var("DATABASE_URL").map_err(|_| anyhow!("`DATABASE_URL` is not set"))?;
    sqlite_file(&url).map(Database).ok_or_else(|| {
        let scheme = url.split(':').next().unwrap_or_default();
        anyhow!("`DATABASE_URL` has to begin with `sqlite:///`, not with `{scheme}:`")
    })
}

/// `sqlite:////tmp/notes.db` is absolute and `sqlite:///notes.db` is relative to the working directory.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite:///")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// What went wrong in a request: the log says it, the caller sees 500.
struct Trouble(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let text = format!("{:#}", self.0);
        say(&text);
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{text}\n")).into_response()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One line of the service's log. A log without a reader is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::{migrate, notes, seed, sqlite_file};

    #[test]
    fn four_slashes_are_an_absolute_path() {
        assert_eq!(
            sqlite_file("sqlite:////tmp/notes.db").as_deref(),
            Some(Path::new("/tmp/notes.db"))
        );
        assert_eq!(
            sqlite_file("sqlite:///notes.db").as_deref(),
            Some(Path::new("notes.db"))
        );
        assert_eq!(sqlite_file("postgresql://db/notes"), None);
        assert_eq!(sqlite_file("sqlite:///"), None);
    }

    #[test]
    fn a_migration_runs_once_and_a_failing_one_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut connection = Connection::open_in_memory().expect("a database");
        std::fs::write(
            folder.path().join("001_notes.sql"),
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
        )
        .expect("written");
        migrate(&mut connection, folder.path()).expect("applies");
        migrate(&mut connection, folder.path()).expect("is not applied again");
        seed(&connection).expect("seeds");
        std::fs::write(
            folder.path().join("002_wrong.sql"),
            "DELETE FROM notes; ALTER TABLE nowhere ADD x",
        )
        .expect("written");
        migrate(&mut connection, folder.path()).expect_err("fails");
        assert_eq!(notes(&connection).expect("readable").len(), 3);
    }
}
