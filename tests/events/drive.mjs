// Gives every payload to the program and compares its answer with what a reader of docs/events.md would expect.
//
// The run has a DigitalOcean token and no GitHub token: whatever is acted on ends with exit code 2 and the sentence
// that says so, before the first request.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SECRET = "dop_v1_" + "5ec7e7".repeat(10);
const FOLDERS = ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"];
const MOST_SECONDS = 20;

const [, , binary] = process.argv;
const examples = createRequire(import.meta.url).resolve("@octokit/webhooks-examples/package.json").replace(/package\.json$/, "");
const folder = mkdtempSync(join(tmpdir(), "do-deploy-events-"));

const onPulls = {
  opened: "`preview`", synchronize: "`preview`", reopened: "`preview`", ready_for_review: "`preview`",
  closed: "`teardown`", converted_to_draft: "`teardown`",
};

// What happens, as the third column of the table has it.
function expected(event, payload) {
  switch (event) {
    case "push":
      return !payload.deleted && payload.ref === `refs/heads/${payload.repository.default_branch}` ? "`deploy`" : "nothing";
    case "pull_request": {
      const { head, base } = payload.pull_request;
      if (head.repo?.id !== base.repo.id) return "nothing";
      if (payload.action === "edited") return payload.changes.base ? "`preview`" : "nothing";
      return onPulls[payload.action] ?? "nothing";
    }
    case "pull_request_target":
      return payload.action === "closed" ? "`teardown`" : "refused";
    case "workflow_run": {
      const run = payload.workflow_run;
      const tested = payload.action === "completed" && run.conclusion === "success" &&
        ["push", "workflow_dispatch", "schedule"].includes(run.event) &&
        run.head_branch === payload.repository.default_branch && run.head_repository.id === payload.repository.id;
      return tested ? "`deploy`" : "nothing";
    }
    case "workflow_dispatch":
      return "what the inputs ask for";
    case "repository_dispatch":
      return payload.action === "do-deploy" ? "what the inputs ask for" : "nothing";
    case "schedule":
      return "`sweep`";
    case "issue_comment": {
      const { action, comment, issue } = payload;
      const isBot = comment.user.type === "Bot" || comment.user.login.endsWith("[bot]");
      const isCommand = /^\/[a-z][a-z-]*([ \t]|$)/i.test(comment.body.split(/\r?\n/)[0].trimEnd());
      return action === "created" && issue.pull_request && !isBot && isCommand ? "the command" : "nothing";
    }
    default:
      return "nothing";
  }
}

// The table of docs/events.md, which a unit test compares with the program's: what happens, by event and occasion.
const ANY = "every other event";
const rows = new Map();
for (const line of readFileSync(process.argv[3], "utf8").split("\n")) {
  const [events, when, what] = line.replace(/^\| /, "").split(" | ");
  for (const name of what === undefined ? [] : events.split(", ")) rows.set(`${name.replaceAll("`", "")}|${when}`, what);
}

function answer(event, payload) {
  const file = (name) => join(folder, name);
  writeFileSync(file("event.json"), JSON.stringify(payload));
  writeFileSync(file("output"), "");
  writeFileSync(file("summary"), "");
  const ended = spawnSync(binary, ["auto", "--dry-run"], {
    cwd: folder,
    encoding: "utf8",
    timeout: MOST_SECONDS * 1000,
    env: {
      PATH: process.env.PATH, HOME: folder, GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: payload.repository?.full_name ?? "Codertocat/Hello-World",
      GITHUB_RUN_ID: "1", GITHUB_RUN_ATTEMPT: "1", GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: file("event.json"),
      GITHUB_OUTPUT: file("output"), GITHUB_STEP_SUMMARY: file("summary"), DIGITALOCEAN_ACCESS_TOKEN: SECRET,
      // Nothing listens there: a request would be an error of its own kind.
      DIGITALOCEAN_API_URL: "http://127.0.0.1:9", GITHUB_API_URL: "http://127.0.0.1:9", DO_DEPLOY_PACE: "0",
    },
  });
  const outputs = readFileSync(file("output"), "utf8");
  const shown = (ended.stdout + ended.stderr).replace(/^::add-mask::.*$/gm, "");
  return { code: ended.status, shown, everything: shown + outputs + readFileSync(file("summary"), "utf8"), outputs };
}

function problems(event, payload) {
  const wanted = expected(event, payload);
  const { code, shown, everything, outputs } = answer(event, payload);
  const found = [];
  const must = (holds, what) => holds || found.push(`${what}\n${shown}`);
  must(code === 0 || code === 2, `exit code ${code}`);
  must(!shown.includes("panicked"), "a panic");
  must(!everything.includes(SECRET), "the secret is shown");
  if (wanted === "refused") {
    must(code === 2 && shown.includes("only the type `closed` is safe"), "should be refused");
    return found;
  }
  // When that happens, as the second column has it, says which row of the table it was.
  const said = shown.split("\n").map((text) => /^Event: `(\w+)`(?: \((.*)\))?$/.exec(text)).find((it) => it?.[1] === event);
  const when = said?.[2] ?? "always";
  must(said && (rows.get(`${event}|${when}`) ?? rows.get(`${ANY}|${when}`)) === wanted, `should be ${wanted}`);
  if (wanted === "nothing") {
    must(code === 0, `exit code ${code} of nothing`);
    must(shown.includes("::notice::Nothing to do: "), "no notice");
    must(/^status(=|<<.*\n)skipped$/m.test(outputs), "the output `status` is not `skipped`");
  } else {
    must(code === 2 && shown.includes("GITHUB_TOKEN"), "should ask for a GitHub token");
  }
  return found;
}

const cases = [["schedule", { schedule: "0 4 * * *" }, "by hand"]];
for (const name of FOLDERS) {
  const file = join(examples, name, "index.json");
  if (!existsSync(file)) throw new Error(`the package has no ${name}`);
  for (const { name: event, examples } of JSON.parse(readFileSync(file, "utf8"))) {
    for (const [index, payload] of examples.entries()) {
      const label = `${name} ${event} ${index}`;
      cases.push([event, payload, label]);
      if (event === "issue_comment" && payload.action === "created") {
        const command = structuredClone(payload);
        command.issue.pull_request = { url: command.issue.url };
        command.comment.body = "/status";
        cases.push([event, command, `${label}, as a command`]);
      }
      if (event !== "pull_request" || name !== FOLDERS[0]) continue;
      const gone = structuredClone(payload);
      gone.pull_request.head.repo = null;
      cases.push([event, gone, `${label}, of a fork that is gone`]);
      cases.push(["pull_request_target", payload, `${label}, as pull_request_target`]);
    }
  }
}

let wrong = 0;
const count = {};
for (const [event, payload, label] of cases) {
  for (const problem of problems(event, payload)) {
    wrong += 1;
    console.error(`${label} (${payload.action ?? payload.ref ?? ""}): ${problem}`);
  }
  const wanted = expected(event, payload);
  count[wanted] = (count[wanted] ?? 0) + 1;
}
rmSync(folder, { recursive: true });
console.log(`events: ${cases.length} payloads`, count);
if (wrong > 0) {
  console.error(`events: ${wrong} wrong answers`);
  process.exit(1);
}
console.log("events: every payload got the answer that this driver expects");
