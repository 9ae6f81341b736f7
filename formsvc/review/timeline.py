"""All that happened to a customer, newest first: changes of the record, invitations, submissions, thanks (M24)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, literal, not_, or_, select, true, tuple_, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from formsvc.audit import AuditFact
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from formsvc.staff.models import Staff
from formsvc.submissions.models import Address, Submission

PAGE = 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What has a line of its own. Merges and undos are versions of the record
TOLD = (
    "customer.assigned", "customer.archived", "customer.brought-back",
    "invitation.issued", "invitation.reissued", "invitation.revoked", "invitation.reminded",
    "submission.submitted", "submission.withdrawn", "submission.returned", "submission.rejected", "submission.reopened",
    "submission.approved", "address.confirmed",
)  # fmt: skip
FACT, VERSION, MAIL = range(3)  # of one instant: a mail follows the change that it tells of


class Mark(NamedTuple):
    """The place of an entry in the timeline."""

    at: datetime
    rank: int
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.rank}.{self.id}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """The mark in an address; None for what is none."""
        found = re.fullmatch(r"([0-9]{1,16})\.([0-2])\.([0-9]{1,9})", text)
        return cls(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]), int(found[3])) if found else None


@dataclass(frozen=True)
class Change:
    """What a version did to one value; None is nothing."""

    contact: int
    field: str
    old: CustomerValue | None
    new: CustomerValue | None


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `what` is an audit fact's action, "version" or "thanks".

    `of` is the id of the invitation or submission, where it is about one. `about` holds what else it says.
    """

    mark: Mark
    what: str
    actor: str
    of: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def entries(session: Session, customer: Customer, before: Mark | None) -> tuple[list[Entry], bool]:
    """A page of what happened before `before`, newest first, and whether more happened earlier."""
    found = [
        *_versions(session, customer, before), *_facts(session, customer, before), *_thanks(session, customer, before),
    ]  # fmt: skip
    found.sort(key=lambda entry: entry.mark, reverse=True)
    return found[:PAGE], len(found) > PAGE


def people(session: Session, found: Iterable[Entry]) -> dict[str, str]:
    """The names of the staff who act in these entries, by actor ("staff:3")."""
    actors = {entry.actor for entry in found} | {
        f"staff:{entry.about['owner']}" for entry in found if "owner" in entry.about
    }
    ids = {int(actor.removeprefix("staff:")) for actor in actors if actor.startswith("staff:")}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))) if ids else ()
    return {f"staff:{row.id}": row.name for row in rows}


def names(session: Session, customer: Customer) -> dict[int, str]:
    """What each contact was last called, those who left or were removed included."""
    of_it = CustomerValue.customer_id == customer.id, CustomerValue.field == "contacts.name"
    rows = session.scalars(select(CustomerValue).where(*of_it).order_by(CustomerValue.since))
    return {row.contact: str(row.content) for row in rows if row.content is not None}


def _versions(session: Session, customer: Customer, mark: Mark | None) -> list[Entry]:
    previous = aliased(CustomerVersion)
    one_before = previous.customer_id == CustomerVersion.customer_id, previous.number == CustomerVersion.number - 1
    found = (
        select(CustomerVersion, previous.primary_contact)
        .outerjoin(previous, and_(*one_before))
        .where(CustomerVersion.customer_id == customer.id)
        .where(_earlier(CustomerVersion.at, CustomerVersion.number, VERSION, mark))
        .order_by(CustomerVersion.at.desc(), CustomerVersion.number.desc())
        .limit(PAGE + 1)
        .options(joinedload(CustomerVersion.other))
    )
    rows = session.execute(found).all()
    changes = _changes(session, customer, [version.number for version, _ in rows])
    return [_of_version(version, primary, changes.get(version.number, [])) for version, primary in rows]


def _of_version(version: CustomerVersion, primary: int | None, changes: Sequence[Change]) -> Entry:
    actor = f"staff:{version.staff_id}" if version.staff_id else "system"
    about = {"version": version, "changes": changes, "primary_before": primary or version.primary_contact}
    return Entry(Mark(version.at, VERSION, version.number), "version", actor, version.submission_id, about)


