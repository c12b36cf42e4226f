//! What stands in the place of a value and is not one: code that fetches one, a placeholder, a word such as `null`.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::random::looks_random;

/// What says where a value comes from, or that it is not shown, whatever follows.
static PLACEHOLDERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compiled(&[
        // GitHub's expressions, Helm's, Jinja's, Ruby's, Python's.
        r"^\$?\{\{[^}]*\}\}",
        r"^#\{[^}]*\}",
        r"^\{[A-Za-z_][A-Za-z0-9_.]*\}",
        // Shells and Compose; `${NAME:-value}` has a value in it.
        r"^\$\{[A-Za-z_][A-Za-z0-9_.]*(?::?[?+][^}]*)?\}",
        r"^\$\([^)]*\)",
        r"^\$\{[A-Za-z_]\w*:?[-=]\}",
        r#"^\$(?:_ENV|_SERVER|ENV)[\[{]["']?[A-Za-z_]\w*["']?[\]}]"#,
        r"^\$(?:env:)?[A-Z_][A-Z0-9_]*",
        r"^%[A-Z_][A-Z0-9_]*%",
        // What a format is filled with.
        r"^%(?:\([a-z_]+\))?[sdvq]\b",
        r"^<[A-Za-z][\w .'-]*>",
        r"^(?:[xX]{3,}|\.{3,}|…|•+)",
        r"^[\[(<](?i:redacted|filtered|masked|hidden|secret|sensitive)[\])>]",
        r"^(?i)(?:your[-_ ](?:[a-z]+[-_ ]?){1,5}|change[-_]?me)",
        // A file, and a site's root, carry no credential.
        r#"^(?:jdbc:)?(?:sqlite3?|file):[^\s"'@?]*(?:\?(?:mode|cache)=[a-z]+)?"#,
        r"^https?://[A-Za-z0-9.-]+(?::[0-9]+)?/?",
    ])
});

/// Words that are a whole value.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&[
        r"^(?i)(?:none|null|nil|undefined|true|false|unset|missing|required|empty|not set|not defined|not found)\b",
    ])
    .remove(0)
});

/// `path.to.getter("NAME"`, up to where its first argument ends.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&[
        r#"^(?:await\s+|new\s+)?((?:[A-Za-z_$][\w$]*(?:\?\.|\.|::|->))*)([A-Za-z_$][\w$]*)[!?]?\s*[\[(]\s*\\?(["']?)([A-Za-z_][\w./-]*)\\?["']?\s*"#,
    ])
    .remove(0)
});

/// A name behind one of the objects that settings are read from.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&[
        r"^(?:process\.env|import\.meta\.env|(?:Deno|Bun)\.env|os\.environ|env|ENV|secrets|vars|config|settings|self|this|cls|options|opts|props|params|var|local|credentials|Rails\.application\.credentials)(?:(?:\?\.|\.|::|->)[A-Za-z_]\w*)+!?",
    ])
    .remove(0)
});

/// What follows a call and changes nothing about where its value comes from: `.unwrap()`, `!`, `?`.
static REST_OF_CALL: LazyLock<Regex> =
    LazyLock::new(|| compiled(&[r#"^(?:[!?]|\.expect\(\\?"[^"]*"\)|\??\.\w+(?:\(\))?)*"#]).remove(0));

/// A function around an expression: `str(…)`, `Some(…)`.
static WRAPPER: LazyLock<Regex> = LazyLock::new(|| compiled(&[r"^[A-Za-z_][\w.:]*\(\s*"]).remove(0));

/// The rule of a validator: `z.string().min(1)`, `Joi.string().required()`, `Field(...)`.
/// <https://zod.dev/api>, <https://joi.dev/api/>, <https://docs.pydantic.dev/latest/concepts/fields/>
static SCHEMA: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&[
        r"^(?:(?:z|zod|[Jj]oi|[Yy]up|v|t|Type|Schema|S|vine|envalid)(?:\.[A-Za-z]\w*(?:\([^()]*\))?)+|(?:pydantic\.)?Field\([^()]*\))",
    ])
    .remove(0)
});

/// What gives a value in such a rule.
const GIVING: [&str; 8] = [
    "default", "catch", "fallback", "example", "valid(", "value", "literal", "const",
];

/// A value beside an expression, for where that gives none.
static FALLBACK: LazyLock<Regex> =
    LazyLock::new(|| compiled(&[r#"^\s*(?:,|or\b|\|\||\?\?|\?:)\s*(?:[a-z_]+\s*=\s*)?\\?["']"#]).remove(0));

/// The type of a variable.
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&[
        r"^(?:&?(?:'static )?str|[sS]tring|bytes|SecretStr|z\.string\(\)|Optional\[str\]|Option<&?(?:str|String)>)(?:\s*\|\s*(?:None|null|undefined))?\s*(=|[,;)}]|$)",
    ])
    .remove(0)
});

/// Functions and maps that are asked for a setting by its name.
const GETTERS: [&str; 23] = [
    "Configuration",
    "getenv",
    "Getenv",
    "LookupEnv",
    "environ",
    "env",
    "ENV",
    "get",
    "Get",
    "GetString",
    "getString",
    "getOrThrow",
    "fetch",
    "var",
    "var_os",
    "option_env",
    "config",
    "secrets",
    "settings",
    "lookup",
    "getProperty",
    "GetEnvironmentVariable",
    "get_secret",
];

