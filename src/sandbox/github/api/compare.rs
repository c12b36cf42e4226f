//! Two commits side by side: how far one is ahead of and behind the other.

use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::changes;
use super::paging::Page;
use crate::github::records::commit::{log, read};
use crate::github::records::following;
use crate::github::refusal::Refusal;

/// `GET /compare/{base}...{head}`; either may be `OWNER:BRANCH`.
pub(crate) async fn get(call: Call) -> Reply {
    let basehead = call.param("basehead");
    let (base_name, head_name) = basehead.split_once("...").ok_or_else(Refusal::not_found)?;
    let (hosted, repository, urls) = (&call.hosted, &call.hosted.repository, &call.urls);
    let base = following::resolve(hosted, without_owner(base_name))
        .await
        .ok_or_else(Refusal::not_found)?;
    let head = following::resolve(hosted, without_owner(head_name))
        .await
        .ok_or_else(Refusal::not_found)?;
    let merge_base = repository
        .merge_base(&base, &head)
        .await
        .ok_or_else(|| Refusal::missing(format!("No common ancestor between {base_name} and {head_name}.")))?;
    let ahead = repository.count_between(&base, &head).await?;
    let behind = repository.count_between(&head, &base).await?;
    let range = format!("{base}..{head}");
    let commits = log(repository, &["--reverse", "--topo-order", &range]).await?;
    let files = changes::between(repository, &merge_base, &head).await?;
    let total = commits.len();
    let shown: Vec<Value> = Page::of_comparison(&call)
        .cut(commits)
        .iter()
        .map(|commit| commit.json(urls))
        .collect();
    let one = |sha: String| async move {
        let commit = read(repository, &sha).await?.ok_or_else(Refusal::not_found)?;
        Ok::<Value, Refusal>(commit.json(urls))
    };
    let html = urls.html(&format!("/compare/{base_name}...{head_name}"));
    ok(&json!({
        "url": urls.api(&format!("/compare/{base_name}...{head_name}")),
        "html_url": html,
        "permalink_url": urls.html(&format!("/compare/{base}...{head}")),
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "base_commit": one(base).await?,
        "merge_base_commit": one(merge_base).await?,
        "status": status(ahead, behind),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": total,
        "commits": shown,
        "files": files.iter().map(|file| file.json(urls, &head)).collect::<Vec<_>>(),
    }))
}

fn without_owner(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, branch)| branch)
}

fn status(ahead: u64, behind: u64) -> &'static str {
    match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    }
}

#[cfg(test)]
mod tests {
    use super::{status, without_owner};

    #[test]
    fn names_the_four_ways_two_commits_can_stand() {
        assert_eq!(
            [status(0, 0), status(2, 0), status(0, 1), status(2, 1)],
            ["identical", "ahead", "behind", "diverged"]
        );
        assert_eq!(without_owner("stranger:topic"), "topic");
    }
}
