//! Which files a pattern matches, after the facts of GitHub's page on filters, and which patterns are none.

use proptest::prelude::*;

use super::{Objection, Paths};
use crate::model::changed_files::ChangedFiles;

fn paths(patterns: &[&str]) -> Result<Paths, Objection> {
    Paths::new(patterns.iter().copied())
}

fn touches(patterns: &[&str], files: &[&str]) -> bool {
    let files = files.iter().map(|&file| file.to_owned()).collect();
    let paths = paths(patterns).expect("valid");
    paths.touched_by(&ChangedFiles::Known(files))
}

#[test]
fn one_pattern_matches_a_whole_path_from_the_top() {
    for (pattern, matched, others) in [
        (
            "api/main.rs",
            &["api/main.rs"][..],
            &["api/main_rs", "main.rs", "x/api/main.rs", "api/main.rs/x"][..],
        ),
        ("*", &["Makefile", "go.mod", ".env"], &["cmd/main.go"]),
        ("*.go", &["main.go", ".go"], &["cmd/main.go", "main.go.orig"]),
        ("**", &["Makefile", "a/b/c.txt"], &[]),
        ("**.go", &["main.go", "cmd/main.go", "a/b/c.go"], &["main.goo"]),
        ("api/*", &["api/go.mod"], &["api/cmd/main.go", "api", "web/api/go.mod"]),
        (
            "api/**",
            &["api/go.mod", "api/cmd/main.go"],
            &["api", "apis/go.mod", "web/api/go.mod"],
        ),
        (
            "api/**/*.sql",
            &["api/one.sql", "api/db/one.sql", "api/db/old/one.sql"],
            &["api/db/one.go", "one.sql"],
        ),
        (
            "**/api/**",
            &["api/x", "services/api/x", "a/b/api/c/d"],
            &["services/my-api/x", "apis/x"],
        ),
        (
            "**/Dockerfile",
            &["Dockerfile", "api/Dockerfile", "a/b/Dockerfile"],
            &["api/my-Dockerfile", "Dockerfile/x"],
        ),
        ("**/*src/**", &["src/x", "a/src/x", "my-src/a/x"], &["srcs/x"]),
        (
            "**/seed-*.sql",
            &["seed-1.sql", "db/seed-.sql", "a/b/seed-2.sql"],
            &["db/seed.sql", "db/seed-1/x.sql"],
        ),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
        ("a**/b", &["a/b", "axx/b", "a/x/b"], &["ab"]),
        ("*.tsx?", &["page.ts", "page.tsx"], &["page.tsxx", "page.t"]),
        ("lo+g/x", &["log/x", "looog/x"], &["lg/x"]),
        (
            "v[12]/[a-z0-9]+.txt",
            &["v1/abc9.txt", "v2/x.txt"],
            &["v3/x.txt", "v1/X.txt", "v1/.txt"],
        ),
        ("[CB]at", &["Cat", "Bat"], &["cat", "CBat"]),
        ("a!b", &["a!b"], &["a"]),
        ("app/\\[id\\]/\\+page", &["app/[id]/+page"], &["app/i/page"]),
        ("größe/?x", &["größe/x", "größex"], &["größ/x"]),
    ] {
        for file in matched {
            assert!(touches(&[pattern], &[file]), "`{pattern}` and {file}");
        }
        for file in others {
            assert!(!touches(&[pattern], &[file]), "`{pattern}` and {file}");
        }
    }
}

#[test]
fn the_last_pattern_that_matches_a_file_decides_about_it() {
    let without_docs = ["api/**", "!api/docs/**"];
    assert!(touches(&without_docs, &["api/main.go"]));
    assert!(!touches(&without_docs, &["api/docs/a.md", "web/x"]));
    assert!(touches(&without_docs, &["api/docs/a.md", "api/main.go"]));
    let and_one_of_them = ["api/**", "!api/docs/**", "api/docs/openapi.json"];
    assert!(touches(&and_one_of_them, &["api/docs/openapi.json"]));
    assert!(!touches(&["!api/docs/**", "api/**", "!**/*.md"], &["api/README.md"]));
    assert!(touches(&["!api/docs/**", "api/**"], &["api/docs/a.txt"]));
}