/// What someone who knows the language reads in the place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Value,
    /// Nothing secret.
    Reference,
    /// Nothing secret up to here, where a quoted value begins that is used instead.
    Fallback(usize),
}

/// `quoted`: how long the value is, where quotes say it. `name`: what the value is called.
pub(super) fn meaning(text: &str, quoted: Option<usize>, name: &str) -> Meaning {
    if let Some(length) = quoted {
        let whole = &text[..length];
        let is_all = |found: Option<usize>| found == Some(length);
        let is_reference = is_all(placeholder(whole)) || is_all(WORDS.find(whole).map(|found| found.end()));
        return if is_reference {
            Meaning::Reference
        } else {
            Meaning::Value
        };
    }
    let is_word = WORDS.find(text).is_some_and(|found| {
        let rest = text[found.end()..].trim_start();
        let word = rest.split(|c: char| c.is_whitespace() || "\"'".contains(c)).next();
        let ends = rest.is_empty() || rest.starts_with([',', ';', ')', '}', ']', '#', '|']);
        ends && !word.is_some_and(looks_random)
    });
    if is_word {
        return Meaning::Reference;
    }
    let Some(length) = reference(text, name).filter(|length| ends(&text[*length..])) else {
        return Meaning::Value;
    };
    match FALLBACK.find(&text[length..]) {
        Some(found) => Meaning::Fallback(length + found.end()),
        None => Meaning::Reference,
    }
}

/// Whether a text, which stands where the value of `name` would, says where the value comes from and is not the value
/// itself.
pub(crate) fn is_code(text: &str, name: &str) -> bool {
    meaning(text, None, name) == Meaning::Reference
}

/// Whether a text begins with what says where a value comes from, and how long that is.
pub(super) fn reference(text: &str, name: &str) -> Option<usize> {
    placeholder(text)
        .or_else(|| call(text, name))
        .or_else(|| path(text))
        .or_else(|| schema(text))
        .or_else(|| erb(text, name))
        .or_else(|| {
            let inside = WRAPPER.find(text)?.end();
            let rest = &text[inside..];
            let length = call(rest, name).or_else(|| path(rest))?;
            rest[length..].starts_with(')').then_some(inside + length + 1)
        })
}

/// A rule for the value, which says nothing about it, unless it gives a default.
fn schema(text: &str) -> Option<usize> {
    let found = SCHEMA.find(text)?;
    let rule = found.as_str();
    let gives_a_value = rule.contains(['"', '\'', '`']) && GIVING.iter().any(|word| rule.contains(word));
    (!gives_a_value && !looks_random(rule)).then(|| found.end())
}

/// `<%= ENV["KEY"] %>`, or up to its fallback.
fn erb(text: &str, name: &str) -> Option<usize> {
    let rest = text.strip_prefix("<%=")?.trim_start();
    let inside = text.len() - rest.len();
    let end = inside + call(rest, name).or_else(|| path(rest))?;
    let after = text[end..].trim_start();
    Some(if after.starts_with("%>") {
        text.len() - after.len() + 2
    } else {
        end
    })
}

/// The length of `: str =`, a type before the value.
pub(super) fn type_before(text: &str) -> Option<(usize, bool)> {
    let found = TYPE.captures(text)?;
    let sign = found.get(1)?;
    Some((sign.end(), sign.as_str() == "="))
}

/// What looks random in it is a value that only looks like a placeholder; a site's address is not a secret value.
fn placeholder(text: &str) -> Option<usize> {
    let found = PLACEHOLDERS.iter().find_map(|known| known.find(text))?;
    let is_site = found.as_str().starts_with("http");
    (is_site || !looks_random(found.as_str())).then(|| found.end())
}

fn path(text: &str) -> Option<usize> {
    let found = PATH.find(text)?;
    (!looks_random(found.as_str())).then(|| found.end())
}

/// A call or a look into a map that asks for a setting by its name.
fn call(text: &str, name: &str) -> Option<usize> {
    let found = CALL.captures(text)?;
    let (path, getter, quote, asked) = (&found[1], &found[2], &found[3], &found[4]);
    let is_constant = asked
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let is_name = asked.eq_ignore_ascii_case(name) || is_constant && asked.contains('_') || quote.is_empty();
    let is_own = asked.eq_ignore_ascii_case(name) && !quote.is_empty();
    if !is_name || !(is_own || GETTERS.contains(&getter)) || quote.is_empty() && path.is_empty() && !is_constant {
        return None;
    }
    let end = found.get(0)?.end();
    match text[end..].chars().next()? {
        ',' => Some(end),
        ']' | ')' => Some(end + 1 + REST_OF_CALL.find(&text[end + 1..]).map_or(0, |rest| rest.end())),
        _ => None,
    }
}

/// Whether nothing follows that would make a longer word of it.
fn ends(rest: &str) -> bool {
    let next = rest.chars().next();
    next.is_none_or(|c| c.is_whitespace() || ",;)}]\"'`|\\".contains(c))
}

fn compiled(patterns: &[&str]) -> Vec<Regex> {
    let compile = |pattern: &&str| Regex::new(pattern).expect("the pattern is a constant that compiles");
    patterns.iter().map(compile).collect()
}
