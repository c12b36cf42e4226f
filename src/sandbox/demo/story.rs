//! The story, step by step; every sentence is checked before it is printed.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::http;
use super::narrator::Narrator;
use super::playground::{Ended, Playground, until};

const SPEC: &str = "\
name: notes
region: fra
services:
  - name: web
    github: {repo: org/notes, branch: main}
    run_command: do-deploy demo-app serve
    health_check: {http_path: /health}
    envs:
      - {key: DATABASE_URL, type: SECRET, scope: RUN_TIME}
jobs:
  - name: migrate
    kind: PRE_DEPLOY
    github: {repo: org/notes, branch: main}
    run_command: do-deploy demo-app migrate
    envs:
      - {key: DATABASE_URL, type: SECRET, scope: RUN_TIME}
";

/// A public repository's comments show no run-time logs unless it says so.
const CONFIG: &str = "[comment]\nlogs = \"always\"\n";

const FIRST_MIGRATION: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n";
const SECOND_MIGRATION: &str = "ALTER TABLE notes ADD COLUMN done INTEGER NOT NULL DEFAULT 0;\n";

/// One second more than the day after which previews with SQLite fall asleep.
const A_DAY: Duration = Duration::from_secs(86_401);

pub(super) async fn play(playground: &mut Playground, narrator: &Narrator, keep: bool) -> anyhow::Result<()> {
    production_deployed_and_verified(playground, narrator).await?;
    let preview = pull_request_opened(playground, narrator).await?;
    second_push(playground, narrator, &preview).await?;
    asleep_and_awake(playground, narrator, &preview).await?;
    broken_commit(playground, narrator, &preview).await?;
    fix_pushed(playground, narrator, &preview).await?;
    if !keep {
        pull_request_closed(playground, narrator, &preview).await?;
    }
    Ok(())
}

/// What must stay the same over all pushes.
struct Preview {
    app_id: String,
    comment: u64,
    url: String,
}

async fn production_deployed_and_verified(playground: &mut Playground, narrator: &Narrator) -> anyhow::Result<()> {
    narrator.step("A push to main: production deployed and verified");
    let files = [
        (".do/app.yaml", Some(SPEC)),
        ("do-deploy.toml", Some(CONFIG)),
        ("VERSION", Some("one\n")),
        ("migrations/001_notes.sql", Some(FIRST_MIGRATION)),
    ];
    let sha = playground.commit("main", "Keep notes", &files).await?;
    let ended = playground.program(&["deploy", "--commit", &sha]).await?;
    expect(&ended, 0)?;
    let url = url_of(playground, "notes").await?;
    expect_serving(&url, "notes one").await?;
    narrator.say(&format!(
        "{} deployed: migrated, healthy, and asked from outside: {url}",
        short(&sha)
    ));
    let written = http::send(
        "POST",
        &format!("{url}/notes"),
        None,
        Some(&json!({"text": "a customer's note"})),
    )
    .await?;
    ensure!(
        written.status == 201,
        "production did not keep a note: {}",
        written.body
    );
    narrator.say("a customer wrote a note there");
    playground.remember_url("production", url);
    Ok(())
}

async fn pull_request_opened(playground: &mut Playground, narrator: &Narrator) -> anyhow::Result<Preview> {
    narrator.step("A pull request opened: its own preview, with SQLite");
    let files = [
        ("VERSION", Some("two\n")),
        ("migrations/002_done.sql", Some(SECOND_MIGRATION)),
    ];
    playground.commit("done", "Notes can be done", &files).await?;
    let pull = json!({"title": "Notes can be done", "head": "done", "base": "main"});
    let opened = playground.github("POST", "/pulls", Some(&pull)).await?;
    ensure!(
        opened.status == 201,
        "the pull request could not be opened: {}",
        opened.body
    );
    expect(&playground.program(&["preview", "--pr", "1"]).await?, 0)?;
    let app = playground
        .app("notes-pr-1")
        .await?
        .context("there is no app `notes-pr-1`")?;
    let url = url_of(playground, "notes-pr-1").await?;
    expect_serving(&url, "notes two").await?;
    expect_serving(&url_of(playground, "notes").await?, "notes one").await?;
    ensure!(notes(&url).await?.is_empty(), "the preview sees production's notes");
    narrator.say("the new migration ran on the preview's SQLite; production's notes are not there");
    let (comment, body) = playground.comment().await?;
    ensure!(
        body.contains(&url),
        "the comment does not name the preview's URL:\n{body}"
    );
    narrator.say("the comment on the pull request:");
    narrator.comment(&body);
    playground.remember_url("preview", url.clone());
    let page: Value = serde_json::from_str(&opened.body)?;
    playground.remember_url(
        "pull request",
        playground.page(page["html_url"].as_str().unwrap_or_default())?,
    );
    Ok(Preview {
        app_id: app["id"].as_str().unwrap_or_default().to_owned(),
        comment,
        url,
    })
}

