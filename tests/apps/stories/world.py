"""A sandbox over temporary Git repositories, and what must be left of it afterwards: nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

# What a CI job knows about itself must not leak into the program under test.
FOREIGN = re.compile(r"^(GITHUB_|RUNNER_|ACTIONS_|DIGITALOCEAN_|FLY_|DO_DEPLOY_|PYTHON|VIRTUAL_ENV|DATABASE_URL|REDIS_URL|CI$)")
# Traces that gunicorn, PostgreSQL or SQLite would leave outside the folder that they were given.
STRAY = re.compile(r"^(preview\.db|\.s\.PGSQL|PostgreSQL\.|wgunicorn)")


class Wrong(Exception):
    """Something is not as it should be; the message is for a person."""


def expect(truth, message) -> None:
    if not truth:
        raise Wrong(message)


class World:
    """One sandbox with one repository mounted, and the program that talks to it."""

    def __init__(self, binary: Path, repository: str, pace: str, secrets: dict):
        self.binary = binary
        self.repository = repository
        self.secrets = secrets
        self.mark = uuid.uuid4().hex
        self.strays = _strays()
        # PostgreSQL runs as another user, who has to reach its folder; the path is short because sockets need that.
        self.root = Path(tempfile.mkdtemp(prefix="apps-"))
        self.root.chmod(0o755)
        self.tmp = self.root / "tmp"
        self.tmp.mkdir(mode=0o1777)
        self.tmp.chmod(0o1777)
        self.work = self.root / "repository"
        self.env = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        self.env |= {"TMPDIR": str(self.tmp), "DO_DEPLOY_PACE": pace, "STORY_MARK": self.mark}
        self.sandbox = None
        self.helpers = []
        self.children = {}

    def start(self) -> None:
        """Starts the sandbox and takes over what it says about itself."""
        env_file = self.root / "env"
        log = open(self.root / "sandbox.log", "wb")
        self.sandbox = subprocess.Popen(
            [self.binary, "sandbox", "--env-file", env_file, "--repo", f"{self.repository}={self.work}"],
            env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        log.close()
        wait(lambda: env_file.exists() or self.sandbox.poll() is not None, 30, "the sandbox's env file")
        expect(env_file.exists(), f"the sandbox ended with {self.sandbox.returncode}:\n{self.sandbox_log()}")
        self.env |= dict(line.split("=", 1) for line in env_file.read_text().splitlines() if "=" in line)

    def sandbox_log(self) -> str:
        return (self.root / "sandbox.log").read_text(errors="replace")[-4000:]

    def run(self, *arguments, code: int = 0, secrets: bool = False, timeout: float = 600) -> str:
        """Runs `do-deploy` in the work tree and returns everything that it printed."""
        env = self.env | (self.secrets if secrets else {})
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.work, env=env, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        output = done.stdout.decode(errors="replace")
        shown = " ".join(arguments)
        expect(done.returncode == code, f"`do-deploy {shown}` ended with {done.returncode} and not {code}:\n{output}")
        for name, value in self.secrets.items():
            expect(value not in output, f"`do-deploy {shown}` printed the value of {name}")
        return output

    def spawn(self, arguments: list, stdin: bytes = b"") -> subprocess.Popen:
        """Starts a helper that ends with the world."""
        helper = subprocess.Popen(
            arguments, env=self.env, cwd=self.root, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.helpers.append(helper)
        helper.stdin.write(stdin)
        helper.stdin.close()
        return helper

    # What the outside sees

    def cloud(self, method: str, path: str, body=None):
        return self._api("DIGITALOCEAN", method, f"/v2{path}", body)

    def github(self, method: str, path: str, body=None):
        return self._api("GITHUB", method, f"/repos/{self.repository}{path}", body)

    def own(self, method: str, path: str, body=None):
        """The sandbox's own calls."""
        status, answer = call(method, f"{self.env['SANDBOX_URL'].rstrip('/')}/_sandbox{path}", body)
        expect(200 <= status < 300, f"{method} /_sandbox{path} answered {status}: {answer}")
        return answer

    def _api(self, which: str, method: str, path: str, body):
        token = self.env["GITHUB_TOKEN" if which == "GITHUB" else "DIGITALOCEAN_ACCESS_TOKEN"]
        url = self.env[f"{which}_API_URL"].rstrip("/").removesuffix("/v2") + path
        status, answer = call(method, url, body, {"Authorization": f"Bearer {token}"})
        expect(200 <= status < 300, f"{method} {path} answered {status}: {answer}")
        return answer

    def app(self, name: str):
        """The app of this name, or None."""
        apps = self.cloud("GET", "/apps?per_page=200").get("apps") or []
        return next((app for app in apps if app["spec"]["name"] == name), None)

    def url(self, name: str) -> str:
        app = self.app(name)
        expect(app and app.get("live_url"), f"`{name}` has no URL")
        return app["live_url"].rstrip("/")

    def serving_commit(self, name: str) -> str:
        active = (self.app(name) or {}).get("active_deployment") or {}
        return next((c.get("source_commit_hash", "") for c in active.get("services", [])), "")

    def open_pull(self, branch: str, title: str) -> int:
        body = {"title": title, "head": branch, "base": "main", "body": ""}
        return self.github("POST", "/pulls", body)["number"]

    def comment(self, number: int) -> str:
        """The one comment of ours on a pull request."""
        ours = [c["body"] for c in self.github("GET", f"/issues/{number}/comments") if c["body"].startswith("<!-- do-deploy:")]
        expect(len(ours) == 1, f"there are {len(ours)} comments and not one")
        return ours[0]

    def preview_states(self) -> list:
        """The newest state of every deployment to the `preview` environment."""
        deployments = self.github("GET", "/deployments?environment=preview")
        statuses = [self.github("GET", f"/deployments/{d['id']}/statuses") for d in deployments]
        return [found[0]["state"] if found else "none" for found in statuses]

    # The end

    def audit(self) -> None:
        problems = self.own("GET", "/audit")["problems"]
        expect(not problems, "the sandbox's audit found:\n" + "\n".join(f"- {problem}" for problem in problems))

    def stop(self) -> None:
        """Ends everything, and fails if the sandbox left a process or a file."""
        self._end(self.sandbox, "the sandbox")
        left = self._processes(but={helper.pid for helper in self.helpers})
        # Those with a clean environment and a mount of their own are known by where they came from.
        left += [f"{pid} child of the sandbox" for pid, begun in self.children.items() if _begun(pid) == begun]
        files = sorted(str(path.relative_to(self.tmp)) for path in self.tmp.rglob("*"))
        strays = sorted(_strays() - self.strays)
        self.abandon()
        expect(not left, "processes are left:\n" + "\n".join(left))
        expect(not files, "files are left in TMPDIR:\n" + "\n".join(files[:20]))
        expect(not strays, "files are left outside TMPDIR:\n" + "\n".join(strays))

    def abandon(self) -> None:
        """Ends and removes everything without asking whether it was right."""
        for process in [self.sandbox, *self.helpers]:
            try:
                self._end(process, "a helper")
            except Wrong:
                pass
        found = [int(line.split()[0]) for line in self._processes(but=set())]
        for pid in found + [pid for pid, begun in self.children.items() if _begun(pid) == begun]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.root, ignore_errors=True)

    def _end(self, process, name: str) -> None:
        if process is None or process.poll() is not None:
            return
        self.children |= _descendants(process.pid)
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong(f"{name} did not end within 60 s of SIGTERM") from None

    def _processes(self, but: set) -> list:
        """Processes that were started in or below this world, as `PID command`."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            if int(folder.name) in but | {os.getpid()}:
                continue
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                about = command + os.readlink(folder / "cwd") + (folder / "environ").read_text(errors="replace")
            except OSError:
                continue
            if str(self.root) in about or self.mark in about:
                found.append(f"{folder.name} {command[:200]}")
        return found


def _strays() -> set:
    return {f"{d}/{name}" for d in ("/tmp", "/dev/shm") if os.path.isdir(d) for name in os.listdir(d) if STRAY.match(name)}


def _stat(pid) -> list:
    """`/proc/PID/stat` from the state on; empty where there is no such process. A zombie is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def _begun(pid):
    """When a process started, in ticks: with its id, what tells it from a later one of the same id."""
    fields = _stat(pid)
    return fields[19] if fields else None


def _descendants(ancestor: int) -> dict:
    """Every process below this one, with when it started."""
    parents = {int(folder.name): _stat(folder.name) for folder in Path("/proc").glob("[0-9]*")}
    below = {ancestor}
    while grown := {pid for pid, fields in parents.items() if fields and int(fields[1]) in below} - below:
        below |= grown
    return {pid: parents[pid][19] for pid in below - {ancestor}}


def call(method: str, url: str, body=None, headers=None):
    """One request; the status, and the answer as JSON where it is."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw.decode(errors="replace")


def get(url: str):
    """What a service answers, which has to be a good answer."""
    status, answer = call("GET", url)
    expect(status == 200, f"GET {url} answered {status}: {str(answer)[:300]}")
    return answer


def gone(url: str) -> bool:
    """Nothing of an app answers there any more."""
    try:
        status, _ = call("GET", url)
    except OSError:
        return True
    return status >= 400


def wait(condition, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)
