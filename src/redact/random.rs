//! What no person and no language has as a word: letters and digits by turns.

/// Parts of words that have digits in them.
const KNOWN: [&str; 10] = [
    "base64", "sha256", "sha512", "sha1", "oauth2", "utf8", "x509", "md5", "ed25519", "i18n",
];

/// Shortest run of letters and digits that is examined.
const SHORTEST: usize = 10;

/// Whether a text holds a run that looks like one of a key, a token or an id.
pub(super) fn looks_random(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .any(is_random)
}

/// Whether a value holds a long run of letters and digits, as no person makes it up: stricter than [`looks_random`], for
/// a value whose name says nothing.
pub(crate) fn has_long_run(value: &str) -> bool {
    let mut runs = value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|run| run.len() >= 12);
    let has = |run: &str, kind: fn(char) -> bool| run.contains(kind);
    value.len() >= 16 && runs.any(|run| has(run, |c| c.is_ascii_digit()) && has(run, |c| c.is_ascii_alphabetic()))
}

/// Shortest password that is distinguished from a word.
const SHORTEST_CHOSEN: usize = 8;

/// Whether a word looks like a password that someone has chosen: `Giraffe_8821`, `Tr0ub4dor&3`.
pub(super) fn looks_chosen(word: &str) -> bool {
    let has = |kind: fn(char) -> bool| word.contains(kind);
    let is_path = word.contains(['/', '.', ':', '(', '[', '=', ',']);
    word.len() >= SHORTEST_CHOSEN
        && !is_path
        && has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_lowercase())
        && (has(|c| c.is_ascii_uppercase()) || has(|c| "_!@#$%^&*".contains(c)))
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_random(run: &str) -> bool {
    let mut run = without_date(run).to_ascii_lowercase();
    for known in KNOWN {
        run = run.replace(known, "");
    }
    let kinds: Vec<bool> = run
        .bytes()
        .filter(|byte| *byte != b'-')
        .map(|byte| byte.is_ascii_digit())
        .collect();
    let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let digits = kinds.iter().filter(|is_digit| **is_digit).count();
    kinds.len() >= SHORTEST && (turns >= 3 || (turns == 2 && digits >= 2))
}

/// A run without the date that it begins with, as in `2026-11-27T06`.
fn without_date(run: &str) -> &str {
    let is_date = |date: &str| {
        date.bytes().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
    };
    match run.get(..10).filter(|date| is_date(date)) {
        Some(_) => &run[10..],
        None => run,
    }
}

#[cfg(test)]
mod tests {
    use super::looks_random;

    #[test]
    fn keys_look_random_and_names_do_not() {
        for text in [
            "Wq8zLp3nVtR6yXk2",
            "plainvalue77zz",
            "config.npmtok-Kx83hQz91LmW",
            "<a1b2c3d4e5f6>",
            "550e8400-e29b-41d4-a716-446655440000",
        ] {
            assert!(looks_random(text), "{text}");
        }
        for text in [
            "config.googleOauth2ClientSecret",
            "process.env.STRIPE_WEBHOOK_SECRET_2",
            "your-api-key-here",
            "base64EncodedSecret",
            "settings.SECRET_KEY",
            "us-east-1",
            "file:./dev2.db",
            "2026-11-27",
            "2026-11-27T06:00:00.123Z",
            "20261127",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }
}
