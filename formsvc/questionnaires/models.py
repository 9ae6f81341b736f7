"""Questionnaires and their versions. A published version never changes: the database refuses it (M1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from formsvc.db import Base


class Questionnaire(Base):
    __tablename__ = "questionnaires"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)


class QuestionnaireVersion(Base):
    """One published version; `definition` is as in the data file, and `checksum` tells equal ones.

    `is_default` tells what came with the program from what the company published itself.
    """

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # read once for each checksum
    checksum: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    is_default: Mapped[bool] = mapped_column(server_default=true())
