"""What stands in the queue, for whom, and in which order (M20)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from formsvc.review import claims, queue, queue_statements, reach
from formsvc.review.filters import Age, Filter
from formsvc.review.models import SubmissionFlag
from formsvc.review.queue import Key, neighbours, next_waiting, page, within
from formsvc.review.verbs import reject
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web.show import capped
from tests.factories import customer, invitation, staff_account, submission
from tests.installation import NOW

EVERYONE = Filter()


def sent(session: Session, owner: Staff | None, hours: float = 1, **given: Any) -> Submission:
    """What a customer of `owner` sent so many hours ago."""
    return submission(session, invitation(session, customer(session, owner, **given)), now=NOW - timedelta(hours=hours))


def ids(session: Session, reader: Staff, chosen: Filter = EVERYONE, now: datetime = NOW) -> list[int]:
    return [row.id for row in page(session, within(session, reader, chosen, now)).rows]


def give(session: Session, made: Submission, to: Staff | None) -> None:
    session.execute(update(Submission).where(Submission.id == made.id).values(assigned_to=to and to.id))


@pytest.fixture
def boss(session: Session) -> Staff:
    return staff_account(session, "陈晨", Role.ADMINISTRATOR)


@pytest.fixture
def team(session: Session) -> dict[str, Staff]:
    """A lead, two managers of the team, and one of another team."""
    people = {"lead": staff_account(session, "周敏", Role.LEAD)}
    for name in ("li", "wang", "other"):
        people[name] = staff_account(session, name)
    for name in ("li", "wang"):
        people[name].lead_id = people["lead"].id
    session.flush()
    return people


def test_a_manager_sees_the_own_a_lead_the_team_s_an_administrator_all(
    session: Session, boss: Staff, team: Mapping[str, Staff]
) -> None:
    made = {name: sent(session, team[name], hours).id for hours, name in enumerate(("lead", "li", "wang", "other"), 2)}
    nobodys = sent(session, None, 1).id
    assert ids(session, team["li"]) == [made["li"]]
    assert ids(session, team["lead"]) == [made["wang"], made["li"], made["lead"]]
    assert ids(session, boss) == [made["other"], made["wang"], made["li"], made["lead"], nobodys]
    for reader in (boss, *team.values()):
        assert ids(session, reader, Filter(owner="me")) == [made[n] for n, who in team.items() if who is reader]
    assert ids(session, boss, Filter(owner="none")) == [nobodys]
    assert ids(session, boss, Filter(owner=str(team["li"].id))) == [made["li"]]


def test_an_owner_widens_nothing(session: Session, team: Mapping[str, Staff]) -> None:
    """Threat "foreign id": of another's queue a manager sees the own customers, a lead those of the team."""
    foreign, own, unassigned = sent(session, team["other"]), sent(session, team["li"]), sent(session, team["li"])
    give(session, own, team["other"])
    give(session, unassigned, None)
    assert ids(session, team["li"]) == []
    assert ids(session, team["li"], Filter(owner="none")) == [unassigned.id]
    for reader in (team["li"], team["lead"]):
        assert ids(session, reader, Filter(owner=str(team["other"].id))) == [own.id]
    assert ids(session, team["other"]) == sorted([foreign.id, own.id])
    assert ids(session, team["wang"], Filter(owner="none")) == []


def test_what_is_listed_can_be_opened(session: Session, boss: Staff, team: Mapping[str, Staff]) -> None:
    people = [*team.values(), boss]
    for owner in (*people, None):
        for to in (*people, None):
            give(session, sent(session, owner), to)
    for reader in people:
        for asked in ("", "me", "none", *(str(person.id) for person in people)):
            for id_ in ids(session, reader, Filter(owner=asked)):
                assert reach.find(session, reader, id_), (reader.role, asked)


def test_the_age_is_counted_against_the_24_hours(session: Session, boss: Staff) -> None:
    hours = {hours: sent(session, None, hours).id for hours in (24.01, 24, 23.99, 12, 11.99, 0)}
    assert ids(session, boss, Filter(age=Age.LATE)) == [hours[24.01], hours[24]]
    assert ids(session, boss, Filter(age=Age.SOON)) == [hours[23.99], hours[12]]
    assert ids(session, boss, Filter(age=Age.FRESH)) == [hours[11.99], hours[0]]


def test_flags_are_shown_while_they_are_about_the_record_as_it_is(session: Session, boss: Staff) -> None:
    checked, stale, unchecked = (sent(session, None, hours) for hours in (3, 2, 1))
    for made in (checked, stale, unchecked):
        for check in ("missing", "same-mobile"):
            session.execute(insert(SubmissionFlag).values(submission_id=made.id, check=check))
    versions = {checked: checked.invitation.customer.version, stale: stale.invitation.customer.version + 1}
    for made, version in versions.items():
        session.execute(update(Submission).where(Submission.id == made.id).values(checked_version=version))
    rows = page(session, within(session, boss, Filter(flag="missing"), NOW)).rows
    assert [sorted(check for (check,) in row.flags or []) for row in rows] == [["missing", "same-mobile"], [], []]
    assert ids(session, boss, Filter(flag="emptied")) == []


