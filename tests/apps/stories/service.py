"""The repository of one of the services, with the changes that are prepared for it."""

import shutil
from pathlib import Path

from world.repository import Repository

HERE = Path(__file__).resolve().parent.parent


class Service(Repository):
    def __init__(self, path: Path, name: str):
        super().__init__(path)
        self.changes = HERE / "changes" / name
        shutil.copytree(HERE / name, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
        self.commit(f"The {name} service")

    def push(self, branch: str, change: str) -> str:
        """Commits one of the prepared changes on a branch; returns the new head."""
        self.switch(branch)
        shutil.copytree(self.changes / change, self.path, dirs_exist_ok=True)
        return self.commit(change.replace("-", " ").capitalize())
