//! What stands between a name and its value, as programs, formats and tables write it.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::random::{looks_chosen, looks_random};
use super::secret::is_everyday;

/// `"name": "KEY", "value": …`, `key="KEY" value=…`
static SISTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?i)\\?["']?\s*(?:[,;]\s*|\s)(?:\\?["']?[\w-]+\\?["']?\s*(?:=>|[:=])\s*(?:\\?"[^"\\]*\\?"|'[^']*'|[\w.-]+)\s*(?:[,;]\s*|\s)){0,4}\\?["']?(?:value|val)\\?["']?\s*(?:=>|[:=])\s*"#,
    )
});

/// A type with a length before the value, as PHP's `var_dump` writes it.
static SIZED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:string|str)\(\d+\)\s*"));

/// `API_KEY is v`, `API_KEY 'v'`
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^[`"']?(?:\s+[a-z]+){0,3}\s+[`"'(]?"#));

/// `"v" for API_KEY`, `'v' (API_KEY)`, `v as API_KEY`
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:["'`](?P<q>[^"'`]{3,})["'`]|(?:^|\s)(?P<w>[^\s"'`]+))\s+(?:\(|(?:for|from|as|in|of|to|into)\s+)(?:(?:the|env|environment|variable|secret|setting|key|var)\s+){0,3}["'`$]?$"#,
    )
});

/// What is quoted before a name and says what it has to be.
const TYPES: [&str; 14] = [
    "string",
    "number",
    "boolean",
    "integer",
    "object",
    "array",
    "value",
    "type",
    "required",
    "missing",
    "invalid",
    "invalid_type",
    "secret",
    "type_error",
];

/// What parts the columns of a table: Markdown's and databases', Unicode's light, heavy, double and dashed lines.
const COLUMNS: [char; 10] = ['|', '│', '┃', '║', '╎', '┆', '┊', '╏', '┇', '¦'];

/// Where a name has no value on its own line but on the next: `KEY:`, `"KEY" =>`, YAML's `KEY: |`.
static OPEN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^\\?["']?\]?\s*(?:=>|[:=])\s*(?:[|>][-+]?)?\s*$"#));

/// A call, a path, the entry of a map in code.
static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z_][\w.]*(?:\(|\.\w+\)?$|[,;)]+$)"));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that compiles")
}

/// What follows a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After<'l> {
    /// The value begins here; its end depends on what it is.
    Value(&'l str),
    /// This is the value.
    Whole(&'l str),
}

/// `is_entry`: whether a colon after a name that has `before` before it, and no quotes, begins this value.
pub(super) fn after<'l>(
    before: &str,
    after: &'l str,
    begins_a_line: bool,
    is_entry: impl Fn(&str) -> bool,
) -> Option<After<'l>> {
    if let Some(found) = SISTER.find(after) {
        return Some(After::Value(&after[found.end()..]));
    }
    // `<KEY>value</KEY>`
    if before.ends_with('<')
        && let Some(value) = after.strip_prefix('>')
    {
        return value.find("</").map(|end| After::Whole(&value[..end]));
    }
    // `KEY=value` in a URL, or in JSON that keeps HTML from reading it
    for sign in ["%3D", "%3d", "\\u003d", "\\u003D"] {
        if let Some(value) = after.strip_prefix(sign) {
            let end = value.find(|c: char| c.is_whitespace() || "&\"'<>".contains(c));
            return Some(After::Whole(&value[..end.unwrap_or(value.len())]));
        }
    }
    let unquoted = after.trim_start_matches('\\').trim_start_matches(['"', '\'']);
    let is_quoted = unquoted.len() < after.len();
    let rest = unquoted.trim_start();
    // `config["KEY"] = …`, `[KEY] => …`
    let inside = rest.strip_prefix(']').map(str::trim_start);
    let rest = match inside {
        Some(inside) if is_quoted || (before.ends_with('[') && inside.starts_with("=>")) => inside,
        _ => rest,
    };
    let is_apart = rest.len() < unquoted.len();
    let value = match rest.chars().next()? {
        '=' => rest.trim_start_matches('=').trim_start_matches('>'),
        '!' if rest[1..].starts_with('=') => rest[1..].trim_start_matches('='),
        '-' if is_apart && rest.starts_with("-> ") => &rest[2..],
        // `setdefault("KEY", "value")`
        ',' if is_quoted && is_argument(before) && rest[1..].trim_start().starts_with(['"', '\'', '\\']) => &rest[1..],
        ',' if is_quoted => return pair(before, rest),
        ':' if rest[1..].starts_with('=') => &rest[2..],
        // A name in a sentence, or a path in code, is followed by a colon as well.
        ':' if !rest[1..].starts_with(':') && (is_quoted || is_entry(&rest[1..])) => &rest[1..],
        '|' if rest[1..].starts_with('|') => return in_words(after, begins_a_line),
        column if COLUMNS.contains(&column) && (begins_a_line || before.contains(column)) => {
            let cell = rest.trim_start_matches(column);
            return Some(After::Whole(cell.split(column).next()?.trim()));
        }
        _ => return in_words(after, begins_a_line),
    };
    let value = value.trim_start();
    Some(After::Value(
        SIZED.find(value).map_or(value, |found| &value[found.end()..]),
    ))
}

