"""Requests as an outsider makes them, with nothing but the standard library."""

import json
import urllib.error
import urllib.request

from .truth import expect

# Everything is on this machine; a proxy for package downloads must not see it.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method: str, url: str, body=None, headers=None):
    """One request; the status, and the answer as JSON where it is."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with DIRECT.open(request, timeout=60) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw.decode(errors="replace")


def get(url: str):
    """What a service answers, which has to be a good answer."""
    status, answer = call("GET", url)
    expect(status == 200, f"GET {url} answered {status}: {str(answer)[:300]}")
    return answer


def gone(url: str) -> bool:
    """Nothing of an app answers there any more."""
    try:
        status, _ = call("GET", url)
    except OSError:
        return True
    return status >= 400
