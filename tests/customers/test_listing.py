"""What stands in the list of customers by a filter, for whom, in which order (M42, M45)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from formsvc.customers.listing import reading as listing
from formsvc.customers.listing.filters import Asking, Filter, Order
from formsvc.customers.listing.reading import Key
from formsvc.customers.models import Audience, Contact, Customer, Situation
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import NOT_DUE, Submission
from tests.factories import customer, invitation, staff_account, submission
from tests.installation import NOW, ZONE

Change = Callable[[Session, Customer], None]
TODAY = "2026-11-23"  # a Monday
TEAM = "lead", "boss", "li", "wang", "other"


def asking(query: str) -> Asking:
    return Asking(Filter.parse(query), NOW, ZONE)


def ids(session: Session, reader: Staff, query: str = "") -> list[int]:
    return [row.id for row in listing.page(session, reader, asking(query)).rows]


def having(**columns: Any) -> Change:
    """Has the list say that of the customer."""
    return lambda session, made: setattr(made, next(iter(columns)), next(iter(columns.values())))


def asked(days: float = 0, answered: float | None = None, is_withdrawn: bool = False, **columns: Any) -> Change:
    """Sends a link so many days ago, and has it answered."""

    def act(session: Session, made: Customer) -> None:
        link = invitation(session, made, NOW - timedelta(days=days))
        if answered is not None:
            sent = submission(session, link, now=NOW - timedelta(days=answered))
            if is_withdrawn:
                gone = {"state": "withdrawn", **NOT_DUE}
                session.execute(update(Submission).where(Submission.id == sent.id).values(**gone))
        if columns:
            session.execute(update(Invitation).where(Invitation.id == link.id).values(**columns))

    return act


def nothing(_session: Session, _made: Customer) -> None:
    """As it was made: not asked, no next step, added now."""


CASES: list[tuple[str, Change, Change]] = [
    # what is asked, a customer that matches, one that does not
    ("category=won", having(category="won"), having(category="lost")),
    ("category=won", having(category="won"), nothing),
    ("source=fair", having(source="fair"), having(source="phone")),
    ("urgency=high", having(urgency="high"), having(urgency="low")),
    ("audience=individual", having(audience=Audience.INDIVIDUAL), nothing),
    # yesterday is overdue, today is not
    ("due=overdue", having(next_on="2026-11-22"), having(next_on=TODAY)),
    ("due=overdue", having(next_on="1999-01-01"), nothing),
    # a week is from Monday to Sunday
    ("due=week", having(next_on=TODAY), having(next_on="2026-11-22")),
    ("due=week", having(next_on="2026-11-29"), having(next_on="2026-11-30")),
    ("due=none", nothing, having(next_on="2026-11-24")),
    # days are of the installation's zone: midnight in Shanghai is 16:00 in UTC
    (f"added_from={TODAY}", having(created_at=datetime(2026, 11, 22, 16, tzinfo=UTC)),
     having(created_at=datetime(2026, 11, 22, 15, 59, tzinfo=UTC))),
    ("added_to=2026-11-22", having(created_at=datetime(2026, 11, 22, 15, 59, tzinfo=UTC)),
     having(created_at=datetime(2026, 11, 22, 16, tzinfo=UTC))),
    ("", nothing, having(archived_at=NOW)),
    ("archived=only", having(archived_at=NOW), nothing),
    ("asked=never", nothing, asked()),
    ("asked=open", asked(), nothing),
    ("asked=open", asked(), asked(40)),  # it has closed
    ("asked=waiting", asked(2, answered=1), asked(2)),
    ("asked=sent", asked(2), nothing),
    ("asked=sent&asked_from=2026-11-21", asked(2), asked(3)),
    ("asked=sent&asked_to=2026-11-20", asked(3), asked(2)),
    ("asked=replied", asked(9, answered=8), asked(9)),
    ("asked=replied&asked_from=2026-11-22", asked(9, answered=1), asked(9, answered=2)),
    ("asked=replied&asked_from=2020-01-01", asked(9, answered=1), asked()),  # so long ago customers are looked through
    ("asked=replied", asked(9, answered=1), asked(9, answered=1, is_withdrawn=True)),
    # the deadline is five working days on: of what was sent nine days ago, it was on the 20th
    ("asked=expired", asked(9), asked(1)),
    ("asked=expired", asked(9), asked(9, answered=1)),
    ("asked=expired", asked(9, deadline_on=date(2026, 11, 22)), asked(9, deadline_on=date(2026, 11, 23))),
    ("asked=expired&asked_from=2026-11-20", asked(9, deadline_on=date(2026, 11, 20)),
     asked(9, deadline_on=date(2026, 11, 19))),
    ("asked=expired&asked_to=2026-11-19", asked(9, deadline_on=date(2026, 11, 19)),
     asked(9, deadline_on=date(2026, 11, 20))),
]  # fmt: skip


@pytest.mark.parametrize(("query", "matches", "does_not"), CASES)
def test_a_filter_finds_what_it_asks_for_and_nothing_else(
    session: Session, query: str, matches: Change, does_not: Change
) -> None:
    """However it is found: among all, among one's own, and by what is searched for."""
    owner, boss = staff_account(session), staff_account(session, role=Role.ADMINISTRATOR)
    found, other = customer(session, owner), customer(session, owner)
    matches(session, found)
    does_not(session, other)
    session.flush()
    for reader in (boss, owner):
        for text in ("", "&q=云盾"):
            assert ids(session, reader, query + text) == [found.id]
            assert listing.count(session, reader, asking(query + text)) == (1, False)