#[test]
fn without_patterns_and_without_knowledge_everything_is_touched() {
    assert!(touches(&[], &[]));
    assert!(!touches(&["api/**"], &[]));
    let api = paths(&["api/**"]).expect("valid");
    assert!(api.touched_by(&ChangedFiles::Unknown));
}

#[test]
fn what_could_never_match_is_refused() {
    let refuse = |patterns: &[&str]| {
        let Objection { index, what, next } = paths(patterns).expect_err("refused");
        format!("{index}: {what} | {next}")
    };
    let refused: Vec<String> = [
        "", "!", "/api/**", "./api", "api/", "+page", "**/+page", "*?", "a[", "a[]", "a[z-a]", "a[a-Z]", "a[_]",
        "a[a-]", "a\\",
    ]
    .map(|pattern| refuse(&["api/**", pattern]))
    .to_vec();
    insta::assert_snapshot!(refused.join("\n"), @r"
    1: `` is not a valid pattern of `paths`: it is empty | leave it out
    1: `!` is not a valid pattern of `paths`: it is empty | leave it out
    1: `/api/**` is not a valid pattern of `paths`: paths begin at the top of the repository | begin with the name of a file or folder at the top of the repository, or with `**`
    1: `./api` is not a valid pattern of `paths`: paths begin at the top of the repository | begin with the name of a file or folder at the top of the repository, or with `**`
    1: `api/` is not a valid pattern of `paths`: only files are matched, no folders | add `**` to match every file in the folder
    1: `+page` is not a valid pattern of `paths`: a `?` or `+` has no character before it | `?` and `+` repeat the character before them; `\?` and `\+` are the characters
    1: `**/+page` is not a valid pattern of `paths`: a `?` or `+` has no character before it | `?` and `+` repeat the character before them; `\?` and `\+` are the characters
    1: `*?` is not a valid pattern of `paths`: a `?` or `+` has no character before it | `?` and `+` repeat the character before them; `\?` and `\+` are the characters
    1: `a[` is not a valid pattern of `paths`: a `[` is not closed | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a[]` is not a valid pattern of `paths`: its brackets are empty | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a[z-a]` is not a valid pattern of `paths`: its brackets contain something other than letters, digits and ranges | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a[a-Z]` is not a valid pattern of `paths`: its brackets contain something other than letters, digits and ranges | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a[_]` is not a valid pattern of `paths`: its brackets contain something other than letters, digits and ranges | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a[a-]` is not a valid pattern of `paths`: its brackets contain something other than letters, digits and ranges | list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\[` is a bracket
    1: `a\` is not a valid pattern of `paths`: it ends with a `\` | `\\` is the character
    ");
    insta::assert_snapshot!(refuse(&["!docs/**", "!**.md"]), @"0: every pattern of `paths` begins with `!`, so that no file matches | begin with what belongs to the app, such as `**`");
}

proptest! {
    #[test]
    fn whatever_the_pattern_is_it_is_read_or_refused(
        pattern in "[ab/*?+!\\[\\]\\\\-]{0,24}", path in "[ab/]{0,40}",
    ) {
        if let Ok(paths) = paths(&[&pattern]) {
            paths.include(&path);
        }
    }

    #[test]
    fn a_literal_matches_its_path_alone(path in "[!*?+a\\[\\]\\\\]{1,6}", other in "[!*?+a\\[\\]\\\\]{1,6}") {
        let pattern = super::literal(&path);
        prop_assert!(touches(&[&pattern], &[&path]));
        prop_assert_eq!(touches(&[&pattern], &[&other]), path == other);
    }

    #[test]
    fn a_path_matches_itself(path in "[a-z._-]{1,8}(/[a-z._-]{1,8}){0,4}") {
        prop_assume!(!path.starts_with("./") && !path.starts_with("../"));
        prop_assert!(touches(&[&path], &[&path]));
        prop_assert!(touches(&["**", "!nowhere"], &[&path]));
    }
}
