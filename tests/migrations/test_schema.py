"""The migrations make the schema that the models describe, up and down, and two at once."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from config import Config
from formsvc.customers import contacts, record
from formsvc.customers.duplicates.pairs import DuplicatePair
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.following.models import CustomerFollower
from formsvc.customers.imports import verbs as imports
from formsvc.customers.imports.models import ImportRow, RowOutcome
from formsvc.customers.listing.saved import SavedFilter
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.db import Base, db, transaction
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import publish, publish_default
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from formsvc.review.models import ReviewWarning, Reward, ServiceNote, SubmissionFlag
from formsvc.review.undo import undo
from formsvc.schema import alembic, migrating, upgrade
from formsvc.submissions.models import Address, AddressKind, Code, CompletionTime, Draft, ReviewStep, Submission
from tests.asking import second
from tests.factories import customer, staff_account, submission, writing
from tests.installation import NOW, Databases, config_for, running
from tests.processes import Processes


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Config]:
    """The settings of an installation whose database has no table yet."""
    with databases.empty(tmp_path) as url:
        yield config_for(url, tmp_path)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_models_are_what_the_migrations_make(app: Flask) -> None:
    with app.app_context():
        assert alembic.compare_metadata() == []
        assert tables() == set(Base.metadata.tables)


def fill(app: Flask) -> int:
    """Put a row into every table; the id of an approved submission."""
    with writing(app) as session:
        answered = submission(session, secrets={"basic.id_number": "11010519491231002X"})
        decisions = dict.fromkeys(answered.all_answers, Decision("accept"))
        invitation = answered.invitation
        reviewer = staff_account(session)
        review.approve(session, answered, reviewer, decisions, "", invitation.customer.version, NOW)
        undone = invitation.customer.version, NOW + timedelta(hours=1)
        undo(session, answered, ["basic.id_number"], reviewer, "wrong person", *undone)
        of_it = {"invitation_id": invitation.id}
        whole, part = customer(session), customer(session)
        merging.merge(session, whole, part, Choices(), reviewer, whole.version, part.version, NOW)
        double = customer(session)
        session.flush()
        session.add_all((
            DuplicatePair(older_id=invitation.customer_id, newer_id=double.id, evidence=["name"], likeness=100,
                          weight=1, found_at=NOW),
            Draft(**of_it, reader="", number=1, typed={}, saved_at=NOW),
            Code(subject=invitation.subject, digest="", sent_at=NOW),
            Address(**of_it, kind=AddressKind.EMAIL, address="a@example.com", entered_at=NOW),
            CompletionTime(version_id=invitation.version_id, is_repeat=True, seconds=100, sections={}),
            SubmissionFlag(submission_id=answered.id, check="emptied"),
            ReviewWarning(staff_id=reviewer.id, submission_id=answered.id, step=ReviewStep.LEAD),
            SavedFilter(staff_id=reviewer.id, page="queue", name="late", query="age=late"),
            ServiceNote(staff_id=reviewer.id, questionnaire_id=invitation.questionnaire_id, language="en",
                        text="We call you first."),
            CustomerFollower(customer_id=invitation.customer_id, staff_id=reviewer.id, since=NOW),
            Reward(customer_id=invitation.customer_id, version_id=invitation.version_id, submission_id=answered.id,
                   earned_at=NOW),
        ))  # fmt: skip
        brought = imports.upload(session, reviewer, "a.csv", io.BytesIO(b"x"), reviewer, "en", NOW)
        session.add(ImportRow(import_id=brought.id, number=2, cells={}, values={}, audience="enterprise", problems=[],
                              changes={}, alike=[], outcome=RowOutcome.CREATED, is_undecided=False))  # fmt: skip
        return answered.id


def test_down_and_up_again_with_a_row_in_every_table(app: Flask) -> None:
    fill(app)
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            assert db.session.scalar(select(func.count()).select_from(table)), f"{table} has no row to try this with"
        db.session.rollback()
        with migrating():
            alembic.downgrade("base")
        assert tables() == set()
    with app.app_context():
        upgrade()
        assert tables() == set(Base.metadata.tables)
    with writing(app) as session:
        assert publish_default(session, NOW).number == 1


def test_what_was_sent_before_is_counted_and_stays_frozen(app: Flask) -> None:
    sent = fill(app)
    with app.app_context():
        with migrating():
            alembic.downgrade("0001")
        upgrade()
        submission = db.session.get_one(Submission, sent)
        assert submission.invitation.revision == submission.revision == 1
        values = db.session.scalars(select(CustomerValue).where(CustomerValue.submission_id == sent)).all()
        assert [value for value in values if value.verified_at != value.set_at] == []
        assert values
        with pytest.raises(DatabaseError, match="never change"):
            db.session.execute(update(Submission).values(revision=2))
        db.session.rollback()
        assert db.session.scalar(text("PRAGMA foreign_keys") if is_sqlite() else text("SELECT 1")) == 1


def test_a_standing_note_is_one_for_every_questionnaire_then_and_the_first_ones_before(app: Flask) -> None:
    fill(app)
    with writing(app) as session:
        staff_id, first = session.execute(select(ServiceNote.staff_id, ServiceNote.questionnaire_id)).one()
        other = publish(session, second(), NOW).questionnaire_id
        session.add(ServiceNote(staff_id=staff_id, questionnaire_id=other, language="en", text="Thanks for the visit."))
    with app.app_context():
        with migrating():
            alembic.downgrade("0003")
        assert db.session.execute(text("SELECT staff_id, language, text FROM service_notes")).all() == [
            (staff_id, "en", "We call you first.")
        ]
        db.session.rollback()
        upgrade()
        notes = db.session.scalars(select(ServiceNote).order_by(ServiceNote.questionnaire_id)).all()
        assert [(note.questionnaire_id, note.text) for note in notes] == [
            (first, "We call you first."),
            (other, "We call you first."),
        ]


def test_the_codes_that_are_held_stand_beside_the_names(app: Flask) -> None:
    """From the first schema on: what waits for the end of one transaction hinders no later migration."""
    before, code, other = "91110108MA01A2B3C4", "914403001922038216", "N2110108MF01234566"
    with writing(app) as session:
        made = [customer(session, values={"basic.uscc": held}) for held in (before, other, other)]
        made.append(customer(session))
        for one, new in zip(made, (code, None), strict=False):
            record.change(session, one, {"basic.uscc": new}, Source(Origin.WORKSHEET), NOW, seen=1)
    with app.app_context():
        with migrating():
            alembic.downgrade("0001")
        assert "code" not in {column["name"] for column in inspect(db.engine).get_columns("customers")}
        upgrade()
        codes = db.session.scalars(select(Customer.code).order_by(Customer.id)).all()
        assert codes == [code, None, other, None]


def test_what_was_held_before_can_be_found_by_it(app: Flask) -> None:
    with writing(app) as session:
        one, left = customer(session), customer(session)
        gone = customer(session)
        secret = {"basic.id_number": "11010519491231002X"}
        record.change(session, one, secret, Source(Origin.WORKSHEET), NOW, seen=1, sensitive=secret)
        record.change(session, one, {"maintenance.tags": ["vip", "价格敏感"]}, Source(Origin.WORKSHEET), NOW, seen=2)
        news = {"contacts.name": "王芳", "contacts.mobile": "+8613912345678"}
        record.change(session, left, news, Source(Origin.WORKSHEET), NOW, seen=1, contact=2, primary=2)
        contacts.add(session, left, 2, NOW)
        contacts.leave(session, left, 1, 2, NOW)
        gone.merged_into_id = one.id
        record.repeat(session, gone)
    with app.app_context():
        before = marks()
        with migrating():
            alembic.downgrade("0007")
        upgrade()
        assert marks() == before


def marks() -> set[tuple[str, str, int]]:
    rows = db.session.execute(select(CustomerMark.kind, CustomerMark.text, CustomerMark.customer_id))
    found = {(str(kind), text, id_) for kind, text, id_ in rows if kind != "due"}
    db.session.rollback()
    return found


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def test_a_second_upgrade_changes_nothing(app: Flask) -> None:
    with app.app_context():
        upgrade()
        assert db.session.scalars(select(QuestionnaireVersion.number)).all() == [1]
        assert not alembic.needs_upgrade()


def test_two_upgrades_at_once_take_turns(empty: Config, processes: Processes) -> None:
    assert processes.at_once(2, empty, _upgraded) == [True, True]


def test_an_upgrade_does_not_hold_up_the_next_one(empty: Config, processes: Processes) -> None:
    """The first process lives on with its connections: its lock must not."""
    with running(empty) as app, app.app_context():
        upgrade()
        assert processes.at_once(2, empty, _upgraded) == [True, True]


def _upgraded() -> bool:
    upgrade()
    with transaction() as session:
        return session.scalars(select(QuestionnaireVersion.id)).all() == []
