//! Untrusted text inside Markdown: it is read as text, whatever it contains.

use url::Url;

use crate::redact::strip::{cut, strip};

/// Longest foreign text in running prose, in characters.
const LONGEST_TEXT: usize = 1_000;

/// Invisible, but it parts what GitHub would otherwise turn into a mention, a reference or a link.
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// Characters that Markdown or GitHub's additions to it would act on anywhere in a line.
const SPECIAL: &[char] = &['\\', '`', '*', '[', ']', '<', '|', '~'];

/// One line of text in which only `code` in backticks is Markdown.
pub(crate) fn prose(text: &str) -> String {
    let text = short(text);
    let mut rest = text.trim();
    let mut markdown = String::with_capacity(rest.len() + 16);
    while let Some((before, after)) = rest.split_once('`') {
        markdown.push_str(&plain(before));
        match after.split_once('`') {
            Some((inside, behind)) if !inside.trim().is_empty() => {
                markdown.push_str(&code(inside));
                rest = behind;
            }
            _ => {
                markdown.push_str("\\`");
                rest = after;
            }
        }
    }
    markdown.push_str(&plain(rest));
    guard_start(markdown)
}

/// The same of a text that stands alone, and so begins with a capital letter if it begins with a word.
pub(crate) fn sentence(text: &str) -> String {
    let markdown = prose(text);
    let word = markdown.split(' ').next().unwrap_or_default();
    let is_word = word
        .trim_end_matches([',', ':', ';'])
        .chars()
        .all(|c| c.is_ascii_lowercase() || c == '\'');
    match word.chars().next().filter(|_| is_word) {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), &markdown[1..]),
        None => markdown,
    }
}

