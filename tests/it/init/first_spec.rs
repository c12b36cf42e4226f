//! The first app spec of a project that has none.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Clone;
use crate::harness::{Api, Change, Tester, run, run_with};

const SERVER: &str = r#"
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/", "/health") else 404)
        self.end_headers()
        self.wfile.write(b"shop")


HTTPServer(("", int(os.environ["PORT"])), Shop).serve_forever()
"#;

const NODE: &str = r#"
const http = require("http");
http.createServer((request, reply) => reply.end("shop")).listen(process.env.PORT);
"#;

#[test]
fn a_rust_project_gets_a_dockerfile() {
    let clone = Clone::new(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    clone.init(&[]).ends_with(0).says("copy what it reads while it runs");
    assert_snapshot!(clone.read("Dockerfile"), @r#"
    FROM rust:1-bookworm AS build
    WORKDIR /src
    COPY . .
    RUN cargo build --release --bin shop

    FROM debian:bookworm-slim
    RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
    COPY --from=build /src/target/release/shop /usr/local/bin/shop
    # Files that the program reads while it runs have to be copied here, too.
    CMD ["shop"]
    "#);
}

/// Writes the first spec, commits it as its people would, and deploys production with it.
async fn deploys(files: &[(&str, &str)]) {
    let mut first = Change::version("first");
    for (path, text) in files {
        first = first.file(path, text);
    }
    run_with(first, async |t: &mut Tester| {
        let said = t.command(["init", "--json"]).locally().await;
        let reported = said.succeeds().touches_nothing().json();
        let asked = said.requests();
        let about_the_action = |it: &String| it.starts_with("GET /repos/org/do-deploy/git/ref/tags/");
        assert!(
            asked.iter().all(about_the_action),
            "only the action's commit is asked for: {asked:?}"
        );
        let spec = reported["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|file| file["path"] == ".do/app.yaml");
        let diff = spec.expect("a spec")["diff"].as_str().unwrap();
        let text: String = diff.lines().skip(3).map(|line| format!("{}\n", &line[1..])).collect();
        t.push("main", Change::version("second").spec(&text));
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        t.command(["verify", &url]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn the_first_spec_of_a_python_project_deploys() {
    deploys(&[("requirements.txt", ""), ("server.py", SERVER)]).await;
}

#[tokio::test]
async fn the_first_spec_of_a_node_project_deploys() {
    deploys(&[
        (
            "package.json",
            r#"{"name": "shop", "scripts": {"start": "node server.js"}}"#,
        ),
        ("server.js", NODE),
    ])
    .await;
}

#[tokio::test]
async fn every_first_spec_is_one_that_the_platform_takes() {
    let projects: [&[(&str, &str)]; 5] = [
        &[
            ("requirements.txt", "django\ngunicorn\n"),
            ("manage.py", "'DJANGO_SETTINGS_MODULE', 'shop.settings'"),
        ],
        &[(
            "package.json",
            r#"{"scripts": {"build": "vite build"}, "dependencies": {"vite": "7"}}"#,
        )],
        &[("go.mod", "module x/shop\n"), ("main.go", "package main\n")],
        &[("Cargo.toml", "[package]\nname = \"shop\"\n"), ("src/main.rs", "")],
        &[("Dockerfile", "FROM scratch\nEXPOSE 3000\n")],
    ];
    run(async |t: &mut Tester| {
        for files in projects {
            let clone = Clone::new(files);
            clone.init(&["--repo", "org/shop"]).ends_with(0);
            let spec: Value = serde_saphyr::from_str(&clone.read(".do/app.yaml")).expect("YAML");
            t.call(
                Api::DigitalOcean,
                "POST",
                "/v2/apps/propose",
                Some(&json!({ "spec": spec })),
            )
            .await
            .expect(200);
        }
    })
    .await;
}
