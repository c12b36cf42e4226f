//! What counts as a credential, and what only looks like one.

use super::*;
use crate::policy::env::tests::BRACES;

const GOOGLE: &str = concat!("AI", "zaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q");

const FIREBASE: &str = concat!(
    r#"{"apiKey": "AI"#,
    r#"zaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q", "authDomain": "shop.example", "projectId": "shop"}"#
);

#[test]
fn credentials_are_known_by_shape_or_by_name() {
    let stripe = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8");
    for (key, value) in [
        ("ANYTHING", stripe.as_str()),
        ("NEXT_PUBLIC_STRIPE", stripe.as_str()),
        ("MAIL", "smtp://app:hunter22@mail.example:587"),
        ("JWT_SECRET", "keyboard cat"),
        ("SECRET_KEY", "django-insecure-abc"),
        ("SMTP_PASS", "hunter22"),
        ("adminPassword", "letmein"),
        ("APP_KEY", "base64:c2VjcmV0c2VjcmV0MTIzNDU2Nzg5MA=="),
        ("API_KEY", "abc"),
        ("APP_KEY", "sunflower"),
        ("S3_KEY", "sunflower-field"),
        ("SENDGRID_KEY", "correct horse"),
        ("MAPS_URL", "https://maps.example/js?key=sunflower"),
        ("FEED", "https://feed.example/?token=sunflower"),
        ("BLOB", "https://x.blob.example/a?sv=1&sig=sunflower"),
        ("REPOSITORY", "https://abc123@git.example/shop.git"),
        ("MAILER_DSN", "sendgrid+api://sunflower@default"),
        ("MAILER_DSN", "mailgun+api://sunflower:shop.example@default"),
        ("MAILER_DSN", "ses+https://AKSUN:flower@default"),
        ("NOTIFIER", "slack://sunflower@default?channel=shop"),
        ("NATS", "nats://sunflower@nats.example:4222"),
        (
            "SUPABASE_ANON_KEY",
            "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl",
        ),
        ("JWT_SECRET", "testify-sunflower"),
        ("ADMIN_PW", "hunter22"),
        ("RELEASE_COOKIE", "hunter22"),
        ("STRIPE_WEBHOOK", "Zk7qLm92XvBt4RwP"),
        ("AUTH", "Zk7qLm92XvBt4RwP"),
        ("HMAC", "Zk7qLm92XvBt4RwP"),
        ("ADMIN_PASSWORD_HASH", "$2b$12$Zk7qLm92XvBt4RwPZk7qLm92"),
        (
            "PEM",
            "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
        ),
        ("WEBHOOK_SECRET", "xxxxxxxxx"),
        ("URL", "mysql://app:hunter22@${HOST}/shop"),
        ("SETTINGS", r#"{"smtp": {"user": "app", "password": "hunter22"}}"#),
        ("ENV_FILE", "LEVEL=info\nAPI_TOKEN=hunter22\n"),
        ("JAVA_OPTS", "-Xmx1g -Ddb.password=hunter22"),
        ("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.keyStorePassword=hunter22"),
        ("CONFIG_YAML", "db:\n  host: db\n  password: hunter22\n"),
        ("CONFIG_TOML", "[db]\nhost = \"db\"\npassword = \"hunter22\"\n"),
        ("CONFIG", "{'host': 'db', 'password': 'hunter22'}"),
        ("PHP", "db_password: 'hunter22'"),
        ("OPTS", "--db-password hunter22 --port 80"),
        ("SECRET_STRIPE", "a1B2c3D4e5F6g7H8i9"),
        ("TOKEN_GITHUB", "0123456789abcdef0123"),
        ("VAULT_SECRET_ID", "550e8400-e29b-41d4-a716-446655440000"),
        ("DBPWD", "hunter22"),
        ("PGPASS", "hunter22"),
        ("NEO4J_AUTH", "neo4j/hunter22"),
        ("REDISCLI_AUTH", "hunter22"),
        ("SECRET_KEY", "/9j3kLmQ8sdfA7vBn2wXcR5t"),
        ("BUNDLE_GEMS__CONTRIBSYS__COM", "d3adb33f:cafebabe"),
        ("A", "postgres://me@corp:pa/ss@db.example/shop"),
        ("A", "scott/tiger22@db.example:1521/orcl"),
        ("A", "app:hunter22@(db.example:3306)/shop"),
        ("A", "app:hunter22@cloudsql(project:region:name)/shop"),
        ("A", "postgres%3A%2F%2Fapp%3Ahunter22%40db.example%2Fshop"),
        ("A", "cG9zdGdyZXM6Ly9hcHA6aHVudGVyMjJAZGIuZXhhbXBsZS9zaG9w"),
    ] {
        assert!(is_plain(key, value, BRACES), "{key}={value}");
    }
}

#[test]
fn settings_of_credentials_are_none() {
    for (key, value) in [
        ("TOKEN_TTL", "abc"),
        ("JWT_SECRET", "$JWT_SECRET"),
        ("CSRF_TOKEN", "X-CSRF-Token"),
        ("HEADER_API_KEY", "X-Api-Key"),
        ("SSH_KEY", "~/.ssh/id_rsa"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "sa.json"),
        ("FETCH_CREDENTIALS", "same-origin"),
        ("MAX_TOKEN", "4k"),
        ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", "pk_live_a1B2c3D4e5F6g7H8"),
        (
            "SENTRY_DSN",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1",
        ),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("ACCESS_TOKEN", "3600"),
        ("JWT_SECRET", ""),
        ("REFRESH_TOKEN", "30 days"),
        ("REFRESH_TOKEN", "1h30m"),
        ("REFRESH_TOKEN", "PT15M"),
        ("REQUIRE_PASSWORD", "true"),
        ("JWT_SECRET", "${JWT_SECRET}"),
        ("JWT_SECRET", "<REQUIRED>"),
        ("JWT_SECRET", "CHANGE_ME"),
        ("NEXTAUTH_SECRET", "your-nextauth-secret-key-here-change-in-production"),
        ("RESET_PASSWORD", "https://shop.example/reset"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("CACHE_KEY", "v1-products-by-page"),
        ("NEXT_PUBLIC_API_KEY", "abc123"),
        ("VITE_TOKEN", "abc"),
        ("REACT_APP_SECRET", "abc"),
        ("EXPO_PUBLIC_API_KEY", "abc"),
        ("NUXT_PUBLIC_TOKEN", "abc"),
        ("PUBLIC_API_KEY", "abc"),
        ("URL", "postgresql://user:pass@localhost/notused"),
        ("URL", "https://${USER}:${PASSWORD}@shop.example"),
        ("API_KEY", "EV[1:a:b]"),
        ("SETTINGS", r#"{"level": "info", "token_ttl": 60}"#),
        ("SCRIPT", "set -e\nexport LEVEL=info\n"),
        ("JAVA_OPTS", "-Xmx512m -Dfile.encoding=UTF-8 -Duser.timezone=UTC"),
        ("CSP", "default-src 'self'; img-src 'self' https://cdn.example"),
        ("JWT_SECRET", "dummy"),
        ("API_KEY", "not-needed"),
        ("API_KEY", "changeme"),
        ("SECRET_KEY", "test"),
        ("SECRET_KEY", "example"),
        ("OPENAI_API_KEY", "fake_api_key"),
        ("S3_SECRET_KEY", "not-used"),
        ("SORT_KEY", "created_at"),
        ("CACHE_KEY", "sunflower"),
        ("FIREBASE_API_KEY", GOOGLE),
        ("VITE_MAPS_KEY", GOOGLE),
        ("FIREBASE_CONFIG", FIREBASE),
        ("SUPABASE_KEY", "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"),
        ("ALGOLIA_SEARCH_KEY", "0123456789abcdef0123456789abcdef"),
        ("STRIPE_KEY", "pk_live_a1B2c3D4e5F6g7H8"),
        ("PUBLIC_URL", "https://git@git.example/shop.git"),
        ("GREETING", "Hello: it's a shop, isn't it"),
        ("CONFIG_YAML", "db:\n  password: ${DB_PASSWORD}\n"),
        ("SECRET_NAME", "projects/shop/secrets/a1B2c3D4e5F6g7H8i9"),
        ("TOKEN_CONTRACT", "main"),
        ("TOKEN_ENDPOINT", "a1B2c3D4e5F6g7H8i9"),
        ("NEO4J_AUTH", "none"),
        ("IMAGE", "acme/shop@sha256:0123456789abcdef"),
        ("DB_PASSWORD_FILE", "/run/secrets/production/db"),
        ("LOGO", "aHR0cHM6Ly9zaG9wLmV4YW1wbGUvbG9nby5wbmc="),
    ] {
        assert!(!is_plain(key, value, BRACES), "{key}={value}");
    }
}

#[test]
fn a_command_can_hold_one_too() {
    for command in [
        "psql postgres://app:hunter22@db.example/shop",
        "API_TOKEN=abc123 ./serve",
        "env 'ADMIN_PASSWORD=abc' ./serve",
        "./serve --password=abc",
        "./serve --admin-password abc --port 80",
        "java -Dspring.datasource.password=abc -jar x.jar",
        "java -jar x.jar --spring.datasource.password=abc",
        "./serve -db-password abc",
        "mysql -h $HOST -u root -pabc shop < x.sql",
        "redis-cli -h $HOST -a abc",
        "redis-cli --pass abc",
        "curl -fsS -u ci:abc https://shop.example",
        "SECRET_KEY=${SECRET_KEY:-abc} ./serve",
        "DB_PASSWORD=${DB_PASSWORD:=abc} ./serve",
        "SECRET_KEY=$'abc' ./serve",
        "sh -c \"API_TOKEN='abc' ./serve\"",
        "npm config set //npm.example/:_authToken=abc",
        "npm config set //npm.example/:_authToken abc",
        "aws configure set aws_secret_access_key abc",
        "ADMIN_PASSWORD=Latest-Build_8821 ./serve",
    ] {
        assert!(in_command(command, BRACES).is_some(), "{command}");
    }
    for command in [
        "./serve --password=$PASSWORD",
        "API_TOKEN=${API_TOKEN} ./serve",
        "DATABASE_URL=postgresql://x:y@localhost:5432/x npx prisma generate",
        "SECRET_KEY_BASE=dummy bundle exec rails assets:precompile",
        "SECRET_KEY_BASE=1 bundle exec rails assets:precompile",
        "./serve --password --port 80",
        "./serve --token $TOKEN",
        "psql --no-password shop",
        "psql -h $PGHOST -U app -p 5432 shop",
        "mysql -p shop < x.sql",
        "SECRET_KEY=${SECRET_KEY:-} ./serve",
        "curl -u $USER:$PASSWORD https://shop.example",
        "mkdir -p build && cp -r public build",
        "java -Dserver.port=$PORT -Dtoken.ttl=60 -jar x.jar",
        "TOKEN_TTL=60 gunicorn app:app --bind 0.0.0.0:$PORT",
    ] {
        assert_eq!(in_command(command, BRACES), None, "{command}");
    }
}
