//! Which names of variables promise a credential: `STRIPE_API_KEY` does, `TOKEN_TTL` does not.

/// What a variable's name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    Credential,
    /// `CACHE_KEY` may be the key of a table: the value has to decide.
    Maybe,
    Nothing,
}

/// How names end that hold a credential, also without an underscore before it.
const ENDINGS: [&str; 14] = [
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "TOKEN",
    "TOKENS",
    "APIKEY",
    "APIKEYS",
    "SECRETKEY",
    "PRIVATEKEY",
    "CREDENTIALS",
    "CREDENTIAL",
];

/// Last words that are too short to look for inside of others. `PWD` alone is the working directory.
const LAST: [&str; 7] = ["PASS", "PWD", "PAT", "SALT", "PEPPER", "MNEMONIC", "HTPASSWD"];

/// Words before `KEY` that make it the key of a table, a cache or a form.
const TABLES: [&str; 26] = [
    "CACHE",
    "SORT",
    "PARTITION",
    "PRIMARY",
    "FOREIGN",
    "ROUTING",
    "STORAGE",
    "FEATURE",
    "TRANSLATION",
    "I18N",
    "LOCALE",
    "QUEUE",
    "GROUP",
    "OBJECT",
    "ROW",
    "RANGE",
    "HASH",
    "LOOKUP",
    "SHARD",
    "INDEX",
    "SHORTCUT",
    "HOT",
    "S3OBJECT",
    "FILE",
    "IDEMPOTENCY",
    "CONFIG",
];

/// What may follow: `SECRET_KEY_BASE`, `API_KEY_2`, `TOKEN_PROD`.
const QUALIFIERS: [&str; 18] = [
    "BASE",
    "PROD",
    "PRODUCTION",
    "LIVE",
    "OLD",
    "NEW",
    "CURRENT",
    "PREVIOUS",
    "NEXT",
    "PRIMARY",
    "SECONDARY",
    "BASE64",
    "B64",
    "HEX",
    "PEM",
    "VALUE",
    "V1",
    "V2",
];

/// What the name of a variable says about its value.
pub(crate) fn promise(name: &str) -> Promise {
    let mut words = words(name);
    let is_qualifier = |word: &str| QUALIFIERS.contains(&word) || word.chars().all(|c| c.is_ascii_digit());
    while words.len() > 1 && words.last().is_some_and(|word| is_qualifier(word)) {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else {
        return Promise::Nothing;
    };
    // `ADMIN_PASSWORD2` is one more of the same.
    let last = Some(last.trim_end_matches(|c: char| c.is_ascii_digit())).filter(|last| !last.is_empty());
    let last = last.unwrap_or_default();
    let before = before.last().map(String::as_str);
    if ENDINGS.iter().any(|ending| last.ends_with(ending)) {
        return Promise::Credential;
    }
    match (before, last) {
        (Some(_), last) if LAST.contains(&last) => Promise::Credential,
        (Some("BASIC"), "AUTH") | (Some("SEED"), "PHRASE") => Promise::Credential,
        (Some("PUBLIC" | "PUBLISHABLE" | "SITE"), "KEY" | "KEYS") => Promise::Nothing,
        (Some(word), "KEY" | "KEYS") if !TABLES.contains(&word) => Promise::Credential,
        (_, "KEY" | "KEYS") | (Some("KEY" | "TOKEN"), "ID") => Promise::Maybe,
        _ => Promise::Nothing,
    }
}

/// The words of a name in upper case: `dbPassword`, `Db__Password` and `DB_PASSWORD` are one.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || (was_lower && c.is_ascii_uppercase()) {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_uppercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{Promise, promise};

    #[test]
    fn names_say_what_they_hold() {
        for name in [
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "DJANGO_SECRET_KEY",
            "SMTP_PASS",
            "dbPassword",
            "Jwt__Secret",
            "PGPASSWORD",
            "STRIPE_API_KEY",
            "SSH_PRIVATE_KEY",
            "API_KEY_2",
            "ADMIN_PASSWORD2",
            "SMTP_PASS1",
            "GITHUB_PAT",
            "TOKEN",
            "AUTHTOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "PASSWORD_SALT",
            "SUPABASE_SERVICE_ROLE_KEY",
            "my_token",
            "STRIPE_WEBHOOK_SECRET_PROD",
            "API_KEYS",
            "APP_KEY",
            "S3_KEY",
            "STRIPE_KEY",
            "SENDGRID_KEY",
        ] {
            assert_eq!(promise(name), Promise::Credential, "{name}");
        }
        for name in [
            "CACHE_KEY",
            "SORT_KEY",
            "PARTITION_KEY",
            "AWS_ACCESS_KEY_ID",
            "MODAL_TOKEN_ID",
            "KEY",
        ] {
            assert_eq!(promise(name), Promise::Maybe, "{name}");
        }
        for name in [
            "TOKEN_TTL",
            "PASSWORD_MIN_LENGTH",
            "PWD",
            "PUBLIC_KEY",
            "SECRETARY",
            "BYPASS",
            "COMPASS",
            "KEYBOARD",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "GOOGLE_APPLICATION_CREDENTIALS_PATH",
            "API_KEY_HEADER",
            "STRIPE_PUBLISHABLE_KEY",
            "RECAPTCHA_SITE_KEY",
        ] {
            assert_eq!(promise(name), Promise::Nothing, "{name}");
        }
    }
}
