//! The layout of the comment's text: whose it is, which run wrote it, production's line, the preview, the last answer.
//!
//! Nothing is decided from what a comment says, because everyone with write access can edit it. The hidden numbers are
//! a hint for people who look for a run, and production's line and the answer are carried along as they stand.
//!
//! The answer to a command is said below all the rest, but announced at the top with its length: a line of a log in
//! between cannot be taken for its beginning.

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
    pub(crate) answer: Option<AnswerText>,
}

/// What a command in a comment was answered. The next answer takes its place, and so do the next words about the
/// preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnswerText {
    pub(crate) run: Stamp,
    /// Markdown.
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

/// The same of a short comment of its own, of which a pull request has one of each kind.
pub(crate) fn notice_marker(repository: u64, pull: u64, kind: &str) -> String {
    format!("<!-- do-deploy:{repository}:pr-{pull}:{kind} -->")
}

impl Body {
    pub(crate) fn new(marker: &str) -> Self {
        Self {
            marker: marker.to_owned(),
            run: Stamp::default(),
            production: None,
            text: String::new(),
            answer: None,
        }
    }

    /// Says this about the preview. A person at a terminal leaves the number of the run before.
    pub(crate) fn write(&mut self, run: Option<Stamp>, text: &str) {
        self.run = run.unwrap_or(self.run);
        text.clone_into(&mut self.text);
    }

    /// Answers a command. What is said about the preview stays.
    pub(crate) fn write_answer(&mut self, run: Option<Stamp>, text: &str) {
        let text = text.trim().to_owned();
        let run = run.unwrap_or_default();
        self.answer = Some(AnswerText { run, text });
    }

    /// Says this about production.
    pub(crate) fn write_production(&mut self, run: Option<Stamp>, line: &str) {
        let line = line.to_owned();
        let run = run.unwrap_or_default();
        self.production = Some(ProductionLine { run, line });
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
        let announced = lines.peek().and_then(|line| announced(line));
        if announced.is_some() {
            lines.next();
        }
        let production = lines.peek().and_then(|line| hidden(line, "production"));
        let production = production.and_then(|run| {
            lines.next();
            let line = lines.next()?.chars().take(LONGEST_LINE).collect();
            Some(ProductionLine { run, line })
        });
        let mut lines: Vec<&str> = lines.collect();
        let answer = announced.and_then(|(run, length)| {
            // A person who edited the comment by hand may have left less of it.
            let begin = lines.len().checked_sub(length)?;
            let text = lines.split_off(begin).join("\n");
            Some(AnswerText { run, text })
        });
        Some(Self {
            marker: marker.to_owned(),
            run: run.unwrap_or_default(),
            production,
            text: lines.join("\n").trim().to_owned(),
            answer,
        })
    }
}

/// `<!-- answer:ID:ATTEMPT:LINES -->`: which run answered, in how many lines at the end of the comment.
fn announced(line: &str) -> Option<(Stamp, usize)> {
    let inside = line.strip_prefix("<!-- answer:")?.strip_suffix(" -->")?;
    let (stamp, length) = inside.rsplit_once(':')?;
    Some((Stamp::parse(stamp)?, length.parse().ok()?))
}

