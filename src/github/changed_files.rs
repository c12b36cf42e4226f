//! Which files a pull request changes.

use serde::Deserialize;

use super::GitHub;
use crate::model::changed_files::ChangedFiles;
use crate::net::error::ApiError;

/// How many files GitHub lists, in pages of a hundred; it does not say whether there are more.
/// <https://docs.github.com/rest/pulls/pulls#list-pull-requests-files>
const MOST: usize = 3_000;
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct File {
    filename: String,
    /// Only of a renamed or copied file.
    previous_filename: Option<String>,
}

impl GitHub {
    /// The files in which a pull request's head differs from where it left its base branch.
    pub(crate) async fn changed_files(&self, pull: u64) -> Result<ChangedFiles, ApiError> {
        let rest = format!("/pulls/{pull}/files?per_page={PER_PAGE}");
        let files: Vec<File> = self.list(&rest, MOST / PER_PAGE).await?;
        if files.len() >= MOST {
            return Ok(ChangedFiles::Unknown);
        }
        let names = files.into_iter().map(|file| (file.filename, file.previous_filename));
        Ok(ChangedFiles::Known(
            names
                .flat_map(|(name, previous)| std::iter::once(name).chain(previous))
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::RawQuery;
    use axum::http::header::LINK;
    use axum::routing::get;
    use serde_json::{Value, json};

    use crate::github::GitHub;
    use crate::model::changed_files::ChangedFiles;
    use crate::wait::Wait;

    /// GitHub with one pull request of so many files, the first of which was renamed.
    async fn with_files(count: usize) -> GitHub {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let url = format!("{base}/repos/org/shop/pulls/1/files?per_page=100");
        let page = async move |RawQuery(query): RawQuery| {
            let query = query.expect("pages are asked for");
            let number = query
                .split_once("&page=")
                .map_or(1, |(_, page)| page.parse().expect("a number"));
            let first = (number - 1) * 100;
            let files = (first..count.min(first + 100)).map(|index| match index {
                0 => json!({"filename": "web/0", "previous_filename": "api/0", "status": "renamed"}),
                _ => json!({"filename": format!("web/{index}"), "status": "modified"}),
            });
            let next = format!("<{url}&page={}>; rel=\"next\"", number + 1);
            let link = if first + 100 < count { next } else { String::new() };
            ([(LINK, link)], files.collect::<Value>().to_string())
        };
        let router = Router::new().route("/repos/org/shop/pulls/1/files", get(page));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let wait = Wait::new(0.001, tokio::sync::watch::channel(None).1);
        GitHub::new(base.parse().expect("a URL"), None, "org/shop", wait).expect("a client")
    }

    #[tokio::test]
    async fn a_renamed_file_counts_under_both_of_its_names() {
        let files = with_files(2).await.changed_files(1).await.expect("an answer");
        let expected = ["web/0", "api/0", "web/1"].map(str::to_owned).to_vec();
        assert_eq!(files, ChangedFiles::Known(expected));
    }

    #[tokio::test]
    async fn a_list_that_github_may_have_cut_is_unknown() {
        let known = with_files(2_999).await.changed_files(1).await.expect("an answer");
        assert!(matches!(known, ChangedFiles::Known(files) if files.len() == 3_000));
        let cut = with_files(3_000).await.changed_files(1).await.expect("an answer");
        assert_eq!(cut, ChangedFiles::Unknown);
    }
}
