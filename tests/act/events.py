"""What GitHub sends about the shop, and what has to be true of the shop afterwards."""

import json
from urllib.parse import quote

from world.truth import expect, wait
from world.web import call


def event(world, name: str, **keys) -> dict:
    return world.own("GET", f"/event?name={name}" + "".join(f"&{key}={quote(str(value))}" for key, value in keys.items()))


def push(world) -> dict:
    """Of the newest commit of the default branch."""
    return event(world, "push", ref="refs/heads/main")


def pull(world, action: str, number: int) -> dict:
    return event(world, "pull_request", action=action, number=number)


def comment(world, number: int, body: str) -> dict:
    """The event of a comment that the repository's owner writes."""
    written = world.github("POST", f"/issues/{number}/comments", {"body": body}, token="user:acme")
    return event(world, "issue_comment", comment_id=written["id"])


def by_hand(world, **inputs) -> dict:
    """The event of a maintainer who starts redeploy.yml with these inputs and leaves the others as they are."""
    return event(world, "workflow_dispatch", inputs=json.dumps({name.replace("_", "-"): value for name, value in inputs.items()}))


def deployments(world, name: str) -> list:
    return world.cloud("GET", f"/apps/{world.app(name)['id']}/deployments?per_page=100")["deployments"]


def asked_of_the_cloud(world, since: int) -> list:
    """Requests to DigitalOcean after so many requests of any kind."""
    return [request for request in world.own("GET", "/requests")[since:] if request["path"].startswith("/v2")]


def serves(world, name: str, word: str) -> None:
    url = world.url(name)
    wait(lambda: call("GET", url)[1] == word, 30, f"`{name}` to serve {word!r}")


def comment_says(world, number: int, word: str) -> None:
    said = world.comment(number)
    expect(word in said, f"the comment does not say {word!r}:\n{said}")
