"""What other tests stand on."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import transaction
from formsvc.questionnaires.models import QuestionnaireVersion
from tests.browser import Browser
from tests.factories import staff_account, submission, writing
from tests.processes import Processes


def test_an_installation_is_set_up(session: Session) -> None:
    assert session.scalars(select(QuestionnaireVersion.number)).all() == [1]
    assert submission(session).revision == 1


def _number() -> int:
    with transaction() as session:
        return session.scalars(select(QuestionnaireVersion.number)).one()


def test_processes_share_an_installation(config: Config, processes: Processes) -> None:
    assert processes.at_once(2, config, _number) == [1, 1]


def test_a_person_signs_in(sqlite_app: Flask, browser: Browser) -> None:
    with writing(sqlite_app) as session:
        email = staff_account(session).email
    assert browser.sign_in(email).path.endswith("/review/")
