//! A spec or a difference below what is said of an app, cut to what its place bears.

use serde::Serialize;

use crate::model::report::Listing;
use crate::redact::strip::{cut, strip};

/// Longest line, in characters.
const LONGEST_LINE: usize = 1_000;

#[derive(Debug, Serialize)]
pub(super) struct ListingView {
    title: String,
    is_open: bool,
    language: &'static str,
    lines: Vec<String>,
    left_out: usize,
}

impl ListingView {
    /// Its first lines, as many as fit into `room` bytes.
    pub(super) fn new(listing: &Listing, room: usize, is_open: bool) -> Self {
        let mut taken = 0;
        let lines = listing.lines.iter().map(|line| cut(&strip(line), LONGEST_LINE));
        let lines: Vec<String> = lines
            .take_while(|line| {
                taken += line.len() + 1;
                taken <= room
            })
            .collect();
        Self {
            title: listing.title.clone(),
            is_open,
            language: listing.language,
            left_out: listing.lines.len() - lines.len(),
            lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ListingView;
    use crate::model::report::Listing;
    use crate::render::templates;

    #[test]
    fn foreign_text_stays_inside_and_what_is_too_long_is_counted() {
        let listing = Listing {
            title: "Compared with <b>@main".to_owned(),
            language: "diff",
            lines: ["+```", "+</details>", "+@org", "-one more"]
                .map(str::to_owned)
                .to_vec(),
        };
        let shown = templates::render("listing", &ListingView::new(&listing, 24, false));
        insta::assert_snapshot!(shown.replace('\u{200b}', "(zw)"), @"
        <details><summary>Compared with &lt;b&gt;@(zw)main</summary>

        ````diff
        +```
        +</details>
        +@org
        ````

        (1 further line left out)

        </details>
        ");
    }
}