def test_parts_of_a_filter_hold_together(session: Session) -> None:
    owner = staff_account(session, role=Role.ADMINISTRATOR)
    both = [customer(session, owner, values={"record.category": "won"}) for _ in range(2)]
    asked()(session, both[0])
    customer(session, values={"record.category": "won"})
    session.flush()
    assert ids(session, owner, "category=won&asked=never&owner=me") == [both[1].id]
    assert ids(session, owner, "category=lost&asked=never&owner=me") == []


@pytest.fixture
def team(session: Session) -> dict[str, Staff]:
    """A lead, two managers of the team, one of another team, an administrator."""
    roles = {"lead": Role.LEAD, "boss": Role.ADMINISTRATOR}
    people = {name: staff_account(session, name, roles.get(name, Role.MANAGER)) for name in TEAM}
    for name in ("li", "wang"):
        people[name].lead_id = people["lead"].id
    session.flush()
    return people


def test_foreign_id_nobody_sees_or_counts_beyond_the_own_reach(session: Session, team: Mapping[str, Staff]) -> None:
    made = {name: customer(session, team[name]).id for name in ("lead", "li", "wang", "other")}
    made["nobody"] = customer(session).id
    for each in made.values():
        session.get_one(Customer, each).next_on = "2026-11-01"
    session.flush()
    reach = {"li": ["li"], "lead": ["wang", "li", "lead"], "boss": ["nobody", "other", "wang", "li", "lead"]}
    owners = {"me": "", "none": "nobody", **{str(who.id): name for name, who in team.items()}}
    for name, seen in reach.items():
        for query in ("", "q=CX", "due=overdue", "asked=never", f"added_from={TODAY}"):
            expected = [made[one] for one in (reversed(seen) if "due" in query else seen)]
            assert ids(session, team[name], query) == expected
            assert listing.count(session, team[name], asking(query)).total == len(expected)
        for owner, whose in owners.items():
            wanted = name if owner == "me" else whose
            assert ids(session, team[name], f"owner={owner}") == [made[n] for n in seen if n == wanted]


def test_who_was_merged_is_no_customer_any_more(session: Session, team: Mapping[str, Staff]) -> None:
    stays, goes = customer(session, team["li"]), customer(session, team["li"])
    goes.merged_into_id = stays.id
    session.flush()
    assert ids(session, team["boss"]) == ids(session, team["li"]) == [stays.id]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, "2026-11-20", "2026-11-21"]), st.booleans())),
    order=st.sampled_from(["", "order=due", "category=won", "category=won&order=due"]),
    who=st.sampled_from(["boss", "lead", "li"]), window=st.integers(1, 4), size=st.integers(1, 3),
)  # fmt: skip
def test_pages_by_key_have_neither_gaps_nor_doubles(
    session: Session, rows: list[tuple[int, str | None, bool]], order: str, who: str, window: int, size: int
) -> None:
    """However little is looked through at once, and however many stand at one day."""
    with session.begin_nested() as undone, pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "FIRST", window)
        patch.setattr(listing, "WINDOW", window)
        lead, boss = staff_account(session, role=Role.LEAD), staff_account(session, role=Role.ADMINISTRATOR)
        people = {"lead": lead, "boss": boss, "li": staff_account(session)}
        people["li"].lead_id = lead.id
        session.flush()
        owners = [lead.id, people["li"].id, None]
        expected = []
        for n, (owner, next_on, is_won) in enumerate(rows):
            id_ = _row(session, n, owner_id=owners[owner], next_on=next_on, category="won" if is_won else None)
            is_seen = who == "boss" or owner == 1 or (who == "lead" and owner == 0)
            is_asked = (is_won or "won" not in order) and (next_on or "due" not in order)
            expected += [(next_on or "", id_)] * bool(is_seen and is_asked)
        expected = sorted(expected) if "due" in order else sorted(expected, key=lambda key: -key[1])
        found, after = list[int](), None
        for _page in range(len(rows) * 4 + 2):
            page = listing.page(session, people[who], asking(order), after, size)
            found += [row.id for row in page.rows]
            after = page.behind and Key.read(str(page.behind), asking(order).chosen.order)
            if after is None:
                break
        assert found == [id_ for _day, id_ in expected]
        assert [row.id for row in listing.every(session, people[who], asking(order), 100)] == found
        undone.rollback()


def _row(session: Session, n: int, **columns: Any) -> int:
    """A customer as it stands in the list, without what is known of it."""
    usual = {"audience": "enterprise", "situation": Situation.NEW, "language": "zh_CN", "name": "甲", "name_core": "甲"}
    times = {"created_at": NOW, "updated_at": NOW, "primary_contact": 1}
    made = session.execute(
        insert(Customer).values(number=f"CX1999{n:04}", **usual, **times, **columns).returning(Customer.id)
    ).scalar_one()
    session.execute(insert(Contact).values(customer_id=made, number=1, added_at=NOW))
    return made


def test_a_count_ends_where_nobody_counts_on(
    session: Session, team: Mapping[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        customer(session, team["li"])
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    assert listing.count(session, team["boss"], asking("")) == (3, False)
    monkeypatch.setattr(listing, "FIRST_COUNTED", 1)
    monkeypatch.setattr(listing, "WINDOW", 2)
    assert listing.count(session, team["boss"], asking("")) == (2, True)


@pytest.mark.parametrize(
    ("text", "order"),
    [("", Order.NEWEST), ("x", Order.NEWEST), ("0", Order.NEWEST), ("9" * 30, Order.NEWEST), ("-1", Order.NEWEST),
     ("12", Order.DUE), ("2026-11-23.", Order.DUE), ("2026-11-31.1", Order.DUE), ("2026-11-23.9999999999", Order.DUE),
     ("2026-11-23.1", Order.NEWEST)],
)  # fmt: skip
def test_what_is_no_key_is_none(text: str, order: Order) -> None:
    assert Key.read(text, order) is None
