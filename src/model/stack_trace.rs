//! Where a log has a stack trace, and which of its lines says what went wrong: Python's last one, with most others the first.

use std::ops::RangeInclusive;

/// Lines of a message above its first frame: `Error: Cannot find module`, and below it where it was required.
const MESSAGE: usize = 10;

/// Lines between Go's `panic:` and the first goroutine: values, signals, blank lines.
const UP_TO_GOROUTINE: usize = 5;

/// Python's begin; its frames are indented, and its message is not.
const PYTHON: &str = "Traceback (most recent call last)";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StackTrace {
    /// The line with the error's own words.
    pub(crate) error: usize,
    /// The whole of it, as far as it could be made out.
    pub(crate) lines: RangeInclusive<usize>,
}

impl StackTrace {
    /// The last one of a log.
    pub(crate) fn last_of<L: AsRef<str>>(lines: &[L]) -> Option<Self> {
        let found = [python(lines), rust(lines), go(lines), frames(lines)];
        found.into_iter().flatten().max_by_key(|trace| trace.error)
    }

    /// Whether its message stands above its frames.
    pub(crate) fn begins_with_the_error(&self) -> bool {
        self.lines.end() - self.error > self.error - self.lines.start()
    }
}

fn python<L: AsRef<str>>(lines: &[L]) -> Option<StackTrace> {
    let (start, column) = lines.iter().enumerate().rev().find_map(|(at, line)| {
        let column = line.as_ref().find(PYTHON)?;
        Some((at, column))
    })?;
    // What a logger puts in front of each line has the same width in all of them.
    let is_message = |line: &L| {
        let rest = line.as_ref().get(column..).unwrap_or_default();
        rest.starts_with(|c: char| !c.is_whitespace())
    };
    let error = start + 1 + lines[start + 1..].iter().position(is_message)?;
    Some(StackTrace {
        error,
        lines: start..=error,
    })
}

/// The message is on the line below.
fn rust<L: AsRef<str>>(lines: &[L]) -> Option<StackTrace> {
    let start = lines.iter().rposition(|line| line.as_ref().contains("panicked at"))?;
    let error = (start + 1).min(lines.len() - 1);
    Some(StackTrace {
        error,
        lines: start..=error,
    })
}

fn go<L: AsRef<str>>(lines: &[L]) -> Option<StackTrace> {
    let is_goroutine = |line: &L| line.as_ref().contains("goroutine ");
    let is_panic = |line: &L| ["panic: ", "fatal error: "].iter().any(|it| line.as_ref().contains(it));
    let error = (0..lines.len())
        .rev()
        .find(|at| is_panic(&lines[*at]) && lines[*at..].iter().take(UP_TO_GOROUTINE).any(is_goroutine))?;
    let is_frame = |line: &L| line.as_ref().contains(".go:") || is_goroutine(line);
    let end = lines.iter().rposition(is_frame).map_or(error, |end| end.max(error));
    Some(StackTrace {
        error,
        lines: error..=end,
    })
}

/// Those of Node, Java, .NET, Ruby, PHP, Elixir: the message, and a line for each frame.
fn frames<L: AsRef<str>>(lines: &[L]) -> Option<StackTrace> {
    let end = lines.iter().rposition(|line| is_frame(line.as_ref()))?;
    let first = lines[..end]
        .iter()
        .rposition(|line| !is_frame(line.as_ref()))
        .map_or(0, |above| above + 1);
    let above = &lines[first.saturating_sub(MESSAGE)..first];
    let says = |line: &L| {
        let line = line.as_ref().to_ascii_lowercase();
        ["error", "exception", "** ("].iter().any(|word| line.contains(word))
    };
    let is_blank = |line: &L| line.as_ref().trim().is_empty();
    let back = |matches: &dyn Fn(&L) -> bool| above.iter().rev().position(matches).map(|back| first - 1 - back);
    // A single line may only look like a frame.
    let any = || back(&|line| !is_blank(line)).filter(|_| first < end);
    let error = back(&says).or_else(any)?;
    Some(StackTrace {
        error,
        lines: error..=end,
    })
}

