//! How programs write a value: encoded for URLs, in base64 at any offset, in hexadecimal, escaped for JSON, HTML and
//! shells. The runner masks these forms, and the redactor looks for them in each reading of a text.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::named::{Promise, promise, words};
use super::random::{looks_chosen, looks_random};

/// RFC 3986: everything but its unreserved characters.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As JavaScript's `encodeURIComponent` does it.
const COMPONENT: &AsciiSet = &STRICT.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// As Python's `quote` does it.
const WITH_SLASH: &AsciiSet = &STRICT.remove(b'/');

/// What URL libraries encode in a password: all that would end it.
const USERINFO: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'=')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'|');

/// Shortest field of a secret document that is hidden on its own unless its name is that of a credential: `type` and
/// `region` are no secrets.
const LONG: usize = 16;

/// What stands in such a field without being a secret.
const WORDS: [&str; 6] = ["bearer", "password", "postgres", "required", "secret", "string"];

/// Shortest piece of base64 that is hidden on its own.
const SHORTEST_PIECE: usize = 8;

/// Where encoders of mail, PEM and shells break lines of base64.
const WIDTHS: [usize; 3] = [60, 64, 76];

/// The value in all its encodings and escapes.
pub(super) fn forms_of(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned(), without_controls(value)];
    for set in [STRICT, COMPONENT, WITH_SLASH, USERINFO] {
        url_forms(&utf8_percent_encode(value, set).to_string(), &mut forms);
    }
    url_forms(
        &url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>(),
        &mut forms,
    );
    base64_forms(value.as_bytes(), &mut forms);
    hex_forms(value.as_bytes(), &mut forms);
    escaped_forms(value, &mut forms);
    forms
}

/// The lines of a secret of several lines, and the fields of a document: JSON, YAML, an `.env` file.
pub(super) fn lines_and_fields(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    // YAML is also what looks like JSON and is not, such as Python's dictionaries.
    let document = serde_json::from_str(value).or_else(|_| serde_saphyr::from_str(value));
    if let Ok(document @ (serde_json::Value::Object(_) | serde_json::Value::Array(_))) = document {
        fields("", &document, &mut parts);
    }
    if value.contains(['\n', '\r']) {
        for line in value.lines().map(str::trim) {
            // The frame of a key is in every key.
            if !line.starts_with("-----") {
                parts.push(line.to_owned());
            }
            if let Some((name, inner)) = line.split_once(['=', ':']) {
                let inner = inner.trim().trim_matches(['"', '\'']);
                field(name.trim().trim_matches(['"', '\'']), inner, &mut parts);
            }
        }
    }
    parts
}

fn fields(name: &str, document: &serde_json::Value, parts: &mut Vec<String>) {
    match document {
        serde_json::Value::String(text) => field(name, text, parts),
        serde_json::Value::Number(number) if names_a_credential(name) => parts.push(number.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| fields(name, item, parts)),
        serde_json::Value::Object(map) => map.iter().for_each(|(name, value)| fields(name, value, parts)),
        _ => {}
    }
}

fn field(name: &str, text: &str, parts: &mut Vec<String>) {
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if text.len() >= LONG || looks_chosen(text) || looks_random(text) || (names_a_credential(name) && !is_word) {
        parts.push(text.to_owned());
        parts.extend(lines_and_fields(text));
    }
    parts.extend(connection_passwords(text));
}

/// The password in a URL or a `key=value` connection string, as it stands there and decoded. A password that is also
/// the user, the host or the database is a word of the logs and protects nothing.
pub(super) fn connection_passwords(value: &str) -> Vec<String> {
    let mut passwords = Vec::new();
    if let Ok(url) = url::Url::parse(value) {
        let words = [url.scheme(), url.username(), url.host_str().unwrap_or_default()];
        let path = url.path().trim_matches('/');
        if let Some(password) = url.password()
            && !words.contains(&password)
            && password != path
        {
            passwords.push(password.to_owned());
            passwords.push(percent_decode_str(password).decode_utf8_lossy().into_owned());
        }
        for (key, value) in url.query_pairs() {
            if names_a_credential(&key) {
                passwords.push(value.into_owned());
            }
        }
    }
    // Several hosts are no URL to the library, and a Go DSN such as `user:pw@tcp(host:3306)/db` has no scheme.
    if url::Url::parse(value).map_or(true, |url| url.cannot_be_a_base() && !value.contains("://"))
        && let Some((before, host)) = value.rsplit_once('@')
        && let Some((user, password)) = before.rsplit("://").next().and_then(|info| info.split_once(':'))
        && password != user
        && (value.contains("://") || is_user(user, password, host))
    {
        passwords.push(password.to_owned());
        passwords.push(percent_decode_str(password).decode_utf8_lossy().into_owned());
    }
    // `host=db password=x` and `Server=db;Password=x;`
    for pair in value.split([';', ' ', '\t']) {
        if let Some((key, password)) = pair.split_once('=')
            && names_a_credential(key.trim())
        {
            passwords.push(password.trim_matches(['"', '\'']).to_owned());
        }
    }
    passwords
}

/// What is written as `a:b@c` and has no password: addresses of people, versions of packages, digests of images.
const OTHERS: [&str; 8] = ["mailto", "acct", "sip", "sips", "xmpp", "npm", "pkg", "workspace"];

/// Whether `user:password@host` is that and no sentence with an address in it, no version, no image.
fn is_user(user: &str, password: &str, host: &str) -> bool {
    let in_words = user.contains(char::is_whitespace) || password.contains(char::is_whitespace);
    let name = host.split(|c: char| "/:?#,(".contains(c)).next().unwrap_or_default();
    let is_address = name.parse::<std::net::IpAddr>().is_ok() || !name.starts_with(|c: char| c.is_ascii_digit());
    let is_digest = name == "sha256" || name == "sha512";
    !in_words
        && (user.is_empty() || user.contains(char::is_alphabetic))
        && !user.contains('/')
        && !OTHERS.contains(&user)
        && is_address
        && !is_digest
}

