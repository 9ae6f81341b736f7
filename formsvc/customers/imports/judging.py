"""What the rows of a batch would do, before anything is written (M26, M43)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.customers.duplicates.alike import Asked, alike_to_each
from formsvc.customers.imports.models import Import, ImportRow, RowOutcome
from formsvc.customers.models import Audience, Customer
from formsvc.customers.names import core
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.columns import NUMBER
from formsvc.customers.worksheet.importing import Conflict, news
from formsvc.customers.worksheet.known import Held, Known
from formsvc.customers.worksheet.reading import SheetRow
from formsvc.staff.models import Permission, Staff

OWNER = "owner"  # stands among the changes, where a customer of nobody gets a manager
KEYS = {"name": "name_core", "mobile": "mobile", "email": "email", "customer": "customer_id"}  # by evidence
NAME = "客户名称/个人姓名"


class Judge:
    """Judges batches of one import, whose rows before are in the database."""

    def __init__(self, session: Session, brought: Import) -> None:
        self._session, self._brought = session, brought
        self._owner = session.get_one(Staff, brought.owner_id)
        importer = session.get_one(Staff, brought.staff_id)
        self._visible = reach.visible(importer)
        self._sees_all = importer.may(Permission.ALL_CUSTOMERS)

    def judge(self, rows: Sequence[CheckedRow]) -> list[dict[str, Any]]:
        """The columns of an ImportRow for each of `rows`."""
        known = Known(self._session, rows)
        whole = [row for row in rows if not row.problems]
        numbered = {row.row.number: known.numbered(row) for row in whole}
        found = {row.row.number: known.find(row) for row in whole}
        self._refuse_others(whole, numbered, found)
        known.read(customer for customer in found.values() if customer)
        alike = self._alike([row for row in whole if not row.problems and not found[row.row.number]])
        made = [self._judged(row, found.get(row.row.number), known, alike.get(row.row.number, [])) for row in rows]
        _tell_doubles(made, self._first_rows(made))
        return made

    def _refuse_others(
        self, rows: Sequence[CheckedRow], numbered: Mapping[int, Customer | None], found: Mapping[int, Customer | None]
    ) -> None:
        """What is a colleague's customer is refused, and the colleague is not named."""
        ids = {customer.id for customer in (*numbered.values(), *found.values()) if customer}
        if self._sees_all or not ids:
            return
        seen = set(self._session.scalars(self._visible.with_only_columns(Customer.id).where(Customer.id.in_(ids))))
        for row in rows:
            for column, customers in ((NUMBER, numbered), (NAME, found)):
                customer = customers[row.row.number]
                if customer and customer.id not in seen and not row.problems:
                    row.refuse(column, "not-yours")

    def _judged(
        self, row: CheckedRow, customer: Customer | None, known: Known, alike: list[dict[str, Any]]
    ) -> dict[str, Any]:
        customer = None if row.problems else customer
        changes = judged_as(row, known.held(customer)) if customer else {}
        if customer and customer.owner_id is None:
            changes[OWNER] = {"before": None, "after": self._owner.name, "conflict": None, "take": None}
        is_company = row.audience is Audience.ENTERPRISE
        return {
            "import_id": self._brought.id, "number": row.row.number,
            "cells": {title: cell for title, cell in row.row.cells.items() if cell},
            "values": {} if row.problems else row.values, "audience": row.audience,
            "outcome": _outcome(row, customer, changes, alike),
            "problems": [[problem.column, problem.value, problem.reason] for problem in row.problems],
            "changes": changes, "alike": alike, "own_number": row.number,
            "is_undecided": bool(alike) or is_undecided(changes),
            "customer_id": customer and customer.id, "version": customer and customer.version,
            "name_core": core(row.text("basic.full_name") or "")[:200] or None if is_company else None,
            "mobile": row.text("contacts.mobile"), "email": row.text("contacts.email"),
        }  # fmt: skip

    def _alike(self, rows: Sequence[CheckedRow]) -> dict[int, list[dict[str, Any]]]:
        """The customers that each of `rows` may be, by the number of the row."""
        asked = [Asked(row.values, row.audience) for row in rows]
        found = alike_to_each(self._session, asked, None if self._sees_all else self._visible)
        return {
            row.row.number: [
                {"number": each.number, "name": each.name, "evidence": list(each.evidence)} for each in others
            ]
            for row, others in zip(rows, found, strict=True)
        }

    def _first_rows(self, made: Sequence[Mapping[str, Any]]) -> dict[tuple[str, Any], int]:
        """The first row of earlier batches, by each thing that it has in common with one of `made`."""
        mine = ImportRow.import_id == self._brought.id, ImportRow.outcome != RowOutcome.REFUSED
        first: dict[tuple[str, Any], int] = {}
        for evidence, name in KEYS.items():
            given = {row[name] for row in made if row[name]}
            column = getattr(ImportRow, name)
            rows = select(column, func.min(ImportRow.number)).where(*mine, column.in_(given)).group_by(column)
            first.update(((evidence, value), number) for value, number in self._session.execute(rows) if given)
        return first


def judged_as(row: CheckedRow, held: Held) -> dict[str, Any]:
    """What `row` would change of a record of which that is held, as an ImportRow keeps it."""
    return {
        key: {"before": new.before, "after": new.after, "conflict": new.conflict, "take": None}
        for key, new in news(row.values, held).items()
    }


def row_in(row: ImportRow, language: str) -> CheckedRow:
    """The checked row that `row` was made of."""
    sheet = SheetRow(row.number, row.cells)
    return CheckedRow(sheet, language, number=row.own_number, values=dict(row.values), audience=row.audience)


def is_undecided(changes: Mapping[str, Any]) -> bool:
    """Whether a person has to say which of two values is right. Old news are none, unless somebody takes them."""
    return any(change["conflict"] == Conflict.CONFIRMED and change["take"] is None for change in changes.values())


def taken(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What is put into the record, by field."""
    return {
        key: change["after"]
        for key, change in changes.items()
        if key != OWNER and (change["take"] or not change["conflict"])
    }


def _outcome(
    row: CheckedRow, customer: Customer | None, changes: Mapping[str, Any], alike: Sequence[object]
) -> RowOutcome:
    if row.problems:
        return RowOutcome.REFUSED
    if alike or is_undecided(changes):
        return RowOutcome.UNSURE
    if customer is None:
        return RowOutcome.CREATED
    return RowOutcome.CHANGED if taken(changes) or OWNER in changes else RowOutcome.UNCHANGED


def _tell_doubles(made: Sequence[dict[str, Any]], first: dict[tuple[str, Any], int]) -> None:
    """Two rows of the worksheet that are one customer: the later one says so, and a person decides."""
    for row in made:
        if row["outcome"] is RowOutcome.REFUSED:
            continue
        found: dict[int, list[str]] = {}
        for evidence, column in KEYS.items():
            is_told = row[column] and bool(row["customer_id"]) == (evidence == "customer")
            if is_told and (number := first.setdefault((evidence, row[column]), row["number"])) != row["number"]:
                found.setdefault(number, []).append(evidence)
        if found:
            others = [{"row": number, "evidence": evidence} for number, evidence in sorted(found.items())]
            row.update(alike=[*row["alike"], *others], outcome=RowOutcome.UNSURE, is_undecided=True)
