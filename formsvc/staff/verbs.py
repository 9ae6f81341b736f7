"""What happens to accounts: add one, sign in."""

from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.crypto import blind_index
from formsvc.staff.models import GRANTS, Permission, Role, Staff, new_session_key

hasher = PasswordHasher()
NOBODY = hasher.hash("nobody has this password")  # checked for unknown people, so that the answer takes as long
MIN_PASSWORD, MAX_NAME = 12, 80
LEADERS = (Role.LEAD, Role.ADMINISTRATOR)
TRIES, WINDOW = 10, timedelta(minutes=15)
FAILED = "staff.sign_in_failed"


class AccountError(ValueError):
    """An account that cannot be made; `code` is "taken", "short-password", "name" or "lead"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooManyTries(Exception):
    """That address failed TRIES times within WINDOW."""


def add(
    session: Session, email: str, name: str, role: Role, password: str, now: datetime, phone: str | None = None,
    lead: str | None = None,
) -> Staff:  # fmt: skip
    """A new account, in the team of the account with the address `lead`. Raises AccountError."""
    if find(session, email):
        raise AccountError("taken")
    if len(password) < MIN_PASSWORD:
        raise AccountError("short-password")
    if not 0 < len(name.strip()) <= MAX_NAME:
        raise AccountError("name")
    lead_id = _leader(session, lead).id if lead else None
    account = Staff(
        email=_folded(email), name=name.strip(), role=role, phone=phone, lead_id=lead_id,
        password_hash=hasher.hash(password), created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    audit.record(session, audit.SYSTEM, "staff.added", account.actor, now, role=role, lead=lead_id)
    return account


def check(session: Session, email: str, password: str) -> bool:
    """Whether an active account has this address and password, told in the same time for known and unknown ones.

    It is slow on purpose and changes nothing: ask before the transaction, in which other writers wait.
    """
    account = find(session, email)
    known = account is not None and account.active
    return _matches(account.password_hash if account and known else NOBODY, password) and known


def sign_in(session: Session, email: str, is_right: bool, now: datetime) -> Staff | None:
    """The account with this address where `check` said that the password is right. Raises TooManyTries."""
    subject = f"sign-in:{blind_index(_folded(email))}"  # what was typed may be anything: it is not kept
    if _failures(session, subject, now) >= TRIES:
        raise TooManyTries
    account = find(session, email) if is_right else None
    if account is None:
        audit.record(session, audit.SYSTEM, FAILED, subject, now)
        return None
    audit.record(session, account.actor, "staff.signed_in", account.actor, now)
    return account


def sign_out(session: Session, account_id: int, now: datetime) -> None:
    """End all sessions of the account: a cookie that was kept or stolen opens nothing any more."""
    account = session.get_one(Staff, account_id)
    account.session_key = new_session_key()
    audit.record(session, account.actor, "staff.signed_out", account.actor, now)


def find(session: Session, email: str) -> Staff | None:
    """The account with this address, upper or lower case."""
    return session.scalar(select(Staff).where(Staff.email == _folded(email)))


def _leader(session: Session, email: str) -> Staff:
    """Who may lead a team. Raises AccountError."""
    account = find(session, email)
    if account is None or not account.active or account.role not in LEADERS:
        raise AccountError("lead")
    return account


def team_of(lead: Any) -> Select[int]:
    """The ids of whoever the account with the id `lead`, or the one that a statement is given, leads."""
    return select(Staff.id).where(Staff.lead_id == lead)


def may(permission: Permission, account: Any = Staff) -> ColumnElement[bool]:
    """Whether `account`, of a statement, is at work and has that permission."""
    return and_(account.active, or_(*(account.role == role for role in Role if permission in GRANTS[role])))


def is_in_reach(reader: Staff, account: Any) -> ColumnElement[bool]:
    """Whether the id `account` is that of one whose work is `reader`'s to see: the own one, the team's, or any."""
    if reader.may(Permission.ALL_CUSTOMERS):
        return true()
    is_own: ColumnElement[bool] = account == reader.id
    return or_(is_own, account.in_(team_of(reader.id))) if reader.may(Permission.TEAM) else is_own


def _folded(email: str) -> str:
    """One spelling of an address, so that a space before it is not another ten tries."""
    return email.replace("\0", "").strip().lower()


def _failures(session: Session, subject: str, now: datetime) -> int:
    fact = audit.AuditFact
    failed = select(func.count()).where(fact.subject == subject, fact.action == FAILED, fact.at > now - WINDOW)
    return session.scalar(failed) or 0


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False