async fn second_push(playground: &mut Playground, narrator: &Narrator, preview: &Preview) -> anyhow::Result<()> {
    narrator.step("A second push: the same app, the same comment edited");
    let sha = playground
        .commit("done", "Say it better", &[("VERSION", Some("three\n"))])
        .await?;
    expect(&playground.program(&["preview", "--pr", "1"]).await?, 0)?;
    expect_serving(&preview.url, "notes three").await?;
    let app = playground
        .app("notes-pr-1")
        .await?
        .context("there is no app `notes-pr-1`")?;
    ensure!(app["id"] == preview.app_id.as_str(), "the push made another app");
    let (comment, body) = playground.comment().await?;
    ensure!(comment == preview.comment, "the push made another comment");
    ensure!(
        body.contains(short(&sha)),
        "the comment does not name {}:\n{body}",
        short(&sha)
    );
    narrator.say(&format!(
        "{} serves; the comment was edited in place and names it",
        short(&sha)
    ));
    Ok(())
}

async fn asleep_and_awake(playground: &mut Playground, narrator: &Narrator, preview: &Preview) -> anyhow::Result<()> {
    narrator.step("No requests: the preview is asleep; the next request wakes it");
    let written = http::send(
        "POST",
        &format!("{}/notes", preview.url),
        None,
        Some(&json!({"text": "a reviewer's note"})),
    )
    .await?;
    ensure!(
        written.status == 201,
        "the preview did not keep a note: {}",
        written.body
    );
    narrator.say("a reviewer wrote a note into the preview's SQLite");
    let slept = naps(playground, preview, "scale_to_zero").await?;
    playground.advance_clock(A_DAY).await?;
    until("the preview is asleep", async || {
        Ok((naps(playground, preview, "scale_to_zero").await? > slept).then_some(()))
    })
    .await?;
    narrator.say("the sandbox's clock was moved by a day: asleep, no process is left of it");
    let asked = Instant::now();
    expect_serving(&preview.url, "notes three").await?;
    narrator.say(&format!(
        "the next request woke it and was answered after {} ms",
        asked.elapsed().as_millis()
    ));
    ensure!(notes(&preview.url).await?.is_empty(), "the note outlived the wake");
    narrator.say("a wake begins with an empty SQLite file: the reviewer's note is gone, as the comment says");
    Ok(())
}

async fn broken_commit(playground: &mut Playground, narrator: &Narrator, preview: &Preview) -> anyhow::Result<()> {
    narrator.step("A commit that cannot start: the previous version keeps serving");
    let crash = [("CRASH", Some("error: no configuration for the mail server\n"))];
    playground.commit("done", "Break the preview", &crash).await?;
    expect(&playground.program(&["preview", "--pr", "1"]).await?, 1)?;
    expect_serving(&preview.url, "notes three").await?;
    let (_, body) = playground.comment().await?;
    ensure!(
        body.contains("no configuration for the mail server"),
        "the comment does not show the log:\n{body}"
    );
    narrator.say("the preview still serves the previous version; the comment says what failed:");
    narrator.comment(&body);
    playground.commit("main", "Break production", &crash).await?;
    expect(&playground.program(&["deploy"]).await?, 1)?;
    let production = url_of(playground, "notes").await?;
    expect_serving(&production, "notes one").await?;
    ensure!(
        notes(&production).await? == ["a customer's note"],
        "production lost the customer's note"
    );
    narrator.say("the same on main: the deployment is red, production keeps serving the customer's note");
    Ok(())
}

