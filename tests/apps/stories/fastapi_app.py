"""The FastAPI service: one `seed.py` that fills PostgreSQL in production and SQLite in the preview."""

import secrets

from .service import Service
from world.truth import expect
from world.web import call, get, gone
from world.world import World

REPOSITORY = "org/fastapi"
PRODUCTION = "coverage-api"
SECRETS = ("SLACK_BOT_TOKEN", "GMAIL_APP_PASSWORD", "GEMINI_API_KEY")


def supplied() -> dict:
    return {name: secrets.token_hex(16) for name in SECRETS}


def tell(world: World, step) -> None:
    repository = Service(world.work, "fastapi")
    world.start()

    with step("production is deployed on PostgreSQL, seeded and healthy"):
        world.run("deploy", secrets=True)
        production = world.url(PRODUCTION)
        health = get(f"{production}/health")
        expect(health["status"] == "ok" and health["dialect"] == "postgresql", f"production's health is {health}")
        expect(all(health["integrations"].values()), f"production lacks secrets: {health['integrations']}")
        expect(get(f"{production}/summary")["reports"] == 3, "production is not seeded")
    with step("a report is added in production; seeding again changes nothing"):
        status, report = call("POST", f"{production}/reports", {"slug": "kept", "area": "claims", "covered": 1, "total": 6})
        expect(status == 201, f"the report was answered with {status}: {report}")
        world.run("redeploy", "--environment", "production", secrets=True)
        summary = get(f"{production}/summary")
        wanted = {"claims": {"reports": 3, "covered": 28, "total": 42}, "policies": {"reports": 1, "covered": 30, "total": 30}}
        expect(summary == {"reports": 4, "areas": wanted}, f"production's summary is {summary}")

    with step("a pull request with more reports gets a preview on SQLite, seeded anew"):
        repository.branch("more-reports")
        repository.push("more-reports", "more-reports")
        number = world.open_pull("more-reports", "More reports")
        preview_name = f"{PRODUCTION}-pr-{number}"
        world.run("preview", "--pr", str(number))
        preview = world.url(preview_name)
        health = get(f"{preview}/health")
        expect(health["dialect"] == "sqlite", f"the preview's health is {health}")
        expect(not any(health["integrations"].values()), f"the preview has production's secrets: {health['integrations']}")
        slugs = [report["slug"] for report in get(f"{preview}/reports")]
        expect("policy-renewal" in slugs and "kept" not in slugs and len(slugs) == 4, f"the preview's reports are {slugs}")
    with step("what is added in the preview stays there"):
        status, _ = call("POST", f"{preview}/reports", {"slug": "tried", "area": "claims"})
        expect(status == 201, f"the preview answered {status}")
        expect(get(f"{production}/summary") == summary, "production's rows have changed")
    with step("a seed that fails fails the preview; the comment shows its error"):
        repository.push("more-reports", "broken-seed")
        world.run("preview", "--pr", str(number), code=1)
        comment = world.comment(number)
        expect("ZeroDivisionError" in comment, f"the comment does not show the error:\n{comment}")
        expect(get(f"{preview}/health")["status"] == "ok", "the preview's previous version does not serve")
    with step("closing the pull request removes everything"):
        world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
        world.run("teardown", "--pr", str(number))
        expect(world.app(preview_name) is None, "the preview is still there")
        expect(gone(f"{preview}/health"), "the preview still answers")
        expect(set(world.preview_states()) == {"inactive"}, f"deployments are {world.preview_states()}")

    with step("a seed that fails fails the deployment; production keeps serving"):
        good = repository.push("main", "more-reports")
        world.run("deploy", secrets=True)
        expect(get(f"{production}/summary")["reports"] == 5, "production has not got the new report")
        repository.push("main", "broken-seed")
        said = world.run("deploy", secrets=True, code=1)
        expect("ZeroDivisionError" in said, f"the output does not show the seed's error:\n{said}")
        expect(get(f"{production}/summary")["reports"] == 5, "production's rows have changed")
        expect(world.serving_commit(PRODUCTION) == good, "production serves another commit")
