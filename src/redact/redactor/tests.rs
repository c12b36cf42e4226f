//! What is hidden, in which forms, and what stays readable.

mod assignments;
mod encoded;
mod learned;
mod ordinary;
mod properties;
mod real_encoders;
mod said;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::Redactor;
use crate::redact::Secret;

fn knowing(values: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    for value in values {
        redactor.register(&Secret::new(value).expect("not empty"));
    }
    redactor
}

#[test]
fn hides_a_secret_in_every_form_it_may_appear() {
    let redactor = knowing(&["p@ss w'o/r\"d$1"]);
    for text in [
        "p@ss w'o/r\"d$1",
        "p%40ss%20w%27o%2Fr%22d%241",
        "p%40ss%20w%27o%2fr%22d%241",
        "p%40ss+w%27o%2Fr%22d%241",
        "p%40ss%20w'o%2Fr%22d%241",
        "p%40ss%20w%27o/r%22d%241",
        "cEBzcyB3J28vciJkJDE=",
        "cEBzcyB3J28vciJkJDE",
        "704073732077276f2f7222642431",
        "704073732077276F2F7222642431",
        r#"p@ss w'o/r\"d$1"#,
        r#"p@ss w'o\/r\"d$1"#,
        r#"p@ss w'\''o/r"d$1"#,
        r#"p@ss w'o/r\"d\$1"#,
        r#"p@ss\ w\'o/r\"d\$1"#,
        "p@ss w&#39;o/r&quot;d$1",
    ] {
        assert_eq!(redactor.clean(&format!("x {text} y")), "x *** y", "{text}");
    }
}

#[test]
fn hides_a_secret_in_the_middle_of_base64_wherever_it_begins() {
    let secret = "hunter2-hunter2/hunter?2";
    let redactor = knowing(&[secret]);
    for user in ["", "u", "us", "use", "x-access-token"] {
        for after in ["", "\n", "ab", "abc"] {
            for engine in [STANDARD, URL_SAFE] {
                let encoded = engine.encode(format!("{user}:{secret}{after}"));
                let shown = redactor.clean(&format!("authorisation {encoded}"));
                assert!(shown.contains("***"), "{user} {after:?}: {shown}");
                let left = shown.trim_start_matches("authorisation ").replace("***", "");
                assert!(
                    left.len() <= (user.len() + after.len()) * 4 / 3 + 12,
                    "{user} {after:?}: {shown}"
                );
            }
        }
    }
}

#[test]
fn hides_the_password_of_a_known_connection_string_alone() {
    let redactor = knowing(&["postgres://app:hunter%2B22@db:5432/x"]);
    assert_eq!(redactor.clean("password hunter+22 refused"), "password *** refused");
    assert_eq!(redactor.clean("password hunter%2B22 refused"), "password *** refused");
    let redactor = knowing(&["host=db user=app password=swordfish9", "Server=db;Password=marlin8888;"]);
    assert_eq!(redactor.clean("swordfish9 marlin8888"), "*** ***");
    for connection in [
        "app:marlin8888@tcp(db:3306)/shop?parseTime=true",
        "mongodb://app:marlin8888@a:27017,b:27017/shop",
        "jdbc:postgresql://db:5432/shop?user=app&password=marlin8888",
    ] {
        assert_eq!(
            knowing(&[connection]).clean("denied: marlin8888"),
            "denied: ***",
            "{connection}"
        );
    }
    let redactor = knowing(&["postgres://postgres:postgres@db/postgres"]);
    assert_eq!(redactor.clean("postgres is up"), "postgres is up");
}

#[test]
fn hides_a_secret_that_a_program_printed_as_json() {
    let redactor = knowing(&[
        "p4ss\"wörd",
        "{\"type\": \"account\", \"keys\": [{\"private_key\": \"MIIEvQIBADANBg-x\"}]}",
    ]);
    for text in [
        r#"p4ss\"wörd"#,
        r#"p4ss\"w\u00f6rd"#,
        r#"{\"type\": \"account\", \"keys\": [{\"private_key\": \"MIIEvQIBADANBg-x\"}]}"#,
        "MIIEvQIBADANBg-x",
    ] {
        assert_eq!(redactor.clean(&format!("x {text} y")), "x *** y");
    }
    assert_eq!(redactor.clean("an account"), "an account");
}

