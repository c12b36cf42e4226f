//! An open pull request's head follows its branch, and one whose head arrives in the base is merged: looked up whenever
//! someone reads it.

use super::hosted::HostedRepository;
use super::merging;
use super::pull::Pull;
use crate::github::records::run;

/// A pull request as it stands now.
pub(crate) async fn current(hosted: &HostedRepository, number: u64) -> Option<Pull> {
    let pull = followed(hosted, number).await?;
    if !pull.is_open() {
        return Some(pull);
    }
    // A push of the merge to the base closes the pull request, by its pusher.
    let Some(merge_commit) = merging::merge_commit(&hosted.repository, &pull).await else {
        return Some(pull);
    };
    let (by, now) = (pull.author.clone(), hosted.clock.now());
    let mut records = hosted.records();
    let known = records.pulls.get_mut(&number)?;
    if known.is_open() && known.head_sha == pull.head_sha {
        known.close(Some(merge_commit), by, now);
    }
    Some(known.clone())
}

async fn followed(hosted: &HostedRepository, number: u64) -> Option<Pull> {
    let known = hosted.records().pulls.get(&number).cloned()?;
    if !known.is_open() {
        return Some(known);
    }
    // A deleted branch leaves the last commit that was seen.
    let Some(head) = hosted
        .repository
        .head(&known.head)
        .await
        .filter(|head| *head != known.head_sha)
    else {
        return Some(known);
    };
    let base = hosted.repository.head(&known.base).await;
    let starts = run::starts(&hosted.repository, base.as_deref().unwrap_or(&known.base_sha), &head).await;
    let now = hosted.clock.now();
    let mut records = hosted.records();
    let pull = records.pulls.get_mut(&number)?;
    // Someone else may have seen it, or closed the pull request, in the meantime.
    if pull.is_open() && pull.head_sha == known.head_sha {
        pull.move_head(head, base, now);
        let pull = pull.clone();
        if starts {
            records.runs.push(run::start(hosted.next_id(), &pull, now));
        }
        return Some(pull);
    }
    Some(pull.clone())
}

/// All pull requests, oldest first.
pub(crate) async fn all_current(hosted: &HostedRepository) -> Vec<Pull> {
    let numbers: Vec<u64> = hosted.records().pulls.keys().copied().collect();
    let mut pulls = Vec::new();
    for number in numbers {
        pulls.extend(current(hosted, number).await);
    }
    pulls
}

/// A commit by any name that GitHub takes, `refs/pull/N/head` included.
pub(crate) async fn resolve(hosted: &HostedRepository, name: &str) -> Option<String> {
    let short = name.strip_prefix("refs/").unwrap_or(name);
    let number = short.strip_prefix("pull/").and_then(|rest| rest.strip_suffix("/head"));
    match number.and_then(|number| number.parse().ok()) {
        Some(number) => current(hosted, number).await.map(|pull| pull.head_sha),
        None => hosted.repository.resolve(name).await,
    }
}
