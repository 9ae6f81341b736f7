"""The thank-you after an approval: in the manager's name, with words on what will be better for the customer (M27)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import delete
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers.record import REPEATED
from formsvc.db import insert_into
from formsvc.fields import Value
from formsvc.invitations.letters import about, is_other, letter
from formsvc.mail.outbox import Message
from formsvc.questionnaires.definition import Definition
from formsvc.questionnaires.verbs import definition_of
from formsvc.review import rewards
from formsvc.review.models import ServiceNote
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission


def thank_you(
    session: Session, submission: Submission, note: str, merged: Mapping[str, Value] = {}, is_unchanged: bool = False
) -> Message | None:  # fmt: skip
    """The mail with `note`, in the submission's language; None where no address is held.

    It goes to whom the record names; before the merge, with the values by field that are to be `merged`. It says where
    the record `is_unchanged`, as nothing was accepted.
    """
    held, now = about(submission.invitation), submission.invitation.customer
    named = {field: merged.get(field, getattr(now, column)) for field, column in REPEATED.items()}
    addressed = replace(
        held, email=named["contacts.email"], contact=named["contacts.name"], customer=named["basic.full_name"] or ""
    )
    reward = rewards.promised(session, submission)
    return letter(
        addressed, "thank-you", submission.mail_step, submission.language,
        note=note, reward=reward, is_unchanged=is_unchanged,
    )  # fmt: skip


def note_for(session: Session, submission: Submission, reviewer: Staff, typed: str) -> str:
    """The note that goes out: what was typed, else the reviewer's standing one; "" for the usual sentence."""
    return typed or standing_note(session, reviewer, submission.invitation.questionnaire_id, submission.language)


def standing_note(session: Session, staff: Staff, questionnaire_id: int, language: str) -> str:
    """What `staff` had remembered for thanks for that questionnaire in `language`, "" for nothing."""
    kept = session.get(ServiceNote, (staff.id, questionnaire_id, language), populate_existing=True)
    return kept.text if kept else ""


def remember(
    session: Session, staff: Staff, questionnaire_id: int, language: str, text: str, now: datetime
) -> None:  # fmt: skip
    """`text` is the standing note of `staff` for that questionnaire in `language` from now on; an empty one takes it
    away.
    """
    key = {"staff_id": staff.id, "questionnaire_id": questionnaire_id, "language": language}
    if text:
        kept = insert_into(session, ServiceNote).values(**key, text=text)
        session.execute(kept.on_conflict_do_update(index_elements=list(key), set_={"text": text}))
    else:
        session.execute(delete(ServiceNote).filter_by(**key))
    said = {"questionnaire": questionnaire_id, "language": language, "length": len(text)}
    audit.record(session, staff.actor, "note.kept", staff.actor, now, **said)


def usual(definition: Definition, language: str) -> str:
    """The sentence of thanks for that questionnaire that says what is better now where there is no note."""
    with force_locale(language):
        return render_template("mail/thank-you/usual.txt", is_other=is_other(definition)).strip()


def thanks_for(session: Session, submission: Submission, reader: Staff) -> dict[str, Any]:
    """What the template review/thanks.html is given as `thanks`."""
    definition = definition_of(submission.invitation.version)
    standing = note_for(session, submission, reader, "")
    return {
        "id": submission.id, "language": submission.language, "has_standing": bool(standing), "key": definition.key,
        "text": standing or usual(definition, submission.language),
        "reward": rewards.promised(session, submission),
    }  # fmt: skip