/// In a document or a connection string, where `pwd` is no working directory.
fn names_a_credential(name: &str) -> bool {
    let last = words(name).pop().unwrap_or_default();
    promise(name) == Promise::Credential || ["PASS", "PWD", "PW", "ACCOUNTKEY", "SHAREDACCESSKEY"].contains(&&*last)
}

/// Terminals and our own output drop control characters, and show tabs as spaces.
fn without_controls(value: &str) -> String {
    value
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// Hexadecimal digits of percent-encoding are written in both cases.
fn url_forms(encoded: &str, forms: &mut Vec<String>) {
    let mut left = 0;
    let lower = encoded.chars().map(|c| {
        if c == '%' {
            left = 2;
            return c;
        }
        let is_digit = left > 0;
        left -= i32::from(is_digit);
        if is_digit { c.to_ascii_lowercase() } else { c }
    });
    forms.push(lower.collect());
    forms.push(encoded.to_owned());
}

/// Whole, and what is the same in the middle of something longer, wherever the value begins in it: of three bytes
/// base64 makes four characters, so there are three ways, and only the characters at both ends depend on the neighbours.
fn base64_forms(bytes: &[u8], forms: &mut Vec<String>) {
    let whole = STANDARD.encode(bytes);
    for width in WIDTHS {
        if whole.len() > width {
            let lines = whole.as_bytes().chunks(width);
            forms.extend(
                lines
                    .map(|line| String::from_utf8_lossy(line).into_owned())
                    .filter(|line| line.len() >= LONG),
            );
        }
    }
    forms.extend([whole, STANDARD_NO_PAD.encode(bytes)]);
    forms.extend([URL_SAFE.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)]);
    for (before, unstable) in [(0, 0), (1, 2), (2, 3)] {
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(bytes);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&shifted);
            let end = encoded.len() - usize::from(shifted.len() % 3 != 0);
            if let Some(piece) = encoded.get(unstable..end).filter(|piece| piece.len() >= SHORTEST_PIECE) {
                forms.push(piece.to_owned());
            }
        }
    }
}

fn hex_forms(bytes: &[u8], forms: &mut Vec<String>) {
    let mut lower = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _infallible = write!(lower, "{byte:02x}");
    }
    forms.push(lower.to_ascii_uppercase());
    forms.push(lower);
}

/// How one character is written; `None`: as it is.
type Escape = fn(char) -> Option<String>;

/// A row for each kind of encoder, by what it does to a character.
const ESCAPES: [Escape; 14] = [
    json,
    |c| if c.is_ascii() { json(c) } else { Some(utf_16(c)) },
    |c| if c == '/' { Some("\\/".to_owned()) } else { json(c) },
    // Go and Rails keep HTML from reading their JSON: https://pkg.go.dev/encoding/json#Marshal
    |c| {
        if matches!(c, '<' | '>' | '&') {
            Some(utf_16(c))
        } else {
            json(c)
        }
    },
    // The same in C#: https://learn.microsoft.com/dotnet/standard/serialization/system-text-json/character-encoding
    |c| match c {
        '<' | '>' | '&' | '\'' | '"' | '+' | '`' => Some(format!("\\u{:04X}", u32::from(c))),
        _ => json(c),
    },
    |c| html(c, "&quot;", "&#39;"),
    // Go: https://pkg.go.dev/html#EscapeString; PHP: https://www.php.net/htmlspecialchars
    |c| html(c, "&#34;", "&#39;"),
    |c| html(c, "&quot;", "&#039;"),
    // Python: https://docs.python.org/3/library/html.html#html.escape
    |c| html(c, "&quot;", "&#x27;"),
    |c| html(c, "&#x22;", "&#x27;"),
    // Inside of a shell's double quotes.
    |c| matches!(c, '"' | '\\' | '$' | '`').then(|| format!("\\{c}")),
    // Bash's `%q`, which leaves these as they are, and Python's `repr`.
    |c| (!c.is_alphanumeric() && !"_-./:@%+,=#".contains(c)).then(|| format!("\\{c}")),
    |c| (!c.is_alphanumeric() && !"_-./:@%+=".contains(c)).then(|| format!("\\{c}")),
    |c| match c {
        '\'' | '\\' => Some(format!("\\{c}")),
        _ if c.is_control() => json(c),
        _ => None,
    },
];

fn escaped_forms(value: &str, forms: &mut Vec<String>) {
    let write = |value: &str, escape: Escape| -> String {
        let written = value.chars().map(|c| escape(c).unwrap_or_else(|| c.to_string()));
        written.collect()
    };
    forms.extend(ESCAPES.iter().map(|escape| write(value, *escape)));
    // JSON within JSON.
    forms.extend(ESCAPES[..2].iter().map(|escape| write(&write(value, *escape), json)));
    forms.push(value.replace('\'', r"'\''"));
    forms.push(value.replace('\'', "'\"'\"'"));
    forms.push(value.replace('\'', "''"));
}

fn json(c: char) -> Option<String> {
    let quoted = serde_json::Value::from(c.to_string()).to_string();
    let inside = &quoted[1..quoted.len() - 1];
    (inside.len() > c.len_utf8()).then(|| inside.to_owned())
}

fn utf_16(c: char) -> String {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units).iter();
    units.map(|unit| format!("\\u{unit:04x}")).collect()
}

fn html(c: char, quote: &str, apostrophe: &str) -> Option<String> {
    let entity = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => quote,
        '\'' => apostrophe,
        _ => return None,
    };
    Some(entity.to_owned())
}
