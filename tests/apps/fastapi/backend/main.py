"""The service: reports, their summary, and a health check that asks the database."""

import logging
import os

from fastapi import Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import func, text
from sqlmodel import Session, select

from database import engine, get_session
from models import Report

logger = logging.getLogger("uvicorn.error")
app = FastAPI(title="Coverage")


class NewReport(BaseModel):
    slug: str
    area: str
    covered: int = 0
    total: int = 0


@app.get("/health")
def health(response: Response) -> dict:
    """200 if the database answers, else 503."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:
        logger.warning("health check: the database does not answer: %s", error)
        response.status_code = 503
        return {"status": "degraded", "database": "disconnected"}
    integrations = {name: bool(os.getenv(name)) for name in ("SLACK_BOT_TOKEN", "GMAIL_APP_PASSWORD", "GEMINI_API_KEY")}
    return {"status": "ok", "database": "connected", "dialect": engine.dialect.name, "integrations": integrations}


@app.get("/summary")
def summary(session: Session = Depends(get_session)) -> dict:
    """How many reports there are, and how much each area covers."""
    rows = session.exec(
        select(Report.area, func.count(), func.sum(Report.covered), func.sum(Report.total)).group_by(Report.area).order_by(Report.area)
    ).all()
    return {
        "reports": sum(row[1] for row in rows),
        "areas": {area: {"reports": count, "covered": covered, "total": total} for area, count, covered, total in rows},
    }


@app.get("/reports")
def list_reports(session: Session = Depends(get_session)) -> list[Report]:
    return list(session.exec(select(Report).order_by(Report.id)))


@app.post("/reports", status_code=201)
def add_report(new: NewReport, session: Session = Depends(get_session)) -> Report:
    if session.exec(select(Report).where(Report.slug == new.slug)).first():
        raise HTTPException(409, f"there is a report `{new.slug}` already")
    report = Report(**new.model_dump())
    session.add(report)
    session.commit()
    session.refresh(report)
    return report
