"""Submissions as the sources of values, for the customer's page (M24)."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from formsvc.customers.sources import Answered, Given
from formsvc.submissions.models import Consent, ConsentKind, Submission


def answered(session: Session, ids: Collection[int]) -> dict[int, Answered]:
    """What the record's page says of the submissions with these ids, by id."""
    if not ids:
        return {}
    whole = joinedload(Submission.invitation), joinedload(Submission.recorder), selectinload(Submission.consents)
    rows = session.scalars(select(Submission).where(Submission.id.in_(ids)).options(*whole))
    return {row.id: _answered(row) for row in rows}


def _answered(row: Submission) -> Answered:
    invitation = row.invitation
    consents = {consent.id: _given(consent) for consent in row.consents}
    return Answered(
        row.submitted_at, invitation.customer_id, invitation.contact, invitation.base_version, consents, row.channel,
        row.recorder.name if row.recorder else None, row.is_confirmed,
    )  # fmt: skip


def _given(consent: Consent) -> Given:
    return Given(consent.text_version, consent.given_at, consent.kind is ConsentKind.SENSITIVE)
