//! The scopes of the two tokens are the same in the program, the README and the page on security.

use std::fs;

use regex_lite::Regex;

use super::pages::{Page, root};

/// The scopes that the program names for a token.
fn of(token: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join("src/platforms/app_platform/words.rs")).unwrap();
    let (_, list) = source.split_once(&format!("{token}: &[")).expect("the token");
    let (list, _) = list.split_once("],").expect("its end");
    scopes(list)
}

fn scopes(text: &str) -> Vec<String> {
    let scope = Regex::new(r"\b(app|project):[a-z_]+").unwrap();
    scope.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn the_pages_name_each_tokens_scopes_and_no_others() {
    let (production, previews, project) = (of("production"), of("previews"), of("project"));
    let rows = Page::read("docs/security.md").table("| Token | Scopes |");
    let named: Vec<(&str, Vec<String>)> = rows
        .iter()
        .map(|(token, list)| (token.as_str(), scopes(list)))
        .collect();
    let with_project = [production.clone(), project].concat();
    assert_eq!(named, [("Previews", previews.clone()), ("Production", with_project)]);

    let readme = Page::read("README.md");
    let step = readme.text.lines().find(|line| line.contains("**Create two tokens**"));
    let (first, second) = step
        .and_then(|line| line.split_once("the previews' with these and"))
        .expect("what each token may do");
    assert_eq!(scopes(first), production);
    assert_eq!(
        [scopes(first), scopes(second)].concat(),
        previews_in_order(&production, &previews)
    );
}

/// What previews need on top comes last in a sentence.
fn previews_in_order(production: &[String], previews: &[String]) -> Vec<String> {
    let more = previews.iter().filter(|scope| !production.contains(scope));
    production.iter().chain(more).cloned().collect()
}
