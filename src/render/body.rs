//! The layout of the comment's text: whose it is, which run wrote it, production's line, the preview.
//!
//! Nothing is decided from what a comment says, because everybody who may write can edit it. The two hidden numbers
//! only put runs in order, and production's line is carried along as it stands.

use std::fmt;

use crate::model::stamp::Stamp;

/// Longest line about production that is carried along, in characters.
const LONGEST_LINE: usize = 2_000;

/// What a comment of ours consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) marker: String,
    /// The run that wrote about the preview.
    pub(crate) run: Stamp,
    pub(crate) production: Option<ProductionLine>,
    /// About the preview, in Markdown.
    pub(crate) text: String,
}

/// One line about the merged pull request's commit in production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductionLine {
    pub(crate) run: Stamp,
    pub(crate) line: String,
}

/// The hidden first line by which we know our comment.
pub(crate) fn marker(repository: u64, pull: u64) -> String {
    format!("<!-- do-deploy:{repository}:pr-{pull} -->")
}

impl Body {
    pub(crate) fn new(marker: &str) -> Self {
        Self {
            marker: marker.to_owned(),
            run: Stamp::default(),
            production: None,
            text: String::new(),
        }
    }

    /// `None`: the comment does not begin with the marker.
    pub(crate) fn parse(marker: &str, body: &str) -> Option<Self> {
        let mut lines = body.lines().map(str::trim_end).peekable();
        (lines.next()? == marker).then_some(())?;
        let hidden = |line: &str, name: &str| {
            let inside = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
            Stamp::parse(inside.strip_prefix(name)?.strip_prefix(':')?)
        };
        let run = lines.peek().and_then(|line| hidden(line, "run"));
        if run.is_some() {
            lines.next();
        }
        let production = lines.peek().and_then(|line| hidden(line, "production"));
        let production = production.and_then(|run| {
            lines.next();
            let line = lines.next()?.chars().take(LONGEST_LINE).collect();
            Some(ProductionLine { run, line })
        });
        Some(Self {
            marker: marker.to_owned(),
            run: run.unwrap_or_default(),
            production,
            text: lines.collect::<Vec<_>>().join("\n").trim().to_owned(),
        })
    }
}

/// As it is posted.
impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n<!-- run:{} -->\n", self.marker, self.run)?;
        if let Some(ProductionLine { run, line }) = &self.production {
            write!(f, "<!-- production:{run} -->\n{line}\n\n")?;
        }
        f.write_str(self.text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, ProductionLine, marker};
    use crate::model::stamp::Stamp;

    #[test]
    fn what_is_written_is_read_back() {
        let mut body = Body::new(&marker(7, 12));
        body.run = Stamp { id: 42, attempt: 2 };
        body.text = "https://shop.example\n\n**Ready**".to_owned();
        assert!(
            body.to_string()
                .starts_with("<!-- do-deploy:7:pr-12 -->\n<!-- run:42:2 -->\nhttps://")
        );
        assert_eq!(Body::parse(&marker(7, 12), &body.to_string()), Some(body.clone()));
        body.production = Some(ProductionLine {
            run: Stamp { id: 50, attempt: 1 },
            line: "In production since yesterday".to_owned(),
        });
        let windows = body.to_string().replace('\n', "\r\n");
        assert_eq!(Body::parse(&marker(7, 12), &windows), Some(body));
    }

    #[test]
    fn another_marker_or_none_is_not_ours() {
        assert_eq!(Body::parse(&marker(7, 12), "<!-- do-deploy:7:pr-1 -->\n"), None);
        assert_eq!(Body::parse(&marker(7, 12), "> <!-- do-deploy:7:pr-12 -->"), None);
        assert_eq!(Body::parse(&marker(7, 12), "hello\n<!-- do-deploy:7:pr-12 -->"), None);
    }

    #[test]
    fn a_line_of_a_log_is_never_productions_line() {
        let text = format!("{}\n<!-- run:1:1 -->\ntext\n<!-- production:9:9 -->\nx", marker(7, 12));
        let body = Body::parse(&marker(7, 12), &text).expect("ours");
        assert_eq!(body.production, None);
    }
}
