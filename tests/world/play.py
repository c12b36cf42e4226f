"""Tells a story step by step, says each sentence that was true, and ends the world in which it happened."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from .truth import Wrong


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def report(self) -> int:
        """Says how many sentences were true; the program's exit code."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


def end_on_signals() -> None:
    """A story that is interrupted leaves nothing behind either."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))


def play(name: str, world, tell, count: Count) -> None:
    """Calls `tell(world, step)`; every `with step(sentence):` is one thing that has to be true."""

    @contextmanager
    def step(sentence: str):
        begun = time.monotonic()
        try:
            yield
        except Exception:
            print(f"{name}: NOT TRUE: {sentence}", flush=True)
            raise
        count.passed += 1
        print(f"{name}: {sentence} ({time.monotonic() - begun:.1f} s)", flush=True)

    try:
        tell(world, step)
        with step("the sandbox's audit finds nothing wrong"):
            world.audit()
        with step("no process and no file is left"):
            world.stop()
    except (Wrong, OSError, subprocess.SubprocessError, LookupError, TypeError, ValueError) as error:
        count.failed += 1
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
        if world.root.exists() and world.sandbox:
            print(f"{name}: the last lines of the sandbox:\n{world.sandbox_log()}", file=sys.stderr)
    finally:
        world.abandon()
