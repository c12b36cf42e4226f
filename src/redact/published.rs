//! Keys that are made to be read by everyone who loads a page: by the prefix of their name, or by what they are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::named::words;

/// What front ends compile into the page that everyone loads: a name says nothing there.
const PREFIXES: [&str; 9] = [
    // https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser
    "NEXT_PUBLIC_",
    // https://vite.dev/guide/env-and-mode#env-variables
    "VITE_",
    // https://create-react-app.dev/docs/adding-custom-environment-variables/
    "REACT_APP_",
    // https://docs.expo.dev/guides/environment-variables/
    "EXPO_PUBLIC_",
    // https://nuxt.com/docs/4.x/guide/going-further/runtime-config
    "NUXT_PUBLIC_",
    // https://svelte.dev/docs/kit/$env-dynamic-public, https://docs.astro.build/en/guides/environment-variables/
    "PUBLIC_",
    // https://www.gatsbyjs.com/docs/how-to/local-development/environment-variables/
    "GATSBY_",
    // https://cli.vuejs.org/guide/mode-and-env.html#environment-variables
    "VUE_APP_",
    "NG_APP_",
];

/// Beginnings of keys for browsers: <https://docs.stripe.com/keys#obtain-api-keys>,
/// <https://supabase.com/docs/guides/api/api-keys>, <https://docs.mapbox.com/help/dive-deeper/access-tokens/>,
/// <https://posthog.com/docs/api>
const BEGINNINGS: [&str; 5] = ["pk_live_", "pk_test_", "sb_publishable_", "pk.eyJ", "phc_"];

/// Search engines with keys that can do nothing but search:
/// <https://www.algolia.com/doc/guides/security/api-keys/>, <https://www.meilisearch.com/docs/learn/security/basic_security>,
/// <https://typesense.org/docs/guide/data-access-control.html>. Azure's search key is a secret.
const SEARCH: [&str; 4] = ["ALGOLIA", "MEILI", "MEILISEARCH", "TYPESENSE"];

/// Whether a front end publishes an env of this name.
pub(crate) fn has_prefix(key: &str) -> bool {
    PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// Whether the whole value is a key for browsers, whatever it is called.
pub(crate) fn is_for_browsers(value: &str) -> bool {
    let value = value.trim();
    let is_key = BEGINNINGS.iter().any(|beginning| value.starts_with(beginning));
    (is_key && !value.contains(char::is_whitespace)) || is_sentry_dsn(value) || is_anonymous(value)
}

/// Whether an env of this name has a value that its vendor means for browsers.
pub(crate) fn is_browser_key(key: &str, value: &str) -> bool {
    let words = words(key);
    let has = |word: &str| words.iter().any(|it| it == word);
    let is_key = matches!(words.last().map(String::as_str), Some("KEY" | "KEYS"));
    let is_search = is_key && has("SEARCH") && SEARCH.iter().any(|engine| has(engine)) && !has("ADMIN");
    // https://firebase.google.com/docs/projects/api-keys
    let is_firebase = value.starts_with("AIza") && (has_prefix(key) || has("FIREBASE"));
    is_search || is_firebase || is_for_browsers(value)
}

/// Firebase's configuration of a web app: <https://firebase.google.com/docs/web/learn-more#config-object>
pub(crate) fn is_firebase_config(text: &str) -> bool {
    text.contains("AIza") && text.contains("authDomain") && text.contains("projectId") && !text.contains("private_key")
}

/// `https://PUBLIC@host/PROJECT`: <https://docs.sentry.io/concepts/key-terms/dsn-explainer/>. The old form has a secret.
fn is_sentry_dsn(value: &str) -> bool {
    let Some((_, rest)) = value
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "https" | "http"))
    else {
        return false;
    };
    let Some((key, address)) = rest.split_once('@') else {
        return false;
    };
    let project = address.rsplit('/').next().unwrap_or_default();
    let is_hex = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && address.contains('/') && !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit())
}

/// A signed token for the role `anon`: <https://supabase.com/docs/guides/api/api-keys>
fn is_anonymous(value: &str) -> bool {
    let mut parts = value.split('.');
    let payload = parts.nth(1).filter(|_| value.starts_with("eyJ") && parts.count() == 1);
    let payload = payload.and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let payload = payload.and_then(|payload| serde_json::from_slice::<serde_json::Value>(&payload).ok());
    payload.is_some_and(|payload| payload.get("role").and_then(|role| role.as_str()) == Some("anon"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::is_browser_key;

    fn token(role: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"supabase","role":"{role}"}}"#));
        format!("eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJl")
    }

    #[test]
    fn keys_for_browsers_are_distinguished_from_those_for_servers() {
        let google = format!("AI{}", "zaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q");
        let hex = "0123456789abcdef0123456789abcdef";
        for (key, value) in [
            ("VITE_MAPS_KEY", google.clone()),
            ("FIREBASE_API_KEY", google.clone()),
            ("SUPABASE_ANON_KEY", token("anon")),
            ("SUPABASE_KEY", token("anon")),
            ("SUPABASE_KEY", "sb_publishable_a1B2c3D4".to_owned()),
            ("ALGOLIA_SEARCH_KEY", hex.to_owned()),
            ("ALGOLIA_SEARCH_ONLY_API_KEY", hex.to_owned()),
            ("MEILI_SEARCH_KEY", hex.to_owned()),
            ("STRIPE_KEY", "pk_live_a1B2c3D4e5F6".to_owned()),
            ("SENTRY_DSN", format!("https://{hex}@o1.ingest.sentry.io/1")),
            ("ERRORS", format!("https://{hex}@errors.shop.example/42")),
        ] {
            assert!(is_browser_key(key, &value), "{key}={value}");
        }
        for (key, value) in [
            ("GOOGLE_MAPS_SERVER_KEY", google),
            ("SUPABASE_ANON_KEY", token("service_role")),
            ("ALGOLIA_ADMIN_KEY", hex.to_owned()),
            ("AZURE_SEARCH_KEY", hex.to_owned()),
            ("STRIPE_KEY", format!("sk_{}_a1B2c3D4e5F6", "live")),
            ("SENTRY_DSN", format!("https://{hex}:{hex}@sentry.shop.example/1")),
            ("REPOSITORY", format!("https://{hex}@git.shop.example/shop.git")),
        ] {
            assert!(!is_browser_key(key, &value), "{key}={value}");
        }
    }
}