#[test]
fn hides_the_fields_of_a_secret_document_that_are_named_as_credentials() {
    let json =
        r#"{"user":"app","password":"Tr0ub4dor3","region":"nyc-3","n":[{"api_token":"tk7-Zz9-Yy8","pw":"Deep5wd9x"}]}"#;
    let env = "DB_PASS='Elephant77'\nexport ADMIN_TOKEN=Giraffe_8821\nREGION=nyc-3";
    let yaml =
        "db:\n  password: Tr0ub4dor3\n  region: nyc-3\n  replicas:\n    - {url: 'postgres://app:Elephant77@db/x'}";
    let python = "{'password': 'Tr0ub4dor3', 'region': 'nyc-3'}";
    for (document, values) in [
        (json, &["Tr0ub4dor3", "tk7-Zz9-Yy8", "Deep5wd9x"][..]),
        (env, &["Elephant77", "Giraffe_8821"]),
        (yaml, &["Tr0ub4dor3", "Elephant77"]),
        (python, &["Tr0ub4dor3"]),
        ("user=app token=Tr0ub4dor3", &["Tr0ub4dor3"]),
    ] {
        let redactor = knowing(&[document]);
        for value in values {
            assert_eq!(redactor.clean(&format!("got '{value}'.")), "got '***'.", "{document}");
        }
        assert_eq!(redactor.clean("in nyc-3, as app"), "in nyc-3, as app");
    }
    let other_order = r#"{"password": "Tr0ub4dor3", "user": "app"}"#;
    assert_eq!(
        knowing(&[json]).clean(other_order),
        r#"{"password": "***", "user": "app"}"#
    );
    assert_eq!(
        knowing(&[r#"{"password":"password"}"#]).clean("a password"),
        "a password"
    );
}

#[test]
fn hides_each_line_of_a_secret_of_several_lines() {
    let redactor = knowing(&["-----BEGIN X-----\nAAAABBBBCCCCDDDD\nEEEEFFFF\n-----END X-----"]);
    assert_eq!(redactor.clean("a EEEEFFFF b"), "a *** b");
    assert_eq!(redactor.clean("-----BEGIN X-----"), "-----BEGIN X-----");
}

#[test]
fn secrets_that_overlap_are_hidden_whole() {
    let redactor = knowing(&["abcdefgh", "efghijkl"]);
    assert_eq!(redactor.clean("x abcdefghijkl y"), "x *** y");
    assert_eq!(redactor.clean("abcdefgh efghijkl"), "*** ***");
}

#[test]
fn hides_by_shape_what_only_the_platform_knows() {
    let redactor = Redactor::new();
    let hex = "0123456789abcdef".repeat(4);
    for (text, shown) in [
        ("mysql://u:secretpw@h/d", "mysql://u:***@h/d"),
        ("postgres://u:se/cr#et?@h/d", "postgres://u:***@h/d"),
        ("redis://:secret@h:6379", "redis://:***@h:6379"),
        ("http://registry:4873/@scope/pkg", "http://registry:4873/@scope/pkg"),
        (&*format!("dop_v1_{hex}"), "***"),
        (
            "https://x?a=1&X-Amz-Signature=abc123&b=2",
            "https://x?a=1&X-Amz-Signature=***&b=2",
        ),
        ("wss://logs/x?token=abcdef", "wss://logs/x?token=***"),
        ("Authorization: Basic eDp5", "Authorization: Basic ***"),
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln b", "a *** b"),
        ("EV[1:abc:def]", "***"),
        (
            "https://ghs_abcdefghijklmnopqrstuvwx@github.com",
            "https://***@github.com",
        ),
        ("xoxb-1234567890-abc", "***"),
        ("a plain line: nothing=here", "a plain line: nothing=here"),
    ] {
        assert_eq!(redactor.clean(text), shown);
    }
}

#[test]
fn hides_a_private_key_over_all_its_lines() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
    let key = [
        "start",
        "-----BEGIN RSA PRIVATE KEY-----",
        body,
        body,
        "Qx8=",
        "-----END RSA PRIVATE KEY-----",
        "end",
    ];
    let redactor = Redactor::new();
    assert_eq!(
        redactor.clean_lines(key),
        ["start", "***", "***", "***", "***", "***", "end"]
    );
    assert_eq!(redactor.clean(&key.join("\n")), "start\n***\n***\n***\n***\n***\nend");
    assert_eq!(
        redactor.clean_lines(&key[2..4]),
        [body, body],
        "nothing says that these are a key"
    );
    assert_eq!(redactor.clean_lines([body, body, key[5]]), ["***", "***", "***"]);
    assert_eq!(
        redactor.clean(r#"{"k":"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"}"#),
        r#"{"k":"***\n"}"#
    );
    assert_eq!(
        redactor.clean_lines(["-----BEGIN PRIVATE KEY-----", "an ordinary line again", "and another"]),
        ["***", "an ordinary line again", "and another"],
        "a key without an end does not swallow the log"
    );
}

#[test]
fn what_was_made_to_be_public_is_no_secret() {
    let redactor = Redactor::new();
    redactor.publish("jdbc:h2:mem:preview");
    redactor.register_name("DATABASE_URL");
    redactor.register(&Secret::new("jdbc:h2:mem:preview").expect("not empty"));
    for text in ["DATABASE_URL=jdbc:h2:mem:preview", "uses jdbc:h2:mem:preview"] {
        assert_eq!(redactor.clean(text), text);
    }
    assert_eq!(redactor.clean("DATABASE_URL=jdbc:h2:mem:other"), "DATABASE_URL=***");
}

#[test]
fn leaves_short_and_everyday_values_readable() {
    let settings = knowing(&["main", "a", "true", "production", "3600000", "10.5.2", "Development"]);
    for text in [
        "branch main",
        "a production of it is true",
        "after 3600000 ms",
        "v10.5.2",
        "a Development",
    ] {
        assert_eq!(settings.clean(text), text);
    }
}

#[test]
fn hides_the_beginning_of_a_secret_where_a_text_was_cut() {
    let redactor = knowing(&["correct-horse-battery-staple"]);
    assert_eq!(redactor.clean("invalid value correct-horse-b…"), "invalid value ***…");
    assert_eq!(
        redactor.clean("invalid value correct-horse-b"),
        "invalid value correct-horse-b"
    );
}

#[test]
fn what_is_left_of_a_secret_where_a_text_was_cut_is_hidden() {
    let hex = "a3f1c2d4e5b60718293a4b5ca3f1c2d4e5b60718293a4b5c6d7e8f90a1b2c3d4";
    let redactor = knowing(&[hex, "live0f9e8d7c6b5a"]);
    let (head, tail) = (&hex[..24], &hex[41..]);
    for (text, shown) in [
        (
            format!("input_value='{head}...{tail}', input_type=str"),
            "input_value='***...***', input_type=str",
        ),
        (format!("{head}…{tail}"), "***…***"),
        (format!("token {head}..."), "token ***..."),
        (format!("token {head}… is bad"), "token ***… is bad"),
        (format!("...{tail}"), "...***"),
        (format!("....{tail} is bad"), "....*** is bad"),
        ("\"value\":\"live0f9e8d7c...\"".to_owned(), "\"value\":\"***...\""),
        ("loading... a3f1 and more…".to_owned(), "loading... a3f1 and more…"),
        ("a3f1c2d...c3d4".to_owned(), "a3f1c2d...c3d4"),
    ] {
        assert_eq!(redactor.clean(&text), shown);
    }
}
