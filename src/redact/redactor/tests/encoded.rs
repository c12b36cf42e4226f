//! Secrets in buffers, in base64 over several lines, in mail's encoding, and beside their names in any order.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::knowing;
use super::properties::{config, secrets};
use crate::redact::Redactor;

fn naming(names: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    names.iter().for_each(|name| redactor.register_name(name));
    redactor
}

/// A value as programs print its bytes.
fn buffers(value: &str) -> Vec<String> {
    let each =
        |separator: &str, one: fn(&u8) -> String| value.as_bytes().iter().map(one).collect::<Vec<_>>().join(separator);
    let hex = |byte: &u8| format!("{byte:02x}");
    let decimal = |byte: &u8| byte.to_string();
    vec![
        format!("<Buffer {}>", each(" ", hex)),
        format!("[{}]", each(" ", decimal)),
        format!("[{}]", each(", ", decimal)),
        format!(r#"{{"type":"Buffer","data":[{}]}}"#, each(",", decimal)),
        format!("[]byte{{{}}}", each(", ", |byte| format!("0x{byte:02x}"))),
        each(":", hex),
        each(" ", hex),
        each("-", |byte| format!("{byte:02X}")),
        each("", |byte| format!("\\x{byte:02x}")),
        each("", |byte| format!("={byte:02X}")),
    ]
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.as_bytes()
        .chunks(width)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// Whether any run of letters of a text is still in one of the lines.
fn shows(lines: &[String], encoded: &str) -> bool {
    encoded
        .as_bytes()
        .chunks(16)
        .filter(|part| part.len() == 16)
        .any(|part| {
            let part = String::from_utf8_lossy(part);
            lines.iter().any(|line| line.contains(&*part))
        })
}

/// Each has all forms in it.
fn few() -> ProptestConfig {
    ProptestConfig { cases: 48, ..config() }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn a_known_secret_is_hidden_in_every_buffer(secret in secrets()) {
        let redactor = knowing(&[&secret]);
        for text in buffers(&secret) {
            let shown = redactor.clean(&format!("got {text} end"));
            prop_assert!(shown.contains("***"), "{}: {}", text, shown);
            prop_assert!(shown.len() <= "got {\"type\":\"Buffer\",\"data\":[***]} end".len() + 2, "{}: {}", text, shown);
        }
    }

    #[test]
    fn a_known_secret_is_hidden_in_base64_of_any_width(secret in "[!-~]{50,160}", before in "[ -~]{0,40}", width in 10_usize..20) {
        let encoded = STANDARD.encode(format!("{before}{secret}"));
        let text = wrapped(&encoded, 4 * width);
        let redactor = knowing(&[&secret]);
        let first = before.len() * 4 / 3 + 12;
        let shown = redactor.clean_lines(&text);
        prop_assert!(!shows(&shown, encoded.get(first..).unwrap_or_default()), "{:?}", shown);
        let prefixed: Vec<String> = text.iter().enumerate().map(|(at, line)| format!("12:00:{at:02} web | {line}")).collect();
        let shown = redactor.clean_lines(&prefixed);
        prop_assert!(!shows(&shown, encoded.get(first..).unwrap_or_default()), "{:?}", shown);
    }

    #[test]
    fn a_named_value_is_hidden_in_every_buffer(secret in "[a-zA-Z0-9_!-]{9,40}") {
        let redactor = naming(&["API_KEY"]);
        for text in buffers(&secret) {
            for line in [format!("API_KEY={text}"), format!("API_KEY: {text}"), format!("map[API_KEY:{text} X:1]")] {
                let shown = redactor.clean(&line);
                let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_end_matches([']', '}', '>']);
                prop_assert!(shown.contains("***") && !shown.contains(&digits[..digits.len() / 2]), "{}: {}", line, shown);
            }
        }
    }
}

#[test]
fn base64_behind_a_name_is_hidden_over_all_its_lines() {
    let redactor = naming(&["SERVICE_ACCOUNT"]);
    let value = STANDARD.encode(
        "{\"type\": \"service_account\", \"id\": \"plain-words-only\", \"n\": \"sunflower sunflower sunflower\"}",
    );
    for width in [60, 64, 76] {
        for prefix in ["", "12:00:01 web | ", "2026-11-27T06:00:00Z "] {
            let mut lines: Vec<String> = wrapped(&format!("SERVICE_ACCOUNT={value}")[16..], width);
            lines[0].insert_str(0, "SERVICE_ACCOUNT=");
            let lines: Vec<String> = lines.iter().map(|line| format!("{prefix}{line}")).collect();
            let mut shown = redactor.clean_lines(&lines);
            assert_eq!(shown.remove(0), format!("{prefix}SERVICE_ACCOUNT=***"), "{width}");
            assert!(
                shown.iter().all(|line| *line == format!("{prefix}***")),
                "{width}: {shown:?}"
            );
            let text = redactor.clean(&format!("{}\nlistening", lines.join("\n")));
            assert!(text.ends_with("***\nlistening"), "{text}");
            let mut following = redactor.lines();
            assert!(lines.iter().all(|line| following.clean(line).ends_with("***")));
        }
    }
}

#[test]
fn what_looks_like_a_secret_is_found_in_what_a_buffer_means() {
    let stripe = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8");
    let redactor = naming(&["API_KEY"]);
    for value in [stripe.as_str(), "API_KEY=sunflower", "postgres://app:sunflower@db/x"] {
        for text in buffers(value).into_iter().chain([STANDARD.encode(value)]) {
            if text.starts_with('=') {
                continue;
            }
            let shown = redactor.clean(&format!("got {text}"));
            assert!(shown.contains("***"), "{value} as {text}: {shown}");
        }
    }
}

#[test]
fn a_private_key_is_hidden_behind_what_the_log_writes_before_its_lines() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
    for prefix in [
        "12:00:01 web | ",
        "2026-11-27T06:00:00.123Z ",
        "[web-1] ",
        "    ",
        "web_1  | \t",
    ] {
        let lines: Vec<String> = [
            "-----BEGIN PRIVATE KEY-----",
            body,
            body,
            "Qx8=",
            "-----END PRIVATE KEY-----",
            "ready",
        ]
        .map(|line| format!("{prefix}{line}"))
        .into();
        let shown = naming(&[]).clean_lines(&lines);
        let hidden = format!("{prefix}***");
        assert_eq!(shown[..5], vec![hidden.clone(); 5], "{prefix}");
        assert_eq!(shown[5], lines[5]);
        assert_eq!(naming(&[]).clean(&lines.join("\n")), shown.join("\n"), "{prefix}");
        assert_eq!(naming(&[]).clean_lines(&lines[1..5]), vec![hidden; 4], "{prefix}");
    }
    let code = [
        "\"-----BEGIN PRIVATE KEY-----\\n\" +",
        "  \"MIIEvQIBADANBgkqhkiG9w0B\\n\" +",
        "  \"Qx8=\\n\" +",
    ];
    let shown = naming(&[]).clean_lines(code);
    assert!(
        !shown.join("").contains("MIIE") && !shown.join("").contains("Qx8"),
        "{shown:?}"
    );
}

#[test]
fn name_and_value_are_entries_of_one_map_in_either_order() {
    let redactor = naming(&["API_KEY", "ADMIN"]);
    for text in [
        r#"{"value":"{v}","name":"API_KEY"}"#,
        r#"[{"value": "{v}", "scope": "RUN_TIME", "key": "API_KEY"}]"#,
        r#"{\"value\":\"{v}\",\"name\":\"API_KEY\"}"#,
        "{value: '{v}', name: 'ADMIN'}",
        r#"{"key":"API_KEY","scope":"RUN_TIME","type":"SECRET","value":"{v}"}"#,
        r#"<env value="{v}" name="API_KEY"/>"#,
        "value={v} name=API_KEY",
        r#"invalid value "{v}" for API_KEY"#,
        "got '{v}' from API_KEY",
        "using `{v}` as the env `API_KEY`",
        "login as ADMIN with ADMIN is {v}",
    ] {
        for value in ["Wq8zLp3nVtR6yXk2", "Giraffe_8821", "Sun-flower7"] {
            let shown = redactor.clean(&text.replace("{v}", value));
            assert!(shown.contains("***") && !shown.contains(value), "{shown}");
        }
    }
    for (lines, shown) in [
        (
            &["- name: API_KEY", "  value: sunflower", "- name: PORT", "  value: 8080"][..],
            &["- name: API_KEY", "  value: ***", "- name: PORT", "  value: 8080"][..],
        ),
        (
            &[
                "{",
                "  \"key\": \"API_KEY\",",
                "  \"scope\": \"RUN_TIME\",",
                "  \"value\": \"short\"",
                "}",
            ],
            &[
                "{",
                "  \"key\": \"API_KEY\",",
                "  \"scope\": \"RUN_TIME\",",
                "  \"value\": \"***\"",
                "}",
            ],
        ),
    ] {
        assert_eq!(redactor.clean_lines(lines), shown);
        assert_eq!(redactor.clean(&lines.join("\n")), shown.join("\n"));
    }
    for text in [
        r#"expected "string" for API_KEY"#,
        r#"{"value":"8080","name":"PORT"},{"name":"API_KEY"}"#,
        "took 1500ms for API_KEY",
        "missing values for API_KEY",
        "ADMIN logged in",
        r#""API_KEY" in ENV"#,
    ] {
        assert_eq!(redactor.clean(text), text);
    }
}

#[test]
fn a_short_value_of_a_secret_document_is_hidden_where_no_word_is_like_it() {
    let redactor = knowing(&["ADMIN=Giraffe_8821\nREGION=nyc-3\nLEVEL=information"]);
    assert_eq!(
        redactor.clean("hello Giraffe_8821 in nyc-3, for information"),
        "hello *** in nyc-3, for information"
    );
}