fn is_frame(line: &str) -> bool {
    let frame = line.trim_start();
    let is_indented = frame.len() < line.len() || line.contains("    at ");
    let begins = ["at ", "from ", "... "].iter().any(|it| frame.starts_with(it));
    let of_ruby = || frame.contains(".rb:") && frame.contains(":in ") && !frame.contains("': ");
    let of_php = || frame.starts_with('#') && frame[1..].starts_with(|c: char| c.is_ascii_digit());
    let of_elixir = || is_indented && frame.starts_with('(') && frame.contains(".ex");
    (is_indented && (begins || line.contains("    at "))) || of_ruby() || of_php() || of_elixir()
}

#[cfg(test)]
mod tests {
    use super::StackTrace;

    /// The line of the last trace that says what went wrong.
    fn error(log: &str) -> &str {
        let lines: Vec<&str> = log.lines().collect();
        StackTrace::last_of(&lines).map_or("none", |trace| lines[trace.error])
    }

    #[test]
    fn the_line_that_says_what_went_wrong_is_found_in_the_traces_of_many_languages() {
        let python = "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x()\n    ~^^\n\
                      ValueError: first\n\nDuring handling of the above exception, another exception occurred:\n\n\
                      Traceback (most recent call last):\n  File \"b.py\", line 2\n    y()\nKeyError: 'A'\nbye";
        let logged = "[1] [ERROR] Traceback (most recent call last):\n[1] [ERROR]   File \"a.py\", line 1\n\
                      [1] [ERROR] KeyError: 'A'\n[1] [INFO] Worker exiting";
        let node = "/app/a.js:3\n  throw new TypeError('x')\n  ^\n\nTypeError: no such thing\n    at f (/app/a.js:3:9)\n    \
                    at Module._compile (node:internal)\n\nNode.js v20.1.0";
        let module = "node:internal/modules:1\n\nError: Cannot find module 'x'\nRequire stack:\n- /app/a.js\n    at f (a.js:1:1) {\n  \
                      code: 'MODULE_NOT_FOUND'\n}";
        let java = "Exception in thread \"main\" a.b.StartException: no start\n at a.b.C.d(C.java:1)\n at a.b.C.e(C.java:2)\n\
                    Caused by: java.net.ConnectException: Connection refused\n at x.Y.z(Y.java:3)\n ... 23 more\nbye";
        let ruby = "/app/a.rb:5:in `run': undefined method `x' for nil (NoMethodError)\n from /app/a.rb:9:in `block'\n \
                    from /app/a.rb:12:in `<main>'";
        let rake = "rake aborted!\nPG::ConnectionBad: could not connect (PG::Error)\n/app/lib/pg.rb:10:in 'connect'\n\
                    /app/lib/pg.rb:20:in 'open'\n\nTasks: TOP => db:migrate";
        let go = "start\npanic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\nmain.main()\n \
                  /app/main.go:10 +0x1d\nexit status 2";
        let rust = "thread 'main' panicked at src/main.rs:2:5:\nno DATABASE_URL\nnote: run with `RUST_BACKTRACE=1`";
        let php = "PHP Fatal error:  Uncaught PDOException: refused in /app/a.php:3\nStack trace:\n#0 /app/a.php(3): f()\n\
                   #1 {main}\n  thrown in /app/a.php on line 3";
        for (log, says) in [
            (python, "KeyError: 'A'"),
            (logged, "[1] [ERROR] KeyError: 'A'"),
            (node, "TypeError: no such thing"),
            (module, "Error: Cannot find module 'x'"),
            (java, "Caused by: java.net.ConnectException: Connection refused"),
            (
                ruby,
                "/app/a.rb:5:in `run': undefined method `x' for nil (NoMethodError)",
            ),
            (rake, "PG::ConnectionBad: could not connect (PG::Error)"),
            (go, "panic: runtime error: index out of range [5]"),
            (rust, "no DATABASE_URL"),
            (php, "PHP Fatal error:  Uncaught PDOException: refused in /app/a.php:3"),
            ("listening at 8080\nerror: x", "none"),
        ] {
            assert_eq!(error(log), says, "{log}");
        }
    }
}
