"""A repository that uses the action: a small shop, and the workflows that `do-deploy init` wrote for it."""

import re
from pathlib import Path

from world.repository import Repository
from world.truth import expect

SPEC = """\
name: shop
services:
  - name: web
    github: {repo: acme/shop, branch: main}
    run_command: python3 server.py
    http_port: 8080
    envs:
      - {key: DATABASE_URL, value: "sqlite:////tmp/shop.db"}
"""
SERVER = """\
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"first")


HTTPServer(("", int(os.environ["PORT"])), Shop).serve_forever()
"""
# The two keys that act's own schema does not know; GitHub's does.
UNKNOWN_TO_ACT = re.compile(r"^ +(queue: max|deployment: false)( #.*)?\n|, (deployment: false|queue: max)(?=})", re.MULTILINE)
USES = re.compile(r"org/do-deploy@v1\b.*")


class Shop(Repository):
    def __init__(self, path: Path):
        super().__init__(path)
        self.git("remote", "add", "origin", "https://github.com/acme/shop.git")
        (path / ".do").mkdir()
        (path / ".do" / "app.yaml").write_text(SPEC)
        (path / "server.py").write_text(SERVER)
        self.commit("A shop")

    @property
    def workflows(self) -> dict:
        """By name without `do-deploy-`: `production`, `preview`, …"""
        files = sorted((self.path / ".github" / "workflows").glob("do-deploy-*.yml"))
        return {file.stem.removeprefix("do-deploy-"): file for file in files}

    def write_for_act(self, folder: Path, sha: str) -> None:
        """The workflows as they are, with the action by its commit, and without the two keys that act lacks."""
        folder.mkdir()
        for name, file in self.workflows.items():
            text = UNKNOWN_TO_ACT.sub("", file.read_text())
            text, found = USES.subn(f"org/do-deploy@{sha}", text)
            expect(found or name == "preview-start", f"{file.name} does not use the action")
            (folder / f"{name}.yml").write_text(text)

    def serve(self, word: str) -> str:
        """A commit on the branch that is checked out, with which the shop answers this word."""
        server = self.path / "server.py"
        server.write_text(re.sub(r'b"\w+"', f'b"{word}"', server.read_text()))
        return self.commit(f"Serve {word}")