/// Whether the value of a name can stand on the next line alone.
pub(super) fn is_open(after: &str) -> bool {
    OPEN.is_match(after)
}

/// What stands on the line after a name that was left open: one word, or what quotes hold.
pub(super) fn on_next_line(line: &str) -> Option<&str> {
    let value = line.trim();
    let value = SIZED.find(value).map_or(value, |found| &value[found.end()..]);
    let value = value.trim_end_matches([',', ';']);
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let value = quoted.unwrap_or(value);
    let is_other = value.is_empty()
        || value.starts_with(['-', '{', '[', '}', ']'])
        || value.ends_with([':', '(', '{', '[', ')'])
        || (quoted.is_none() && value.contains(char::is_whitespace));
    (!is_other).then_some(value)
}

/// Whether a quoted name is the first argument of a call.
fn is_argument(before: &str) -> bool {
    before.trim_end_matches(['"', '\'', '\\']).trim_end().ends_with('(')
}

/// `["KEY", "value"]`, which is no list of names.
fn pair<'l>(before: &str, rest: &'l str) -> Option<After<'l>> {
    let is_first = before.trim_end_matches(['"', '\'', '\\']).trim_end().ends_with('[');
    let value = rest[1..].trim_start().trim_start_matches('\\');
    let quote = value.chars().next().filter(|c| is_first && "\"'".contains(*c))?;
    let (value, behind) = value[1..].split_once(quote)?;
    let is_name = value
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && !looks_random(value);
    let is_pair = behind.trim_start().starts_with(']') && !is_name;
    is_pair.then(|| After::Whole(value.trim_end_matches('\\')))
}

/// What looks random behind a name in a sentence, or in a table whose columns are spaces.
fn in_words(after: &str, begins_a_line: bool) -> Option<After<'_>> {
    let value = &after[SENTENCE.find(after)?.end()..];
    let end = value.find(|c: char| c.is_whitespace() || "`\"'()<>,;".contains(c));
    let value = value[..end.unwrap_or(value.len())].trim_end_matches(['.', ':']);
    let is_alone = begins_a_line && after.trim() == value && value.contains(|c: char| c.is_ascii_digit());
    (looks_random(value) || looks_chosen(value) || is_alone).then_some(After::Whole(value))
}

/// The value in a sentence that ends with a name.
pub(super) fn before(before: &str) -> Option<&str> {
    let found = BEFORE.captures(before)?;
    if let Some(word) = found.name("w") {
        return Some(word.as_str()).filter(|word| looks_random(word) || looks_chosen(word));
    }
    let value = found.name("q")?.as_str();
    let is_sentence = value.contains(char::is_whitespace) && !value.contains(|c: char| c.is_ascii_digit());
    let is_name = value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let is_type = is_everyday(value) || TYPES.iter().any(|word| value.eq_ignore_ascii_case(word));
    (!is_sentence && !is_name && !is_type).then_some(value)
}

/// Whether a name that is an everyday word in another case is given a value here, and is no word of a program.
pub(super) fn is_assigned(after: &str, name: &str) -> bool {
    let unquoted = after.trim_start_matches(['"', '\'', '\\']);
    let rest = unquoted.trim_start();
    let Some(value) = rest
        .strip_prefix(['=', ':'])
        .filter(|value| !value.starts_with(['=', ':']))
    else {
        return false;
    };
    let word = value.trim();
    if looks_random(word) || word.trim_start_matches('\\').starts_with(['"', '\'']) {
        return true;
    }
    let is_spaced = rest.starts_with('=') && (rest.len() < unquoted.len() || value.starts_with(' '));
    !is_spaced && !word.eq_ignore_ascii_case(name) && !EXPRESSION.is_match(word)
}
