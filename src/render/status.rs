//! The table of what is deployed, for a terminal and for the job summary.

use serde::Serialize;

use super::markdown::web_address;
use super::page::Scene;
use super::templates;
use super::view::CommitView;
use crate::model::status::{Status, total};
use crate::wait::humanize;

#[derive(Debug, Serialize)]
struct TableView {
    icon: &'static str,
    count: String,
    rows: Vec<RowView>,
    /// Of several.
    total: Option<Total>,
}

#[derive(Debug, Serialize)]
struct Total {
    awake: String,
    asleep: String,
}

#[derive(Debug, Serialize)]
struct RowView {
    environment: String,
    /// Of a preview.
    pull: Option<u64>,
    pull_url: Option<String>,
    title: Option<String>,
    icon: &'static str,
    state: String,
    url: Option<String>,
    commit: Option<CommitView>,
    image: Option<String>,
    behind: Option<u64>,
    age: Option<String>,
    awake: Option<String>,
    asleep: Option<String>,
}

/// The job summary.
pub(crate) fn summary(all: &[Status], scene: &Scene) -> String {
    let row = |status: &Status| {
        let pull = status.environment.pull_request();
        let pages = scene.repository_url.as_deref();
        RowView {
            environment: status.environment.to_string(),
            pull,
            pull_url: pages
                .zip(pull)
                .and_then(|(url, pull)| web_address(&format!("{url}/pull/{pull}"))),
            title: status.title.clone(),
            icon: icon(status),
            state: status.state_in_words(),
            url: status.url.as_deref().and_then(web_address),
            commit: status.commit.as_ref().map(|commit| CommitView::new(commit, scene)),
            image: status.serves().filter(|_| status.commit.is_none()).map(str::to_owned),
            behind: status.behind.filter(|behind| *behind > 0),
            age: status.age.map(humanize),
            awake: status.cost.map(|cost| dollars(cost.awake)),
            asleep: status.cost.map(|cost| dollars(cost.asleep.unwrap_or(cost.awake))),
        }
    };
    let view = TableView {
        icon: all
            .iter()
            .map(icon)
            .max_by_key(|icon| *icon == FAILED)
            .unwrap_or_default(),
        count: match all.len() {
            1 => "1 app".to_owned(),
            several => format!("{several} apps"),
        },
        rows: all.iter().map(row).collect(),
        total: total(all).map(|(awake, asleep)| Total {
            awake: dollars(awake),
            asleep: dollars(asleep),
        }),
    };
    templates::render("status", &view)
}

const FAILED: &str = "❌";

fn icon(status: &Status) -> &'static str {
    match status.state {
        "failed" => FAILED,
        _ if status.newest_failed => FAILED,
        "deploying" => "🔨",
        "asleep" => "💤",
        "pinned" => "📌",
        _ => "✅",
    }
}

fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

/// Columns as wide as their widest cell, two spaces between them.
pub(crate) fn table(all: &[Status]) -> String {
    let head = [
        "ENVIRONMENT",
        "STATE",
        "COMMIT",
        "AGE",
        "AWAKE",
        "ASLEEP",
        "URL",
        "TITLE",
    ];
    let mut lines = vec![head.map(str::to_owned)];
    for status in all {
        let behind = status.behind.filter(|behind| *behind > 0);
        let behind = behind.map(|behind| format!(" ({behind} behind)")).unwrap_or_default();
        let cost = status.cost;
        lines.push([
            status.environment.to_string(),
            status.state_in_words(),
            format!("{}{behind}", status.serves().unwrap_or("unknown")),
            status.age.map(humanize).unwrap_or_default(),
            cost.map(|cost| dollars(cost.awake)).unwrap_or_default(),
            cost.map(|cost| dollars(cost.asleep.unwrap_or(cost.awake)))
                .unwrap_or_default(),
            status.url.clone().unwrap_or_default(),
            status.title.clone().unwrap_or_default(),
        ]);
    }
    if let Some((awake, asleep)) = total(all) {
        let nothing = String::new;
        lines.push([
            "a month".to_owned(),
            nothing(),
            nothing(),
            nothing(),
            dollars(awake),
            dollars(asleep),
            nothing(),
            nothing(),
        ]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let print = |line: &[String; 8]| {
        let cells = line.iter().zip(widths);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}
