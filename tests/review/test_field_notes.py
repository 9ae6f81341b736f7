"""A return with words to single fields (M16)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.mail.models import OutboxMessage
from formsvc.review import verbs
from formsvc.review.verbs import MAX_FIELD_NOTE, NoteMissing
from formsvc.submissions.models import SubmissionState
from tests.factories import staff_account, submission
from tests.review.deciding import LATER


def test_words_to_fields_are_kept_and_sent_in_the_customers_language(session: Session) -> None:
    made = submission(session, language="en")
    notes = {"contacts.mobile": " 少一位\u200b\n数字 ", "basic.uscc": "再核对", "contacts.email": " \n "}
    verbs.return_(session, made, staff_account(session), "", LATER, notes)
    session.expire_all()
    assert (made.state, made.note) == (SubmissionState.RETURNED, "")
    assert made.field_notes == {"basic.uscc": "再核对", "contacts.mobile": "少一位数字"}
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "returned")).one()
    assert mail.content["context"]["field_notes"] == [
        {"label": "Unified social credit code", "note": "再核对"},
        {"label": "Mobile", "note": "少一位数字"},
    ]


@pytest.mark.parametrize("key", ["basic.id_number", "maintenance.tags", "basic.bank_account", "x.y", "", "contacts"])
def test_words_to_what_this_customer_was_not_asked_are_dropped(session: Session, key: str) -> None:
    made = submission(session)
    with pytest.raises(NoteMissing):
        verbs.return_(session, made, staff_account(session), "", LATER, {key: "请修改"})
    verbs.return_(session, made, staff_account(session), "请修改", LATER, {key: "请修改"})
    assert made.field_notes is None


def test_words_to_a_field_have_a_limit(session: Session) -> None:
    made = submission(session)
    verbs.return_(session, made, staff_account(session), "", LATER, {"contacts.name": "长" * 50_000})
    assert made.field_notes == {"contacts.name": "长" * MAX_FIELD_NOTE}
