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

#[test]
fn finds_the_value_in_each_way_in_which_programs_print_pairs() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    redactor.register_name("PASSWORD");
    let v = "Wq8zLp3nVtR6yXk2";
    for text in [
        "API_KEY => {v}",
        "    [API_KEY] => {v}",
        "API_KEY -> {v}",
        "API_KEY | {v}",
        "| API_KEY | {v} |",
        "API_KEY {v}",
        "API_KEY    {v}",
        r#"  ["API_KEY"]=> string(16) "{v}""#,
        r#"{"name":"API_KEY","value":"{v}"}"#,
        r#"{"key": "API_KEY", "scope": 1, "API_KEY": "{v}"}"#,
        r#"<add key="API_KEY" value="{v}"/>"#,
        "name=API_KEY value={v}",
        r#"["API_KEY","{v}"]"#,
        "[ 'API_KEY', '{v}' ]",
        "<API_KEY>{v}</API_KEY>",
        "run --api-key={v}",
        "java -DAPI_KEY={v} -jar x.jar",
        "x-api-key: {v}",
        "apiKey={v}",
        "ApiKey: {v}",
        "&{ApiKey:{v} Port:80}",
        "{ apiKey: '{v}' }",
        "api-key: {v}",
        "2026-11-27T06:00:00Z app[web.1]: API_KEY: {v}",
        "INFO 2026 settings API_KEY: {v}",
        "loaded API_KEY: {v}",
        "?x=1&API_KEY%3D{v}&y=2",
        r"API_KEY\u003d{v}",
        "Invalid API_KEY '{v}'",
        "env API_KEY is {v}",
        "password={v}",
        "Password: {v}",
        r#"{"password": "{v}"}"#,
        "API_KEY={{v}}",
        "API_KEY=<{v}>",
        "API_KEY=$({v})",
        "API_KEY=#{{v}}",
        "API_KEY=config.{v}",
        "API_KEY=secrets.{v}",
        "API_KEY=true,{v}",
        "API_KEY=file:{v}",
    ] {
        let shown = redactor.clean(&text.replace("{v}", v));
        assert!(!shown.contains(v), "{text}: {shown}");
        assert!(shown.contains("***"), "{text}: {shown}");
    }
    let types = r#"  ["API_KEY"]=> string(16) "Wq8zLp3nVtR6yXk2""#;
    assert_eq!(redactor.clean(types), r#"  ["API_KEY"]=> string(16) "***""#);
}

#[test]
fn finds_the_value_on_the_line_below_its_name() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    for (text, shown) in [
        ("API_KEY:\n  sunflower", "API_KEY:\n  ***"),
        ("API_KEY: |\n  sunflower", "API_KEY: |\n  ***"),
        ("\"API_KEY\":\n  \"a b\",", "\"API_KEY\":\n  \"***\","),
        (
            "  [\"API_KEY\"]=>\n  string(9) \"sunflower\"",
            "  [\"API_KEY\"]=>\n  string(9) \"***\"",
        ),
    ] {
        assert_eq!(redactor.clean(text), shown);
    }
    for text in [
        "const API_KEY =\n  process.env.API_KEY",
        "API_KEY:\n  scope: RUN_TIME",
        "API_KEY:\n- a\n- b",
        "missing API_KEY:\n  aborting",
    ] {
        assert_eq!(redactor.clean(text), text);
    }
}

#[test]
fn leaves_words_and_code_around_names_readable() {
    let redactor = Redactor::new();
    for name in ["API_KEY", "PASSWORD", "TOKEN"] {
        redactor.register_name(name);
    }
    for text in [
        "missing API_KEY: aborting",
        "API_KEY missing",
        "API_KEY | undefined",
        r#"for name in ["API_KEY", "DATABASE_URL"]:"#,
        r#"required = ["api_key", "region", "zone"]"#,
        "echo $API_KEY | base64",
        "token = lexer.next()",
        "token = next_token(input)",
        "password: hash(input),",
        "password=password",
        "login(token=request.token)",
        "the token: a word",
        "def api_key() -> str:",
        "const apiKey = process.env.API_KEY;",
        "apiKey: process.env.API_KEY,",
        "run --api-key=$API_KEY",
        "curl -H \"x-api-key: $API_KEY\" https://shop.example",
        "<API_KEY>",
        "API_KEY=config.googleOauth2Key",
    ] {
        assert_eq!(redactor.clean(text), text);
    }
}

#[test]
fn a_line_full_of_names_is_hidden_from_the_hundredth_on_and_not_looked_at_for_minutes() {
    let redactor = Redactor::new();
    redactor.register_name("API_KEY");
    let line = format!("{}API_KEY=marlin8888", "API_KEY ".repeat(20_000));
    let shown = redactor.clean(&line);
    assert!(shown.ends_with("***") && !shown.contains("marlin"), "{}", &shown[..200]);
    let few = format!("{}API_KEY=marlin8888 and more", "API_KEY ".repeat(20));
    assert!(!redactor.clean(&few).contains("marlin"));
    assert!(redactor.clean(&few).contains("and more"));
}
