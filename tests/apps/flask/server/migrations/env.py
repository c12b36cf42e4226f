"""Runs migrations against the database of `DATABASE_URL`."""

import sys
from logging.config import fileConfig
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config as settings  # noqa: E402
from models import db  # noqa: E402

fileConfig(context.config.config_file_name)

engine = create_engine(settings.database_url(), poolclass=pool.NullPool)
with engine.connect() as connection:
    # SQLite can alter a table only by making it anew, which is what a batch does.
    context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
