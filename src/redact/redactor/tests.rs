//! What is hidden, in which forms, and what stays readable.

mod properties;
mod real_encoders;

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
fn hides_what_stands_behind_the_name_of_a_secret() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    for (text, shown) in [
        ("API_KEY=abc", "API_KEY=***"),
        ("API_KEY=a b c", "API_KEY=***"),
        ("export API_KEY=\"a b\" X=1", "export API_KEY=\"***\" X=1"),
        ("docker run -e API_KEY=abc image", "docker run -e API_KEY=*** image"),
        ("API_KEY: a b", "API_KEY: ***"),
        ("  - API_KEY: a b", "  - API_KEY: ***"),
        (r#"{"API_KEY": "ab\"c", "x": 1}"#, r#"{"API_KEY": "***", "x": 1}"#),
        (
            r#"{\"API_KEY\": \"abc\", \"x\": 1}"#,
            r#"{\"API_KEY\": \"***\", \"x\": 1}"#,
        ),
        ("{'API_KEY': 'abc'}", "{'API_KEY': '***'}"),
        ("MY_API_KEY=abc", "MY_API_KEY=abc"),
        (
            "settings: {api_key: 'abc', Api_Key=abc}",
            "settings: {api_key: '***', Api_Key=***}",
        ),
        ("API_KEY_ID=abc", "API_KEY_ID=abc"),
        ("KeyError: 'API_KEY'", "KeyError: 'API_KEY'"),
        (
            "the value of API_KEY: it is missing",
            "the value of API_KEY: it is missing",
        ),
        ("left out `API_KEY`: previews", "left out `API_KEY`: previews"),
        ("API_KEY: ${{ secrets.API_KEY }}", "API_KEY: ${{ secrets.API_KEY }}"),
    ] {
        assert_eq!(redactor.clean(text), shown);
    }
}

