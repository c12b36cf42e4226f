"""Which processes there are, by where they came from and what they work in."""

import os
from pathlib import Path


def below(root: str, mark: str) -> list:
    """Processes that work in or with this folder, or carry this mark in their environment: `(PID, command)`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            about = command + os.readlink(folder / "cwd") + (folder / "environ").read_text(errors="replace")
        except OSError:
            continue
        if root in about or mark in about:
            found.append((int(folder.name), command[:200]))
    return found


def _stat(pid) -> list:
    """`/proc/PID/stat` from the state on; empty where there is no such process. A zombie does not count."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def begun(pid):
    """When a process started, in ticks: with its id, what tells it from a later one of the same id."""
    fields = _stat(pid)
    return fields[19] if fields else None


def descendants(ancestor: int) -> dict:
    """Every process below this one, with when it started."""
    parents = {int(folder.name): _stat(folder.name) for folder in Path("/proc").glob("[0-9]*")}
    below = {ancestor}
    while grown := {pid for pid, fields in parents.items() if fields and int(fields[1]) in below} - below:
        below |= grown
    return {pid: parents[pid][19] for pid in below - {ancestor}}
