"""Drives the sandbox with PyGithub, then with githubkit, whose models refuse an answer that the schema forbids."""

import os

from github import Auth, Github, GithubException
from githubkit import GitHub as Githubkit
from steps import Client

TOKEN, URL, REPOSITORY = (os.environ[name] for name in ("GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_REPOSITORY"))


def pygithub() -> None:
    me = Client("PyGithub")
    # It refuses every answer that holds a URL of another host.
    repository = Github(base_url=URL, auth=Auth.Token(TOKEN), retry=None).get_repo(REPOSITORY)
    me.expect(repository.default_branch == "main", f"the default branch is {repository.default_branch}")
    head = repository.get_branch("main").commit.sha
    me.expect(repository.get_commit(head).commit.message.startswith("A greeting"), "the commit's message is another")
    me.step("reads the repository, its branch and its commit")

    pulls = list(repository.get_pulls(state="open"))
    me.expect([pull.title for pull in pulls] == ["Greet louder"], f"open pull requests are {pulls}")
    pull = pulls[0]
    comments = list(pull.get_issue_comments())
    me.expect([comment.body for comment in comments] == ["edited by Octokit"], f"comments are {comments}")
    me.expect(comments[0].user.login == "github-actions[bot]", f"its author is {comments[0].user.login}")
    me.step("reads the pull request and the comment that Octokit made")

    mine = pull.create_issue_comment("first by PyGithub")
    mine.edit("edited by PyGithub")
    me.expect(pull.get_issue_comment(mine.id).body == "edited by PyGithub", "the edit is not there")
    me.expect(mine.id > comments[0].id, "ids do not ascend")
    other = pull.create_issue_comment("not for long")
    other.delete()
    try:
        pull.get_issue_comment(other.id)
        me.expect(False, "a deleted comment is still there")
    except GithubException as error:
        me.expect(error.status == 404, f"a deleted comment answers {error.status}")
    me.step("creates, edits and deletes comments")

    deployment = next(d for d in repository.get_deployments(environment="preview"))
    states = [status.state for status in deployment.get_statuses()]
    me.expect(states == ["success", "in_progress"], f"the statuses that Octokit made are {states}")
    deployment.create_status("inactive")
    me.expect(next(status.state for status in deployment.get_statuses()) == "inactive", "it is not inactive")
    me.step("reads Octokit's deployment and makes it inactive")


def githubkit() -> None:
    me = Client("githubkit")
    owner, name = REPOSITORY.split("/")
    # Its parts refer to the client weakly, so it needs a name of its own.
    client = Githubkit(TOKEN, base_url=URL, http_cache=False)
    rest = client.rest
    repository = rest.repos.get(owner, name).parsed_data
    me.expect(repository.full_name == REPOSITORY, f"the repository is {repository.full_name}")
    pull = rest.pulls.get(owner, name, 1).parsed_data
    me.expect(pull.head.ref == "louder" and not pull.merged, f"the pull request's head is {pull.head.ref}")
    branch = rest.repos.get_branch(owner, name, "louder").parsed_data
    me.expect(branch.commit.sha == pull.head.sha, "branch and pull request disagree")
    me.step("reads the repository, the pull request and its branch")
    bodies = [comment.body for comment in rest.issues.list_comments(owner, name, 1).parsed_data]
    me.expect(bodies == ["edited by Octokit", "edited by PyGithub"], f"comments are {bodies}")
    made = rest.issues.create_comment(owner, name, 1, body="left by githubkit").parsed_data
    me.expect(rest.issues.get_comment(owner, name, made.id).parsed_data.body == "left by githubkit", "the comment is not there")
    me.step("reads everyone's comments and leaves one")
    deployments = rest.repos.list_deployments(owner, name, environment="preview").parsed_data
    statuses = rest.repos.list_deployment_statuses(owner, name, deployments[0].id).parsed_data
    me.expect(statuses[0].state == "inactive", f"the newest status is {statuses[0].state}")
    me.step("reads the deployment and its statuses")


pygithub()
githubkit()
