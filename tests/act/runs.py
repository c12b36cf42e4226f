"""Runs a workflow as act does: on this machine, without containers, the action taken from a local repository."""

import json
import os
import re
import shutil
import signal
import subprocess
from itertools import count
from pathlib import Path

from world import processes
from world.truth import Wrong, expect, wait

# A run takes seconds; one that hangs has to end before CI does.
LONGEST = 300
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# act hands its own environment on to the steps: what a runner would not give them must not be in it.
FOREIGN = ("GITHUB_", "RUNNER_", "ACTIONS_", "DIGITALOCEAN_", "FLY_", "DO_DEPLOY_")
# The action's step, and in verbose output the job that is left out because its `if` is false.
ACTION = re.compile(r"✅  Success - Main org/do-deploy@[0-9a-f]{40}")
SKIPPED = re.compile(r"Skipping job '.+' due to '.+'")
OUTPUT = re.compile(r"::set-output:: (?P<name>[\w-]+)=(?P<value>.*)")
TOKENS = ("GITHUB_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN")


class Run:
    """A run of one workflow that has ended."""

    def __init__(self, code: int, output: str):
        self.code, self.output = code, output

    def succeeds(self) -> "Run":
        """Not only that nothing failed: a workflow in which nothing ran would not fail either."""
        expect(self.code == 0, f"the run failed:\n{self.output}")
        expect(ACTION.search(self.output), f"the action's step did not run to its end:\n{self.output}")
        return self

    def ends_well(self) -> "Run":
        """For a workflow that does not use the action: its one step ran."""
        expect(self.code == 0, f"the run failed:\n{self.output}")
        expect("✅  Success - Main" in self.output, f"no step ran to its end:\n{self.output}")
        return self

    def outputs(self) -> dict:
        """What later steps and jobs would read, the last of each name."""
        return {output["name"]: output["value"].strip() for output in OUTPUT.finditer(self.output)}

    def fails(self) -> "Run":
        expect(self.code != 0, f"the run did not fail:\n{self.output}")
        return self

    def says(self, *words: str) -> "Run":
        for word in words:
            expect(word in self.output, f"the run does not say {word!r}:\n{self.output}")
        return self

    def starts_no_job(self) -> "Run":
        """For a verbose run: act read the workflow, looked at its `if`, and left the job out."""
        expect(self.code == 0, f"act itself failed:\n{self.output}")
        expect(SKIPPED.search(self.output), f"act does not say that it left the job out:\n{self.output}")
        expect("⭐ Run" not in self.output, f"the run started a job:\n{self.output}")
        return self

    def output_is(self, name: str, value: str) -> "Run":
        """What a later step of the workflow would read."""
        found = [output["value"].strip() for output in OUTPUT.finditer(self.output) if output["name"] == name]
        expect(value in found, f"the output `{name}` is {found} and not {value!r}:\n{self.output}")
        return self


class Act:
    """The workflows of one repository under act."""

    def __init__(self, act: str, world, workflows: Path, action, sha: str):
        self.act, self.world, self.workflows, self.action, self.sha = act, world, workflows, action, sha
        self.home = world.root / "act-home"
        (self.home / ".config" / "act").mkdir(parents=True, exist_ok=True)
        # Without it act asks which image it should use.
        (self.home / ".config" / "act" / "actrc").touch()
        self.numbers = count(1)
        # Of every secret that a run was given.
        self.values = set()

    def run(self, workflow: str, event: str, payload: dict, secrets=None, options=()) -> Run:
        """Plays one event to its end, with these secrets instead of the sandbox's two tokens."""
        process, output = self._start(workflow, event, payload, secrets, options)
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Wrong(f"{workflow}.yml did not end within {LONGEST} s:\n{_read(output)}") from None
        return self._ended(process, output)

    def cancel(self, workflow: str, event: str, payload: dict, when) -> Run:
        """Plays an event and, once `when()` is true, does what the runner does: SIGINT to the step's entry process, which the
        step's `exec` has made the program itself."""
        process, output = self._start(workflow, event, payload)
        wait(lambda: when() or process.poll() is not None, LONGEST, f"the moment to cancel {workflow}.yml")
        expect(process.poll() is None, f"{workflow}.yml ended before it was cancelled:\n{_read(output)}")
        entry = [pid for pid in _children(process.pid) if _program(pid).startswith(str(self.home))]
        expect(len(entry) == 1, f"the step's entry process is not the program: {entry}")
        os.kill(entry[0], signal.SIGINT)
        try:
            # The runner sends SIGTERM after 7.5 s: it must not be needed.
            wait(lambda: entry[0] not in _children(process.pid), 7.4, "the program's end after SIGINT")
        finally:
            process.wait(LONGEST)
        return self._ended(process, output)

    def _start(self, workflow: str, event: str, payload: dict, secrets=None, options=()):
        number = next(self.numbers)
        event_file = self.world.root / f"event-{number}.json"
        event_file.write_text(json.dumps(payload))
        output = self.world.root / f"act-{number}.log"
        env = {name: value for name, value in self.world.env.items() if not name.startswith(FOREIGN)}
        env |= {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}
        # By a file: act's arguments stand in the process list, and its environment reaches the steps.
        secrets = secrets or {name: self.world.env[name] for name in TOKENS}
        self.values |= set(secrets.values())
        secret_file = self.world.root / f"secrets-{number}"
        secret_file.touch(mode=0o600)
        secret_file.write_text("".join(f"{name}={value}\n" for name, value in secrets.items()))
        given = {
            "GITHUB_API_URL": self.world.env["GITHUB_API_URL"],
            "DIGITALOCEAN_API_URL": self.world.env["DIGITALOCEAN_API_URL"],
            "DO_DEPLOY_PACE": self.world.env["DO_DEPLOY_PACE"],
            "DO_DEPLOY_MIRROR": f"file://{self.action.assets}",
            "GITHUB_RUN_ID": str(1000 + number),
            "RUNNER_TOOL_CACHE": str(self.home / "tool-cache"),
        }
        command = [
            self.act, event, "--workflows", self.workflows / f"{workflow}.yml", "--eventpath", event_file,
            "--platform", "ubuntu-latest=-self-hosted", "--local-repository", f"org/do-deploy@{self.sha}={self.action.path}",
            *(word for name, value in given.items() for word in ("--env", f"{name}={value}")),
            "--secret-file", secret_file, *options,
        ]  # fmt: skip
        with open(output, "wb") as log:
            process = subprocess.Popen(
                command, cwd=self.world.work, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return process, output

    def _ended(self, process, output: Path) -> Run:
        text = _read(output)
        expect(not any(value in text for value in self.values), "a run printed the value of a token")
        shutil.rmtree(self.home / ".cache" / "act", ignore_errors=True)
        return Run(process.returncode, text)


def _read(file: Path) -> str:
    return COLOURS.sub("", file.read_text(errors="replace"))


def _children(ancestor: int) -> list:
    return sorted(processes.descendants(ancestor))


def _program(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""
