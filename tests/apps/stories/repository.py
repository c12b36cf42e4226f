"""A temporary Git repository that begins as one of the services and takes changes as commits."""

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
# Commits must not depend on whoever runs this, nor on their hooks and signing keys.
IDENTITY = {
    "GIT_AUTHOR_NAME": "author", "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "author", "GIT_COMMITTER_EMAIL": "author@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


class Repository:
    def __init__(self, path: Path, service: str):
        self.path = path
        self.changes = HERE / "changes" / service
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        shutil.copytree(HERE / service, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
        self._commit(f"The {service} service")

    def git(self, *arguments) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | IDENTITY
        return subprocess.run(["git", *arguments], cwd=self.path, env=env, check=True, stdout=subprocess.PIPE).stdout.decode().strip()

    def branch(self, name: str) -> None:
        self.git("switch", "--quiet", "--create", name, "main")

    def push(self, branch: str, change: str) -> str:
        """Commits one of the prepared changes on a branch; returns the new head."""
        self.git("switch", "--quiet", branch)
        shutil.copytree(self.changes / change, self.path, dirs_exist_ok=True)
        return self._commit(change.replace("-", " ").capitalize())

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def _commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.head()
