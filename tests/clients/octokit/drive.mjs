// Drives the sandbox with GitHub's JavaScript client.
//
// `make` opens a pull request with a comment and a deployment; `read` finds what the other clients did and closes it.

import { Octokit } from "@octokit/rest";
import { strict as assert } from "node:assert";

const [owner, repo] = process.env.GITHUB_REPOSITORY.split("/");
// Refusals are part of the story; without this the client reports each of them too.
const silent = Object.fromEntries(["debug", "info", "warn", "error"].map((level) => [level, () => {}]));
const octokit = new Octokit({ baseUrl: process.env.GITHUB_API_URL, auth: process.env.GITHUB_TOKEN, log: silent });
const here = { owner, repo };
const step = (sentence) => console.log(`octokit: ${sentence}`);

async function make() {
  const { data: repository } = await octokit.repos.get(here);
  assert.equal(repository.full_name, `${owner}/${repo}`);
  const { data: pull } = await octokit.pulls.create({ ...here, title: "Greet louder", head: "louder", base: "main" });
  assert.equal(pull.number, 1);
  assert.equal(pull.state, "open");
  await refused(() => octokit.pulls.create({ ...here, title: "Again", head: "louder", base: "main" }), 422);
  step("opens a pull request, and only once");

  const { data: comparison } = await octokit.repos.compareCommitsWithBasehead({ ...here, basehead: "main...louder" });
  assert.equal(comparison.ahead_by, 1);
  const { data: file } = await octokit.repos.getContent({ ...here, path: "server.py", ref: pull.head.sha });
  assert.match(Buffer.from(file.content, "base64").toString(), /HTTPServer/);
  step("compares its branch and reads a file of it");

  const issue = { ...here, issue_number: pull.number };
  const { data: comment } = await octokit.issues.createComment({ ...issue, body: "made by Octokit" });
  await octokit.issues.updateComment({ ...here, comment_id: comment.id, body: "edited by Octokit" });
  const { data: again } = await octokit.issues.getComment({ ...here, comment_id: comment.id });
  assert.equal(again.body, "edited by Octokit");
  step("creates, edits and reads a comment");

  const extra = [];
  for (let i = 0; i < 4; i++) extra.push((await octokit.issues.createComment({ ...issue, body: `extra ${i}` })).data.id);
  const all = await octokit.paginate(octokit.issues.listComments, { ...issue, per_page: 2 });
  assert.deepEqual(all.map((each) => each.id), [comment.id, ...extra]);
  for (const id of extra) await octokit.issues.deleteComment({ ...here, comment_id: id });
  await refused(() => octokit.issues.getComment({ ...here, comment_id: extra[0] }), 404);
  step("lists comments over pages and deletes them");

  const { data: deployment } = await octokit.repos.createDeployment({
    ...here, ref: pull.head.sha, environment: "preview", required_contexts: [], auto_merge: false,
    transient_environment: true, payload: { pr: pull.number },
  });
  for (const state of ["in_progress", "success"]) {
    await octokit.repos.createDeploymentStatus({
      ...here, deployment_id: deployment.id, state, environment_url: "http://127.0.0.1/", auto_inactive: false,
    });
  }
  const { data: statuses } = await octokit.repos.listDeploymentStatuses({ ...here, deployment_id: deployment.id });
  assert.deepEqual(statuses.map((status) => status.state), ["success", "in_progress"]);
  await refused(
    () => octokit.repos.createDeploymentStatus({ ...here, deployment_id: deployment.id, state: "success", description: "x".repeat(141) }),
    422,
  );
  await refused(() => octokit.users.getAuthenticated(), 403);
  step("creates a deployment and its statuses, and is no user");
}

async function read() {
  const issue = { ...here, issue_number: 1 };
  const { data: comments } = await octokit.issues.listComments(issue);
  assert.deepEqual(comments.map((each) => each.body), ["edited by Octokit", "edited by PyGithub", "left by githubkit"]);
  const { data: deployments } = await octokit.repos.listDeployments({ ...here, environment: "preview" });
  const { data: statuses } = await octokit.repos.listDeploymentStatuses({ ...here, deployment_id: deployments[0].id });
  assert.equal(statuses[0].state, "inactive");
  assert.deepEqual(deployments[0].payload, { pr: 1 });
  step("reads what the Python clients did");
  await octokit.repos.deleteDeployment({ ...here, deployment_id: deployments[0].id });
  const { data: closed } = await octokit.pulls.update({ ...here, pull_number: 1, state: "closed" });
  assert.equal(closed.state, "closed");
  assert.equal((await octokit.pulls.list({ ...here, state: "open" })).data.length, 0);
  step("deletes the deployment and closes the pull request");
}

// The action is refused with this status and a message.
async function refused(action, status) {
  await assert.rejects(action, (error) => {
    assert.equal(error.status, status, error.message);
    assert.ok(error.response.data.message, "the refusal has no message");
    return true;
  });
}

const phase = { make, read }[process.argv[2]];
if (!phase) throw new Error("usage: drive.mjs make|read");
await phase();
