"""The tables."""

from datetime import datetime, timezone

from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Note(db.Model):
    __tablename__ = "notes"

    id = db.Column(db.Integer, primary_key=True)
    text = db.Column(db.String(500), nullable=False)
    created_at = db.Column(db.DateTime(timezone=True), nullable=False, default=lambda: datetime.now(timezone.utc))
    pinned = db.Column(db.Boolean, nullable=False, default=False)

    def to_dict(self) -> dict:
        return {"id": self.id, "text": self.text, "pinned": self.pinned}
