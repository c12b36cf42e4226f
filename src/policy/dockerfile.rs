//! What a Dockerfile starts: ENTRYPOINT and CMD of its last stage.

use crate::policy::shell;

/// The command as a shell line. `None`: the file leaves it to its base image.
pub(crate) fn start(text: &str) -> Option<String> {
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in instructions(text) {
        let (word, rest) = instruction
            .split_once(char::is_whitespace)
            .unwrap_or((&instruction, ""));
        let rest = rest.trim();
        match word.to_ascii_uppercase().as_str() {
            "FROM" => {
                let stage = Stage::from(rest, &stages);
                stages.push(stage);
            }
            "ENTRYPOINT" => {
                if let Some(stage) = stages.last_mut() {
                    stage.entrypoint = Some(Command::parse(rest));
                    // As Docker has it: a new entrypoint forgets the command of the stage below.
                    if stage.command_is_inherited {
                        stage.command = None;
                    }
                }
            }
            "CMD" => {
                if let Some(stage) = stages.last_mut() {
                    stage.command = Some(Command::parse(rest));
                    stage.command_is_inherited = false;
                }
            }
            _ => {}
        }
    }
    stages.pop()?.start()
}

#[derive(Clone, Default)]
struct Stage {
    name: Option<String>,
    entrypoint: Option<Command>,
    command: Option<Command>,
    command_is_inherited: bool,
}

impl Stage {
    /// `FROM [--platform=…] IMAGE [AS NAME]`; an earlier stage hands on what it starts.
    fn from(rest: &str, stages: &[Self]) -> Self {
        let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
        let image = words.next().unwrap_or_default();
        let name = words.nth(1).map(str::to_owned);
        let base = stages
            .iter()
            .rev()
            .find(|stage| stage.name.as_deref() == Some(image))
            .cloned();
        Self {
            name,
            command_is_inherited: true,
            ..base.unwrap_or_default()
        }
    }

    fn start(self) -> Option<String> {
        let line = match (self.entrypoint, self.command) {
            (Some(Command::Shell(line)), _) | (None, Some(Command::Shell(line))) => line,
            (Some(Command::Diagnosis(entrypoint)), None) => join(&entrypoint),
            (None, Some(Command::Diagnosis(command))) => join(&command),
            (Some(Command::Diagnosis(mut entrypoint)), Some(Command::Diagnosis(command))) => {
                entrypoint.extend(command);
                join(&entrypoint)
            }
            (Some(Command::Diagnosis(entrypoint)), Some(Command::Shell(line))) => {
                format!("{} /bin/sh -c {}", join(&entrypoint), shell::quote(&line))
            }
            (None, None) => return None,
        };
        Some(line).filter(|line| !line.is_empty())
    }
}

#[derive(Clone)]
enum Command {
    Diagnosis(Vec<String>),
    Shell(String),
}

impl Command {
    fn parse(rest: &str) -> Self {
        match serde_json::from_str(rest) {
            Ok(words) => Self::Diagnosis(words),
            Err(_) => Self::Shell(rest.to_owned()),
        }
    }
}

fn join(words: &[String]) -> String {
    words
        .iter()
        .map(|word| shell::quote(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Instructions with their continuation lines joined, without comments and here-documents.
fn instructions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    let mut until: Option<String> = None;
    for line in text.lines() {
        if let Some(end) = &until {
            if line.trim() == end {
                until = None;
            }
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (piece, continues) = match line.strip_suffix('\\') {
            Some(piece) => (piece.trim_end(), true),
            None => (line, false),
        };
        match found.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(piece);
            }
            _ => found.push(piece.to_owned()),
        }
        open = continues;
        until = heredoc(piece);
    }
    found
}

fn heredoc(piece: &str) -> Option<String> {
    let keyword = piece.split_whitespace().next().unwrap_or_default();
    if !["RUN", "COPY", "ADD"]
        .iter()
        .any(|word| keyword.eq_ignore_ascii_case(word))
    {
        return None;
    }
    let (_, rest) = piece.split_once("<<")?;
    let word = rest.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['"', '\'']);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!word.is_empty() && word.chars().all(fits)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::start;

    #[test]
    fn reads_shell_and_exec_form() {
        for (text, expected) in [
            (
                "FROM a\nCMD gunicorn --bind 0.0.0.0:$PORT app:app",
                Some("gunicorn --bind 0.0.0.0:$PORT app:app"),
            ),
            ("from a\ncmd [\"node\", \"a b.js\"]", Some("node 'a b.js'")),
            (
                "FROM a\nENTRYPOINT [\"./run\"]\nCMD [\"serve\", \"$X\"]",
                Some("./run serve '$X'"),
            ),
            (
                "FROM a\nENTRYPOINT [\"./run\"]\nCMD serve $X",
                Some("./run /bin/sh -c 'serve $X'"),
            ),
            ("FROM a\nENTRYPOINT ./run\nCMD serve", Some("./run")),
            ("FROM a\nCMD [\"old\"]\nCMD [\"new\"]", Some("new")),
            ("FROM a\nCMD [\"x\", \\\n  # comment\n  \"y\"]\n", Some("x y")),
            ("FROM a AS build\nCMD no\nFROM b\nRUN x", None),
            ("FROM a AS base\nCMD yes\nFROM base\nRUN x", Some("yes")),
            (
                "FROM a AS base\nCMD no\nFROM base AS last\nENTRYPOINT [\"yes\"]",
                Some("yes"),
            ),
            (
                "FROM --platform=linux/amd64 a AS base\nRUN <<EOF\nCMD no\nEOF\nCMD yes",
                Some("yes"),
            ),
            ("", None),
        ] {
            assert_eq!(start(text).as_deref(), expected, "{text}");
        }
    }
}
