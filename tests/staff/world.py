"""Records of two teams, with an entry in every list, for walks over all pages."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import MapAdapter, Rule

from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates.pairs import DuplicatePair
from formsvc.customers.imports import verbs as imports
from formsvc.customers.imports.models import Import
from formsvc.customers.listing import saved as saved_filters
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.invitations.models import Invitation
from formsvc.review import filters
from formsvc.review import verbs as review
from formsvc.review.filters import Filter
from formsvc.review.models import Reward
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.submissions.models import Submission
from formsvc.web.access import PUBLIC, access_of
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import HOST, NOW
from tests.review.deciding import approve
from tests.review.test_rewards import promise

MARK, OWN = "蛟龙标记", "青松自有"
MOBILES = {MARK: "+861391111222", OWN: "+861381111333"}  # but for the last digit


@dataclass(frozen=True)
class World:
    """Ids of the records of one manager with that address, by what they are; and who works there, by role."""

    manager: str
    records: dict[str, str | int]
    staff: dict[Role, str]


def world(app: Flask) -> World:
    """The records of a foreign manager, named by MARK, beside those of the manager of `staff`, named by OWN.

    The lead leads the latter.
    """
    with writing(app) as session:
        promise(session)
        staff = {role: staff_account(session, str(role), role) for role in Role}
        staff[Role.MANAGER].lead_id = staff[Role.LEAD].id
        other = staff_account(session, "赵云")
        _records(session, staff[Role.MANAGER], staff[Role.ADMINISTRATOR], OWN)
        records = _records(session, other, staff[Role.ADMINISTRATOR], MARK)
        made = World(other.email, records, {role: account.email for role, account in staff.items()})
    with app.app_context():
        comparing.compare_due(NOW)
        pairs = select(DuplicatePair.id).join(Customer, Customer.id == DuplicatePair.older_id)
        records["pair"] = db.session.scalars(pairs.join(Customer.owner).where(Staff.email == made.manager)).all()[0]
    return made


def hand_over(app: Flask, made: World, to: Role) -> None:
    """Have all that is the foreign manager's be that of the colleague with that role, who leads nobody else's then."""
    with writing(app) as session:
        accounts = {account.email: account.id for account in session.query(Staff)}
        old, new = accounts[made.manager], accounts[made.staff[to]]
        session.execute(update(Customer).where(Customer.owner_id == old).values(owner_id=new))
        session.execute(update(Import).where(Import.staff_id == old).values(staff_id=new))
        session.execute(update(Submission).where(Submission.assigned_to == old).values(assigned_to=new))


def routes(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every route that asks for a permission, with each of its methods and the permission."""
    found = [
        (rule, method, access_of(app.view_functions[rule.endpoint]) or "")
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    ]
    return [(rule, method, access) for rule, method, access in found if access != PUBLIC]


def addresses(app: Flask) -> MapAdapter:
    return app.url_map.bind(HOST)


def may(role: Role, access: str) -> bool:
    return Permission(access) in GRANTS[role]


def _records(session: Session, owner: Staff, reviewer: Staff, name: str) -> dict[str, str | int]:
    """A waiting, an approved and a rejected submission, a reward, an open invitation, a filter."""
    sent = _submissions(session, owner, name)
    waiting, approved, rejected = next(sent), next(sent), next(sent)
    approve(session, approved, reviewer, dict.fromkeys(approved.all_answers, "accept") | {"needs.special": "keep"})
    review.reject(session, rejected, reviewer, "no", NOW)
    held = approved.invitation.customer
    reward = session.query(Reward).filter_by(customer_id=held.id).one()
    saved = saved_filters.save(session, owner, filters.PAGE, "late", Filter(), NOW)
    opened: Invitation = invitation(session, _customer(session, owner, name, 9))
    whole, part = _customer(session, owner, name, 7), _customer(session, owner, name, 8)
    version = merging.merge(session, whole, part, Choices(), owner, whole.version, part.version, NOW)
    brought = imports.upload(session, owner, f"{name}.csv", io.BytesIO(b"x"), owner, "en", NOW)
    return {
        "customer": held.number, "other": opened.customer.number, "whole": whole.number, "version": version,
        "import": brought.id, "waiting": waiting.id, "approved": approved.id, "rejected": rejected.id,
        "reward": reward.id, "invitation": opened.id, "message": 1, "filter": saved.id,
    }  # fmt: skip


def _submissions(session: Session, owner: Staff, name: str) -> Iterator[Submission]:
    for serial in range(3):
        asked = invitation(session, _customer(session, owner, name, serial))
        yield submission(session, asked, {"basic.full_name": f"{name}{serial}", "needs.special": f"{name}的答复"})


def _customer(session: Session, owner: Staff, name: str, serial: int) -> Customer:
    values = {
        "basic.full_name": f"{name}{serial}", "contacts.name": f"{name}的人",
        "contacts.mobile": f"{MOBILES[name]}{serial}", "contacts.email": f"{serial}@{owner.id}.example",
        "needs.special": f"{name}的要求",
    }  # fmt: skip
    return customer(session, owner, values=values)
