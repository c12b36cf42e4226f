//! What envs lead to, by value, by name and by what stands beside them.

use super::*;
use crate::policy::env::Owner;
use crate::policy::env::tests::BRACES;

const URL: Option<Store> = Some(Store::Database { by: Access::Url });
const PART: Option<Store> = Some(Store::Database { by: Access::Part });
const OTHER: Option<Store> = Some(Store::Other);

fn component<'a>(name: &'a str, database: Option<Holds>, envs: Vec<Env<'a>>) -> Owner<'a> {
    Owner {
        name: Some(name),
        database,
        envs,
        ..Owner::default()
    }
}

fn app<'a>(envs: &[(&'a str, &'a str)]) -> EnvSet<'a> {
    let envs = envs.iter().map(|(key, value)| Env {
        key,
        value,
        ..Env::default()
    });
    EnvSet {
        owners: vec![
            Owner::default(),
            component("web", None, envs.collect()),
            component("cache", None, Vec::new()),
            component("db", Some(Holds::Database), Vec::new()),
            component("kv", Some(Holds::Other), Vec::new()),
            component("docs", Some(Holds::Other), Vec::new()),
        ],
    }
}

/// What the first env leads to, with the others beside it.
fn of(envs: &[(&str, &str)]) -> Option<Store> {
    let app = app(envs);
    let first = app.envs().next().expect("an env");
    Stores::of(&app, BRACES).of_env(first)
}

#[test]
fn a_value_tells_what_an_env_leads_to() {
    for (key, value, expected) in [
        ("A", "${db.DATABASE_URL}", URL),
        ("A", "${db.pool.DATABASE_URL}", URL),
        ("A", "${db.pool.HOSTNAME}", PART),
        ("A", "x ${db.CA_CERT}", PART),
        ("A", "postgresql://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}/x", URL),
        ("A", "postgresql+psycopg2://u:p@h/x", URL),
        ("A", "db+postgresql://u:p@h/x", URL),
        ("A", "mysql2://u:p@h/x", URL),
        ("A", "jdbc:postgresql://h/x", URL),
        ("A", "jdbc:tc:postgresql:16:///x", URL),
        ("A", "doadmin:pw@tcp(host:25060)/shop", URL),
        ("A", "host=h user=u password=p dbname=d", URL),
        ("A", "Server=h;Database=d;User Id=u;Password=p", URL),
        ("A", "sqlite:///x.db", URL),
        ("A", "shop-do-user-1-0.b.db.ondigitalocean.com", PART),
        ("A", "x.abc.eu-west-1.rds.amazonaws.com:5432", PART),
        ("A", "prod.example:25060", PART),
        ("A", "prod.example:6379", OTHER),
        ("A", "prod.example:8080", None),
        ("A", "0.0.0.0:5432", None),
        ("A", "mysql:host=h;dbname=d", URL),
        ("A", "mongodb+srv://u:p@h/x", OTHER),
        ("A", "amqps://u:p@h/x", OTHER),
        ("A", "rediss://default:x@h:25061", OTHER),
        ("A", "https://abc.supabase.co", OTHER),
        ("A", "${kv.DATABASE_URL}", OTHER),
        ("A", "${docs.DATABASE_URL}", OTHER),
        ("A", "${gone.REDIS_URL}", OTHER),
        ("A", "${gone.DATABASE_URL}", URL),
        ("A", "${web.PRIVATE_URL}", None),
        ("A", "${APP_URL}", None),
        ("A", "https://example.com", None),
        ("A", "redis://cache:6379", None),
        ("A", "tcp://10.118.0.7:5432", URL),
        ("A", "10.118.0.7:5432/shop", URL),
        ("A", "one.example:9092,two.example:9092", OTHER),
        ("A", "scott/tiger@10.118.0.7:1521/shop", URL),
        ("A", "psql://10.118.0.7/shop", URL),
        ("A", "mysqli://10.118.0.7/shop", URL),
        ("A", "pdo_mysql://10.118.0.7/shop", URL),
        ("A", "rqlite://10.118.0.7", URL),
        ("A", "jdbc:firebirdsql://10.118.0.7:3050/shop", URL),
        ("A", "dbi:Pg:dbname=shop;host=10.118.0.7", URL),
        ("A", "sqlsrv:Server=10.118.0.7;Database=shop", URL),
        ("MYSQL", "10.118.0.7", OTHER),
        ("PROD_DB", "10.118.0.7", OTHER),
        ("REDIS", "10.118.0.7", OTHER),
        ("DATABASE", "127.0.0.1", None),
        ("DATABASE", "shop", None),
    ] {
        assert_eq!(of(&[(key, value)]), expected, "{key}={value}");
    }
}