#[test]
fn a_value_behind_a_name_is_hidden_to_its_real_end() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    for (text, shown) in [
        (r#"API_KEY=va"lue"#, "API_KEY=***"),
        (r#"API_KEY="va"lue""#, r#"API_KEY="***""#),
        (r#"API_KEY="va\"lue" X=1"#, r#"API_KEY="***" X=1"#),
        (r#"x API_KEY="va"lue" y"#, r#"x API_KEY="***" y"#),
        (r#"got API_KEY=va"lue from env"#, "got API_KEY=*** from env"),
        (r"don't print API_KEY=va'lue here", "don't print API_KEY=*** here"),
        (r#"{'API_KEY': 'va"l'ue', 'X': 1}"#, r#"{'API_KEY': '***', 'X': 1}"#),
        (r"API_KEY='va'\''lue' X=1", "API_KEY='***' X=1"),
        (r#"API_KEY='va'"'"'lue' X=1"#, "API_KEY='***' X=1"),
        ("API_KEY: 'va''lue' # x", "API_KEY: '***' # x"),
        (
            r#"{"msg":"API_KEY=va\"lue","level":"info"}"#,
            r#"{"msg":"API_KEY=***","level":"info"}"#,
        ),
        (
            r#"{"msg":"{\"API_KEY\":\"va\\\"lue\",\"X\":1}"}"#,
            r#"{"msg":"{\"API_KEY\":\"***\",\"X\":1}"}"#,
        ),
        (r#""API_KEY=a b","X=1""#, r#""API_KEY=***","X=1""#),
        ("map[API_KEY:va\"lue X:1]", "map[API_KEY:*** X:1]"),
        ("map[API_KEY:a,b]c X:1]", "map[API_KEY:*** X:1]"),
        (r#"{"API_KEY": a,b,"X": 1}"#, r#"{"API_KEY": ***,"X": 1}"#),
        (
            "config { env: { API_KEY: 'a b' } }",
            "config { env: { API_KEY: '***' } }",
        ),
        (r#"ENV {"API_KEY"=>"a b"}"#, r#"ENV {"API_KEY"=>"***"}"#),
        (
            "2026-03-01 10:00:00 INFO API_KEY: a b",
            "2026-03-01 10:00:00 INFO API_KEY: ***",
        ),
        (r#"API_KEY="never closed"#, r#"API_KEY="***"#),
    ] {
        assert_eq!(redactor.clean(text), shown, "{text}");
    }
}

#[test]
fn leaves_code_and_placeholders_readable() {
    let redactor = Redactor::new();
    for name in ["SECRET_KEY", "API_KEY", "secret_key", "DATABASE_URL", "APP_URL"] {
        redactor.register_name(name);
    }
    for text in [
        r#"SECRET_KEY = os.environ["SECRET_KEY"]"#,
        r#"    SECRET_KEY = os.environ["SECRET_KEY"]  # from the platform"#,
        r#"SECRET_KEY: str = os.environ['SECRET_KEY']"#,
        r#"SECRET_KEY = os.environ.get("SECRET_KEY", None)"#,
        r#"SECRET_KEY = os.getenv("SECRET_KEY")"#,
        r#"SECRET_KEY = str(os.environ["SECRET_KEY"])"#,
        r#"app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]"#,
        r#"secret_key = settings.SECRET_KEY"#,
        "const API_KEY = process.env.API_KEY;",
        "const API_KEY = process.env.API_KEY!",
        r#"const API_KEY = process.env["API_KEY"]"#,
        "API_KEY: process.env.API_KEY,",
        "API_KEY: import.meta.env.VITE_API_KEY",
        "API_KEY: z.string()",
        "API_KEY: string;",
        r#"API_KEY = ENV["API_KEY"]"#,
        r#"API_KEY = ENV.fetch("API_KEY")"#,
        r#"API_KEY = ENV.fetch("API_KEY") { raise }"#,
        r#"String API_KEY = System.getenv("API_KEY");"#,
        r#"let API_KEY = std::env::var("API_KEY").unwrap();"#,
        r#"let API_KEY = env::var("API_KEY").expect("API_KEY is set")?;"#,
        r#"API_KEY := os.Getenv("API_KEY")"#,
        r#"var API_KEY = Environment.GetEnvironmentVariable("API_KEY");"#,
        r#"$API_KEY = $_ENV['API_KEY'];"#,
        r#"'API_KEY' => env('API_KEY'),"#,
        "API_KEY=$API_KEY",
        "API_KEY=${API_KEY}",
        "API_KEY=${API_KEY:?must be set}",
        r#"API_KEY="${API_KEY}""#,
        "API_KEY: ${{ secrets.API_KEY }}",
        "API_KEY: {{ .Values.apiKey }}",
        "set API_KEY=%API_KEY%",
        "API_KEY=<your key>",
        "API_KEY=your-api-key-here",
        "API_KEY=changeme",
        "API_KEY=xxxx",
        "API_KEY=[REDACTED]",
        "API_KEY=***",
        "API_KEY: undefined",
        "API_KEY=null",
        r#"{"API_KEY": null, "x": 1}"#,
        r#"{"API_KEY": "", "x": 1}"#,
        "API_KEY: None",
        "API_KEY: not set",
        "DATABASE_URL=sqlite:////tmp/preview.db",
        r#"{"DATABASE_URL": "sqlite:////tmp/preview.db"}"#,
        "DATABASE_URL: file:./dev.db",
        "APP_URL=https://shop-pr-1-abcde.ondigitalocean.app",
        r#"APP_URL="https://shop.example/""#,
        "KeyError: 'SECRET_KEY'",
        "psql postgres://$USER:$PASSWORD@db/shop",
        "psql postgres://app:${DB_PASSWORD}@db/shop",
        "curl -H 'Authorization: Bearer $TOKEN' https://x",
        "curl -H 'Authorization: Bearer ${{ secrets.TOKEN }}' https://x",
        "https://x/?token=<token>&b=2",
        "https://x/?token={token}",
        "postgres://user:<password>@host/db",
    ] {
        assert_eq!(redactor.clean(text), text);
    }
}

#[test]
fn hides_values_that_stand_in_code() {
    let redactor = Redactor::new();
    for name in ["SECRET_KEY", "API_KEY", "DATABASE_URL", "APP_URL"] {
        redactor.register_name(name);
    }
    for (text, shown) in [
        (r#"SECRET_KEY = "django-insecure-1""#, r#"SECRET_KEY = "***""#),
        (r#"SECRET_KEY: str = "hunter2""#, r#"SECRET_KEY: str = "***""#),
        (
            r#"SECRET_KEY = os.environ.get("SECRET_KEY", "hunter2")"#,
            r#"SECRET_KEY = os.environ.get("SECRET_KEY", "***")"#,
        ),
        (
            r#"SECRET_KEY = os.environ.get('SECRET_KEY', default='hunter2')"#,
            r#"SECRET_KEY = os.environ.get('SECRET_KEY', default='***')"#,
        ),
        (
            r#"SECRET_KEY = os.getenv("SECRET_KEY") or "hunter2""#,
            r#"SECRET_KEY = os.getenv("SECRET_KEY") or "***""#,
        ),
        (
            "const API_KEY = process.env.API_KEY || 'hunter2';",
            "const API_KEY = process.env.API_KEY || '***';",
        ),
        (
            "const API_KEY = process.env.API_KEY ?? 'hunter2';",
            "const API_KEY = process.env.API_KEY ?? '***';",
        ),
        (
            r#"app.config["SECRET_KEY"] = "hunter2""#,
            r#"app.config["SECRET_KEY"] = "***""#,
        ),
        (
            r#"os.environ.setdefault("SECRET_KEY", "hunter2")"#,
            r#"os.environ.setdefault("SECRET_KEY", "***")"#,
        ),
        (r#"if API_KEY == "hunter2":"#, r#"if API_KEY == "***":"#),
        ("API_KEY=${API_KEY:-hunter2}", "API_KEY=***"),
        ("curl ${API_KEY:-hunter2} x", "curl ${API_KEY:-***} x"),
        ("API_KEY=${X}hunter2", "API_KEY=***"),
        (r#"API_KEY="${X}hunter2""#, r#"API_KEY="***""#),
        ("API_KEY=$ecret", "API_KEY=***"),
        ("API_KEY=Pa[ssw0rd", "API_KEY=***"),
        ("API_KEY=Some(\"HUNTER2\")", "API_KEY=***"),
        ("API_KEY=true story", "API_KEY=***"),
        ("API_KEY=None-of-it", "API_KEY=***"),
        ("API_KEY=xxxx1234", "API_KEY=***"),
        ("API_KEY=abc.def.ghi", "API_KEY=***"),
        ("DATABASE_URL=postgres://app@db/x", "DATABASE_URL=***"),
        ("APP_URL=https://hooks.example/T1/B2/abc", "APP_URL=***"),
        ("APP_URL=https://user:pw@shop.example", "APP_URL=***"),
        ("APP_URL=https://shop.example?token=1", "APP_URL=***"),
        ("APP_URL=https://shop.example:pw@x", "APP_URL=***"),
        ("DATABASE_URL=file:secret@x", "DATABASE_URL=***"),
    ] {
        assert_eq!(redactor.clean(text), shown, "{text}");
    }
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