def test_decided_ones_and_other_questionnaires_are_found(session: Session, boss: Staff) -> None:
    rejected, waiting = sent(session, boss), sent(session, boss)
    reject(session, rejected, boss, "x", NOW)
    assert ids(session, boss) == [waiting.id]
    assert ids(session, boss, Filter(state=SubmissionState.REJECTED)) == [rejected.id]
    assert ids(session, boss, Filter(questionnaire="customer-info")) == [waiting.id]
    assert ids(session, boss, Filter(questionnaire="another-one")) == []


@pytest.mark.parametrize("reader", ["lead", "li"])
def test_pages_go_by_key_there_and_back(session: Session, team: Mapping[str, Staff], reader: str) -> None:
    """Of several reviewers, some at one instant: each is seen once."""
    for hours in (3, 3, 3, 2, 2, 1, 1):
        for name in ("li", "wang"):
            sent(session, team[name], hours)
    seen = within(session, team[reader], EVERYONE, NOW)
    whole = page(session, seen, 100).rows
    keys = [Key(row.submitted_at, row.id) for row in whole]
    assert keys == sorted(keys)
    assert len(keys) == (14 if reader == "lead" else 7)
    first = page(session, seen, 3)
    assert (first.has_before, first.has_behind) == (False, True)
    second = page(session, seen, 3, after=keys[2])
    assert [row.id for row in [*first.rows, *second.rows]] == [key.id for key in keys[:6]]
    assert [row.id for row in page(session, seen, 2, before=keys[5]).rows] == [key.id for key in keys[3:5]]
    back = page(session, seen, 3, before=keys[1])
    assert ([row.id for row in back.rows], back.has_before) == ([key.id for key in keys[:3]], False)
    last = page(session, seen, 3, after=keys[-2])
    assert ([row.id for row in last.rows], last.has_behind) == ([keys[-1].id], False)


def test_counts_end_where_nobody_counts_on(
    session: Session, boss: Staff, team: Mapping[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (30, 25, 1):
        sent(session, team["li"], hours)
    for reader in (boss, team["lead"], team["li"]):
        found = queue.around(session, within(session, reader, EVERYONE, NOW))
        assert (found.total, found.late) == (3, 2)
        assert {name for _id, name in found.colleagues} == {"陈晨", "周敏", "li", "wang", "other"}
    assert queue.around(session, within(session, team["wang"], EVERYONE, NOW)).late == 0
    assert [capped(count) for count in (0, 1000, 1001)] == ["0", "1,000", "1,000+"]


def test_the_neighbours_are_those_of_the_filter(session: Session, boss: Staff) -> None:
    late, fresh, later = sent(session, boss, 30), sent(session, boss, 2), sent(session, boss, 26)
    both = Filter(age=Age.LATE)
    assert neighbours(session, boss, EVERYONE, later, NOW) == (late.id, fresh.id)
    assert neighbours(session, boss, both, late, NOW) == (None, later.id)
    assert neighbours(session, boss, both, fresh, NOW) == (later.id, None)  # is not in it itself


def test_after_a_decision_the_next_free_one_comes_then_the_first(session: Session, boss: Staff) -> None:
    first, second, third = (sent(session, boss, hours) for hours in (3, 2, 1))
    assert next_waiting(session, boss, EVERYONE, first, NOW) == second.id
    assert claims.claim(session, second.id, staff_account(session), NOW)
    assert next_waiting(session, boss, Filter(state=SubmissionState.REJECTED), first, NOW) == third.id
    reject(session, third, boss, "x", NOW)
    assert next_waiting(session, boss, EVERYONE, third, NOW) == first.id
    assert next_waiting(session, boss, Filter(age=Age.LATE), third, NOW) is None


def test_an_index_gives_the_order(session: Session, boss: Staff, team: Mapping[str, Staff]) -> None:
    """No page sorts what waits: only keys that were taken from the index."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_sort = off"))
    for reader, index in ((boss, "ix_submissions_queue"), (team["li"], "ix_submissions_assigned")):
        seen = within(session, reader, EVERYONE, NOW)
        found = queue_statements.rows(seen.shape, "after", 51)
        values = {**seen.values, "at": NOW, "id": 1}
        bound = found.bound(session.connection().dialect, values)
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        cursor = session.connection().connection.cursor()
        cursor.execute(explain + bound.compiled.text, bound.given)
        plan = "\n".join(str(row) for row in cursor.fetchall())
        assert (index in plan) if is_sqlite else ("Sort" not in plan)
