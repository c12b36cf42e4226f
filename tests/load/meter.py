"""Counts the requests of each run on their way to the sandbox, which cannot tell runs with one token apart."""

import threading
from collections import defaultdict
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# What belongs to one connection and not to the request or its answer.
HOPS = {"connection", "host", "keep-alive", "transfer-encoding", "content-length"}


class Meter(ThreadingHTTPServer):
    """`url(run)` leads to the API at `target`; `answers[run]` has the statuses that came back."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, target: str):
        super().__init__(("127.0.0.1", 0), _Forward)
        self.target = urlsplit(target)
        self.answers = defaultdict(list)
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, run) -> str:
        return f"http://127.0.0.1:{self.server_port}/{run}"


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        _, run, path = self.path.split("/", 2)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        target = self.server.target
        connection = HTTPConnection(target.hostname, target.port, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        connection.request(self.command, f"{target.path.rstrip('/')}/{path}", body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        with self.server.lock:
            self.server.answers[run].append(answer.status)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOPS:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *_):
        pass
