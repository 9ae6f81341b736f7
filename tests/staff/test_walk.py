"""Threat "foreign id": every route as each role, with the number or id of another team's record (M46)."""

from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.routing import Rule

from formsvc.staff.models import GRANTS, Permission, Role
from tests.browser import Browser
from tests.filling import everything
from tests.installation import HOST
from tests.staff.world import World, addresses, hand_over, may, routes, world

LET_IN = "let in"


@dataclass(frozen=True)
class Asked:
    """Which record a route is asked for, by which others, and what its form says so that it comes as far as that."""

    record: str
    form: dict[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()


# What every route with a number or an id in it is about. A new route belongs in here.
ABOUT = {
    "customers.show": Asked("customer"),
    "recording.fill": Asked("customer"),
    "recording.act": Asked("customer"),
    "archiving.choose": Asked("customer"),
    "archiving.archive": Asked("customer"),
    "archiving.bring_back": Asked("customer"),
    "editing.show": Asked("customer"),
    "editing.save": Asked("customer"),
    "entering.add_contact": Asked("customer"),
    "following_up.show": Asked("customer"),
    "following_up.record": Asked("customer"),
    "following_up.finish": Asked("customer"),
    "handing_over.one": Asked("customer"),
    "merging.choose": Asked("customer"),
    "merging.compare": Asked("customer", more=("other",)),
    "merging.merge": Asked("customer", more=("other",)),
    "merging.choose_split": Asked("whole", more=("version",)),
    "merging.split": Asked("whole", {"reason": "x"}, more=("version",)),
    "duplicates.settle": Asked("pair", {"reason": "x"}),
    "duplicates.reopen": Asked("pair"),
    "imports.show": Asked("import"),
    "imports.cancel": Asked("import"),
    "imports.choose": Asked("import"),
    "imports.confirm": Asked("import"),
    "imports.go_on": Asked("import"),
    "imports.download_left": Asked("import"),
    "timeline.show": Asked("customer"),
    "timeline.compare": Asked("customer"),
    "timeline.day": Asked("customer"),
    "following.follow": Asked("customer"),
    "following.unfollow": Asked("customer"),
    "invitations.invite": Asked("customer", {"days": "5"}),
    "invitations.form": Asked("invitation"),
    "invitations.reissue": Asked("invitation"),
    "invitations.revoke": Asked("invitation"),
    "review.show": Asked("waiting"),
    "review.preview": Asked("waiting"),
    "review.claim": Asked("waiting"),
    "review.release": Asked("waiting"),
    "review.assign_one": Asked("waiting", {"to": "1"}),
    "review.decide": Asked("waiting", {"action": "reject", "note": "x"}),
    "review.choose_undo": Asked("approved"),
    "review.act_undo": Asked("approved", {"reason": "x"}),
    "review.reopen": Asked("rejected"),
    "filters.delete": Asked("filter"),
    "rewards.give": Asked("reward"),
    "mail.show": Asked("message"),
    "mail.html": Asked("message"),
}
NOBODY_ELSES = ("filter",)  # whoever has them alone reaches them
EVERYONES = ("message",)  # whoever has the permission reaches them


@pytest.fixture
def made(sqlite_app: Flask) -> World:
    return world(sqlite_app)


@pytest.fixture
def signed_in(browser: Browser, sqlite_app: Flask, made: World, role: Role) -> Browser:
    browser.sign_in(made.staff[role])
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # else a post without a token does not come as far as the record
    return browser


def test_every_route_with_a_number_or_an_id_is_walked(sqlite_app: Flask) -> None:
    with_records = {rule.endpoint for rule, _method, _access in routes(sqlite_app) if rule.arguments}
    assert with_records == set(ABOUT)


@pytest.mark.parametrize("role", Role)
def test_foreign_id_a_route_lets_in_who_may_and_sees_the_record(
    signed_in: Browser, sqlite_app: Flask, made: World, role: Role
) -> None:
    """403 where the role lacks the permission, 404 where the record is another team's; and then nothing has changed."""
    before = everything(sqlite_app)
    asked = [(rule, method, _expected(role, access, rule)) for rule, method, access in _with_records(sqlite_app)]
    refused = [each for each in asked if each[2] != LET_IN]
    assert [_answer(signed_in, sqlite_app, made, *each[:2]) for each in refused] == [each[2] for each in refused]
    assert everything(sqlite_app) == before
    for rule, method, _ in (each for each in asked if each[2] == LET_IN):
        assert _answer(signed_in, sqlite_app, made, rule, method) == LET_IN, rule


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEAD])
def test_the_same_routes_let_in_whose_record_it_is(
    signed_in: Browser, sqlite_app: Flask, made: World, role: Role
) -> None:
    """Else the walk above could be refused for another reason."""
    hand_over(sqlite_app, made, Role.MANAGER)
    for rule, method, access in _with_records(sqlite_app):
        if may(role, access) and ABOUT[rule.endpoint].record not in NOBODY_ELSES:
            assert _answer(signed_in, sqlite_app, made, rule, method) == LET_IN, rule


def _with_records(app: Flask) -> list[tuple[Rule, str, str]]:
    """Pages first, and last what ends the wait of a submission."""
    found = [route for route in routes(app) if route[0].arguments]
    ends = "review.decide", "review.reopen"
    return sorted(found, key=lambda route: (route[1] != "GET", route[0].endpoint in ends, route[0].endpoint))


def _expected(role: Role, access: str, rule: Rule) -> int | str:
    record = ABOUT[rule.endpoint].record
    if not may(role, access):
        return 403
    if record in NOBODY_ELSES:
        return 404
    return LET_IN if record in EVERYONES or Permission.ALL_CUSTOMERS in GRANTS[role] else 404


def _answer(browser: Browser, app: Flask, made: World, rule: Rule, method: str) -> int | str:
    asked = ABOUT[rule.endpoint]
    values = dict.fromkeys(rule.arguments, made.records[asked.record])
    values |= {name: made.records[name] for name in asked.more}
    path = addresses(app).build(rule.endpoint, values, method=method)
    data = asked.form if method == "POST" else None
    with browser.client.open(path, method=method, data=data, base_url=f"http://{HOST}") as answer:
        status = answer.status_code
    assert status < 500, (path, status)
    return status if status in (403, 404) else LET_IN
