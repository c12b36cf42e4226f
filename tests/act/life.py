"""A repository that uses the action, from its first push to its last sweep."""

from world.truth import expect

from .events import by_hand, comment, comment_says, deployments, event, pull, push, serves
from .production import back_and_forth
from .released import Released
from .rights import less_rights
from .runs import Act
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
            runs.run("production", "push", push(world)).succeeds()
            serves(world, "shop", "first")
        with step("an opened pull request gets its preview and its comment"):
            shop.branch("feature")
            shop.serve("second")
            number = world.open_pull("feature", "Serve another word")
            runs.run("preview", "pull_request", pull(world, "opened", number)).succeeds()
            serves(world, f"shop-pr-{number}", "second")
            comment_says(world, number, "Ready")
        with step("the next push updates the preview, which keeps its URL and its comment"):
            before = world.url(f"shop-pr-{number}")
            shop.serve("third")
            runs.run("preview", "pull_request", pull(world, "synchronize", number)).succeeds()
            serves(world, f"shop-pr-{number}", "third")
            expect(world.url(f"shop-pr-{number}") == before, "the preview has another URL")
        with step("a comment that is no command starts no job"):
            runs.run("redeploy", "issue_comment", comment(world, number, "Looks good to me"), options=["--verbose"]).starts_no_job()
        with step("a command on an issue that is no pull request starts no job"):
            asked = comment(world, number, "/redeploy")
            expect(asked["issue"].pop("pull_request", None), "the sandbox's event does not say that this is a pull request")
            runs.run("redeploy", "issue_comment", asked, options=["--verbose"]).starts_no_job()
        with step("a stranger's command starts no job"):
            asked = comment(world, number, "/redeploy")
            asked["comment"]["author_association"] = "NONE"
            runs.run("redeploy", "issue_comment", asked, options=["--verbose"]).starts_no_job()
        with step("a maintainer's comment is a command, and a reaction says that it was carried out"):
            before = len(deployments(world, f"shop-pr-{number}"))
            asked = comment(world, number, "/redeploy")
            runs.run("redeploy", "issue_comment", asked).succeeds()
            reactions = world.github("GET", f"/issues/comments/{asked['comment']['id']}/reactions")
            said = [reaction["content"] for reaction in reactions]
            expect("rocket" in said, f"the reactions are {said}")
            expect(len(deployments(world, f"shop-pr-{number}")) == before + 1, "there is not one more deployment")
            serves(world, f"shop-pr-{number}", "third")
        with step("a run that is cancelled half-way says so before the runner would kill it"):
            shop.serve("fourth")
            cut_off = pull(world, "synchronize", number)
            runs.cancel("preview", "pull_request", cut_off, lambda: "Building" in world.comment(number)).fails()
            comment_says(world, number, "Cancelled")
        with step("the next run picks up"):
            runs.run("preview", "pull_request", cut_off).succeeds()
            serves(world, f"shop-pr-{number}", "fourth")
            comment_says(world, number, "Ready")
        with step("a maintainer redeploys production by hand"):
            before = len(deployments(world, "shop"))
            runs.run("redeploy", "workflow_dispatch", by_hand(world, environment="production")).succeeds()
            expect(len(deployments(world, "shop")) == before + 1, "there is no new deployment")
        with step("closing the pull request removes the preview"):
            world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
            runs.run("preview", "pull_request", pull(world, "closed", number)).succeeds()
            expect(world.app(f"shop-pr-{number}") is None, "the preview is still there")
            comment_says(world, number, "Removed")
        less_rights(world, step, runs)
        with step("the schedule sweeps what an event missed"):
            missed = world.open_pull("feature", "Closed while no run saw it")
            runs.run("preview", "pull_request", pull(world, "opened", missed)).succeeds()
            world.github("PATCH", f"/pulls/{missed}", {"state": "closed"})
            runs.run("sweep", "schedule", event(world, "schedule")).succeeds()
            expect(world.app(f"shop-pr-{missed}") is None, "the preview is still there")
            expect(world.app("shop") is not None, "production is gone")
        back_and_forth(world, step, runs, shop)
        with step("a binary with another hash than the manifest's is not run"):
            sha = released.commit_with_wrong_hash()
            spoiled = _act(act, world, shop, released, sha, "workflows of a wrong hash")
            requests = len(world.own("GET", "/requests"))
            failed = spoiled.run("production", "push", push(world)).fails()
            failed.says("0" * 64, released.hash)
            asked = [request for request in world.own("GET", "/requests")[requests:] if not request["path"].startswith("/_sandbox")]
            expect(not asked, f"the run asked someone all the same: {asked}")

    return tell


def _act(act: str, world, shop: Shop, released: Released, sha: str, folder: str) -> Act:
    shop.write_for_act(world.root / folder, sha)
    return Act(act, world, world.root / folder, released, sha)
