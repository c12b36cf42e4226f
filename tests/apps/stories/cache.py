"""A Valkey or Redis server for production, protected by a password."""

import secrets
import shutil
import socket
import time

from world.truth import Wrong, expect
from world.world import World


def start(world: World) -> str:
    """Starts the server on a free port and returns its URL."""
    server = shutil.which("valkey-server") or shutil.which("redis-server")
    expect(server, "neither `valkey-server` nor `redis-server` is installed: install the package `redis-server`")
    for _ in range(5):
        password, port = secrets.token_hex(12), free_port()
        # The settings go through standard input, so that the password is in no process list.
        settings = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\ndir {world.root}\n'
        process = world.spawn([server, "-"], settings.encode())
        end = time.monotonic() + 15
        while process.poll() is None and time.monotonic() < end:
            if answers(port, password):
                return f"redis://:{password}@127.0.0.1:{port}/0"
            time.sleep(0.05)
    raise Wrong(f"`{server}` did not start")


def answers(port: int, password: str) -> bool:
    return say(port, password, "PING").endswith("+PONG\r\n")


def say(port: int, password: str, command: str) -> str:
    """The server's raw reply, the one to AUTH included."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\n{command}\r\nQUIT\r\n".encode())
            reply = b""
            while part := connection.recv(4096):
                reply += part
    except OSError:
        return ""
    return reply.decode(errors="replace").removesuffix("+OK\r\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
