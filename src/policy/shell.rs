//! Run commands put together so that a shell reads them as they were meant.

/// Words that only the shell itself can run, so that `exec` cannot.
const BUILTINS: [&str; 16] = [
    ".", ":", "case", "cd", "eval", "exec", "exit", "export", "for", "if", "set", "source", "trap", "ulimit", "until",
    "while",
];

/// One command that runs before the start, with what it needs around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Folder relative to where the service starts; empty: the same.
    pub(crate) directory: String,
    /// Names and values as the shell reads them, quoted already.
    pub(crate) exports: Vec<(String, String)>,
    pub(crate) command: String,
}

/// One word, whatever it contains.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The steps in order, each only if the one before succeeded, then the start in place of the shell.
pub(crate) fn before(steps: &[Step], start: &str) -> String {
    let start = start.trim();
    let simple = steps.iter().all(Step::is_simple);
    if simple && is_simple(start) {
        let commands: Vec<&str> = steps.iter().map(|step| step.command.trim()).collect();
        return format!("{} && {}", commands.join(" && "), in_place(start));
    }
    let steps: String = steps
        .iter()
        .map(|step| {
            if step.is_simple() {
                format!("{} || exit\n", step.command.trim())
            } else {
                format!("{} || exit\n", step.subshell())
            }
        })
        .collect();
    format!("{steps}{}", in_place(start))
}

impl Step {
    fn is_simple(&self) -> bool {
        self.directory.is_empty() && self.exports.is_empty() && is_simple(&self.command)
    }

    /// On lines of its own: a comment at the command's end must not swallow the parenthesis.
    fn subshell(&self) -> String {
        let mut lines = Vec::new();
        if !self.directory.is_empty() {
            lines.push(format!("cd {} || exit", quote(&self.directory)));
        }
        lines.extend(
            self.exports
                .iter()
                .map(|(name, value)| format!("export {name}={value}")),
        );
        lines.push(self.command.trim().to_owned());
        format!("(\n{}\n)", lines.join("\n"))
    }
}

/// Whether a command stays what it is between `&&`s: no lists, pipes, comments or lines.
fn is_simple(command: &str) -> bool {
    !command.is_empty() && !command.contains(['\n', ';', '&', '|', '#', '(', ')', '<', '>', '`', '\\'])
}

/// With `exec`, so that the service gets SIGTERM itself.
fn in_place(start: &str) -> String {
    let first = start.split_whitespace().next().unwrap_or_default();
    if is_simple(start) && !first.contains('=') && !BUILTINS.contains(&first) {
        return format!("exec {start}");
    }
    start.to_owned()
}

/// From one folder of the repository to another: `../migrations`. Empty: the same folder.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// A folder's names without the ways to say nothing: `/server/`, `./server` and `server` are one.
fn parts(directory: &str) -> Vec<&str> {
    directory
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect()
}

/// A path in one spelling; empty: the repository itself.
pub(crate) fn normal(directory: &str) -> String {
    parts(directory).join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(command: &str) -> Step {
        Step {
            command: command.to_owned(),
            ..Step::default()
        }
    }

    #[test]
    fn simple_commands_stay_on_one_line() {
        assert_eq!(
            before(&[step("alembic upgrade head")], "gunicorn app:app --bind 0.0.0.0:$PORT"),
            "alembic upgrade head && exec gunicorn app:app --bind 0.0.0.0:$PORT"
        );
    }

    #[test]
    fn anything_else_runs_in_a_subshell() {
        let steps = [Step {
            directory: "../db".to_owned(),
            exports: vec![("MODE".to_owned(), quote("it's"))],
            command: "a || true # fine".to_owned(),
        }];
        insta::assert_snapshot!(before(&steps, "cd app && npm start"), @r"
        (
        cd ../db || exit
        export MODE='it'\''s'
        a || true # fine
        ) || exit
        cd app && npm start
    ");
    }

    #[test]
    fn words_are_quoted_when_they_have_to_be() {
        for (word, quoted) in [
            ("a-b_1.c/d", "a-b_1.c/d"),
            ("", "''"),
            ("$PORT", "'$PORT'"),
            ("it's", r"'it'\''s'"),
            ("a b", "'a b'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }

    #[test]
    fn goes_from_one_folder_to_another() {
        for (from, to, way) in [
            ("/server", "server/", ""),
            ("", "/", ""),
            ("/server", "/", ".."),
            ("", "db", "db"),
            ("apps/web", "apps/db", "../db"),
        ] {
            assert_eq!(relative(from, to), way, "{from} to {to}");
        }
    }
}
