"""Rows by the hundred thousand: like one that is there, but for some columns."""

from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session


def copy(session: Session, model: Any, count: int, which: str, **other: str) -> None:
    """`count` rows like the one that `which` names, with `other` SQL for some columns; `i` counts them from 1."""
    table: Table = model.__table__
    names = [column.name for column in table.columns if column.name != "id"]
    session.execute(
        text(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "  # noqa: S608 - ours
            f"INSERT INTO {table.name} ({', '.join(names)}) "
            f"SELECT {', '.join(other.get(name, name) for name in names)} FROM {table.name}, n WHERE {which}"
        )
    )
