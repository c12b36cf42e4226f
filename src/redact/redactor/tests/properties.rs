//! What holds for every secret and every text.

use proptest::prelude::*;

use super::knowing;

/// What somebody may have as a secret: anything on one line that is no everyday word or number.
pub(super) fn secrets() -> impl Strategy<Value = String> {
    "[a-zA-Z][ -~\u{a0}-\u{ff}\u{20ac}\u{1f980}]{6,30}[a-zA-Z]".prop_filter("an everyday value", |value| {
        crate::redact::Secret::new(value).is_some_and(|secret| !secret.forms().is_empty())
    })
}

pub(super) fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// One character in each way in which encoders write it.
fn written(c: char) -> Vec<String> {
    let percent = |upper: bool| {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).bytes();
        let byte = |byte| {
            if upper {
                format!("%{byte:02X}")
            } else {
                format!("%{byte:02x}")
            }
        };
        bytes.map(byte).collect::<String>()
    };
    let code = u32::from(c);
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units).iter();
    vec![
        percent(true),
        percent(false),
        format!("&#{code};"),
        format!("&#x{code:x};"),
        format!("&#X{code:04X};"),
        units.map(|unit| format!("\\u{unit:04X}")).collect(),
        format!("\\u{{{code:x}}}"),
        format!("\\U{code:08x}"),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_encoder_may_escape_whatever_it_likes(
        secret in secrets(),
        escaped in prop::collection::vec(any::<bool>(), 64),
        way in 0..8_usize,
    ) {
        let one = |(c, escaped): (char, &bool)| {
            // What begins an escape is always escaped.
            if *escaped || "%&\\+".contains(c) { written(c)[way].clone() } else { c.to_string() }
        };
        let text: String = secret.chars().zip(&escaped).map(one).collect();
        let shown = knowing(&[&secret]).clean(&format!("x {text} y"));
        prop_assert_eq!(shown, "x *** y", "{}", text);
    }

    #[test]
    fn no_text_shows_a_secret_and_none_is_too_strange(secret in secrets(), before in any::<String>(), after in any::<String>()) {
        let redactor = knowing(&[&secret]);
        redactor.register_name("API_KEY");
        for text in [
            format!("{before}{secret}{after}"),
            format!("API_KEY={before}\"{after}"),
            format!("{before}API_KEY: '{after}"),
            format!("%{before}\\{after}&#{before};"),
        ] {
            prop_assert!(!redactor.clean(&text).contains(&secret));
        }
    }

    #[test]
    fn a_text_without_the_secret_stays_as_it_is(secret in secrets(), words in "[a-z]{1,5}( [a-z]{1,5}){0,20}") {
        prop_assert_eq!(knowing(&[&secret]).clean(&words), words);
    }
}