/// A code span that holds the text whatever backticks it contains. Pipes are left out: a table would split there.
pub(crate) fn code(text: &str) -> String {
    let text = short(text).replace('|', "¦");
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let room = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Text for HTML elements, whose insides are no Markdown.
pub(crate) fn html(text: &str) -> String {
    let text = part(&short(text));
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('`', "&#96;")
}

/// A fenced block that no line inside can end.
pub(crate) fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

/// An address that is safe in a link and bare. `None`: it is no web address, or carries credentials.
pub(crate) fn web_address(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let mut safe = String::new();
    for c in url.as_str().chars() {
        match c {
            '(' | ')' | '[' | ']' | '<' | '>' | '|' | '*' | '~' | '\'' | '"' | '`' | '\\' | '{' | '}' => {
                // All of them are ASCII.
                safe.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    let safe = safe.trim_end_matches('/');
    Some(safe.to_owned())
}

/// Stripped and cut; cut roughly first, because endless text should not cost endless time.
fn short(text: &str) -> String {
    cut(&strip(&cut(text, 8 * LONGEST_TEXT)), LONGEST_TEXT)
}

/// Text outside of code spans.
fn plain(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + 8);
    let mut before = None;
    let parted = part(text);
    let mut chars = parted.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let inside_word = before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
        let acts = SPECIAL.contains(&c)
            || (c == '_' && !inside_word)
            || (c == '>' && before == Some('-'))
            || (c == '&' && next.is_some_and(|next| next.is_alphanumeric() || next == '#'))
            // A formula; an amount of money is not one.
            || (c == '$' && next.is_some_and(|next| !next.is_ascii_digit() && next != ' '));
        if acts {
            markdown.push('\\');
        }
        markdown.push(c);
        before = Some(c);
    }
    markdown
}

/// Parts `@name`, `#12`, `GH-12` and web addresses, which GitHub links even where Markdown is escaped.
fn part(text: &str) -> String {
    let mut parted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let lower = |length: usize| rest.get(..length).map(str::to_ascii_lowercase);
        let starts_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if c == '@' || (c == '#' && starts_number(after)) {
            parted.push(c);
            parted.push(ZERO_WIDTH_SPACE);
            rest = after;
        } else if lower(3).as_deref() == Some("gh-") && starts_number(&rest[3..]) {
            parted.push_str(&rest[..3]);
            parted.push(ZERO_WIDTH_SPACE);
            rest = &rest[3..];
        } else if rest.starts_with("://") {
            parted.push(':');
            parted.push(ZERO_WIDTH_SPACE);
            parted.push_str("//");
            rest = &rest[3..];
        } else if lower(4).as_deref() == Some("www.") {
            parted.push_str(&rest[..3]);
            parted.push(ZERO_WIDTH_SPACE);
            parted.push('.');
            rest = &rest[4..];
        } else {
            parted.push(c);
            rest = after;
        }
    }
    parted
}

/// What would make a heading, a list or a quotation of a line that begins with it.
fn guard_start(markdown: String) -> String {
    let digits = markdown.chars().take_while(char::is_ascii_digit).count();
    if markdown.starts_with(['#', '-', '+', '=', '>']) {
        return format!("\\{markdown}");
    }
    if digits > 0 && markdown[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &markdown[..digits], &markdown[digits..]);
    }
    markdown
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{code, fenced, html, prose, sentence, web_address};

    #[test]
    fn own_sentences_stay_as_they_are() {
        for text in [
            "dropped database `db`: previews use SQLite",
            "`API_KEY` is not set in previews",
            "costs $5.00 a month, DATABASE_URL stays (see above)",
            "commit abc1234 - fine; 50% done!",
        ] {
            assert_eq!(prose(text), text);
        }
    }

    #[test]
    fn what_stands_alone_begins_with_a_capital_letter() {
        for (text, shown) in [
            (
                "no component is built from `org/shop`",
                "No component is built from `org/shop`",
            ),
            ("always awake: `web`", "Always awake: `web`"),
            ("`web` was not asked", "`web` was not asked"),
            ("production's address stays", "Production's address stays"),
            ("do-deploy logs", "do-deploy logs"),
            ("main.py is missing", "main.py is missing"),
            ("", ""),
        ] {
            assert_eq!(sentence(text), shown);
        }
    }

    #[test]
    fn foreign_text_is_only_text() {
        for (foreign, shown) in [
            ("hi @octocat", "hi @\u{200b}octocat"),
            ("fixes #12 and GH-9", "fixes #\u{200b}12 and GH-\u{200b}9"),
            (
                "[click](https://evil.example)",
                "\\[click\\](https:\u{200b}//evil.example)",
            ),
            ("![x](http://e)", "!\\[x\\](http:\u{200b}//e)"),
            ("www.evil.example", "www\u{200b}.evil.example"),
            ("<img src=x onerror=y>", "\\<img src=x onerror=y>"),
            ("--> <!-- do-deploy:1:pr-1 -->", "\\--\\> \\<!-- do-deploy:1:pr-1 --\\>"),
            ("a | b", "a \\| b"),
            ("two\nlines\r\n# heading", "two lines  # heading"),
            ("# heading", "\\# heading"),
            ("1. list", "1\\. list"),
            ("**bold** _it_ ~~gone~~", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~"),
            ("&lt;script&gt;", "\\&lt;script\\&gt;"),
            ("open ` tick", "open \\` tick"),
            ("`a@b|c`", "`a@b¦c`"),
            ("$\\frac{a}$", "\\$\\\\frac{a}$"),
            ("\u{202e}gnp.exe", "gnp.exe"),
        ] {
            assert_eq!(prose(foreign), shown, "{foreign:?}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_code() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        let lines = ["```".to_owned(), "````` @me".to_owned()];
        assert_eq!(fenced("text", &lines), "``````text\n```\n````` @me\n``````");
        assert_eq!(html("</summary><b>@me"), "&lt;/summary&gt;&lt;b&gt;@\u{200b}me");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("https://user:pw@host/"), None);
        assert_eq!(
            web_address("https://shop.example/").as_deref(),
            Some("https://shop.example")
        );
        assert_eq!(
            web_address("https://shop.example/a)b [c](d)").as_deref(),
            Some("https://shop.example/a%29b%20%5Bc%5D%28d%29")
        );
    }

    #[test]
    fn endless_text_ends() {
        assert!(prose(&"ä".repeat(5_000)).chars().count() < 1_100);
    }
}
