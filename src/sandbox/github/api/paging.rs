//! Lists in pages, with the `Link` header that clients follow.

use axum::http::HeaderValue;
use axum::http::header::LINK;
use serde_json::Value;

use super::call::{Call, Reply, ok};

/// Page number from 1, and its length: 30 unless asked otherwise, at most 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    number: usize,
    length: usize,
}

impl Page {
    pub(crate) fn of(call: &Call) -> Self {
        Self::new(call.asked("page"), call.asked("per_page"))
    }

    /// A comparison shows 250 commits unless the request asks for pages.
    pub(crate) fn of_comparison(call: &Call) -> Self {
        match call.asked("page").or(call.asked("per_page")) {
            Some(_) => Self::of(call),
            None => Self { number: 1, length: 250 },
        }
    }

    fn new(number: Option<&str>, length: Option<&str>) -> Self {
        let positive = |text: Option<&str>| text.and_then(|t| t.parse().ok()).filter(|n: &usize| *n > 0);
        Self {
            number: positive(number).unwrap_or(1),
            length: positive(length).unwrap_or(30).min(100),
        }
    }

    pub(crate) fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        let before = (self.number - 1).saturating_mul(self.length);
        items.into_iter().skip(before).take(self.length).collect()
    }

    /// `rel` and page number of every link, in GitHub's order.
    fn links(self, total: usize) -> Vec<(&'static str, usize)> {
        let last = total.div_ceil(self.length).max(1);
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(("prev", (self.number - 1).min(last)));
        }
        if self.number < last {
            links.extend([("next", self.number + 1), ("last", last)]);
        } else if self.number > last {
            links.push(("last", last));
        }
        if self.number > 1 {
            links.push(("first", 1));
        }
        links
    }

    /// The `Link` header of a list of `total` items; none when one page holds them all.
    pub(crate) fn link(self, call: &Call, total: usize) -> Option<HeaderValue> {
        let links: Vec<String> = self
            .links(total)
            .into_iter()
            .map(|(rel, page)| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(call.query.iter().filter(|(key, _)| *key != "page"));
                query.append_pair("page", &page.to_string());
                format!("<{}{}?{}>; rel=\"{rel}\"", call.urls.base, call.path, query.finish())
            })
            .collect();
        if links.is_empty() {
            return None;
        }
        HeaderValue::from_str(&links.join(", ")).ok()
    }
}

/// Replies with the page that was asked for. `items` is the whole list, in order.
pub(crate) fn paged(call: &Call, items: Vec<Value>) -> Reply {
    let page = Page::of(call);
    let link = page.link(call, items.len());
    let mut reply = ok(&Value::Array(page.cut(items)))?;
    if let Some(link) = link {
        reply.headers_mut().insert(LINK, link);
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_page_is_thirty_long_unless_asked_and_never_over_a_hundred() {
        assert_eq!(Page::new(None, None), Page { number: 1, length: 30 });
        assert_eq!(Page::new(Some("0"), Some("1000")), Page { number: 1, length: 100 });
        assert_eq!(Page::new(Some("2"), Some("2")).cut(vec![1, 2, 3]), [3]);
    }

    #[test]
    fn links_lead_through_all_pages() {
        let page = |n: &str| Page::new(Some(n), Some("2"));
        assert_eq!(page("1").links(2), []);
        assert_eq!(page("1").links(5), [("next", 2), ("last", 3)]);
        assert_eq!(
            page("2").links(5),
            [("prev", 1), ("next", 3), ("last", 3), ("first", 1)]
        );
        assert_eq!(page("3").links(5), [("prev", 2), ("first", 1)]);
        assert_eq!(page("9").links(5), [("prev", 3), ("last", 3), ("first", 1)]);
    }
}
