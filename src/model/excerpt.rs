//! The lines of a long log that tell why something failed.

/// Most lines that a person reads in a comment.
const MOST: usize = 30;

/// Lines kept before the first one that names an error, so that it has its context.
const BEFORE: usize = 3;

/// The end of the log, begun at the last traceback or error where that is near the end.
pub(crate) fn lines_that_matter<L: AsRef<str> + Clone>(lines: &[L]) -> Vec<L> {
    let end = lines
        .iter()
        .rposition(|line| !line.as_ref().trim().is_empty())
        .map_or(0, |last| last + 1);
    let lines = &lines[..end];
    let tail_from = end.saturating_sub(MOST);
    let tail = &lines[tail_from..];
    let story = tail.iter().position(|line| opens_a_story(line.as_ref()));
    let error = || {
        tail.iter()
            .position(|line| names_an_error(line.as_ref()))
            .map(|at| at.saturating_sub(BEFORE))
    };
    let from = story.or_else(error).unwrap_or(0);
    tail[from..].to_vec()
}

/// Where a stack trace begins: all that follows belongs to it.
fn opens_a_story(line: &str) -> bool {
    line.contains("Traceback (most recent call last)") || line.contains("panicked at")
}

fn names_an_error(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    [
        "error",
        "fatal",
        "exception",
        "failed",
        "cannot",
        "not found",
        "no such",
    ]
    .iter()
    .any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{MOST, lines_that_matter};

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn begins_at_the_traceback() {
        let log = lines("collecting flask\ninstalled\nTraceback (most recent call last):\n  File x\nKeyError: 'A'\n\n");
        assert_eq!(
            lines_that_matter(&log),
            lines("Traceback (most recent call last):\n  File x\nKeyError: 'A'")
        );
    }

    #[test]
    fn keeps_a_little_context_before_the_error() {
        let log = lines("1\n2\n3\n4\n5\nerror: no such file\nexit 1");
        assert_eq!(lines_that_matter(&log), lines("3\n4\n5\nerror: no such file\nexit 1"));
    }

    #[test]
    fn is_never_longer_than_people_read() {
        let log: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        assert_eq!(lines_that_matter(&log).len(), MOST);
    }
}
