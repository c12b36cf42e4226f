//! What an API's answer gives us to pass on: taken only in the form that it has to have.

use serde::{Deserialize as _, Deserializer};
use url::Url;

/// Longer addresses and identifiers than anything that an API hands out.
const LONGEST_URL: usize = 2048;
const LONGEST_ID: usize = 64;

/// An address of the web as it stands, or `None`: it goes into outputs, links and other people's scripts.
pub(crate) fn web_url(text: &str) -> Option<String> {
    // The parser forgives blanks and line breaks, which would still be there for the next reader.
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    // It forgives `HTTP:/shop.example` as well.
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if text.len() > LONGEST_URL || !is_web || !text.chars().all(plain) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    (url.has_host() && !has_user).then(|| text.to_owned())
}

/// For a field that holds an address; one in another form is read as empty.
pub(crate) fn web_url_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Ok(web_url(&text).unwrap_or_default())
}

/// An identifier of an app or a deployment, which are UUIDs today: <https://docs.digitalocean.com/reference/api/>
pub(crate) fn id(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(fits)).then_some(text)
}

/// For a field that holds an identifier; one in another form is read as empty.
pub(crate) fn id_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Ok(id(&text).unwrap_or_default().to_owned())
}

/// Whether a request's path has no part that leads out of it. What an API calls an id goes into paths, and to a URL's
/// parser `..` is a way up, however it is encoded: <https://url.spec.whatwg.org/#double-dot-path-segment>
pub(super) fn stays_in_place(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    !path.split(['/', '\\']).any(is_dots)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{id, stays_in_place, web_url};

    #[test]
    fn no_part_of_a_path_leads_out_of_it() {
        for (path, stays) in [
            ("/v2/apps/4f6c71e2", true),
            ("/v2/apps?page=1&per_page=..", true),
            ("/repos/o/r/contents/a%2F..%2Fb?ref=main", true),
            ("/repos/o/.github", true),
            ("/v2/apps/..", false),
            ("/v2/apps/../droplets", false),
            ("/v2/apps/.", false),
            ("/v2/apps/%2e%2E/x", false),
            ("/v2/apps/.%2e", false),
            ("/v2/apps\\..\\x", false),
        ] {
            assert_eq!(stays_in_place(path), stays, "{path}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_passed_on_and_as_they_stand() {
        for good in [
            "https://shop-abc12.ondigitalocean.app",
            "http://127.0.0.1:41001/",
            "https://github.com/org/shop/pull/12#issuecomment-1",
            "https://xn--bcher-kva.example/a?b=c&d=%20",
        ] {
            assert_eq!(web_url(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "JavaScript:alert(1)//https://x",
            "data:text/html,x",
            "file:///etc/passwd",
            "//shop.example",
            "/pull/12",
            "https://",
            "https://a\nb.example",
            "https://a.example\n::set-output name=x::y",
            " https://a.example",
            "https://a.example/\u{202e}",
            "https://a.example/`id`",
            "https://a.example/\"><script>",
            "https://me:secret@a.example",
            "ht\ntps://a.example",
            "HTTP://a.example",
            "http:a.example",
            "https:/a.example",
        ] {
            assert_eq!(web_url(bad), None, "{bad:?}");
        }
        assert_eq!(web_url(&format!("https://a.example/{}", "x".repeat(3000))), None);
    }

    #[test]
    fn identifiers_are_one_word() {
        assert_eq!(
            id("b6bdf840-2854-4f87-a36c-5f231c617c84"),
            Some("b6bdf840-2854-4f87-a36c-5f231c617c84")
        );
        for bad in ["", "a b", "a\nb", "../apps", "a/b", "$(id)", "ä", &"a".repeat(65)] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_an_api_says_an_address_leaves_as_one_word_of_the_web(text in text()) {
            if let Some(url) = web_url(&text) {
                prop_assert_eq!(&url, &text);
                prop_assert!(url.starts_with("http") && url.len() <= 2048, "{}", url);
                prop_assert!(url.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{}", url);
                prop_assert!(!url.contains(['"', '\'', '<', '>', '`', '\\', '^', '{', '|', '}']), "{}", url);
                let read = url::Url::parse(&url).expect("an address");
                prop_assert!(matches!(read.scheme(), "http" | "https") && read.username().is_empty() && read.password().is_none());
            }
        }

        #[test]
        fn whatever_an_api_says_an_identifier_is_one_segment_of_a_path(text in text()) {
            if let Some(id) = id(&text) {
                prop_assert!(!id.is_empty() && id.len() <= 64 && id.is_ascii());
                prop_assert!(!id.contains(|c: char| c.is_whitespace() || c.is_control() || "/.?#%$&:@\"'".contains(c)), "{}", id);
            }
        }
    }

    /// Addresses with something in them that has no place there, and anything at all.
    fn text() -> impl Strategy<Value = String> {
        let part =
            || prop_oneof![3 => "[a-z0-9.-]{1,12}", 1 => any::<String>(), 1 => "[:@/\\\\\n\r\t `\"<>?#\u{202e}]{1,3}"];
        let scheme = prop_oneof![4 => "https?://", 1 => "(javascript|data|file|HTTPS?):/{0,2}", 1 => ".{0,8}"];
        (scheme, part(), part(), part())
            .prop_map(|(scheme, host, middle, rest)| format!("{scheme}{host}{middle}{rest}"))
    }
}
