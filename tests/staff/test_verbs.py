"""Accounts: who can be added, who signs in, how often one can try (M50)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.staff import verbs
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.staff.verbs import FAILED, TRIES, WINDOW, AccountError, TooManyTries
from tests.factories import PASSWORD, staff_account
from tests.installation import NOW

EMAIL = "li.qiang@example.com"


def sign_in(session: Session, email: str, password: str, now: datetime) -> Staff | None:
    return verbs.sign_in(session, email, verbs.check(session, email, password), now)


@pytest.fixture
def account(session: Session) -> Staff:
    return staff_account(session, email=EMAIL)


def fail(session: Session, times: int, email: str = EMAIL) -> None:
    for _ in range(times):
        assert sign_in(session, email, "wrong", NOW) is None


@pytest.mark.parametrize("typed", [EMAIL, EMAIL.upper(), f" {EMAIL} "])
def test_the_right_password_signs_in(session: Session, account: Staff, typed: str) -> None:
    assert sign_in(session, typed, PASSWORD, NOW) is account


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), (EMAIL, ""), (EMAIL, PASSWORD + " "), ("nobody@example.com", PASSWORD), ("", ""),
     (EMAIL, "\ud800"), (f"\0{EMAIL}x", PASSWORD), ("%", PASSWORD)],
)  # fmt: skip
def test_anything_else_does_not(session: Session, account: Staff, email: str, password: str) -> None:
    assert sign_in(session, email, password, NOW) is None


def test_an_inactive_account_does_not_sign_in(session: Session, account: Staff) -> None:
    account.active = False
    assert sign_in(session, EMAIL, PASSWORD, NOW) is None


def test_guessing_oracle_the_answer_takes_as_long_for_unknown_people(
    session: Session, account: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured by what is done, not by a clock: one hash is checked for everyone."""
    checked: list[str] = []

    def matches(hashed: str, _password: str) -> bool:
        checked.append(hashed)
        return False

    monkeypatch.setattr(verbs, "_matches", matches)
    sign_in(session, EMAIL, "wrong", NOW)
    sign_in(session, "nobody@example.com", "wrong", NOW)
    account.active = False
    sign_in(session, EMAIL, PASSWORD, NOW)
    assert checked == [account.password_hash, verbs.NOBODY, verbs.NOBODY]


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_guessing_oracle_tries_are_limited_for_known_and_unknown_people(
    session: Session, account: Staff, email: str
) -> None:
    fail(session, TRIES, email)
    with pytest.raises(TooManyTries):
        sign_in(session, email, PASSWORD, NOW + WINDOW - timedelta(seconds=1))


@pytest.mark.parametrize("other", [EMAIL.upper(), f" {EMAIL}", f"{EMAIL}\u2003", f"\0{EMAIL}"])
def test_guessing_oracle_another_spelling_is_not_another_ten_tries(
    session: Session, account: Staff, other: str
) -> None:
    fail(session, TRIES)
    with pytest.raises(TooManyTries):
        sign_in(session, other, PASSWORD, NOW)


def test_after_the_window_one_can_try_again(session: Session, account: Staff) -> None:
    fail(session, TRIES)
    assert sign_in(session, EMAIL, PASSWORD, NOW + WINDOW) is account


def test_others_can_sign_in_meanwhile(session: Session, account: Staff) -> None:
    other = staff_account(session, email="wang.lei@example.com")
    fail(session, TRIES)
    assert sign_in(session, other.email, PASSWORD, NOW) is other


def test_what_was_typed_is_not_kept(session: Session, account: Staff) -> None:
    fail(session, 1, "my-password-by-mistake")
    fact = session.scalars(select(AuditFact).where(AuditFact.action == FAILED)).one()
    assert "mistake" not in repr((fact.subject, fact.detail))


@pytest.mark.parametrize(
    ("email", "name", "password", "code"),
    [
        (EMAIL.upper(), "李强", PASSWORD, "taken"),
        (f" {EMAIL}", "李强", PASSWORD, "taken"),
        ("new@example.com", "李强", "eleven-char", "short-password"),
        ("new@example.com", " ", PASSWORD, "name"),
    ],
)
def test_an_account_that_cannot_be_made(
    session: Session, account: Staff, email: str, name: str, password: str, code: str
) -> None:
    with pytest.raises(AccountError) as refusal:
        verbs.add(session, email, name, Role.MANAGER, password, NOW)
    assert refusal.value.code == code


def test_a_team_is_led_by_an_active_lead_or_administrator(session: Session, account: Staff) -> None:
    lead, gone = staff_account(session, role=Role.LEAD), staff_account(session, role=Role.LEAD)
    gone.active = False
    made = verbs.add(session, "new@example.com", "王磊", Role.MANAGER, PASSWORD, NOW, lead=lead.email.upper())
    assert made.lead_id == lead.id
    for other in (EMAIL, gone.email, "nobody@example.com"):
        with pytest.raises(AccountError) as refusal:
            verbs.add(session, "newer@example.com", "王磊", Role.MANAGER, PASSWORD, NOW, lead=other)
        assert refusal.value.code == "lead"


def test_an_account_keeps_its_address_in_one_spelling_and_no_password(session: Session) -> None:
    made = verbs.add(session, " New@Example.com ", " 李强 ", Role.MANAGER, PASSWORD, NOW)
    assert (made.email, made.name) == ("new@example.com", "李强")
    assert PASSWORD not in made.password_hash
    assert verbs.find(session, "NEW@example.com") is made


def test_a_manager_may_less_than_a_lead_and_a_lead_less_than_an_administrator() -> None:
    assert GRANTS[Role.ADMINISTRATOR] == set(Permission)
    assert GRANTS[Role.LEAD] - GRANTS[Role.MANAGER] == {Permission.TEAM, Permission.HAND_OVER}
    assert set(Permission) - GRANTS[Role.LEAD] == {Permission.ALL_CUSTOMERS, Permission.READ_MAIL}


def test_service_and_finance_fill_in_records_of_all_and_an_auditor_reads_and_exports_them() -> None:
    """Who reads answers and cannot invite sees no customer's link; who sees all and reads no answers sees records."""
    shared = {Permission.SEE, Permission.ALL_CUSTOMERS}
    assert GRANTS[Role.SERVICE] == GRANTS[Role.FINANCE] == shared | {Permission.EDIT}
    assert GRANTS[Role.AUDITOR] == shared | {Permission.READ_ANSWERS, Permission.EXPORT}
