//! `paths`: which files belong to an app, in patterns that mean what they mean in a workflow's `paths` filter.

use std::ops::RangeInclusive;

use crate::model::changed_files::ChangedFiles;

/// Patterns of files, of which the last that a file matches decides about it. None: every file belongs to the app.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paths(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// It begins with `!`: what it matches does not belong to the app.
    negates: bool,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    One(Character),
    /// With `?` behind it.
    OneOrNone(Character),
    /// With `+` behind it.
    OneOrMore(Character),
    /// `*`: anything but a slash, also nothing.
    InFolder,
    /// `**`: anything, also nothing.
    Anything,
    /// `**/` at the start of a segment: any folders, also none.
    Folders,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Character {
    Is(char),
    /// `[a-z0]`
    In(Vec<RangeInclusive<char>>),
}

/// What is wrong with a pattern, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Objection {
    /// Which of the patterns.
    pub(super) index: usize,
    pub(super) what: String,
    pub(super) next: &'static str,
}

const BRACKETS: &str =
    "list letters, digits and ranges of them in the brackets, such as `[a-z0-9]`; `\\[` is a bracket";

impl Paths {
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, Objection> {
        let mut read = Vec::new();
        for (index, text) in patterns.into_iter().enumerate() {
            let objection = |(what, next): (&str, _)| Objection {
                index,
                what: format!("`{text}` is not a valid pattern of `paths`: {what}"),
                next,
            };
            read.push(Pattern::new(text).map_err(objection)?);
        }
        if !read.is_empty() && read.iter().all(|pattern| pattern.negates) {
            return Err(Objection {
                index: 0,
                what: "every pattern of `paths` begins with `!`, so that no file matches".to_owned(),
                next: "begin with what belongs to the app, such as `**`",
            });
        }
        Ok(Self(read))
    }

    /// Whether every file is the app's.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the files may belong to the app.
    pub(crate) fn touched_by(&self, changed: &ChangedFiles) -> bool {
        self.0.is_empty() || changed.may_include(|path| self.include(path))
    }

    fn include(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let last = self.0.iter().rev().find(|pattern| pattern.matches(&path));
        last.is_some_and(|pattern| !pattern.negates)
    }
}

/// A path as a pattern that matches it alone.
pub(crate) fn literal(path: &str) -> String {
    let mut escaped = String::new();
    for c in path.chars() {
        if matches!(c, '*' | '?' | '+' | '[' | ']' | '!' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

impl Pattern {
    fn new(text: &str) -> Result<Self, (&'static str, &'static str)> {
        let (negates, pattern) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if pattern.is_empty() {
            return Err(("it is empty", "leave it out"));
        }
        if pattern.starts_with('/') || pattern.starts_with("./") || pattern.starts_with("../") {
            let next = "begin with the name of a file or folder at the top of the repository, or with `**`";
            return Err(("paths begin at the top of the repository", next));
        }
        if pattern.ends_with('/') {
            return Err((
                "only files are matched, no folders",
                "add `**` to match every file in the folder",
            ));
        }
        Ok(Self {
            negates,
            pieces: pieces(pattern)?,
        })
    }

    /// Whether the whole path matches. In one pass over the pattern, however many ways there are to match it.
    fn matches(&self, path: &[char]) -> bool {
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        for piece in &self.pieces {
            reached = piece.advance(&reached, path);
        }
        reached[path.len()]
    }
}

impl Piece {
    /// The places in the path that are reached after this piece, from those that were reached before it.
    fn advance(&self, before: &[bool], path: &[char]) -> Vec<bool> {
        let mut after = match self {
            Self::One(_) | Self::OneOrMore(_) => vec![false; before.len()],
            Self::OneOrNone(_) | Self::InFolder | Self::Anything | Self::Folders => before.to_vec(),
        };
        let mut is_below = false;
        for (at, next) in path.iter().enumerate() {
            is_below |= before[at];
            let reaches = match self {
                Self::One(character) | Self::OneOrNone(character) => before[at] && character.is(*next),
                Self::OneOrMore(character) => (before[at] || after[at]) && character.is(*next),
                Self::InFolder => after[at] && *next != '/',
                Self::Anything => after[at],
                Self::Folders => is_below && *next == '/',
            };
            after[at + 1] |= reaches;
        }
        after
    }
}

impl Character {
    fn is(&self, other: char) -> bool {
        match self {
            Self::Is(own) => *own == other,
            Self::In(ranges) => ranges.iter().any(|range| range.contains(&other)),
        }
    }
}

fn pieces(pattern: &str) -> Result<Vec<Piece>, (&'static str, &'static str)> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let at_segment = matches!(
            pieces.last(),
            None | Some(Piece::Folders | Piece::One(Character::Is('/')))
        );
        if let Some(behind) = rest.strip_prefix("**/").filter(|_| at_segment) {
            pieces.push(Piece::Folders);
            rest = behind;
            continue;
        }
        if let Some(behind) = rest.strip_prefix("**") {
            pieces.push(Piece::Anything);
            rest = behind;
            continue;
        }
        let behind = &rest[first.len_utf8()..];
        rest = match first {
            '*' => {
                pieces.push(Piece::InFolder);
                behind
            }
            '?' | '+' => {
                let Some(Piece::One(character)) = pieces.pop() else {
                    let next = "`?` and `+` repeat the character before them; `\\?` and `\\+` are the characters";
                    return Err(("a `?` or `+` has no character before it", next));
                };
                pieces.push(match first {
                    '?' => Piece::OneOrNone(character),
                    _ => Piece::OneOrMore(character),
                });
                behind
            }
            '[' => {
                let (listed, behind) = behind.split_once(']').ok_or(("a `[` is not closed", BRACKETS))?;
                pieces.push(Piece::One(Character::In(ranges(listed)?)));
                behind
            }
            '\\' => {
                let escaped = behind.chars().next();
                let escaped = escaped.ok_or(("it ends with a `\\`", "`\\\\` is the character"))?;
                pieces.push(Piece::One(Character::Is(escaped)));
                &behind[escaped.len_utf8()..]
            }
            other => {
                pieces.push(Piece::One(Character::Is(other)));
                behind
            }
        };
    }
    Ok(pieces)
}

/// What stands between brackets.
fn ranges(listed: &str) -> Result<Vec<RangeInclusive<char>>, (&'static str, &'static str)> {
    let mut rest: Vec<char> = listed.chars().collect();
    rest.reverse();
    let mut ranges = Vec::new();
    while let Some(from) = rest.pop() {
        let to = match rest.last() {
            Some('-') => {
                rest.pop();
                rest.pop().unwrap_or('-')
            }
            _ => from,
        };
        let same_kind = [('a', 'z'), ('A', 'Z'), ('0', '9')]
            .into_iter()
            .any(|(first, last)| first <= from && from <= to && to <= last);
        if !same_kind {
            return Err((
                "its brackets contain something other than letters, digits and ranges",
                BRACKETS,
            ));
        }
        ranges.push(from..=to);
    }
    match ranges.is_empty() {
        true => Err(("its brackets are empty", BRACKETS)),
        false => Ok(ranges),
    }
}

#[cfg(test)]
mod tests;
