"""A sandbox over temporary Git repositories, and what must be left of it afterwards: nothing."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

from . import processes
from .truth import Wrong, expect, wait
from .web import call

# What a CI job knows about itself must not leak into the program under test.
FOREIGN = re.compile(r"^(GITHUB_|RUNNER_|ACTIONS_|DIGITALOCEAN_|FLY_|DO_DEPLOY_|PYTHON|VIRTUAL_ENV|DATABASE_URL|REDIS_URL|CI$)")
# Traces that gunicorn, PostgreSQL or SQLite would leave outside the folder that they were given.
STRAY = re.compile(r"^(preview\.db|\.s\.PGSQL|PostgreSQL\.|wgunicorn)")


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
        # A proxy for package downloads must not be asked for what is on this machine.
        self.env |= {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        self.sandbox = None
        self.helpers = []
        self.children = {}

    def start(self) -> None:
        """Starts the sandbox and takes over what it says about itself."""
        env_file = self.root / "env"
        with open(self.root / "sandbox.log", "wb") as log:
            self.sandbox = subprocess.Popen(
                [self.binary, "sandbox", "--env-file", env_file, "--repo", f"{self.repository}={self.work}"],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        wait(lambda: env_file.exists() or self.sandbox.poll() is not None, 30, "the sandbox's env file")
        expect(env_file.exists(), f"the sandbox ended with {self.sandbox.returncode}:\n{self.sandbox_log()}")
        self.env |= dict(line.split("=", 1) for line in env_file.read_text().splitlines() if "=" in line)
        self.account({})

    def sandbox_log(self) -> str:
        return (self.root / "sandbox.log").read_text(errors="replace")[-4000:]

    def run(self, *arguments, code: int = 0, secrets: bool = False, timeout: float = 600) -> str:
        """Runs `do-deploy` in the work tree and returns everything that it printed."""
        env = self.env | (self.secrets if secrets else {})
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.work, env=env, timeout=timeout, check=False,
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

    def github(self, method: str, path: str, body=None, token=None):
        return self._api("GITHUB", method, f"/repos/{self.repository}{path}", body, token)

    def own(self, method: str, path: str, body=None):
        """The sandbox's own calls."""
        token = {"Authorization": f"Bearer {self.env['SANDBOX_TOKEN']}"}
        status, answer = call(method, f"{self.env['SANDBOX_URL'].rstrip('/')}/_sandbox{path}", body, token)
        expect(200 <= status < 300, f"{method} /_sandbox{path} answered {status}: {answer}")
        return answer

    def account(self, rules: dict) -> None:
        """What the account and its tokens may do; the repository's owner is let in besides."""
        owner = self.repository.split("/")[0]
        self.own("PUT", "/account", {**rules, "tokens": [f"user:{owner}"]})

    def _api(self, which: str, method: str, path: str, body, token=None):
        token = token or self.env["GITHUB_TOKEN" if which == "GITHUB" else "DIGITALOCEAN_ACCESS_TOKEN"]
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
        helpers = {helper.pid for helper in self.helpers}
        left = [f"{pid} {command}" for pid, command in processes.below(str(self.root), self.mark) if pid not in helpers]
        # Those with a clean environment and a mount of their own are known by where they came from.
        left += [f"{pid} child of the sandbox" for pid in self._orphans()]
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
        found = [pid for pid, _ in processes.below(str(self.root), self.mark)]
        for pid in found + self._orphans():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.root, ignore_errors=True)

    def _orphans(self) -> list:
        return [pid for pid, begun in self.children.items() if processes.begun(pid) == begun]

    def _end(self, process, name: str) -> None:
        if process is None or process.poll() is not None:
            return
        self.children |= processes.descendants(process.pid)
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong(f"{name} did not end within 60 s of SIGTERM") from None


def _strays() -> set:
    return {f"{d}/{name}" for d in ("/tmp", "/dev/shm") if os.path.isdir(d) for name in os.listdir(d) if STRAY.match(name)}
