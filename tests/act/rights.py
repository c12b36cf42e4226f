"""Runs that GitHub gives less to: a fork's, which has no secrets, and one whose token may only read."""

from world.truth import expect

from .events import asked_of_the_cloud, pull, serves

# Of the form that GitHub gives them: what masks tokens by their form has to know these, too.
READER = "ghs_0nlyr3adsN0th1ngElseMayBeD0newithIt12"


def less_rights(world, step, runs) -> None:
    """Opens two pull requests of the branch `feature`, and closes them."""
    world.account({"github_read_only": [READER]})
    with step("a fork's pull request, which gets no secrets, shows what a maintainer can do"):
        number = world.open_pull("stranger:feature", "From a fork")
        requests = len(world.own("GET", "/requests"))
        shown = runs.run("preview", "pull_request", pull(world, "opened", number), secrets={"GITHUB_TOKEN": READER})
        shown.succeeds().output_is("status", "skipped").says("::notice", "Summary - ", "a maintainer who has read it")
        asked = asked_of_the_cloud(world, requests)
        expect(not asked, f"the run asked the cloud all the same: {asked}")
        world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
    with step("a token that may only read keeps no preview from being made, and the summary says what the comment would"):
        number = world.open_pull("feature", "With a token that may only read")
        secrets = {"GITHUB_TOKEN": READER, "DIGITALOCEAN_ACCESS_TOKEN": world.env["DIGITALOCEAN_ACCESS_TOKEN"]}
        made = runs.run("preview", "pull_request", pull(world, "opened", number), secrets=secrets)
        made.succeeds().output_is("status", "ready").says("may only read", "Summary - ", "✅ Ready")
        serves(world, f"shop-pr-{number}", "fourth")
        expect(not world.github("GET", f"/issues/{number}/comments"), "there is a comment")
        world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
        runs.run("preview", "pull_request", pull(world, "closed", number)).succeeds().output_is("status", "removed")
