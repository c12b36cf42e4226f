//! Every link between the pages leads somewhere, and every file that they name exists.

use std::path::{Component, Path, PathBuf};

use regex_lite::Regex;

use super::pages::{self, Page};

#[test]
fn every_link_leads_to_a_file_and_to_a_heading() {
    let link = Regex::new(r"\]\(([^()\s]*)\)").unwrap();
    let pages = pages::all();
    let (mut seen, mut broken) = (0, Vec::new());
    for page in &pages {
        let text: String = page.prose().collect::<Vec<_>>().join("\n");
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if target.starts_with("https://") {
                continue;
            }
            seen += 1;
            if !leads_somewhere(page, target, &pages) {
                broken.push(format!("{}: {target}", page.path.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(seen > 60, "only {seen} links were found");
}

fn leads_somewhere(from: &Page, target: &str, pages: &[Page]) -> bool {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => from.path.clone(),
        _ => plain(&from.path.parent().unwrap_or(Path::new("")).join(file)),
    };
    if anchor.is_empty() {
        return pages::root().join(path).exists();
    }
    let page = pages.iter().find(|page| page.path == path);
    page.is_some_and(|page| page.anchors().iter().any(|known| known == anchor))
}

/// Without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_file_that_the_pages_name_exists() {
    let quoted = Regex::new(
        r"`((?:src|tests|docs|benches|\.ci|action|release|workflows-templates)/[\w./-]+|action\.yml|Cargo\.toml)",
    )
    .unwrap();
    let mut missing = Vec::new();
    for page in pages::all() {
        let named = quoted.captures_iter(&page.text).map(|found| found[1].to_owned());
        missing.extend(
            named
                .filter(|path| !pages::root().join(path).exists())
                .map(|path| format!("{}: {path}", page.path.display())),
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}
