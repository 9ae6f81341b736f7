"""What others do between the preview of a worksheet and its confirmation, and files that break those who read them."""

import io
import zipfile

from flask import Flask
from sqlalchemy import update

from formsvc.customers import record
from formsvc.customers.imports import job, verbs
from formsvc.customers.imports.models import Import, ImportState, LeftReason
from formsvc.customers.imports.verbs import Decision
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.customers.worksheet.columns import titles
from formsvc.customers.worksheet.writing import write_xlsx
from formsvc.staff.models import Staff
from tests.customers.imports.bringing import MAIL, MOBILE, NAME, read, rows_of, run, uploaded_file, work
from tests.factories import customer, staff_account, writing
from tests.installation import NOW

HELD = {NAME: "合肥云盾科技有限公司", "联系人": "张敏", MOBILE: "13856780001", MAIL: "zhangmin@example.com"}


def joined(app: Flask) -> tuple[int, Staff, int]:
    """Two rows about one customer, of which the second is joined to the first: import, importer and customer."""
    with writing(app) as session:
        importer = staff_account(session, "李强")
        held = customer(session, importer)
        number, id_ = held.number, held.id
    brought = read(
        app, importer, HELD | {"客户编号": number, "职位": "总监"}, HELD | {"客户编号": number, "职位": "董事"}
    )
    with writing(app) as session:
        verbs.choose(session, session.get_one(Import, brought), importer, {3: Decision("row:2")}, NOW)
    return brought, importer, id_


def test_foreign_id_a_customer_that_was_handed_over_is_not_written(app: Flask) -> None:
    brought, importer, id_ = joined(app)
    with writing(app) as session:
        other = staff_account(session, "赵云")
        session.execute(update(Customer).where(Customer.id == id_).values(owner_id=other.id))
    run(app, brought, importer)
    with writing(app) as session:
        assert session.get_one(Customer, id_).version == 1
        assert rows_of(session, brought)[2].reason is LeftReason.NOT_YOURS


def test_lost_update_what_a_colleague_changed_meanwhile_stays(app: Flask) -> None:
    brought, importer, id_ = joined(app)
    with writing(app) as session:
        source = Source(Origin.EDIT, importer.id, reason="called")
        record.change(session, session.get_one(Customer, id_), {"contacts.position": "经理"}, source, NOW, seen=1)
    run(app, brought, importer)
    with writing(app) as session:
        assert session.get_one(Customer, id_).version == 2
        assert {row.reason for row in rows_of(session, brought).values()} == {
            LeftReason.CHANGED_SINCE, LeftReason.OTHER_ROW_LEFT,
        }  # fmt: skip


def compressed_badly() -> bytes:
    """A workbook of which a part is damaged, in a way of compression that hardly anybody uses."""
    plain, packed = io.BytesIO(), io.BytesIO()
    write_xlsx(plain, titles(), [])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        start = new.getinfo("xl/workbook.xml").header_offset + 30 + len("xl/workbook.xml") + 12
    damaged = bytearray(packed.getvalue())
    damaged[start : start + 40] = b"\xff" * 40
    return bytes(damaged)


def test_multipart_and_size_a_file_that_raises_what_nobody_names_is_no_worksheet(app: Flask) -> None:
    with writing(app) as session:
        importer = staff_account(session)
    brought = uploaded_file(app, importer, compressed_badly(), "a.xlsx")
    work(app)
    with writing(app) as session:
        assert session.get_one(Import, brought).state is ImportState.REFUSED


def test_a_file_that_kills_each_worker_is_given_up(app: Flask) -> None:
    with writing(app) as session:
        importer = staff_account(session)
    brought = uploaded_file(app, importer, b"x")
    with writing(app) as session:
        session.get_one(Import, brought).claim = job.MOST_CLAIMS
    work(app)
    with writing(app) as session:
        assert session.get_one(Import, brought).refusal == "too-large"
