//! The repository itself.

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::urls::Urls;
use crate::github::records::hosted::HostedRepository;
use crate::github::records::user::{User, node_id};
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// `GET /repos/{owner}/{repo}`
pub(crate) async fn get(call: Call) -> Reply {
    ok(&json(&call.hosted, &call.urls).await)
}

#[derive(Deserialize)]
struct Update {
    private: Option<bool>,
    visibility: Option<String>,
}

/// `PATCH /repos/{owner}/{repo}`: visibility only, and only by a person, since `GITHUB_TOKEN` never has
/// administration rights.
pub(crate) async fn update(call: Call) -> Reply {
    let update: Update = call.json()?;
    if call.actor.is_actions_bot() {
        return Err(Refusal::not_accessible());
    }
    let visibility = update.visibility.map(|visibility| visibility != "public");
    if let Some(private) = update.private.or(visibility) {
        call.hosted.records().private = private;
    }
    get(call).await
}

/// `full-repository`, which is also a valid `repository` and `minimal-repository`.
pub(crate) async fn json(hosted: &HostedRepository, urls: &Urls) -> Value {
    let repository = &hosted.repository;
    let (private, open_issues) = {
        let records = hosted.records();
        (
            records.private,
            records.pulls.values().filter(|pull| pull.is_open()).count(),
        )
    };
    let facts = Facts {
        id: repository.id,
        owner: &repository.owner,
        name: &repository.name,
        fork: false,
        private,
        default_branch: &repository.default_branch().await,
        created_at: &stamp(hosted.created_at),
        open_issues,
    };
    facts.json(urls)
}

/// A stranger's copy of the repository. Its branches are looked up in the mounted one.
pub(crate) async fn fork_json(hosted: &HostedRepository, urls: &Urls, owner: &str) -> Value {
    let name = &hosted.repository.name;
    let private = hosted.records().private;
    let facts = Facts {
        id: hosted.repository.id + User::from_login(owner).id(),
        owner,
        name,
        fork: true,
        private,
        default_branch: &hosted.repository.default_branch().await,
        created_at: &stamp(hosted.created_at),
        open_issues: 0,
    };
    facts.json(&urls.of(&format!("{owner}/{name}")))
}

struct Facts<'a> {
    id: u64,
    owner: &'a str,
    name: &'a str,
    fork: bool,
    private: bool,
    default_branch: &'a str,
    created_at: &'a str,
    open_issues: usize,
}

/// Key and path of every URL below the repository's own.
const URLS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

impl Facts<'_> {
    fn json(&self, urls: &Urls) -> Value {
        let html = urls.html("");
        let mut body = json!({
            "id": self.id,
            "node_id": node_id("R", self.id),
            "name": self.name,
            "full_name": format!("{}/{}", self.owner, self.name),
            "private": self.private,
            "owner": User::from_login(self.owner).json(&urls.base),
            "html_url": html,
            "description": null,
            "fork": self.fork,
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "pushed_at": self.created_at,
            "git_url": format!("{}.git", html.replacen("http:", "git:", 1)),
            "ssh_url": format!("git@localhost:{}/{}.git", self.owner, self.name),
            "clone_url": format!("{html}.git"),
            "svn_url": html,
            "open_issues": self.open_issues,
            "open_issues_count": self.open_issues,
            "visibility": if self.private { "private" } else { "public" },
            "default_branch": self.default_branch,
            "permissions": {"admin": false, "maintain": false, "push": true, "triage": true, "pull": true},
        });
        if let (Some(body), Value::Object(settings)) = (body.as_object_mut(), settings()) {
            body.extend(settings);
        }
        for (key, path) in URLS {
            body[key] = Value::String(urls.api(path));
        }
        body
    }
}

/// What is the same for every repository here.
fn settings() -> Value {
    json!({
        "mirror_url": null,
        "homepage": null,
        "language": null,
        "license": null,
        "size": 0,
        "forks": 0,
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "network_count": 0,
        "subscribers_count": 0,
        "has_issues": true,
        "has_projects": false,
        "has_wiki": false,
        "has_pages": false,
        "has_downloads": true,
        "has_discussions": false,
        "archived": false,
        "disabled": false,
        "allow_forking": true,
        "is_template": false,
        "web_commit_signoff_required": false,
        "topics": [],
        "custom_properties": {},
    })
}
