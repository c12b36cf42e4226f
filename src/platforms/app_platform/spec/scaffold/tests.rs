//! The first specs of the projects that people have: recognised, started rightly, and valid.

use std::collections::BTreeMap;

use super::{Tree, app_name, first};

/// What the spec says, comments aside, and the notes; every spec has to pass our own checks.
fn said(files: &[(&str, &str)]) -> String {
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let paths: Vec<String> = files.keys().cloned().collect();
    let tree = Tree {
        paths: &paths,
        read: &|path| files.get(path).cloned(),
    };
    let made = match first(&tree, "acme/shop", "main") {
        Ok(made) => made,
        Err(failure) => return format!("{failure}"),
    };
    let spec = super::super::parse::parse(&made.text, "app.yaml").expect("a first spec is valid");
    let service = spec
        .value()
        .pointer("/services/0")
        .or(spec.value().pointer("/static_sites/0"));
    let mut service = service.expect("one component").as_object().expect("a mapping").clone();
    for known in ["name", "github", "instance_count", "instance_size_slug"] {
        service.shift_remove(known);
    }
    let mut text = format!("{}: {}", made.kind, serde_json::Value::Object(service));
    for (path, _) in &made.further {
        text += &format!("\n+ {path}");
    }
    for note in &made.notes {
        text += &format!("\n! {note}");
    }
    text
}

#[test]
fn python() {
    let fastapi = "from fastapi import FastAPI\napp = FastAPI(title='x')\n@app.get(\"/health\")\ndef health(): ...\n";
    let cases: &[&[(&str, &str)]] = &[
        &[
            ("requirements.txt", "fastapi==0.115\nuvicorn[standard]\n"),
            ("main.py", fastapi),
        ],
        &[
            ("requirements.txt", "fastapi[standard]\n"),
            ("app/__init__.py", ""),
            ("app/main.py", fastapi),
        ],
        &[
            ("requirements.txt", "Flask\n"),
            ("app.py", "api: Flask = Flask(__name__)\n"),
        ],
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            ("shop/__init__.py", "def create_app():\n  return Flask(__name__)\n"),
        ],
        &[
            ("requirements.txt", "Django>=5\ngunicorn\n"),
            (
                "manage.py",
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            ),
            ("shop/urls.py", "path(\"healthz/\", health)"),
        ],
        &[
            (
                "pyproject.toml",
                "[project]\ndependencies = [\"fastapi>=0.1\", \"uvicorn\"]\n",
            ),
            ("main.py", fastapi),
        ],
        &[("requirements.txt", ""), ("server.py", "print()")],
        &[("requirements.txt", "flask\n"), ("Procfile", "web: gunicorn x:y\n")],
        &[("requirements.txt", "numpy\n"), ("lib/x.py", "")],
    ];
    let text: Vec<String> = cases.iter().map(|files| said(files)).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    a Python project (FastAPI): {"run_command":"uvicorn main:app --host 0.0.0.0 --port $PORT","http_port":8080,"health_check":{"http_path":"/health"}}
    a Python project (FastAPI): {"run_command":"uvicorn app.main:app --host 0.0.0.0 --port $PORT","http_port":8080,"health_check":{"http_path":"/health"}}
    a Python project (Flask): {"run_command":"gunicorn --worker-tmp-dir /dev/shm --bind 0.0.0.0:$PORT app:api","http_port":8080}
    ! Add `gunicorn` to `requirements.txt`: it is what serves the app
    a Python project (Flask): {"run_command":"gunicorn --worker-tmp-dir /dev/shm --bind 0.0.0.0:$PORT 'shop:create_app()'","http_port":8080}
    a Python project (Django): {"run_command":"gunicorn --worker-tmp-dir /dev/shm --bind 0.0.0.0:$PORT shop.wsgi","http_port":8080}
    ! Django answers only for hosts in `ALLOWED_HOSTS`: add `.ondigitalocean.app`
    a Python project (FastAPI): {"run_command":"uvicorn main:app --host 0.0.0.0 --port $PORT","http_port":8080,"health_check":{"http_path":"/health"}}
    ! App Platform looks for a `requirements.txt`, `Pipfile` or `setup.py`: write one from your `pyproject.toml`, such as with `uv export --no-dev --output-file requirements.txt`
    a Python project: {"run_command":"python server.py","http_port":8080}
    a Python project: {"http_port":8080}
    a Python project: {"http_port":8080}
    ! How the app is started was not found out: add a `run_command` to the spec
    "#);
}

