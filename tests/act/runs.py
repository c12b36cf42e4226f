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
# What a program of this project does is told by its own output, which act indents.
FOREIGN = ("GITHUB_", "RUNNER_", "ACTIONS_", "DO_DEPLOY_INPUT_")


class Run:
    """A run of one workflow that has ended."""

    def __init__(self, code: int, output: str):
        self.code, self.output = code, output

    def succeeds(self) -> "Run":
        expect(self.code == 0, f"the run failed:\n{self.output}")
        return self

    def fails(self) -> "Run":
        expect(self.code != 0, f"the run did not fail:\n{self.output}")
        return self

    def says(self, *words: str) -> "Run":
        for word in words:
            expect(word in self.output, f"the run does not say {word!r}:\n{self.output}")
        return self

    def starts_no_job(self) -> "Run":
        expect("⭐ Run Main org/do-deploy" not in self.output, f"the run started a job:\n{self.output}")
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

    def run(self, workflow: str, event: str, payload: dict) -> Run:
        """Plays one event to its end."""
        process, output = self._start(workflow, event, payload)
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

    def _start(self, workflow: str, event: str, payload: dict):
        number = next(self.numbers)
        event_file = self.world.root / f"event-{number}.json"
        event_file.write_text(json.dumps(payload))
        output = self.world.root / f"act-{number}.log"
        env = {name: value for name, value in self.world.env.items() if not name.startswith(FOREIGN)}
        env |= {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}
        # Tokens are given to act by name: its arguments stand in the process list.
        tokens = {name: self.world.env[name] for name in ("GITHUB_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN")}
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
            *(word for name in tokens for word in ("--secret", name)),
        ]  # fmt: skip
        with open(output, "wb") as log:
            process = subprocess.Popen(
                command, cwd=self.world.work, env=env | tokens, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return process, output

    def _ended(self, process, output: Path) -> Run:
        text = _read(output)
        for name in ("GITHUB_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"):
            expect(self.world.env[name] not in text, f"a run printed the value of {name}")
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
