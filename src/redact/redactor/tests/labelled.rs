//! Values behind the names of secrets, where they end, and the code that is no value.

use crate::redact::Redactor;

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
