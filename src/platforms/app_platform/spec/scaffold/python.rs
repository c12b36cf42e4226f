//! A Python project: its framework, the module that has the app, and the server that serves it.

use regex_lite::{Regex, escape};

use super::super::document::component::RUN_COMMAND;
use super::{Folder, Project, health_route};

pub(super) struct Found {
    pub(super) project: Project,
    /// Whether it has a web framework.
    pub(super) serves: bool,
}

/// What App Platform's buildpack looks for, best first.
const DETECTED: [&str; 3] = ["requirements.txt", "Pipfile", "setup.py"];

/// Where people put the app.
const USUAL: [&str; 8] = [
    "main.py",
    "app.py",
    "asgi.py",
    "wsgi.py",
    "server.py",
    "api.py",
    "run.py",
    "__init__.py",
];

/// An app is not looked for deeper than `src/shop/main.py`.
const DEEPEST: usize = 3;

pub(super) fn find(folder: &Folder<'_>) -> Option<Found> {
    let detected = DETECTED.into_iter().find(|file| folder.has(file));
    let packages: Vec<String> = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py"]
        .iter()
        .filter_map(|file| folder.read(file))
        .collect();
    // `pyproject.toml` alone may be the settings of a linter.
    if packages.is_empty() || detected.is_none() && !packages[0].contains("dependencies") {
        return None;
    }
    let wants = |package: &str| packages.iter().any(|text| requires(text, package));
    let mut notes = Vec::new();
    if detected.is_none() {
        notes.push(
            "App Platform looks for a `requirements.txt`, `Pipfile` or `setup.py`: write one from your `pyproject.toml`, \
             such as with `uv export --no-dev --output-file requirements.txt`"
                .to_owned(),
        );
    }
    let start = django(folder, &wants).or_else(|| module(folder));
    let serves = start.is_some() || folder.has_procfile();
    let start = start.or_else(|| script(folder));
    let mut project = Project {
        why: format!(
            "Python, built by App Platform's buildpack from `{}`.",
            detected.unwrap_or("requirements.txt")
        ),
        ..Project::default()
    };
    let kind = match start {
        _ if folder.has_procfile() => {
            "The Procfile says how it is started.".clone_into(&mut project.why);
            None
        }
        Some(start) => {
            if let Some(server) = start.server.filter(|server| !installs(&packages, server)) {
                let file = detected.unwrap_or("requirements.txt");
                notes.push(format!("Add `{server}` to `{file}`: it is what serves the app"));
            }
            if start.framework == Some("Django") {
                notes.push("Django answers only for hosts in `ALLOWED_HOSTS`: add `.ondigitalocean.app`".to_owned());
            }
            project.fields.push((RUN_COMMAND, start.command));
            project.health = start.health;
            start.framework
        }
        None => {
            notes.push("How the app is started was not found out: add a `run_command` to the spec".to_owned());
            None
        }
    };
    project.kind = kind.map_or("a Python project".to_owned(), |name| {
        format!("a Python project ({name})")
    });
    project.migration = match () {
        () if folder.has("manage.py") => Some("python manage.py migrate --noinput".to_owned()),
        () if folder.has("alembic.ini") => Some("alembic upgrade head".to_owned()),
        () => None,
    };
    project.notes = notes;
    Some(Found { project, serves })
}

struct Start {
    framework: Option<&'static str>,
    command: String,
    /// The package that has to be installed for the command.
    server: Option<&'static str>,
    health: Option<String>,
}

fn django(folder: &Folder<'_>, wants: &dyn Fn(&str) -> bool) -> Option<Start> {
    let manage = folder.read("manage.py").filter(|_| wants("django"))?;
    let settings = Regex::new(r#"DJANGO_SETTINGS_MODULE["']\s*,\s*["'](\w+)"#).expect("a valid pattern");
    let project = settings.captures(&manage)?[1].to_owned();
    Some(Start {
        framework: Some("Django"),
        command: gunicorn(&format!("{project}.wsgi")),
        server: Some("gunicorn"),
        // A health check does not come with a host name that Django takes.
        health: None,
    })
}

/// A module that makes a FastAPI, Starlette or Flask app.
fn module(folder: &Folder<'_>) -> Option<Start> {
    let made =
        Regex::new(r"(?m)^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Starlette|Flask)\(").expect("a valid pattern");
    let factory = Regex::new(r"(?m)^def (create_app|make_app)\(").expect("a valid pattern");
    for path in candidates(folder) {
        let Some(text) = folder.read(path) else { continue };
        let stem = path.trim_end_matches(".py").trim_end_matches("/__init__");
        let module = stem.replace('/', ".");
        let health = health_route(&text);
        if let Some(found) = made.captures(&text) {
            let app = format!("{module}:{}", &found[1]);
            let (framework, command, server) = match &found[2] {
                "Flask" => ("Flask", gunicorn(&app), "gunicorn"),
                name => {
                    let command = format!("uvicorn {app} --host 0.0.0.0 --port $PORT");
                    let framework = if name == "FastAPI" { "FastAPI" } else { "Starlette" };
                    (framework, command, "uvicorn")
                }
            };
            return Some(Start {
                framework: Some(framework),
                command,
                server: Some(server),
                health,
            });
        }
        if let Some(found) = factory.captures(&text).filter(|_| text.contains("Flask(")) {
            return Some(Start {
                framework: Some("Flask"),
                command: gunicorn(&format!("'{module}:{}()'", &found[1])),
                server: Some("gunicorn"),
                health,
            });
        }
    }
    None
}

/// A program that is simply run.
fn script(folder: &Folder<'_>) -> Option<Start> {
    let script = ["main.py", "app.py", "server.py", "run.py"]
        .into_iter()
        .find(|file| folder.has(file))?;
    Some(Start {
        framework: None,
        command: format!("python {script}"),
        server: None,
        health: folder.read(script).and_then(|text| health_route(&text)),
    })
}

/// Nearest to the root first, then in the order of the usual names.
fn candidates<'a>(folder: &'a Folder<'_>) -> Vec<&'a str> {
    let rank = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let usual = USUAL.iter().position(|usual| *usual == name)?;
        let depth = path.split('/').count();
        let tests = path.split('/').any(|part| part.starts_with("test") || part == "docs");
        (depth <= DEEPEST && !tests).then_some((depth, usual))
    };
    let mut found: Vec<((usize, usize), &str)> = folder.paths().filter_map(|path| Some((rank(path)?, path))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, path)| path).collect()
}

/// Its temporary files in memory: a container's disk makes workers look as if they hung.
fn gunicorn(app: &str) -> String {
    format!("gunicorn --worker-tmp-dir /dev/shm --bind 0.0.0.0:$PORT {app}")
}

fn installs(packages: &[String], server: &str) -> bool {
    let wants = |package: &str| packages.iter().any(|text| requires(text, package));
    wants(server) || server == "uvicorn" && packages.iter().any(|text| text.contains("fastapi[standard]"))
}

/// Whether a list of packages, in whichever format, has this one.
fn requires(text: &str, package: &str) -> bool {
    let pattern = format!(r#"(?im)(?:^|["'\s]){}(?:$|[\["'\s=<>~!;,@])"#, escape(package));
    Regex::new(&pattern).expect("a valid pattern").is_match(text)
}
