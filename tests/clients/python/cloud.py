"""Drives the sandbox with DigitalOcean's Python client: takes over godo's app, and leaves one of its own."""

import os
import time
import urllib.request

from azure.core.exceptions import HttpResponseError
from pydo import Client as Pydo
from steps import Client

# How long a deployment of a service of ten lines may take.
PATIENCE_SECONDS = 120

me = Client("pydo")
# The client refuses to send a token over plain HTTP unless each call allows it.
plain = {"enforce_https": False}
apps = Pydo(os.environ["DIGITALOCEAN_ACCESS_TOKEN"], endpoint=os.environ["DIGITALOCEAN_API_URL"]).apps


def main() -> None:
    listed = apps.list(per_page=200, **plain)
    found = [app for app in listed["apps"] if app["spec"]["name"] == "from-godo"]
    me.expect(len(found) == 1, f"the app of godo is not among {[app['spec']['name'] for app in listed['apps']]}")
    me.expect(listed["meta"]["total"] == len(listed["apps"]), f"the list's meta is {listed['meta']}")
    app = found[0]["id"]
    deployment = apps.list_deployments(app, **plain)["deployments"][0]["id"]
    me.expect("left by godo" in get(active(app, deployment)), "the app of godo does not greet")
    me.step("reads the app that godo made")

    spec = apps.get(app, **plain)["app"]["spec"]
    me.expect(spec["services"][0]["name"] == "web", f"its service is {spec['services'][0]}")
    spec["services"][0]["envs"][0]["value"] = "changed by pydo"
    changed = apps.update(app, body={"spec": spec}, **plain)["app"]
    me.expect("changed by pydo" in get(active(app, changed["pending_deployment"]["id"])), "the update does not serve")
    me.step("updates it; the new greeting serves")

    apps.delete(app, **plain)
    refused(lambda: apps.get(app, **plain), 404)
    me.step("deletes it; it is not found any more")

    spec["name"] = "from-pydo"
    spec["services"][0]["envs"][0]["value"] = "left by pydo"
    made = apps.create(body={"spec": spec}, **plain)["app"]
    url = active(made["id"], made["pending_deployment"]["id"])
    me.expect("left by pydo" in get(url), "its own app does not greet")
    refused(lambda: apps.create(body={"spec": spec}, **plain), 409)
    me.step("leaves an app for another client; its name is taken")


def active(app: str, deployment: str) -> str:
    """Polls until the deployment is active; the app's URL."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        phase = apps.get_deployment(app, deployment, **plain)["deployment"]["phase"]
        me.expect(phase not in ("ERROR", "CANCELED", "SUPERSEDED"), f"the deployment ended as {phase}")
        if phase == "ACTIVE":
            url = apps.get(app, **plain)["app"].get("live_url")
            if url:
                return url
        time.sleep(0.3)
    me.expect(False, f"the deployment was not active within {PATIENCE_SECONDS} s")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def refused(action, status: int) -> None:
    """The action fails with this status; some operations return the error's body instead of raising."""
    try:
        answer = action()
    except HttpResponseError as error:
        me.expect(error.status_code == status, f"expected {status}, got {error.status_code}")
        return
    me.expect("message" in answer and "request_id" in answer, f"expected {status}, got {answer}")


main()