def _changes(session: Session, customer: Customer, numbers: Collection[int]) -> dict[int, list[Change]]:
    """What each of the versions with these numbers changed."""
    of_them = or_(CustomerValue.since.in_(numbers), CustomerValue.until.in_(numbers))
    rows = session.scalars(select(CustomerValue).where(CustomerValue.customer_id == customer.id, of_them)).all()
    old = {(row.until, row.contact, row.field): row for row in rows if row.until and row.until > row.since}
    new = {(row.since, row.contact, row.field): row for row in rows}
    found: dict[int, list[Change]] = {number: [] for number in numbers}
    for key in dict.fromkeys([*new, *old]):
        number, contact, name = key
        change = Change(contact, name, old.get(key), new.get(key))
        if number in found and any(row and row.content is not None for row in (change.old, change.new)):
            found[number].append(change)
    return found


def _facts(session: Session, customer: Customer, mark: Mark | None) -> list[Entry]:
    merged = select(literal("submission:") + cast(CustomerVersion.submission_id, String)).where(
        CustomerVersion.customer_id == customer.id, CustomerVersion.cause == Cause.SUBMISSION
    )
    is_told = and_(AuditFact.action == "submission.approved", AuditFact.subject.in_(merged))
    found = (
        select(AuditFact)
        .where(AuditFact.subject.in_(_subjects(customer)), AuditFact.action.in_(TOLD), not_(is_told))
        .where(_earlier(AuditFact.at, AuditFact.id, FACT, mark))
        .order_by(AuditFact.at.desc(), AuditFact.id.desc())
        .limit(PAGE + 1)
    )
    facts = session.scalars(found).all()
    addresses = _addresses(session, facts)
    return [_of_fact(fact, addresses) for fact in facts]


def _of_fact(fact: AuditFact, addresses: Mapping[str, str]) -> Entry:
    id_ = fact.subject.rpartition(":")[2]
    about = {**fact.detail, "address": addresses.get(fact.subject)}
    return Entry(
        Mark(fact.at, FACT, fact.id), fact.action, fact.actor, int(id_) if id_.isdecimal() else None, about
    )  # fmt: skip


def _addresses(session: Session, facts: Iterable[AuditFact]) -> dict[str, str]:
    """The addresses that were confirmed, by subject."""
    ids = [int(fact.subject.rpartition(":")[2]) for fact in facts if fact.action == "address.confirmed"]
    rows = session.scalars(select(Address).where(Address.id.in_(ids))) if ids else ()
    return {row.subject: row.address for row in rows}


def _thanks(session: Session, customer: Customer, mark: Mark | None) -> list[Entry]:
    invitations = select(literal("invitation:") + cast(Invitation.id, String))
    mail = OutboxMessage
    found = (
        select(mail.id, mail.created_at, mail.state, mail.recipient)
        .where(mail.kind == "thank-you", mail.subject.in_(invitations.where(Invitation.customer_id == customer.id)))
        .where(_earlier(mail.created_at, mail.id, MAIL, mark))
        .order_by(mail.created_at.desc(), mail.id.desc())
        .limit(PAGE + 1)
    )
    return [
        Entry(Mark(row.created_at, MAIL, row.id), "thanks", "system", None,
              {"state": row.state, "recipient": row.recipient})
        for row in session.execute(found)
    ]  # fmt: skip


def _subjects(customer: Customer) -> Any:
    """The names of this customer in audit facts, and of all that is about it."""
    of_it = Invitation.customer_id == customer.id
    return union_all(
        select(literal(customer.subject)),
        select(literal("invitation:") + cast(Invitation.id, String)).where(of_it),
        select(literal("submission:") + cast(Submission.id, String)).join(Invitation).where(of_it),
        select(literal("address:") + cast(Address.id, String)).join(Invitation).where(of_it),
    )


def _earlier(at: Any, id_: Any, rank: int, mark: Mark | None) -> ColumnElement[bool]:
    """What stands after `mark` in a list that begins with the newest."""
    if mark is None:
        return true()
    is_earlier: ColumnElement[bool] = at < mark.at
    if rank == mark.rank:
        is_earlier = tuple_(at, id_) < (mark.at, mark.id)
    elif rank < mark.rank:
        is_earlier = at <= mark.at
    return is_earlier
