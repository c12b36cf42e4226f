"""The isolated form of the previews' workflows, from the first push to the last sweep."""

from world.truth import expect

from .events import asked_of_the_cloud, comment, comment_says, deployments, event, pull, push, serves
from .released import Released
from .rights import READER
from .runs import Act
from .shop import Shop

# What the jobs without the environment have: act knows no environments, so they are given here.
WITHOUT_THE_CLOUD = ("GITHUB_TOKEN",)


def isolated(act: str, binary, repository: str):
    """The story for act's program and the binary that a release would ship."""

    def tell(world, step) -> None:
        released = Released(world.root, binary)
        shop = Shop(world.work)
        with step("`do-deploy init --isolated` writes the workflows"):
            world.run("init", "--isolated", "--repo", repository)
            written = ["preview", "preview-start", "production", "redeploy", "sweep"]
            expect(sorted(shop.workflows) == written, f"`init` wrote {list(shop.workflows)}")
            shop.commit("Deploy with do-deploy")
        world.start()
        shop.write_for_act(world.root / "workflows", released.sha)
        runs = Act(act, world, world.root / "workflows", released, released.sha)

        def after(number: int, action: str, secrets=None):
            """What GitHub runs for an event of the pull request: the branch's workflow, then the default branch's."""
            token = {name: world.env[name] for name in WITHOUT_THE_CLOUD}
            runs.run("preview-start", "pull_request", pull(world, action, number), secrets=token).ends_well()
            return runs.run("preview", "workflow_run", event(world, "workflow_run", number=number), secrets=secrets)

        with step("a push to the default branch deploys production"):
            runs.run("production", "push", push(world)).succeeds()
            serves(world, "shop", "first")
        with step("an opened pull request gets its preview and its comment"):
            shop.branch("feature")
            shop.serve("second")
            number = world.open_pull("feature", "Serve another word")
            after(number, "opened").succeeds().output_is("pull-requests", f"[{number}]").output_is("status", "ready")
            serves(world, f"shop-pr-{number}", "second")
            comment_says(world, number, "Ready")
        with step("the next push updates it"):
            shop.serve("third")
            after(number, "synchronize").succeeds().output_is("status", "ready")
            serves(world, f"shop-pr-{number}", "third")
        with step("an event that changes nothing deploys nothing"):
            before = len(deployments(world, f"shop-pr-{number}"))
            after(number, "labeled").succeeds().says("it stays as it is")
            expect(len(deployments(world, f"shop-pr-{number}")) == before, "there is a new deployment")
        with step("a maintainer's comment is a command"):
            runs.run("redeploy", "issue_comment", comment(world, number, "/redeploy")).succeeds()
            expect(len(deployments(world, f"shop-pr-{number}")) == before + 1, "there is not one more deployment")
        with step("a fork's pull request starts no job that has the token, and its author gets the reason"):
            fork = world.open_pull("stranger:feature", "From a fork")
            requests = len(world.own("GET", "/requests"))
            forked = after(fork, "opened").succeeds()
            expect(not forked.outputs()["pull-requests"], f"a job was given the fork's pull request:\n{forked.output}")
            expect("[Preview/Preview" not in forked.output, f"the job that has the token was started:\n{forked.output}")
            expect(not asked_of_the_cloud(world, requests), "the run asked the cloud")
            comment_says(world, fork, "a maintainer who has read it")
            world.github("PATCH", f"/pulls/{fork}", {"state": "closed"})
        with step("with a token that may only read, a fork's author finds the reason in the summary"):
            world.account({"github_read_only": [READER]})
            fork = world.open_pull("stranger:feature", "From a fork, once more")
            after(fork, "opened", secrets={"GITHUB_TOKEN": READER}).succeeds().says("a maintainer who has read it")
            world.github("PATCH", f"/pulls/{fork}", {"state": "closed"})
        with step("closing the pull request removes the preview"):
            world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
            after(number, "closed").succeeds().output_is("status", "removed")
            expect(world.app(f"shop-pr-{number}") is None, "the preview is still there")
            comment_says(world, number, "Removed")
        with step("the schedule sweeps what an event missed"):
            missed = world.open_pull("feature", "Closed while no run saw it")
            after(missed, "opened").succeeds().output_is("status", "ready")
            world.github("PATCH", f"/pulls/{missed}", {"state": "closed"})
            runs.run("sweep", "schedule", event(world, "schedule")).succeeds()
            expect(world.app(f"shop-pr-{missed}") is None, "the preview is still there")
            expect(world.app("shop") is not None, "production is gone")

    return tell
