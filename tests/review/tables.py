"""What the tables hold and what the model of the record says they should, both as the same plain dictionaries."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Contact, Customer, CustomerValue, CustomerVersion, Origin
from formsvc.invitations.models import Invitation
from formsvc.submissions.models import Consent, ConsentKind, Submission
from tests.review.model import SECRET, Cell, Record

REPEATED = ("basic.full_name", "basic.uscc", "contacts.name", "contacts.mobile", "contacts.email")


def lists(session: Session) -> dict[int, Any]:
    """What the lists say of each customer."""
    columns = Customer.id, Customer.version, Customer.primary_contact, Customer.language
    repeated = Customer.name, Customer.code, Customer.contact, Customer.mobile, Customer.email
    return {row[0]: tuple(row[1:]) for row in session.execute(select(*columns, *repeated))}


def lists_of(records: Iterable[Record]) -> dict[int, Any]:
    return {record.id: _list_of(record) for record in records}


def _list_of(record: Record) -> tuple[Any, ...]:
    name, *others = map(record.now.held().get, REPEATED)
    return (record.version, record.now.primary, record.language, name or "", *others)


def contacts(session: Session) -> dict[tuple[int, int], Any]:
    """Whether each contact left, who followed, and whether it was removed."""
    rows = session.execute(
        select(Contact.customer_id, Contact.number, Contact.left_at, Contact.followed_by, Contact.removed_at)
    )
    return {(row[0], row[1]): (row[2] is not None, row[3], row[4] is not None) for row in rows}


def contacts_of(records: Iterable[Record]) -> dict[tuple[int, int], Any]:
    return {
        (record.id, number): (number in record.left, record.left.get(number), number in record.removed)
        for record in records
        for number in range(1, record.contacts + 1)
    }


def values(session: Session) -> Sequence[CustomerValue]:
    """All that is and was held."""
    return session.scalars(select(CustomerValue)).all()


def versions(session: Session, rows: Iterable[CustomerValue]) -> dict[tuple[int, int], Any]:
    """What was held at each version: who was primary, and each value with its source, by contact and field.

    A field with two values at one version fails here.
    """
    columns = CustomerVersion.customer_id, CustomerVersion.number, CustomerVersion.primary_contact
    found: dict[tuple[int, int], Any] = {(row[0], row[1]): (row[2], {}) for row in session.execute(select(*columns))}
    last = {customer: max(n for c, n in found if c == customer) for customer, _ in found}
    for row in rows:
        for number in range(row.since, row.until or last[row.customer_id] + 1):
            held = found[row.customer_id, number][1]
            assert (row.contact, row.field) not in held, f"held twice: {row.contact} {row.field} at {number}"
            held[row.contact, row.field] = (row.content, row.origin, row.submission_id, row.reason)
    return found


def versions_of(records: Iterable[Record]) -> dict[tuple[int, int], Any]:
    return {
        (record.id, number): (version.primary, {at: _source(cell) for at, cell in version.all.items()})
        for record in records
        for number, version in enumerate(record.versions, start=1)
    }


def _source(cell: Cell) -> tuple[Any, ...]:
    return cell.value, cell.origin, cell.sent and cell.sent.id, cell.reason


def verified(rows: Iterable[CustomerValue]) -> dict[Any, Any]:
    """When the customer stated what is held."""
    return {(row.customer_id, row.contact, row.field): row.verified_at for row in rows if row.until is None}


def verified_of(records: Iterable[Record]) -> dict[Any, Any]:
    return {(record.id, *at): cell.verified for record in records for at, cell in record.now.all.items()}


def unnamed(session: Session, rows: Iterable[CustomerValue]) -> list[Any]:
    """Values of a submission that do not name it, who accepted it, and its own consent of their kind."""
    consents = session.execute(select(Consent.id, Consent.submission_id, Consent.kind))
    kinds = {id_: (submission_id, kind) for id_, submission_id, kind in consents}
    merged = [row for row in rows if row.origin is Origin.SUBMISSION]
    return [row for row in merged if row.staff_id is None or kinds.get(row.consent_id or 0) != _consent(row)]


def _consent(row: CustomerValue) -> tuple[Any, ConsentKind]:
    is_sensitive = row.field == SECRET
    return row.submission_id, ConsentKind.SENSITIVE if is_sensitive else ConsentKind.PRIVACY


def invitations(session: Session) -> dict[int, Any]:
    """State, link, newest revision, base and contact of each invitation, and the states of its submissions."""
    columns = Invitation.id, Invitation.state, Invitation.link_number, Invitation.revision, Invitation.base_version
    rows = session.execute(select(*columns, Invitation.contact))
    found: dict[int, Any] = {row[0]: (*map(str, row[1:]), {}) for row in rows}
    for id_, invited, state in session.execute(select(Submission.id, Submission.invitation_id, Submission.state)):
        found[invited][-1][id_] = str(state)
    return found


def invitations_of(records: Iterable[Record]) -> dict[int, Any]:
    return {
        one.id: (
            one.state,
            *map(str, (one.link, len(one.sent), one.base, one.contact)),
            {s.id: s.state for s in one.sent},
        )
        for record in records
        for one in record.invited
    }
