"""The action's own repository as a release leaves it: a manifest that names a binary by its hash."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from world.repository import Repository
from world.truth import expect

SOURCE = Path(__file__).resolve().parent.parent.parent
BASE = "https://github.com/org/do-deploy/releases/download"
TARGETS = ("x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "aarch64-apple-darwin")


class Released(Repository):
    """A repository `org/do-deploy` with the tree of this checkout, and the folder from which its release is downloaded."""

    def __init__(self, root: Path, binary: Path):
        super().__init__(root / "action")
        self.assets = root / "release assets"
        self.assets.mkdir()
        for name in ("action.yml", "action", "Cargo.toml"):
            copy = shutil.copytree if (SOURCE / name).is_dir() else shutil.copy
            copy(SOURCE / name, self.path / name)
        self.hash = hashlib.sha256(binary.read_bytes()).hexdigest()
        self.version = next(line.split('"')[1] for line in (SOURCE / "Cargo.toml").read_text().splitlines() if line.startswith("version"))
        for target in TARGETS:
            # Of the other two only the name is needed: this machine downloads its own.
            asset = self.assets / f"do-deploy-{self.version}-{target}"
            shutil.copy(binary, asset) if target.startswith("x86_64") else asset.write_text(target)
        self.manifest = self.path / "action" / "manifest.txt"
        self.manifest.write_text(self._release("manifest", self.version, f"{BASE}/v{self.version}", self.assets))
        self.sha = self.commit(f"Release {self.version}")

    def commit_with_wrong_hash(self) -> str:
        """Another commit, whose manifest promises other bytes; returns its SHA."""
        right = self.manifest.read_text()
        lines = [line.split(" ") for line in right.splitlines()]
        wrong = [" ".join([*words[:2], "0" * 64, *words[3:]]) if len(words) == 4 and words[0] in TARGETS else " ".join(words) for words in lines]
        self.manifest.write_text("\n".join(wrong) + "\n")
        sha = self.commit("A manifest that promises other bytes")
        expect(self.manifest.read_text() != right, "the manifest has no line to spoil")
        return sha

    @staticmethod
    def _release(script: str, *arguments) -> str:
        command = [SOURCE / "release" / script, *map(str, arguments)]
        return subprocess.run(command, env=os.environ, check=True, stdout=subprocess.PIPE).stdout.decode()
