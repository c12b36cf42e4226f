"""Makes the tables and the first reports; running it again changes nothing."""

from sqlmodel import Session, SQLModel, select

from database import engine
from models import Report

INITIAL = [
    Report(slug="claims-intake", area="claims", covered=18, total=24),
    Report(slug="claims-payout", area="claims", covered=9, total=12),
    Report(slug="policy-search", area="policies", covered=30, total=30),
    Report(slug="policy-renewal", area="policies", covered=4, total=10),
]


def seed() -> int:
    """Adds what is missing; returns how many reports that were."""
    SQLModel.metadata.create_all(engine)
    added = 0
    with Session(engine) as session:
        known = set(session.exec(select(Report.slug)))
        for report in INITIAL:
            if report.slug not in known:
                session.add(report)
                added += 1
        session.commit()
    return added


if __name__ == "__main__":
    print(f"seeded {seed()} of {len(INITIAL)} reports", flush=True)
