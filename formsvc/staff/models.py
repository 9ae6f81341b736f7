"""Accounts of staff."""

import secrets
from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from formsvc.db import Base, one_of


class Role(StrEnum):
    MANAGER = "manager"
    LEAD = "lead"
    SERVICE = "service"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route can ask for (M46).

    TEAM and ALL_CUSTOMERS widen what the others reach: to the customers of those whom one leads, to all.
    """

    SEE = "see"  # records
    EDIT = "edit"  # values by hand, of the modules that are the role's, and follow-ups
    MANAGE = "manage"  # make, import, merge and archive customers
    HAND_OVER = "hand-over"  # customers to a colleague
    EXPORT = "export"
    READ_ANSWERS = "read-answers"  # invitations without their links, and submissions with what was decided
    INVITE = "invite"
    REVIEW = "review"
    TEAM = "team"
    ALL_CUSTOMERS = "all-customers"
    READ_MAIL = "read-mail"


LEADS = frozenset({Permission.TEAM, Permission.HAND_OVER})
MANAGER = frozenset(Permission) - LEADS - {Permission.ALL_CUSTOMERS, Permission.READ_MAIL}
READER = frozenset({Permission.SEE, Permission.ALL_CUSTOMERS})
GRANTS = {
    Role.MANAGER: MANAGER,
    Role.LEAD: MANAGER | LEADS,
    Role.SERVICE: READER | {Permission.EDIT},
    Role.FINANCE: READER | {Permission.EDIT},
    Role.AUDITOR: READER | {Permission.EXPORT, Permission.READ_ANSWERS},
    Role.ADMINISTRATOR: frozenset(Permission),
}


def new_session_key() -> str:
    return secrets.token_urlsafe(24)


class Staff(Base, UserMixin):
    """One account. `session_key` is in the session's cookie: a new one signs the account out everywhere.

    `lead_id` is who leads the team that it belongs to.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    role: Mapped[Role] = mapped_column(one_of(Role))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(40), unique=True, default=new_session_key)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def actor(self) -> str:
        """The name of this account in audit facts."""
        return f"staff:{self.id}"

    def get_id(self) -> str:
        return self.session_key

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]
