//! The job summary, appended to the file that the runner names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// A step's summary above 1 MiB is dropped whole; this leaves room for what other commands of the step write.
/// <https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary>
const LARGEST: u64 = 1_000_000;

const CUT: &str = "\n\n(The rest does not fit into a job summary)\n";

/// Appends Markdown, cut so that the whole file stays below the runner's limit.
pub(crate) fn append(file: &Path, markdown: &str) -> anyhow::Result<()> {
    let taken = std::fs::metadata(file).map_or(0, |data| data.len());
    let text = fit(markdown, LARGEST.saturating_sub(taken));
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("the job summary could not be written to `{}`", file.display()))
}

/// The text, or as many whole lines of it as fit with a note.
fn fit(markdown: &str, room: u64) -> String {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if markdown.len() < room {
        return format!("{}\n", markdown.trim_end());
    }
    let mut end = room.saturating_sub(CUT.len());
    while !markdown.is_char_boundary(end) {
        end -= 1;
    }
    match markdown[..end].rfind('\n') {
        Some(line) => format!("{}{CUT}", &markdown[..line]),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, append, fit};

    #[test]
    fn keeps_whole_lines_below_the_limit() {
        let text = "ä line\n".repeat(20);
        let fitted = fit(&text, 100);
        assert!(fitted.len() <= 100, "{}", fitted.len());
        assert!(fitted.contains("does not fit"));
        assert_eq!(fit("short\n\n", 100), "short\n");
    }

    #[test]
    fn the_file_stays_below_the_limit_however_often_it_is_appended_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("summary");
        for _ in 0..5 {
            append(&file, &"a line of forty characters, more or less\n".repeat(10_000)).expect("written");
        }
        assert!(std::fs::metadata(file).expect("there").len() <= LARGEST);
    }
}
