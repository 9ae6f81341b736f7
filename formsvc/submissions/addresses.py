"""New addresses: one that a customer entered and that was not held is confirmed by who reads there (M17)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.orm import Session

from config import Config
from formsvc import audit
from formsvc.crypto import Tokens
from formsvc.db import joined, rows_changed
from formsvc.fields import Value, masked
from formsvc.invitations import links
from formsvc.invitations.letters import about, post
from formsvc.invitations.models import Invitation
from formsvc.mail import sms
from formsvc.submissions import codes
from formsvc.submissions.models import Address, AddressKind, ReviewStep, Submission, SubmissionState
from formsvc.submissions.reading import Opened
from formsvc.web.urls import absolute

PREFIX = "/confirm/"
FIELDS = {AddressKind.EMAIL: "contacts.email", AddressKind.MOBILE: "contacts.mobile"}
LIFE = timedelta(days=30)  # of the link that confirms
MOST = 5  # addresses of one kind behind one link that anything is sent to: no link floods strangers


def init_app(app: Flask, config: Config) -> None:
    app.extensions["confirm-links"] = links.signer(config, "confirm-address")


def enter(
    connection: Connection, opened: Opened, answers: Mapping[str, Value], language: str, now: datetime,
    is_recorded: bool = False,
) -> None:  # fmt: skip
    """Keep and ask about each address in `answers`, values by field, that is not the one held.

    The mail says so where it was not the customer who typed it, but a colleague.
    Where nothing is new this compares and reads nothing. The caller holds the invitation's row: no two enter at once.
    """
    for kind, old in ((AddressKind.EMAIL, opened.about.email), (AddressKind.MOBILE, opened.mobile)):
        new = answers.get(FIELDS[kind])
        if isinstance(new, str) and _folded(new) != _folded(old or ""):
            with joined(connection) as session:
                _enter(session, opened.id, kind, new, old, language, now, is_recorded)


def confirm(session: Session, address: Address, now: datetime) -> None:
    """Somebody reads at `address`: what waits is checked once more. To confirm it again changes nothing."""
    unconfirmed = Address.id == address.id, Address.confirmed_at.is_(None)
    if rows_changed(session, update(Address).where(*unconfirmed).values(confirmed_at=now)):
        waiting = Submission.invitation_id == address.invitation_id, Submission.state == SubmissionState.WAITING
        session.execute(update(Submission).where(*waiting).values(next_step=ReviewStep.CHECK, due_at=now))
        audit.record(session, address.invitation.customer.subject, "address.confirmed", address.subject, now)


def send_code(session: Session, address: Address, language: str, now: datetime) -> None:
    """Send a code to a mobile. Raises codes.TooMany."""
    if not _may_be_asked(session, address):
        raise codes.TooMany
    code = codes.issue(session, address.subject, now)
    post(session, about(address.invitation), "mobile-code", now.isoformat(), now, language, address.address,
         address.subject, code=code)  # fmt: skip
    audit.record(session, address.invitation.customer.subject, "address.code_sent", address.subject, now)


def confirm_by_code(session: Session, address: Address, given: str, now: datetime) -> bool:
    """Whether `given` is the code that was sent to `address`, which is confirmed by it. Raises codes.TooMany."""
    is_right = codes.check(session, address.subject, given, now)
    if is_right:
        confirm(session, address, now)
    return is_right


def entered(session: Session, invitation_id: int, answers: Mapping[str, Value]) -> list[Address]:
    """The addresses in `answers`, values by field, that were not held when they were sent."""
    given = [(kind, answers.get(field)) for kind, field in FIELDS.items()]
    wanted = [and_(Address.kind == kind, Address.address == text) for kind, text in given if isinstance(text, str)]
    if not wanted:
        return []
    rows = select(Address).where(Address.invitation_id == invitation_id, or_(*wanted))
    return list(session.scalars(rows.order_by(Address.kind)))


def status(session: Session, submission: Submission) -> dict[str, bool]:
    """For each new address of `submission`, by field, whether it is confirmed."""
    rows = entered(session, submission.invitation_id, submission.answers)
    return {FIELDS[row.kind]: row.confirmed_at is not None for row in rows}


def asks_mobiles() -> bool:
    """Whether an SMS gateway is set up."""
    return sms.is_configured()


def mask(address: str) -> str:
    """What a reader recognises as their own and nobody else can use: z•••@example.com, ••••••0001."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else masked(address)


def token(address_id: int) -> str:
    """The token of the link that confirms an address."""
    return links.sign(_serializer(), address_id)


def read(token: str) -> int | None:
    """The id in a token; None for one that was not made here."""
    said = links.signed(_serializer(), token)
    return said if isinstance(said, int) else None


def _enter(
    session: Session, invitation_id: int, kind: AddressKind, new: str, old: str | None, language: str, now: datetime,
    is_recorded: bool,
) -> None:  # fmt: skip
    known = select(Address.id).where(
        Address.invitation_id == invitation_id, Address.kind == kind, Address.address == new
    )
    if (kind is AddressKind.MOBILE and not asks_mobiles()) or session.scalar(known):
        return
    invitation = session.get_one(Invitation, invitation_id)
    address = Address(invitation=invitation, kind=kind, address=new, entered_at=now)
    session.add(address)
    session.flush()
    audit.record(session, invitation.customer.subject, "address.entered", address.subject, now, kind=kind)
    if kind is AddressKind.EMAIL and _may_be_asked(session, address):
        _ask_by_mail(session, address, old, language, now, is_recorded)


def _ask_by_mail(
    session: Session, address: Address, old: str | None, language: str, now: datetime, is_recorded: bool
) -> None:
    """The new address gets the link, the old one is told."""
    invited, url = about(address.invitation), absolute(PREFIX + token(address.id))
    by = {"is_recorded": True} if is_recorded else {}
    post(session, invited, "confirm-address", "", now, language, address.address, address.subject, url=url, **by)
    if old:
        masked_new = mask(address.address)
        post(session, invited, "address-changed", "", now, None, old, address.subject, masked=masked_new, **by)


def _may_be_asked(session: Session, address: Address) -> bool:
    """Whether it is one of the first MOST of its kind behind its link."""
    same = Address.invitation_id == address.invitation_id, Address.kind == address.kind
    return (session.scalar(select(func.count()).where(*same, Address.id <= address.id)) or 0) <= MOST


def _folded(address: str) -> str:
    """One spelling of an address: upper or lower case makes no other domain, but may make another reader."""
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()


def _serializer() -> Tokens:
    serializer: Tokens = current_app.extensions["confirm-links"]
    return serializer
