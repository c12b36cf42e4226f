//! Names of envs that hold a credential, beyond those that are looked for in every line of a log.

use crate::redact::credential::{self, Promise, words};

/// Last words that mean a credential in a spec. In a log, `PASS` is a test that went well.
const LAST: [&str; 13] = [
    "PW",
    "PASS",
    "DBPASS",
    "DBPWD",
    "DBPW",
    "PGPASS",
    "PGPWD",
    "CREDS",
    "PEPPER",
    "MNEMONIC",
    "MASTERKEY",
    "REQUIREPASS",
    "SETCOOKIE",
];

/// Last words of names that hold a credential as often as its kind, its address or its name: the value decides.
const MAYBE: [&str; 16] = [
    "PWD", "HMAC", "FERNET", "JWT", "JWK", "BEARER", "AUTH", "NEXTAUTH", "SK", "WEBHOOK", "SIGNING", "PRIVATE", "BOT",
    "SEED", "COOKIE", "CODE",
];

/// Diagnosis that mean a credential wherever they stand in a name.
const ANYWHERE: [&str; 9] = [
    "SECRET",
    "SECRETS",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
];

/// Last words of names that are about a credential: its address, its age, its length.
const ABOUT: [&str; 40] = [
    "TTL",
    "URL",
    "URI",
    "HOST",
    "PORT",
    "PATH",
    "FILE",
    "DIR",
    "NAME",
    "KIND",
    "TYPE",
    "FIELD",
    "HEADER",
    "PREFIX",
    "SUFFIX",
    "LENGTH",
    "MIN",
    "MAX",
    "SIZE",
    "LIMIT",
    "AGE",
    "EXPIRY",
    "EXPIRES",
    "EXPIRATION",
    "LIFETIME",
    "TIMEOUT",
    "MINUTES",
    "SECONDS",
    "HOURS",
    "DAYS",
    "ENABLED",
    "REQUIRED",
    "POLICY",
    "ALGORITHM",
    "ISSUER",
    "AUDIENCE",
    "ENDPOINT",
    "PROVIDER",
    "VERSION",
    "COUNT",
];

/// What the name of an env or of a field says about its value.
pub(crate) fn promise(name: &str) -> Promise {
    let words = words(name);
    let Some((last, before)) = words.split_last() else {
        return Promise::Nothing;
    };
    let before = before.last().map(String::as_str);
    match (before, last.as_str()) {
        // It lets anyone run code on the node: https://www.erlang.org/doc/system/distributed.html#security
        (Some("RELEASE" | "ERLANG" | "ERL"), "COOKIE") => Promise::Credential,
        // https://guides.rubyonrails.org/active_record_encryption.html#setup
        (Some("CRYPT" | "CIPHER"), "KEY") => Promise::Credential,
        (Some("PRIMARY"), "KEY") if words.iter().any(|word| word == "ENCRYPTION") => Promise::Credential,
        // https://neo4j.com/docs/operations-manual/current/docker/introduction/, https://redis.io/docs/latest/develop/tools/cli/
        (Some("NEO4J" | "REDISCLI"), "AUTH") => Promise::Credential,
        (_, last) if LAST.contains(&last) => Promise::Credential,
        (Some("SERVICE"), "ACCOUNT") | (Some("PASSWORD" | "PASS"), "HASH") => Promise::Maybe,
        // `BUNDLE_GEMS__CONTRIBSYS__COM`: https://bundler.io/man/bundle-config.1.html#CREDENTIALS-FOR-GEM-SOURCES
        _ if name.starts_with("BUNDLE_") && name.contains("__") => Promise::Maybe,
        _ => match credential::promise(name) {
            Promise::Nothing if MAYBE.contains(&last.as_str()) || speaks_of_one(&words) => Promise::Maybe,
            promise => promise,
        },
    }
}

/// Whether a word of the name means a credential, and the last one nothing about it: `SECRET_STRIPE`, `TOKEN_GITHUB`.
fn speaks_of_one(words: &[String]) -> bool {
    let is_about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    !is_about && words.iter().any(|word| ANYWHERE.contains(&word.as_str()))
}

/// Whether a field beyond the envs holds a secret: credentials of registries and of log destinations.
pub(crate) fn is_credential(key: &str) -> bool {
    matches!(key, "registry_credentials" | "api_key" | "token" | "password")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_more_in_a_spec_than_in_a_log() {
        for name in [
            "ADMIN_PW",
            "LDAP_BIND_PW",
            "DBPASS",
            "DBPWD",
            "PGPASS",
            "NEO4J_AUTH",
            "REDISCLI_AUTH",
            "PASS",
            "PEPPER",
            "MNEMONIC",
            "SIDEKIQ_CREDS",
            "MASTERKEY",
            "RELEASE_COOKIE",
            "ERLANG_COOKIE",
            "CRYPT_KEY",
            "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
            "JWT_SECRET",
        ] {
            assert_eq!(promise(name), Promise::Credential, "{name}");
        }
        for name in [
            "pwd",
            "HMAC",
            "FERNET",
            "JWT",
            "AUTH",
            "SENTRY_AUTH",
            "COMPOSER_AUTH",
            "STRIPE_SK",
            "STRIPE_WEBHOOK",
            "SLACK_SIGNING",
            "JWT_PRIVATE",
            "TELEGRAM_BOT",
            "OTP_SEED",
            "SERVICE_ACCOUNT",
            "ACCESS_CODE",
            "ADMIN_PASSWORD_HASH",
            "SESSION_COOKIE",
            "BUNDLE_GEMS__CONTRIBSYS__COM",
            "SECRET_STRIPE",
            "TOKEN_GITHUB",
            "PASSWORD_SMTP",
            "VAULT_SECRET_ID",
        ] {
            assert_eq!(promise(name), Promise::Maybe, "{name}");
        }
        for name in [
            "COMPASS",
            "AUTH_URL",
            "COOKIE_DOMAIN",
            "TOKEN_TTL",
            "SECRET_NAME",
            "TOKEN_ENDPOINT",
            "PASSWORD_MIN_LENGTH",
            "PRIVATE_URL",
            "BUNDLE_PATH",
        ] {
            assert_eq!(promise(name), Promise::Nothing, "{name}");
        }
    }
}
