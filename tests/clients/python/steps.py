"""One line for every step that is true; the first that is not ends the program."""

import sys


class Client:
    def __init__(self, name: str):
        self.name = name

    def step(self, sentence: str) -> None:
        print(f"{self.name}: {sentence}", flush=True)

    def expect(self, truth, message: str) -> None:
        if not truth:
            sys.exit(f"{self.name}: NOT TRUE: {message}")
