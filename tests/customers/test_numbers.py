"""Customer numbers: CX, year and month, serial (M40)."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from formsvc.customers import numbers
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from tests.factories import customer
from tests.installation import NOW, ZONE, running
from tests.processes import COUNT, Processes

EACH = 5


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


def test_serials_count_on_within_a_month_and_begin_anew_in_the_next(session: Session) -> None:
    times = [at("2026-11-01T00:00"), at("2026-11-30T23:59"), at("2026-12-01T00:00")]
    taken = [number for time in times for number in numbers.take(session, 1, time, ZONE)]
    assert taken == ["CX202611001", "CX202611002", "CX202612001"]


def test_several_are_taken_at_once(session: Session) -> None:
    taken = [numbers.take(session, count, NOW, ZONE) for count in (2, 0, 1)]
    assert taken == [["CX202611001", "CX202611002"], [], ["CX202611003"]]


def test_a_serial_after_999_has_more_digits(session: Session) -> None:
    numbers.reserve(session, ["CX202611999"])
    (number,) = numbers.take(session, 1, NOW, ZONE)
    assert number == "CX2026111000"
    assert numbers.split(number) == ("202611", 1000)


@pytest.mark.parametrize(("reserved", "following"), [("CX202611007", "CX202611008"), ("CX202611001", "CX202611004")])
def test_a_number_given_elsewhere_is_not_given_again(session: Session, reserved: str, following: str) -> None:
    numbers.take(session, 3, NOW, ZONE)
    numbers.reserve(session, [reserved, "CX202611002", "CX202612050"])
    assert numbers.take(session, 1, NOW, ZONE) == [following]


@pytest.mark.parametrize(
    "number",
    ["", "CX202611000", "CX20261101", "CX2026110001", "CX202613001", "CX202600001", "CX199911001", "cx202611001",
     "CX202611001 ", "CX２０２６１１００１", "CX2026111234567890"],
)  # fmt: skip
def test_what_is_no_number_is_refused(session: Session, number: str) -> None:
    with pytest.raises(ValueError, match="^" + number):
        numbers.reserve(session, [number])


def test_eight_processes_that_create_customers_at_once_get_numbers_of_their_own(
    config: Config, processes: Processes
) -> None:
    made = processes.at_once(COUNT, config, _customers)
    given = sorted(number for some in made for number in some)
    assert given == [f"CX202611{serial:03d}" for serial in range(1, COUNT * EACH + 1)]
    with running(config) as app, app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Customer)) == len(given)


def _customers() -> list[str]:
    numbers_of_this_process = []
    for _ in range(EACH):
        with transaction() as session:
            numbers_of_this_process.append(customer(session).number)
    return numbers_of_this_process
