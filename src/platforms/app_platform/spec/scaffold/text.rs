//! A first spec as text: what is known, and in comments what people have to adapt.

use std::fmt::Write as _;

use super::{First, Project, app_name};
use crate::policy::yaml::scalar;

/// The port that App Platform takes when none is given.
const PORT: u16 = 8080;

/// The smallest size, in the words of the price list.
const SIZE: &str = "apps-s-1vcpu-0.5gb # 512 MiB; the smallest, for 5 US dollars a month";

pub(super) fn write(project: &mut Project, folder: &str, repository: &str, branch: &str) -> First {
    let source = format!(
        "    github:\n      repo: {}\n      branch: {}\n",
        scalar(repository),
        scalar(branch)
    );
    let mut text = format!(
        "# What App Platform builds and runs. Everything that can stand here:\n# https://docs.digitalocean.com/products/app-platform/reference/app-spec/\nname: {}\n",
        app_name(repository)
    );
    text += match project.is_static {
        true => "static_sites:\n",
        false => "services:\n",
    };
    let _ = write!(text, "  - name: web\n{source}");
    if !folder.is_empty() {
        let _ = writeln!(text, "    source_dir: {}", scalar(folder));
    }
    if !project.why.is_empty() {
        let _ = writeln!(text, "    # {}", project.why);
    }
    for (key, value) in &project.fields {
        let _ = writeln!(text, "    {key}: {}", scalar(value));
    }
    if !project.is_static {
        let port = project.port.unwrap_or(PORT);
        let _ = write!(
            text,
            "    http_port: {port} # where the app listens, on all addresses; it gets the number in `PORT`, too\n    instance_count: 1\n    instance_size_slug: {SIZE}\n"
        );
        match &project.health {
            Some(path) => {
                let _ = writeln!(text, "    health_check:\n      http_path: {}", scalar(path));
            }
            None => {
                text += "    # A path that answers 200 when the app is well; without one any answer below 500 at / is good:\n    # health_check: {http_path: /health}\n"
            }
        }
    }
    text += "    # envs:\n    #   - {key: LOG_LEVEL, value: info}\n    #   - {key: API_KEY, type: SECRET} # without a value: the variable API_KEY of the workflow's step\n";
    if !project.is_static {
        text += "# A development database costs 7 US dollars a month; previews get a SQLite file instead where they can:\n# databases: [{name: db, engine: PG}]\n# and for the service: {key: DATABASE_URL, value: \"${db.DATABASE_URL}\"}\n";
    }
    if let Some(command) = &project.migration {
        let _ = write!(
            text,
            "# Brings the database up to date before the new version starts; it needs the service's DATABASE_URL, too:\n# jobs:\n#   - name: migrate\n#     kind: PRE_DEPLOY\n"
        );
        for line in source.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let _ = writeln!(text, "#     run_command: {}", scalar(command));
    }
    First {
        kind: project.kind.clone(),
        text,
        further: std::mem::take(&mut project.further),
        notes: std::mem::take(&mut project.notes),
    }
}
