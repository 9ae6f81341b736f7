"""Worksheets that are brought in by the browser's way, without a browser."""

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.imports import job, verbs
from formsvc.customers.imports.models import Import, ImportRow, ImportState
from formsvc.customers.worksheet.columns import titles
from formsvc.db import db
from formsvc.staff.models import Staff
from tests.factories import writing
from tests.installation import NOW

NUMBER, NAME, CONTACT, MOBILE, MAIL = "客户编号", "客户名称/个人姓名", "联系人", "手机号码", "电子邮箱"


def company(number: int, **other: str) -> dict[str, str]:
    """A row that is like no other one."""
    names = {NAME: f"苏州{number}号精密机械有限公司", CONTACT: "王芳", MOBILE: f"139{number:08d}"}
    return names | other


def content(*rows: Mapping[str, str], header: Sequence[str] | None = None) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header or titles(), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def uploaded(app: Flask, by: Staff, *rows: Mapping[str, str], owner: Staff | None = None) -> int:
    return uploaded_file(app, by, content(*rows), owner=owner)


def uploaded_file(app: Flask, by: Staff, file: bytes, name: str = "fair.csv", owner: Staff | None = None) -> int:
    with writing(app) as session:
        return verbs.upload(session, by, name, io.BytesIO(file), owner or by, "en", NOW).id


def work(app: Flask) -> None:
    """What a worker does, to its end."""
    with app.app_context():
        job.work_to_end()


def read(app: Flask, by: Staff, *rows: Mapping[str, str], owner: Staff | None = None) -> int:
    """An import whose rows wait to be confirmed."""
    id_ = uploaded(app, by, *rows, owner=owner)
    work(app)
    return id_


def confirmed(app: Flask, id_: int, by: Staff) -> None:
    with writing(app) as session:
        verbs.confirm(session, session.get_one(Import, id_), by, NOW)


def run(app: Flask, id_: int, by: Staff) -> None:
    confirmed(app, id_, by)
    work(app)


def steps(app: Flask, count: int) -> None:
    """So many batches of a worker that is killed then."""
    with app.app_context():
        for task in _claimed(count):
            with suppress(StopIteration):
                next(task.steps)
        app.extensions["imports"].clear()


def _claimed(count: int) -> list[job.Task]:
    task = job._claimed()
    assert task
    return [task] * count


def state(app: Flask, id_: int) -> tuple[ImportState, dict[str, int], dict[str, int]]:
    with app.app_context():
        brought = db.session.get_one(Import, id_)
        return brought.state, brought.counts, brought.results


def rows_of(session: Session, id_: int) -> dict[int, ImportRow]:
    rows = session.scalars(select(ImportRow).where(ImportRow.import_id == id_).order_by(ImportRow.number))
    return {row.number: row for row in rows}
