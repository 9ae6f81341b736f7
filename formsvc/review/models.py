"""What the review keeps besides submissions: flags, warnings, notes for the thanks, rewards."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formsvc.customers.models import Customer
from formsvc.db import Base, one_of
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.staff.models import Staff
from formsvc.submissions.models import ReviewStep


class SubmissionFlag(Base):
    """A check found something in a submission: for the filters of the queue (M20, M21)."""

    __tablename__ = "submission_flags"
    __table_args__ = (Index(None, "check", "submission_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    check: Mapped[str] = mapped_column(String(40), primary_key=True)


class ReviewWarning(Base):
    """A colleague is to hear that a submission waits, or has heard at `told_at`: once (M27, M31). `step`: as whom."""

    __tablename__ = "review_warnings"
    __table_args__ = (
        Index("ix_review_warnings_untold", "staff_id", "submission_id", sqlite_where=text("told_at IS NULL"),
              postgresql_where=text("told_at IS NULL")),
    )  # fmt: skip

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    step: Mapped[ReviewStep] = mapped_column(one_of(ReviewStep))
    told_at: Mapped[datetime | None]


class ServiceNote(Base):
    """What thanks of a colleague for a questionnaire say, in one language, of what will be better (M27)."""

    __tablename__ = "service_notes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Reward(Base):
    """A reward that a version of a questionnaire promised and a customer has earned: once (M27)."""

    __tablename__ = "rewards"
    __table_args__ = (
        UniqueConstraint("customer_id", "version_id"),
        Index("ix_rewards_to_give", "id", sqlite_where=text("given_at IS NULL"),
              postgresql_where=text("given_at IS NULL")),
        CheckConstraint("(given_at IS NULL) = (given_by IS NULL)", name="given_by_someone"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    earned_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    customer: Mapped[Customer] = relationship()
    version: Mapped[QuestionnaireVersion] = relationship()
    giver: Mapped[Staff | None] = relationship()