#[test]
fn a_name_tells_it_where_the_value_does_not() {
    let secret = |key: &str| {
        let env = Env {
            key,
            is_secret: true,
            ..Env::default()
        };
        let app = Owner {
            envs: vec![env],
            ..Owner::default()
        };
        Stores::of(&EnvSet { owners: vec![app] }, BRACES).of_env(&env)
    };
    for key in [
        "DATABASE_URL",
        "POSTGRES_URL",
        "DIRECT_URL",
        "SQLALCHEMY_DATABASE_URI",
        "SPRING_DATASOURCE_URL",
    ] {
        assert_eq!(secret(key), URL, "{key}");
    }
    assert_eq!(secret("REDIS_URL"), None, "left out as every secret is");
    assert_eq!(secret("APP_URL"), None);
    assert_eq!(of(&[("KAFKA_BROKERS", "one.example:9092,two.example:9092")]), OTHER);
    assert_eq!(of(&[("ELASTICSEARCH_URL", "https://search.example")]), OTHER);
    assert_eq!(of(&[("DATABASE_ADMIN_URL", "https://admin.example")]), None);
    assert_eq!(of(&[("POSTGRES_URL", "file:./dev.db")]), None);
    assert_eq!(of(&[("BROKER_URL", "memory://")]), None);
    assert_eq!(of(&[("CELERY_RESULT_BACKEND", "cache+memory://")]), None);
}

#[test]
fn parts_belong_to_what_stands_beside_them() {
    let host = ("DB_HOST", "10.0.0.5");
    for (key, value) in [
        ("DB_HOST", "10.0.0.5"),
        ("DB_PORT", "5432"),
        ("DB_USERNAME", "shop"),
        ("DB_PASSWORD", "x"),
        ("DB_DATABASE", "shop"),
        ("PGPASSWORD", "x"),
    ] {
        assert_eq!(of(&[(key, value), host]), PART, "{key}");
    }
    assert_eq!(
        of(&[("DB_CONNECTION", "pgsql"), host]),
        None,
        "a driver is no way to a database"
    );
    assert_eq!(of(&[("DB_SSL", "true"), host]), None);
    assert_eq!(of(&[("DB_DATABASE", "shop")]), None, "nothing says where");
    assert_eq!(of(&[("REDIS_PASSWORD", "x"), ("REDIS_HOST", "10.0.0.6")]), OTHER);
    assert_eq!(of(&[("REDIS_HOST", "cache")]), None, "a component of the app");
    assert_eq!(of(&[("REDIS_HOST", "127.0.0.1")]), None);
    assert_eq!(
        of(&[("DB_DATABASE", "/data/shop.db"), ("DB_CONNECTION", "sqlite"), host]),
        None
    );
}

#[test]
fn parts_of_an_unknown_name_are_known_together() {
    let parts = [
        ("WAREHOUSE_HOST", "10.0.0.5"),
        ("WAREHOUSE_PORT", "25060"),
        ("WAREHOUSE_USER", "shop"),
        ("WAREHOUSE_PASSWORD", "x"),
    ];
    for at in 0..parts.len() {
        let mut turned = parts;
        turned.rotate_left(at);
        assert_eq!(of(&turned), PART, "{}", turned[0].0);
    }
    let mail = [
        ("SMTP_HOST", "mail.example"),
        ("SMTP_USER", "x"),
        ("SMTP_PASSWORD", "x"),
        ("SMTP_PORT", "3306"),
    ];
    assert_eq!(of(&mail), None);
    let http = [
        ("API_HOST", "api.example"),
        ("API_USER", "x"),
        ("API_PASSWORD", "x"),
        ("API_PORT", "443"),
    ];
    assert_eq!(of(&http), None);
}

#[test]
fn a_document_can_lead_to_a_store() {
    for text in [
        r#"{"db": {"host": "10.118.0.7", "user": "app"}}"#,
        r#"{"spring": {"datasource": {"url": "jdbc:mysql://10.118.0.7/shop", "username": "shop"}}}"#,
        r#"{"default": {"HOST": "10.118.0.7", "USER": "app", "NAME": "shop"}}"#,
        "{'host': 'db.internal.acme.io', 'database': 'shop'}",
        "db:\n  host: 10.118.0.7\n",
        "[db]\nhost = \"10.118.0.7\"\n",
        "LEVEL=info\nDB_HOST=10.118.0.7\n",
        "-Xmx1g -Dspring.datasource.url=jdbc:mysql://10.118.0.7/shop",
        "--db-host 10.118.0.7 --port 80",
    ] {
        assert_eq!(of(&[("CONFIG", text)]), OTHER, "{text}");
    }
    for text in [
        r#"{"db": {"host": "localhost", "user": "app"}}"#,
        r#"{"db": {"host": "cache", "user": "app"}}"#,
        r#"{"smtp": {"host": "mail.example", "user": "app"}}"#,
        r#"{"db": {"url": "sqlite:///shop.db"}}"#,
        r#"{"api": {"url": "https://api.example"}}"#,
        "-Xmx512m -Dserver.port=8080",
        "db:\n  pool: 5\n",
    ] {
        assert_eq!(of(&[("CONFIG", text)]), None, "{text}");
    }
}
