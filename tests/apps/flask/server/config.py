"""What the environment says, checked once before anything starts."""

import logging
import os

logger = logging.getLogger(__name__)

# Without these the service would answer wrongly, so it does not start.
REQUIRED = {
    "JWT_SECRET": "signs sessions",
    "DATABASE_URL": "where the notes are kept",
}
# Without these one feature is missing and the rest works.
OPTIONAL = {
    "GEMINI_API_KEY": "suggestions",
    "REDIS_URL": "visit counter",
    "OPENWEATHER_KEY": "weather beside a note",
    "ALLOWED_ORIGINS": "calls from other origins",
}


def database_url() -> str:
    """The database's URL; SQLite in the working directory where none is given."""
    url = os.getenv("DATABASE_URL") or "sqlite:///notes.db"
    # SQLAlchemy knows no `postgres://`, which some providers still hand out.
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def check() -> None:
    """Raises `ValueError` that lists every required variable that production lacks."""
    production = os.getenv("FLASK_ENV", "development") == "production"
    missing = [f"{name} ({use})" for name, use in REQUIRED.items() if not os.getenv(name)]
    if missing and production:
        raise ValueError("missing in the environment: " + ", ".join(missing))
    for name, use in OPTIONAL.items():
        if not os.getenv(name):
            logger.info("%s is not set: no %s", name, use)


def allowed_origins() -> list[str]:
    """Origins that a browser may call from."""
    return [origin.strip() for origin in os.getenv("ALLOWED_ORIGINS", "").split(",") if origin.strip()]
