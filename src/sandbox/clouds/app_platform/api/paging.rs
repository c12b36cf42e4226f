//! Pages of a list, with links to the others and the total.

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Page {
    page: Option<usize>,
    per_page: Option<usize>,
}

/// The largest page that the API gives. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>
const LARGEST: usize = 200;

impl Page {
    fn number(&self) -> usize {
        self.page.unwrap_or(1).max(1)
    }

    fn size(&self) -> usize {
        self.per_page.filter(|&size| size > 0).unwrap_or(20).min(LARGEST)
    }

    /// This page of `items`.
    pub(crate) fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        let skip = (self.number() - 1).saturating_mul(self.size());
        items.into_iter().skip(skip).take(self.size()).collect()
    }

    /// `{"pages": {…}}` with the URLs of the other pages. `url` is the list's own, without a query.
    pub(crate) fn links(&self, url: &str, total: usize) -> Value {
        let (number, size) = (self.number(), self.size());
        let last = total.div_ceil(size).max(1);
        let link = |page: usize| json!(format!("{url}?page={page}&per_page={size}"));
        let mut pages = json!({});
        if number > 1 {
            pages["first"] = link(1);
            pages["prev"] = link((number - 1).min(last));
        }
        if number < last {
            pages["next"] = link(number + 1);
            pages["last"] = link(last);
        }
        json!({"pages": pages})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_page_links_both_ways() {
        let page = Page {
            page: Some(2),
            per_page: Some(2),
        };
        assert_eq!(page.cut(vec![1, 2, 3, 4, 5]), [3, 4]);
        assert_eq!(
            page.links("http://x/v2/apps", 5),
            json!({"pages": {
                "first": "http://x/v2/apps?page=1&per_page=2",
                "prev": "http://x/v2/apps?page=1&per_page=2",
                "next": "http://x/v2/apps?page=3&per_page=2",
                "last": "http://x/v2/apps?page=3&per_page=2",
            }})
        );
        assert_eq!(Page::default().links("http://x", 20), json!({"pages": {}}));
    }
}
