"""A temporary Git repository that takes changes as commits."""

import os
import subprocess
from pathlib import Path

# Commits must not depend on who runs this, nor on their hooks and signing keys.
IDENTITY = {
    "GIT_AUTHOR_NAME": "author", "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "author", "GIT_COMMITTER_EMAIL": "author@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


class Repository:
    def __init__(self, path: Path):
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | IDENTITY
        return subprocess.run(["git", *arguments], cwd=self.path, env=env, check=True, stdout=subprocess.PIPE).stdout.decode().strip()

    def branch(self, name: str) -> None:
        self.git("switch", "--quiet", "--create", name, "main")

    def switch(self, name: str) -> None:
        self.git("switch", "--quiet", name)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def commit(self, message: str) -> str:
        """Commits everything that is there; returns the new head."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.head()
