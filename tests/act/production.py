"""A maintainer takes production back by hand, and releases it again."""

from world.truth import expect

from .events import by_hand, deployments, push, serves


def back_and_forth(world, step, runs, shop) -> None:
    """Begins with a production that serves `first`, and ends with one that serves `sixth`."""
    shop.switch("main")
    shop.serve("fifth")
    runs.run("production", "push", push(world)).succeeds()
    serves(world, "shop", "fifth")
    with step("a maintainer takes production back to the deployment before"):
        inputs = by_hand(world, command="rollback", environment="production")
        runs.run("redeploy", "workflow_dispatch", inputs).succeeds().output_is("status", "ready")
        serves(world, "shop", "first")
    with step("a push to a production that was taken back is skipped"):
        before = len(deployments(world, "shop"))
        shop.serve("sixth")
        skipped = runs.run("production", "push", push(world)).succeeds().output_is("status", "skipped")
        skipped.says("release")
        expect(len(deployments(world, "shop")) == before, "there is a new deployment")
        serves(world, "shop", "first")
    with step("a deployment that releases production deploys what was skipped"):
        inputs = by_hand(world, command="deploy", environment="production", release="true")
        runs.run("redeploy", "workflow_dispatch", inputs).succeeds().output_is("status", "ready")
        serves(world, "shop", "sixth")
