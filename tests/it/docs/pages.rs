//! The project's pages for people, and what can be taken out of them: blocks, prose, headings, tables.

use std::fs;
use std::path::{Path, PathBuf};

/// One Markdown file, by its path from the project's root.
pub(super) struct Page {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Page {
    pub(super) fn read(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let text = fs::read_to_string(root().join(&path)).expect("the page can be read");
        Self { path, text }
    }

    /// Fenced blocks of one language, in their order, without the indentation that a list gives them.
    pub(super) fn fenced(&self, language: &str) -> Vec<String> {
        let opening = format!("```{language}");
        let mut blocks = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if line.trim_start() != opening {
                continue;
            }
            let indent = line.len() - opening.len();
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(
                block
                    .map(|line| line.get(indent..).unwrap_or_default().to_owned() + "\n")
                    .collect(),
            );
        }
        blocks
    }

    /// The lines that are not code.
    pub(super) fn prose(&self) -> impl Iterator<Item = &str> {
        let mut inside = false;
        self.text.lines().filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
    }

    /// What a link can name after `#`, as GitHub makes it from the headings.
    pub(super) fn anchors(&self) -> Vec<String> {
        let headings = self.prose().filter(|line| line.starts_with('#'));
        headings
            .map(|line| {
                let title = line.trim_start_matches('#').trim().to_lowercase();
                let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                kept.map(|c| if c == ' ' { '-' } else { c }).collect()
            })
            .collect()
    }

    /// First two columns of every table with this head, without backticks in the first.
    pub(super) fn table(&self, head: &str) -> Vec<(String, String)> {
        let tables = self.text.split(head).skip(1);
        let rows = tables.flat_map(|rest| rest.lines().skip(2).take_while(|line| line.starts_with('|')));
        rows.map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').splitn(2, " | ").collect();
            (cells[0].trim().replace('`', ""), cells[1].trim().to_owned())
        })
        .collect()
    }
}

/// README, CONTRIBUTING and every page in `docs/`.
pub(super) fn all() -> Vec<Page> {
    let in_docs = fs::read_dir(root().join("docs"))
        .expect("the folder of pages")
        .flatten();
    let mut paths: Vec<PathBuf> = in_docs
        .map(|entry| Path::new("docs").join(entry.file_name()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.extend(["README.md".into(), "CONTRIBUTING.md".into()]);
    paths.sort();
    paths.into_iter().map(Page::read).collect()
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
