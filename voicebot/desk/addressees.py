"""Departments as mail knows them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from voicebot.catalogue.models import CityRow, DepartmentNameRow, DepartmentRow


def address(session: Session, department: str) -> str:
    """Where a department's mail goes; empty where neither it nor the switchboard has an address."""
    city = session.get(CityRow, 1)
    keys = (department, city.switchboard if city else "")
    rows = (session.get(DepartmentRow, key) for key in keys if key)
    return next((row.email for row in rows if row is not None and row.email), "")


def name(session: Session, department: str) -> str:
    """In German, as staff read it; the key where there is none."""
    row = session.get(DepartmentNameRow, (department, "de"))
    return row.name if row else department
