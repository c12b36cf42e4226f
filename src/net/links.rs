//! The `Link` header of a list: where its next page is, and which is its last.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};

/// Path and query of the next page.
pub(super) fn next(headers: &HeaderMap) -> Option<String> {
    let url = to(headers, "next")?;
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

/// The number of the last page, where the server gives one.
pub(crate) fn last_page(headers: &HeaderMap) -> Option<usize> {
    let url = to(headers, "last")?;
    let page = url.query_pairs().find(|(key, _)| key == "page")?.1;
    page.parse().ok()
}

fn to(headers: &HeaderMap, relation: &str) -> Option<Url> {
    let link = headers.get(LINK)?.to_str().ok()?;
    let relation = format!("rel=\"{relation}\"");
    let part = link.split(',').find(|part| part.contains(&relation))?;
    let url = part.split('<').nth(1)?.split('>').next()?;
    // Of `a:b` the path is `b`, which would go on with the host's name behind a base URL.
    Url::parse(url).ok().filter(|url| url.path().starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderValue, LINK};

    use super::{last_page, next};

    fn headers(link: &str) -> HeaderMap {
        HeaderMap::from_iter([(LINK, HeaderValue::from_str(link).expect("printable"))])
    }

    #[test]
    fn an_address_without_a_path_is_not_the_next_page() {
        for address in ["a:b", "data:.evil.example/", "mailto:@evil.example"] {
            let link = format!("<{address}>; rel=\"next\"");
            assert_eq!(next(&headers(&link)), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_list_says_its_next_page_is_a_path(link in prop_oneof!["[ -~]{0,60}", "[<>;,=\"a-z:/?&0-9 ]{0,60}"]) {
            for link in [link.clone(), format!("<{link}>; rel=\"next\", <{link}>; rel=\"last\"")] {
                if let Some(path) = next(&headers(&link)) {
                    // Put behind the base URL it stays on its host.
                    let url = format!("https://api.github.com{path}");
                    let url = reqwest::Url::parse(&url).expect("a URL");
                    prop_assert_eq!(url.host_str(), Some("api.github.com"), "{}", path);
                    prop_assert!(url.username().is_empty());
                }
                let _ = last_page(&headers(&link));
            }
        }

        #[test]
        fn whatever_its_number_the_last_page_is_read(number in any::<u32>(), per_page in 1..=100_u32) {
            let url = format!("https://api.github.com/repositories/1/issues/1/comments?per_page={per_page}&page");
            let link = format!("<{url}=2>; rel=\"next\", <{url}={number}>; rel=\"last\"");
            prop_assert_eq!(last_page(&headers(&link)), usize::try_from(number).ok());
            let path = format!("/repositories/1/issues/1/comments?per_page={per_page}&page=2");
            prop_assert_eq!(next(&headers(&link)), Some(path));
        }
    }
}
