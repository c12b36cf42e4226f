"""The Flask service: PostgreSQL and Valkey in production, SQLite in the preview, Alembic between them."""

import secrets
import time

from . import cache
from .service import Service
from world.truth import expect
from world.web import call, get, gone
from world.world import World

REPOSITORY = "org/flask"
PRODUCTION = "shelf-backend"


def supplied() -> dict:
    """Values for the spec's SECRETs; REDIS_URL follows when its server is up."""
    names = ("JWT_SECRET", "GEMINI_API_KEY", "OPENWEATHER_KEY")
    return {name: secrets.token_hex(16) for name in names} | {"ALLOWED_ORIGINS": f"https://{secrets.token_hex(8)}.example.com"}


def tell(world: World, step) -> None:
    repository = Service(world.work, "flask")
    world.secrets["REDIS_URL"] = cache.start(world)
    world.start()

    with step("production is deployed on PostgreSQL, migrated and healthy"):
        world.run("deploy", secrets=True)
        production = world.url(PRODUCTION)
        health = get(f"{production}/health")
        wanted = {"status": "ok", "database": "connected", "dialect": "postgresql", "revision": "0001", "redis": "connected"}
        expect(health == wanted, f"production's health is {health}")
        expect(world.serving_commit(PRODUCTION) == repository.head(), "production serves another commit")
    with step("a note is written in production, and its visits are counted"):
        status, note = call("POST", f"{production}/notes", {"text": "kept in production"})
        expect(status == 201, f"the note was answered with {status}: {note}")
        # The deployment has looked at the page once itself.
        first, second = (get(production)["visits"] for _ in range(2))
        expect(second == first + 1, f"the cache does not count: {first}, {second}")

    with step("a pull request with a new migration gets a preview on SQLite"):
        repository.branch("pinned-notes")
        repository.push("pinned-notes", "pinned-notes")
        number = world.open_pull("pinned-notes", "Pin notes")
        preview_name = f"{PRODUCTION}-pr-{number}"
        world.run("preview", "--pr", str(number))
        preview = world.url(preview_name)
        health = get(f"{preview}/health")
        expect(health["dialect"] == "sqlite" and health["revision"] == "0002", f"the preview's health is {health}")
        expect(health["redis"] == "not_configured", "the preview has production's cache")
        expect(preview in world.comment(number), "the comment lacks the preview's URL")
    with step("the preview sees no row of production, nor production one of the preview"):
        expect(get(f"{preview}/notes") == [], "the preview has rows already")
        status, _ = call("POST", f"{preview}/notes", {"text": "only in the preview"})
        expect(status == 201, f"the preview answered {status}")
        expect(get(f"{preview}/notes") == [{"id": 1, "text": "only in the preview", "pinned": False}], "the preview lost its note")
        expect(get(f"{production}/notes") == [note], "production's rows have changed")
        expect(get(f"{production}/health")["revision"] == "0001", "the preview migrated production")
    with step("asleep and awake again, the preview migrates a fresh database"):
        for _ in range(10):
            world.own("POST", "/clock", {"advance_seconds": 25 * 3600})
            time.sleep(0.5)
            if get(f"{preview}/notes") == []:
                break
        expect(get(f"{preview}/notes") == [], "the preview never slept")
        expect(get(f"{preview}/health")["revision"] == "0002", "the preview is not migrated")
    with step("a migration that fails fails the preview; the comment shows Alembic's error"):
        repository.push("pinned-notes", "broken-migration")
        world.run("preview", "--pr", str(number), code=1)
        comment = world.comment(number)
        expect("no such table: authors_of_old" in comment, f"the comment does not show the error:\n{comment}")
        expect(get(f"{preview}/health")["revision"] == "0002", "the preview's previous version does not serve")
        expect(get(f"{production}/notes") == [note], "production's rows have changed")
    with step("repaired, the preview is green again"):
        head = repository.push("pinned-notes", "repaired-migration")
        world.run("preview", "--pr", str(number))
        expect(get(f"{world.url(preview_name)}/health")["revision"] == "0003", "the preview is not migrated")
        expect(world.serving_commit(preview_name) == head, "the preview serves another commit")
        expect("authors_of_old" not in world.comment(number), "the comment still shows the old error")
    with step("closing the pull request removes everything"):
        world.github("PATCH", f"/pulls/{number}", {"state": "closed"})
        world.run("teardown", "--pr", str(number))
        expect(world.app(preview_name) is None, "the preview is still there")
        expect(gone(f"{preview}/health"), "the preview still answers")
        expect(set(world.preview_states()) == {"inactive"}, f"deployments are {world.preview_states()}")
        expect("removed" in world.comment(number).lower(), "the comment does not say that the preview was removed")

    with step("the migration reaches production, and its rows are kept"):
        good = repository.push("main", "pinned-notes")
        world.run("deploy", secrets=True)
        expect(get(f"{production}/health")["revision"] == "0002", "production is not migrated")
        expect(get(f"{production}/notes") == [note | {"pinned": False}], "production's rows have changed")
    with step("a migration that fails fails the deployment; production keeps serving"):
        repository.push("main", "broken-migration")
        said = world.run("deploy", secrets=True, code=1)
        expect('"authors_of_old" does not exist' in said, f"the output does not show Alembic's error:\n{said}")
        expect(get(f"{production}/health")["revision"] == "0002", "production's schema has changed")
        expect(get(f"{production}/notes") == [note | {"pinned": False}], "production's rows have changed")
        expect(world.serving_commit(PRODUCTION) == good, "production serves another commit")
    with step("repaired, production is green again"):
        head = repository.push("main", "repaired-migration")
        world.run("deploy", secrets=True)
        expect(get(f"{production}/health")["revision"] == "0003", "production is not migrated")
        expect(world.serving_commit(PRODUCTION) == head, "production serves another commit")
        expect(get(f"{production}/health")["redis"] == "connected", "production lost its cache")