async fn fix_pushed(playground: &mut Playground, narrator: &Narrator, preview: &Preview) -> anyhow::Result<()> {
    narrator.step("The fix pushed: green again");
    let fixed = [("CRASH", None), ("VERSION", Some("four\n"))];
    playground.commit("done", "Configure the mail server", &fixed).await?;
    expect(&playground.program(&["preview", "--pr", "1"]).await?, 0)?;
    expect_serving(&preview.url, "notes four").await?;
    playground
        .commit("main", "Configure the mail server", &[("CRASH", None)])
        .await?;
    expect(&playground.program(&["deploy"]).await?, 0)?;
    expect_serving(&url_of(playground, "notes").await?, "notes one").await?;
    narrator.say("preview and production are green");
    Ok(())
}

async fn pull_request_closed(
    playground: &mut Playground,
    narrator: &Narrator,
    preview: &Preview,
) -> anyhow::Result<()> {
    narrator.step("The pull request closed: everything removed");
    let closed = playground
        .github("PATCH", "/pulls/1", Some(&json!({"state": "closed"})))
        .await?;
    ensure!(
        closed.status == 200,
        "the pull request could not be closed: {}",
        closed.body
    );
    expect(&playground.program(&["teardown", "--pr", "1"]).await?, 0)?;
    let gone = playground
        .digitalocean("GET", &format!("/v2/apps/{}", preview.app_id))
        .await?;
    ensure!(gone.status == 404, "the app still exists: {}", gone.body);
    ensure!(
        http::send("GET", &preview.url, None, None).await.is_err(),
        "the preview's URL still answers"
    );
    let (_, body) = playground.comment().await?;
    ensure!(
        body.to_lowercase().contains("removed"),
        "the comment does not say that it is removed:\n{body}"
    );
    narrator.say("the app is gone (404), its URL refuses connections, and the comment says removed:");
    narrator.comment(&body);
    expect_serving(&url_of(playground, "notes").await?, "notes one").await?;
    narrator.say("production was not touched");
    Ok(())
}

/// How often the preview was scaled, by what the platform's events say.
async fn naps(playground: &Playground, preview: &Preview, direction: &str) -> anyhow::Result<usize> {
    let answer = playground
        .digitalocean("GET", &format!("/v2/apps/{}/events", preview.app_id))
        .await?;
    let events: Value = serde_json::from_str(&answer.body)?;
    Ok(events["events"].as_array().map_or(0, |events| {
        events
            .iter()
            .filter(|event| event.to_string().contains(direction))
            .count()
    }))
}

async fn notes(url: &str) -> anyhow::Result<Vec<String>> {
    let answer = http::send("GET", &format!("{url}/notes"), None, None).await?;
    serde_json::from_str(&answer.body).with_context(|| format!("no list of notes: {}", answer.body))
}

async fn url_of(playground: &Playground, name: &str) -> anyhow::Result<String> {
    let app = playground
        .app(name)
        .await?
        .with_context(|| format!("there is no app `{name}`"))?;
    let url = app["live_url"]
        .as_str()
        .with_context(|| format!("`{name}` has no URL"))?;
    Ok(url.trim_end_matches('/').to_owned())
}

async fn expect_serving(url: &str, version: &str) -> anyhow::Result<()> {
    let answer = http::send("GET", url, None, None).await?;
    ensure!(
        answer.status == 200 && answer.body.trim() == version,
        "{url} answers {} {:?} instead of {version:?}",
        answer.status,
        answer.body
    );
    Ok(())
}

fn expect(ended: &Ended, code: i32) -> anyhow::Result<()> {
    ensure!(
        ended.code == code,
        "do-deploy ended with {} instead of {code}:\n{}",
        ended.code,
        ended.log
    );
    Ok(())
}

fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
