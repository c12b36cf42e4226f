"""A repository that uses the action, from its first push to its last sweep."""

import json
from urllib.parse import quote

from world.truth import expect, wait
from world.web import call

from .runs import Act
from .released import Released
from .shop import Shop

REPOSITORY = "acme/shop"


def life(act: str, binary):
    """The story for act's program and the binary that a release would ship."""

    def tell(world, step) -> None:
        released = Released(world.root, binary)
        shop = Shop(world.work)
        with step("`do-deploy init` writes the workflows"):
            world.run("init", "--repo", REPOSITORY)
            expect(list(shop.workflows) == ["preview", "production", "redeploy", "sweep"], f"`init` wrote {list(shop.workflows)}")
            shop.commit("Deploy with do-deploy")
        world.start()
        runs = _act(act, world, shop, released, released.sha, "workflows")

        with step("a push to the default branch deploys production, with the binary that the manifest names"):
            runs.run("production", "push", _event(world, "push", ref="refs/heads/main")).succeeds()
            _serves(world, "shop", "first")
        with step("an opened pull request gets its preview and its comment"):
            shop.branch("feature")
            shop.serve("second")
            number = world.open_pull("feature", "Serve another word")
            runs.run("preview", "pull_request", _pull(world, "opened", number)).succeeds()
            _serves(world, f"shop-pr-{number}", "second")
            _comment_says(world, number, "Ready")
        with step("the next push updates the preview, which keeps its URL and its comment"):
            before = world.url(f"shop-pr-{number}")
            shop.serve("third")
            runs.run("preview", "pull_request", _pull(world, "synchronize", number)).succeeds()
            _serves(world, f"shop-pr-{number}", "third")
            expect(world.url(f"shop-pr-{number}") == before, "the preview has another URL")
        with step("a comment that is no command starts no job"):
            runs.run("redeploy", "issue_comment", _comment(world, number, "Looks good to me")).starts_no_job()
        with step("a maintainer's comment is a command, and a reaction says that it was carried out"):
            asked = _comment(world, number, "/redeploy")
            runs.run("redeploy", "issue_comment", asked).succeeds()
            reactions = world.github("GET", f"/issues/comments/{asked['comment']['id']}/reactions")
            expect(reactions, "there is no reaction")
            _serves(world, f"shop-pr-{number}", "third")
        with step("a run that is cancelled half-way says so before the runner would kill it"):
            shop.serve("fourth")
            event = _pull(world, "synchronize", number)
            runs.cancel("preview", "pull_request", event, lambda: "Building" in world.comment(number)).fails()
            _comment_says(world, number, "Cancelled")
        with step("the next run picks up"):
            runs.run("preview", "pull_request", event).succeeds()
            _serves(world, f"shop-pr-{number}", "fourth")
            _comment_says(world, number, "Ready")
        with step("a maintainer redeploys production by hand"):
            before = len(_deployments(world, "shop"))
            inputs = json.dumps({"environment": "production"})
            runs.run("redeploy", "workflow_dispatch", _event(world, "workflow_dispatch", inputs=inputs)).succeeds()
            expect(len(_deployments(world, "shop")) == before + 1, "there is no new deployment")
        with step("closing the pull request removes the preview"):
            world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
            runs.run("preview", "pull_request", _pull(world, "closed", number)).succeeds()
            expect(world.app(f"shop-pr-{number}") is None, "the preview is still there")
            _comment_says(world, number, "Removed")
        with step("the schedule sweeps what an event missed"):
            missed = world.open_pull("feature", "Closed while nobody looked")
            runs.run("preview", "pull_request", _pull(world, "opened", missed)).succeeds()
            world.github("PATCH", f"/pulls/{missed}", {"state": "closed"})
            runs.run("sweep", "schedule", _event(world, "schedule")).succeeds()
            expect(world.app(f"shop-pr-{missed}") is None, "the preview is still there")
            expect(world.app("shop") is not None, "production is gone")
        with step("a binary with another hash than the manifest's is not run"):
            sha = released.commit_with_wrong_hash()
            spoiled = _act(act, world, shop, released, sha, "workflows of a wrong hash")
            requests = len(world.own("GET", "/requests"))
            shop.switch("main")
            failed = spoiled.run("production", "push", _event(world, "push", ref="refs/heads/main")).fails()
            failed.says("0" * 64, released.hash)
            asked = [r for r in world.own("GET", "/requests")[requests:] if not r["path"].startswith("/_sandbox")]
            expect(not asked, f"the run asked the cloud all the same: {asked}")

    return tell


def _act(act: str, world, shop: Shop, released: Released, sha: str, folder: str) -> Act:
    shop.write_for_act(world.root / folder, sha)
    return Act(act, world, world.root / folder, released, sha)


def _event(world, name: str, **keys) -> dict:
    return world.own("GET", f"/event?name={name}" + "".join(f"&{key}={quote(str(value))}" for key, value in keys.items()))


def _pull(world, action: str, number: int) -> dict:
    return _event(world, "pull_request", action=action, number=number)


def _comment(world, number: int, body: str) -> dict:
    """The event of a comment that the repository's owner writes."""
    written = world.github("POST", f"/issues/{number}/comments", {"body": body}, token="user:acme")
    return _event(world, "issue_comment", comment_id=written["id"])


def _deployments(world, name: str) -> list:
    return world.cloud("GET", f"/apps/{world.app(name)['id']}/deployments?per_page=100")["deployments"]


def _serves(world, name: str, word: str) -> None:
    url = world.url(name)
    wait(lambda: call("GET", url)[1] == word, 30, f"`{name}` to serve {word!r}")


def _comment_says(world, number: int, word: str) -> None:
    comment = world.comment(number)
    expect(word in comment, f"the comment does not say {word!r}:\n{comment}")
