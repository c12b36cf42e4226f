"""The tables."""

from sqlmodel import Field, SQLModel


class Report(SQLModel, table=True):
    __tablename__ = "reports"

    id: int | None = Field(default=None, primary_key=True)
    # What seeding recognises a report by.
    slug: str = Field(index=True, unique=True, max_length=80)
    area: str = Field(max_length=40)
    covered: int = 0
    total: int = 0
