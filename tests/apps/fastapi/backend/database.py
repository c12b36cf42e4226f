"""The engine, on whatever database `DATABASE_URL` names."""

import os
from pathlib import Path

from sqlmodel import Session, create_engine

_DEFAULT_DB = f"sqlite:///{Path(__file__).resolve().parent / 'coverage.db'}"
DATABASE_URL = os.getenv("DATABASE_URL") or _DEFAULT_DB

# A connection of SQLite belongs to the thread that opened it; FastAPI serves from several.
_arguments = {"check_same_thread": False} if DATABASE_URL.startswith("sqlite") else {}
engine = create_engine(DATABASE_URL, connect_args=_arguments, pool_pre_ping=True)


def get_session():
    """One session for one request."""
    with Session(engine) as session:
        yield session