#[test]
fn node_go_rust_and_docker() {
    let cases: &[&[(&str, &str)]] = &[
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "node ./server.js", "build": "tsc"}}"#,
            ),
            ("server.js", "app.get('/healthz', ok)"),
        ],
        &[("package.json", r#"{"main": "lib/index.js"}"#), ("lib/index.js", "")],
        &[(
            "package.json",
            r#"{"scripts": {"start": "vite", "build": "vite build"}, "devDependencies": {"vite": "7"}}"#,
        )],
        &[("package.json", "{}")],
        &[
            ("go.mod", "module example.com/acme/shop/v2\n\ngo 1.24\n"),
            ("main.go", "package main\nmux.HandleFunc(\"GET /health\", h)\n"),
        ],
        &[
            ("go.mod", "module example.com/acme/shop\n"),
            ("cmd/migrate/main.go", "package main\n"),
            ("cmd/server/main.go", "package main\n"),
            ("shop.go", "package shop\n"),
        ],
        &[
            ("Cargo.toml", "[package]\nname = \"shop\"\n"),
            ("Cargo.lock", ""),
            ("src/main.rs", ".route(\"/health\", get(ok))"),
        ],
        &[
            ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n"),
            ("crates/api/Cargo.toml", "[package]\nname = \"shop-api\"\n"),
            ("crates/api/src/main.rs", ""),
            ("crates/core/Cargo.toml", "[package]\nname = \"core\"\n"),
        ],
        &[
            (
                "Dockerfile",
                "FROM x\nEXPOSE 3000\nHEALTHCHECK CMD curl -f http://localhost:3000/up || exit 1\n",
            ),
            ("package.json", "{}"),
        ],
        &[
            ("server/requirements.txt", "flask\ngunicorn"),
            ("server/app.py", "app = Flask(__name__)"),
        ],
        &[("server/go.mod", "module x"), ("web/package.json", "{}")],
        &[("README.md", "")],
        &[("Cargo.toml", "[package]\nname = \"lib\"\n"), ("src/lib.rs", "")],
    ];
    let text: Vec<String> = cases.iter().map(|files| said(files)).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    a Node project: {"run_command":"npm start","http_port":8080,"health_check":{"http_path":"/healthz"}}
    a Node project: {"run_command":"node lib/index.js","http_port":8080}
    a static site (Node): {"output_dir":"dist"}
    a Node project: {"http_port":8080}
    ! How the app is started was not found out: add a script `start` to `package.json`
    a Go project: {"run_command":"bin/shop","http_port":8080,"health_check":{"http_path":"/health"}}
    a Go project: {"run_command":"bin/server","http_port":8080}
    ! There are several main packages (`cmd/migrate`, `cmd/server`): the spec starts `cmd/server`
    a Rust project: {"dockerfile_path":"Dockerfile","http_port":8080,"health_check":{"http_path":"/health"}}
    + Dockerfile
    ! The Dockerfile builds `shop`; copy what it reads while it runs, such as templates or migrations, into the image
    a Rust project: {"dockerfile_path":"Dockerfile","http_port":8080}
    + Dockerfile
    ! The Dockerfile builds `shop-api`; copy what it reads while it runs, such as templates or migrations, into the image
    a Dockerfile: {"dockerfile_path":"Dockerfile","http_port":3000,"health_check":{"http_path":"/up"}}
    a Python project (Flask): {"source_dir":"server","run_command":"gunicorn --worker-tmp-dir /dev/shm --bind 0.0.0.0:$PORT app:app","http_port":8080}
    more than one project was found: `server` (a Go project), `web` (a Node project)
    could not tell what kind of project this is: looked in the root and one folder down for `Dockerfile`, `go.mod`, `Cargo.toml`, `requirements.txt`, `pyproject.toml`, `Pipfile`, `setup.py` and `package.json`
    could not tell what kind of project this is: looked in the root and one folder down for `Dockerfile`, `go.mod`, `Cargo.toml`, `requirements.txt`, `pyproject.toml`, `Pipfile`, `setup.py` and `package.json`
    "#);
}

#[test]
fn a_name_is_one_that_the_platform_takes() {
    for (repository, name) in [
        ("acme/shop", "shop"),
        ("acme/My_Shop.js", "my-shop-js"),
        ("acme/3scale", "app-3scale"),
        ("acme/x", "app"),
        ("acme/---", "app"),
        (
            "acme/a-very-long-name-that-is-cut-at-its-end",
            "a-very-long-name-that-is-cut-at",
        ),
    ] {
        let made = app_name(repository);
        assert_eq!(made, name);
        assert_eq!(super::super::names::objection(&made), None, "{made}");
    }
}
