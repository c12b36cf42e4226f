"""The service: notes, and a health check that asks what it depends on."""

import logging
import os
import sys

import redis
from flask import Flask, jsonify, request

import config
from models import Note, db

logging.basicConfig(
    level=getattr(logging, os.getenv("LOG_LEVEL", "INFO").upper(), logging.INFO),
    format="%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    handlers=[logging.StreamHandler(sys.stdout)],
)
logger = logging.getLogger(__name__)

config.check()

app = Flask(__name__)
app.config["SECRET_KEY"] = os.getenv("JWT_SECRET")
app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url()
db.init_app(app)

REDIS_URL = os.getenv("REDIS_URL")
cache = redis.from_url(REDIS_URL, socket_timeout=2, socket_connect_timeout=2) if REDIS_URL else None


@app.after_request
def allow_origin(response):
    """Lets the configured origins, and no others, read the answer."""
    origin = request.headers.get("Origin")
    if origin and origin in config.allowed_origins():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
    return response


@app.get("/health")
def health():
    """200 if the database answers, else 503; the cache is reported but optional."""
    status = {"status": "ok", "database": "disconnected", "redis": "not_configured"}
    code = 200
    try:
        db.session.execute(db.text("SELECT 1"))
        status["database"] = "connected"
        status["dialect"] = db.engine.dialect.name
        status["revision"] = db.session.execute(db.text("SELECT version_num FROM alembic_version")).scalar()
    except Exception as error:
        logger.warning("health check: the database does not answer: %s", error)
        status["status"] = "degraded"
        code = 503
    if cache is not None:
        try:
            cache.ping()
            status["redis"] = "connected"
        except redis.RedisError as error:
            logger.warning("health check: the cache does not answer: %s", error)
            status["redis"] = "disconnected"
    return jsonify(status), code


@app.get("/")
def index():
    """How many notes, and how often this page was seen where a cache counts it."""
    visits = cache.incr("visits") if cache is not None else None
    return jsonify({"service": "shelf", "notes": db.session.query(Note).count(), "visits": visits})


@app.get("/notes")
def list_notes():
    return jsonify([note.to_dict() for note in db.session.query(Note).order_by(Note.id)])


@app.post("/notes")
def add_note():
    text = (request.get_json(silent=True) or {}).get("text", "").strip()
    if not text:
        return jsonify({"error": "`text` is missing"}), 400
    note = Note(text=text)
    db.session.add(note)
    db.session.commit()
    return jsonify(note.to_dict()), 201


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.getenv("PORT", "5001")))
