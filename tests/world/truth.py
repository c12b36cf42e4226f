"""What has to be true, and what happens if it is not."""

import time


class Wrong(Exception):
    """Something is not as it should be; the message is for a person."""


def expect(truth, message) -> None:
    if not truth:
        raise Wrong(message)


def wait(condition, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)