/// As it is posted.
impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n<!-- run:{} -->\n", self.marker, self.run)?;
        let answer = self.answer.as_ref().filter(|answer| !answer.text.is_empty());
        if let Some(AnswerText { run, text }) = answer {
            writeln!(f, "<!-- answer:{run}:{} -->", text.lines().count())?;
        }
        if let Some(ProductionLine { run, line }) = &self.production {
            write!(f, "<!-- production:{run} -->\n{line}\n\n")?;
        }
        f.write_str(self.text.trim())?;
        match answer {
            Some(answer) if self.text.trim().is_empty() => f.write_str(&answer.text),
            Some(answer) => write!(f, "\n\n{}", answer.text),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            line: "Deployed to production yesterday".to_owned(),
        });
        let windows = body.to_string().replace('\n', "\r\n");
        assert_eq!(Body::parse(&marker(7, 12), &windows), Some(body));
    }

    #[test]
    fn whatever_number_stands_there_is_written_over() {
        for (writer, stamp) in [(Some(run(4)), run(4)), (Some(run(6)), run(6)), (None, run(u64::MAX))] {
            let mut body = Body::new("m");
            body.write(Some(run(u64::MAX)), "before");
            body.write_answer(Some(run(u64::MAX)), "before");
            body.write_production(Some(run(u64::MAX)), "before");
            body.write(writer, "after");
            body.write_answer(writer, "after");
            body.write_production(writer, "after");
            assert_eq!((body.text.as_str(), body.run), ("after", stamp), "{writer:?}");
            let said = [body.answer.map(|it| it.text), body.production.map(|it| it.line)];
            assert_eq!(said, [Some("after".to_owned()), Some("after".to_owned())], "{writer:?}");
        }
    }

    fn run(id: u64) -> Stamp {
        Stamp { id, attempt: 1 }
    }

    #[test]
    fn an_answer_is_read_back_whatever_stands_above_it() {
        let forged = "```text\n<!-- answer:99:1:1 -->\nforged\n```";
        for text in ["", "**Ready**", forged] {
            let mut body = Body::new(&marker(7, 12));
            body.write(Some(run(5)), text);
            body.write_production(Some(run(6)), "In production");
            body.write_answer(Some(run(7)), "---\n\n**Answer**\n\n- one\n");
            let windows = body.to_string().replace('\n', "\r\n");
            assert_eq!(Body::parse(&marker(7, 12), &windows), Some(body.clone()), "{body}");
            assert!(body.to_string().ends_with("**Answer**\n\n- one"), "{body}");
        }
    }

    #[test]
    fn a_log_cannot_announce_an_answer() {
        let text = format!("{}\n<!-- run:1:1 -->\ntext\n<!-- answer:9:9:1 -->\nx", marker(7, 12));
        let body = Body::parse(&marker(7, 12), &text).expect("ours");
        assert_eq!(body.answer, None);
        let cut = format!("{}\n<!-- run:1:1 -->\n<!-- answer:9:9:40 -->\ntext", marker(7, 12));
        let body = Body::parse(&marker(7, 12), &cut).expect("ours");
        assert_eq!((body.answer, body.text.as_str()), (None, "text"));
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

    proptest! {
        #[test]
        fn however_our_comment_was_edited_it_is_read(text in foreign()) {
            let ours = marker(7, 12);
            for text in [text.clone(), format!("{ours}\n{text}"), format!("{ours}\r\n{text}")] {
                let parsed = Body::parse(&ours, &text);
                prop_assert_eq!(parsed.is_some(), text.lines().next().map(str::trim_end) == Some(&*ours), "{:?}", text);
                if let Some(body) = parsed {
                    // What it says is written over whatever it said.
                    let mut body = body;
                    body.write(Some(run(5)), "**Ready**");
                    prop_assert_eq!((body.run, body.text.as_str()), (run(5), "**Ready**"));
                    let again = Body::parse(&ours, &body.to_string()).expect("ours");
                    prop_assert_eq!((again.run, again.text), (body.run, body.text));
                }
            }
        }

        #[test]
        fn whatever_an_app_printed_what_is_written_is_read_back(
            lines in prop::collection::vec(line(), 0..6),
            answer in prop::option::of(prop::collection::vec(line(), 1..6)),
            production in prop::option::of("[!-~][ -~]{0,30}[!-~]"),
            id in any::<u64>(),
        ) {
            let mut body = Body::new(&marker(7, 12));
            // The templates begin with words of ours.
            body.write(Some(run(id)), format!("**Ready**\n{}", lines.join("\n")).trim());
            if let Some(answer) = answer {
                body.write_answer(Some(run(id)), &format!("---\n{}", answer.join("\n")));
            }
            if let Some(line) = production {
                body.write_production(Some(run(id)), &line);
            }
            prop_assert_eq!(Body::parse(&marker(7, 12), &body.to_string()), Some(body));
        }
    }

    /// A line of a log, among them such as could be taken for ours.
    fn line() -> impl Strategy<Value = String> {
        let hidden = "<!-- (run|answer|production|do-deploy):[0-9]{1,20}:[0-9]{1,3}(:[0-9]{1,3})? -->";
        prop_oneof![2 => "[!-~]{0,20}", 1 => hidden, 1 => Just(String::new())]
    }

    fn foreign() -> impl Strategy<Value = String> {
        let lines = prop::collection::vec(line(), 0..8).prop_map(|lines| lines.join("\n"));
        prop_oneof![2 => lines, 1 => any::<String>()]
    }
}
