//! What looks like a secret whoever made it: credentials in URLs, tokens with a known prefix, signed tokens, private keys.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_lite::Regex;

use super::HIDDEN;

/// Without one of these in a text, no shape is in it: one quick look instead of many slow ones.
static TRIGGERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "://",
        "_v1_",
        "gho_",
        "ghp_",
        "ghs_",
        "ghu_",
        "ghr_",
        "github_pat_",
        "flyv1 ",
        "fm1_",
        "fm2_",
        "ev[1:",
        "eyj",
        "glpat-",
        "npm_",
        "pypi-",
        "xox",
        "_live_",
        "_test_",
        "whsec_",
        "sg.",
        "akia",
        "asia",
        "aiza",
        "hf_",
        "sk-",
        "shpat_",
        "dckr_pat_",
        "do00",
        "ya29.",
        "bearer ",
        "authorization",
        "token=",
        "_key=",
        "apikey=",
        "signature=",
        "password=",
        "secret=",
        "sig=",
        "pwd=",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .expect("the words are constants")
});

/// Pattern and what stays of a match.
static SHAPES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let shapes = [
        // `scheme://user:password@host`
        (r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/?#@]*):([^\s/?#@]+)@", "$1:***@"),
        // Passwords of databases are often written as they are, with characters that a URL would encode.
        (
            r#"(?i)\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|valkeys?|amqps?|kafka|clickhouse)(?:\+[a-z0-9]+)?://[^\s:/?#@"']*):([^\s"'<>]+)@"#,
            "$1:***@",
        ),
        // `https://token@host`
        (r"(?i)\b(https?://)[a-z0-9_-]{20,}@", "$1***@"),
        (
            r#"(?i)([?&;](?:[a-z0-9-]*[_-])?(?:token|api_?key|access_?key|signature|sig|password|pwd|secret|client_secret)=)[^&\s"'<>#]+"#,
            "$1***",
        ),
        (
            r#"(?i)(\bauthorization\\?["']?\s*[:=]\s*\\?["']?(?:bearer|basic|token|digest)\s+)[^\s"'\\]+"#,
            "$1***",
        ),
        (r"(?i)(\bbearer\s+)[a-z0-9._~+/=-]{16,}", "$1***"),
        (r"\b(?:dop|doo|dor)_v1_[0-9a-f]{16,}", HIDDEN),
        (r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}", HIDDEN),
        (
            r"\bFlyV1 [A-Za-z0-9+/=_,-]{20,}|\bfm[12][a-z]?_[A-Za-z0-9+/=_-]{20,}",
            HIDDEN,
        ),
        (r"EV\[1:[^\]\s]*\]", HIDDEN),
        // Signed (three parts) and encrypted (five parts) tokens.
        (
            r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){1,3}",
            HIDDEN,
        ),
        (
            r"\bglpat-[A-Za-z0-9_-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{32,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}",
            HIDDEN,
        ),
        (
            r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
            HIDDEN,
        ),
        (
            r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{20,}|\bDO00[A-Z0-9]{16}\b",
            HIDDEN,
        ),
        (
            r"\bhf_[A-Za-z0-9]{20,}|\bsk-[A-Za-z0-9_-]{20,}|\bshpat_[a-fA-F0-9]{20,}|\bdckr_pat_[A-Za-z0-9_-]{20,}",
            HIDDEN,
        ),
    ];
    let compile = |pattern| Regex::new(pattern).expect("the pattern is a constant that compiles");
    shapes.map(|(pattern, kept)| (compile(pattern), kept)).into()
});

/// A line without what looks like a secret. `None`: there is nothing in it.
pub(super) fn hide(line: &str) -> Option<String> {
    TRIGGERS.find(line)?;
    let mut hidden = None;
    for (shape, kept) in SHAPES.iter() {
        let text = hidden.as_deref().unwrap_or(line);
        if let std::borrow::Cow::Owned(changed) = shape.replace_all(text, *kept) {
            hidden = Some(changed);
        }
    }
    hidden
}

/// How a line stands to a private key's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Begins,
    Ends,
    /// From its beginning to its end in this line, such as in JSON.
    Whole,
    None,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const KEY: &str = "PRIVATE KEY";

pub(super) fn frame(line: &str) -> Frame {
    if !line.contains("-----") {
        return Frame::None;
    }
    let named = |mark: &str| {
        line.rfind(mark).filter(|at| {
            line[at + mark.len()..]
                .split("-----")
                .next()
                .is_some_and(|name| name.contains(KEY))
        })
    };
    match (named(BEGIN), named(END)) {
        (Some(begin), Some(end)) if begin < end => Frame::Whole,
        (Some(_), _) => Frame::Begins,
        (None, Some(_)) => Frame::Ends,
        (None, None) => Frame::None,
    }
}

/// The line around its key: what stands before the beginning and behind the end.
pub(super) fn without_key(line: &str, frame: Frame) -> String {
    let before = line.find(BEGIN).map_or("", |at| &line[..at]);
    let behind = line
        .rfind(END)
        .and_then(|at| {
            let rest = &line[at + END.len()..];
            rest.find("-----").map(|end| &rest[end + 5..])
        })
        .unwrap_or_default();
    match frame {
        Frame::Begins => format!("{before}{HIDDEN}"),
        Frame::Ends => format!("{HIDDEN}{behind}"),
        Frame::Whole => format!("{before}{HIDDEN}{behind}"),
        Frame::None => line.to_owned(),
    }
}

/// Whether a line can only be one of a key's full lines.
pub(super) fn is_key_body(line: &str) -> bool {
    line.trim().len() >= 16 && is_base64(line)
}

/// Whether a line may stand between a key's beginning and end: base64, also the short last line, a header, nothing.
pub(super) fn may_be_in_a_key(line: &str) -> bool {
    is_base64(line)
        || ["Proc-Type:", "DEK-Info:"]
            .iter()
            .any(|header| line.trim().starts_with(header))
}

fn is_base64(line: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    line.trim().chars().all(fits)
}
