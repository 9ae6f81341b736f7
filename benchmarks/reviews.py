"""Reviews: decisions by several processes at once, and the first page of a short and of a long queue."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from statistics import quantiles
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import customers, sites
from benchmarks.copying import copy
from benchmarks.customers import HELD
from benchmarks.load import Load, Round
from benchmarks.sites import Site
from formsvc import audit
from formsvc.customers.models import Contact, Customer, CustomerVersion
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.invitations.models import Invitation
from formsvc.review import reach, verbs
from formsvc.review.diff import Decision
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Consent, Submission
from formsvc.web.show import now
from tests.browser import Browser
from tests.factories import staff_account, submission
from tests.installation import HOST, running

PROCESSES = 4
APPROVALS = 400  # of each process
AT_ONCE = 100_000  # rows of one transaction
CHANGED: dict[str, Value] = {
    "basic.staff_count": 130,
    "contacts.position": "总经理",
    "needs.term": "short",
    "needs.budget": {"from": "60", "to": "90"},
}
DECISIONS = {key: Decision("accept") for key in CHANGED}
PATIENCE = 60  # seconds until those that wait for one that never comes give up
Act: TypeAlias = Callable[[Session, Staff, int], None]
_barriers: list[Barrier] = []


def approve(site: Site) -> Round:
    """PROCESSES processes approve at once, each what other customers answered: finding, merging, thanking, durably."""
    return _at_once(site, _approve, _to_approve(site, PROCESSES * APPROVALS))


def insert(site: Site) -> Round:
    """The same processes record one audit fact in each transaction, and nothing else."""
    return _at_once(site, _insert, range(PROCESSES * APPROVALS))


def _at_once(site: Site, act: Act, ids: Sequence[int]) -> Round:
    """Each process acts on ids of its own."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES, timeout=PATIENCE)
    with ProcessPoolExecutor(PROCESSES, context, _keep, (barrier,)) as pool:
        done = [pool.submit(_act_on, site, act, ids[number::PROCESSES]) for number in range(PROCESSES)]
        begun, ended, took = zip(*(each.result() for each in done), strict=True)
    return _round([each for one in took for each in one], max(ended) - min(begun))


def _keep(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _act_on(site: Site, act: Act, ids: Sequence[int]) -> tuple[float, float, list[float]]:
    """When it began and ended, and how long each took, in seconds."""
    took = []
    with sites.application(site):
        reviewer = db.session.scalars(select(Staff).where(Staff.role == Role.ADMINISTRATOR)).first()
        assert reviewer
        db.session.expunge(reviewer)
        db.session.rollback()
        _barriers[0].wait()
        begun = time.monotonic()
        for id_ in ids:
            before = time.monotonic()
            with transaction() as session:
                act(session, reviewer, id_)
            took.append(time.monotonic() - before)
        return begun, time.monotonic(), took


def _approve(session: Session, reviewer: Staff, id_: int) -> None:
    found = reach.find(session, reviewer, id_)
    assert found
    verbs.approve(session, found, reviewer, DECISIONS, "", found.invitation.customer.version, now())


def _insert(session: Session, reviewer: Staff, id_: int) -> None:
    audit.record(session, reviewer.actor, "benchmark.inserted", f"number:{id_}", now())


def _round(took: list[float], seconds: float) -> Round:
    parts = quantiles(took, n=100)
    return Round(len(took), len(took) / seconds, parts[49] * 1000, parts[98] * 1000)


def _to_approve(site: Site, count: int) -> list[int]:
    """The ids of so many submissions that wait, of a customer each; CHANGED is not what is held."""
    with sites.application(site), transaction() as session:
        staff_account(session, role=Role.ADMINISTRATOR)
        customers.first(session)
        customers.copies(session, count)
        newest = select(Invitation).order_by(Invitation.id.desc()).limit(count)
        ids = [submission(session, each, {**HELD, **CHANGED}, now()).id for each in session.scalars(newest).all()]
    sites.settle(site)
    return ids


def queue(site: Site, count: int) -> Load:
    """The first page of a queue in which `count` submissions wait, each of another customer, for who may see all."""
    with running(site.config) as app:
        with app.app_context():
            email = _wait(count)
        browser = Browser(app)
        page = browser.sign_in(email)
        cookie = browser.client.get_cookie("formsvc", HOST)
        assert cookie
        assert page.path == "/review/"
    sites.settle(site)
    return Load(("/review/",), cookie=f"{cookie.key}={cookie.value}", page_size=len(page.html))


def _wait(count: int) -> str:
    """Have so many submissions wait; the address of who may see all."""
    with transaction() as session:
        email = staff_account(session, role=Role.ADMINISTRATOR).email
        customers.first(session)
        submission(session, session.scalars(select(Invitation)).one(), {"needs.term": "short"}, now())
    for done in range(0, count - 1, AT_ONCE):
        with transaction() as session:
            _fill(session, min(AT_ONCE, count - 1 - done))
    return email


def _fill(session: Session, count: int) -> None:
    """So many customers more, like the first one, whose answers wait."""
    last = {model: session.scalar(select(func.max(model.id))) or 0 for model in (Customer, Invitation, Submission)}
    copy(session, Customer, count, "customers.id = 1", number=f"'CX1970' || ({last[Customer]} + i)")
    ours = f"{last[Customer]} + i"
    for model in (Contact, CustomerVersion):
        copy(session, model, count, f"{model.__tablename__}.customer_id = 1", customer_id=ours)
    copy(session, Invitation, count, "invitations.id = 1", customer_id=ours)
    copy(session, Submission, count, "submissions.id = 1", invitation_id=f"{last[Invitation]} + i")
    copy(session, Consent, count, "consents.id = 1", submission_id=f"{last[Submission]} + i")
