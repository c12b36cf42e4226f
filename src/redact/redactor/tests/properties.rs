//! What holds for every secret and every text.

use proptest::prelude::*;

use super::knowing;
use crate::redact::{Redactor, Secret, TargetSecrets, Untrusted};

/// What someone may have as a secret: anything on one line that is no everyday word or number.
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

/// A line in which marks that the redactor looks for stand beside any character whatever.
fn lines() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec![
        "API_KEY",
        "apiKey",
        "api-key",
        "TOKEN",
        "token",
        "value",
        "name",
        "=",
        ":",
        ":=",
        "=>",
        "->",
        "!=",
        "|",
        "││",
        "│",
        "┃",
        "║",
        "'",
        "\"",
        "\\",
        "\\\"",
        "`",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "<",
        ">",
        "</",
        ",",
        ";",
        ".",
        "...",
        "…",
        " ",
        "\t",
        "%",
        "%C3",
        "%E2%94",
        "\\x",
        "\\u",
        "\\u{",
        "&#",
        "&#x2502;",
        "&amp;",
        "=\n",
        "\n",
        "\r",
        "\u{1b}[1m",
        "\u{200b}",
        "\u{202e}",
        "-----BEGIN ",
        "-----END ",
        "PRIVATE KEY-----",
        "<Buffer ",
        "73 6b ",
        "0x73, ",
        "string(",
        "aHVudGVyMjJodW50ZXIyMg==",
        "://",
        "@",
        "@tcp(",
        "?token=",
        "Bearer ",
        "input_value=",
        ", input_type=",
        "${",
        "$(",
        "<%=",
        "%>",
        "z.string()",
        "Field(",
        "env.str(",
        "os.environ[",
        "-D",
        "--",
        " for ",
        " is ",
        "EV[1:",
    ]);
    let part = prop_oneof![
        3 => marks.prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[\u{e9}\u{2502}\u{4e2d}\u{1f980}\u{301}]{1,2}",
    ];
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..config() })]

    #[test]
    fn no_line_is_too_strange_for_any_reader(lines in prop::collection::vec(lines(), 1..5), secret in secrets()) {
        let secrets = TargetSecrets {
            names: ["API_KEY", "TOKEN", "\u{e9}t\u{e9}_KEY"].map(str::to_owned).to_vec(),
            values: Secret::new(&secret).into_iter().collect(),
            public: vec!["info".to_owned()],
        };
        let redactor = Redactor::new();
        let (target, _) = redactor.for_target(&secrets);
        let foreign: Vec<Untrusted> = lines.iter().map(Untrusted::new).collect();
        let mut following = target.following();
        for (line, foreign) in lines.iter().zip(&foreign) {
            let _clean = redactor.clean(line);
            let clean = target.line(foreign);
            let _again = redactor.again(&clean);
            let _followed = following.line(foreign);
        }
        prop_assert_eq!(target.lines(&foreign).len(), lines.len());
        prop_assert_eq!(target.lines_as_printed(&foreign).len(), lines.len());
        prop_assert!(!redactor.clean(&lines.join("\n")).contains(&secret));
    }
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
