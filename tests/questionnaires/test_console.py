"""A questionnaire of one's own, published on the console."""

import json
from pathlib import Path

import pytest
from flask import Flask

from formsvc.questionnaires import verbs
from formsvc.questionnaires.definition import DEFAULT, default_data
from formsvc.questionnaires.verbs import current, definition_of
from tests.asking import KEY, field, module, second
from tests.factories import writing
from tests.test_cli import said

TOML = DEFAULT.read_text("utf-8")


def write(path: Path, text: str) -> list[str]:
    path.write_text(text, "utf-8")
    return ["questionnaires", "publish", str(path)]


def test_a_company_asks_what_it_wants_and_init_leaves_it_so(app: Flask, tmp_path: Path) -> None:
    own = TOML.replace("ask_code = false", "ask_code = true").replace("enabled = false", "enabled = true")
    assert "Version 2 of customer-info" in said(app, write(tmp_path / "own.toml", own)).stdout
    assert "version 2" in said(app, ["init"]).stdout
    with writing(app) as session:
        definition = definition_of(current(session))
    assert definition.ask_code
    assert definition.fields["basic.bank_account"].enabled


def test_what_is_shown_can_be_changed_and_published(app: Flask, tmp_path: Path) -> None:
    shown = said(app, ["questionnaires", "show"]).stdout
    assert "客户全称 / 姓名" in shown
    data = json.loads(shown) | {"grace_days": 3}
    data["modules"][0]["fields"][0]["hint"] = "x"
    said(app, write(tmp_path / "own.json", json.dumps(data)))
    assert json.loads(said(app, ["questionnaires", "show"]).stdout) == data


def test_dates_of_toml_are_kept_as_texts(sqlite_app: Flask, tmp_path: Path) -> None:
    own = TOML.replace('key = "history.since"', 'key = "history.since"\nmin = 2000-01-01')
    said(sqlite_app, write(tmp_path / "own.toml", own))
    with writing(sqlite_app) as session:
        assert definition_of(current(session)).fields["history.since"].min == "2000-01-01"


def test_another_questionnaire_is_published_and_shown_by_its_key(sqlite_app: Flask, tmp_path: Path) -> None:
    assert "Version 1 of visit-feedback" in said(sqlite_app, write(tmp_path / "x.json", json.dumps(second()))).stdout
    assert json.loads(said(sqlite_app, ["questionnaires", "show", KEY]).stdout) == second()
    assert json.loads(said(sqlite_app, ["questionnaires", "show"]).stdout)["key"] == "customer-info"
    refused = said(sqlite_app, ["questionnaires", "show", "visit"], status=1).stderr
    assert "no questionnaire visit; there are customer-info, visit-feedback" in refused


def test_init_says_which_field_of_a_company_is_in_the_way_of_its_own(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(sqlite_app, write(tmp_path / "x.json", json.dumps(second())))
    newer = default_data()
    newer["modules"].append(module("visit", "拜访", field("visit.score", "integer", "评分")))
    monkeypatch.setattr(verbs, "default_data", lambda: newer)
    assert "visit.score must be a scale, as in visit-feedback" in said(sqlite_app, ["init"], status=1).stderr


@pytest.mark.parametrize(
    ("name", "text", "status", "reason"),
    [
        (
            "own.toml",
            TOML.replace("grace_days = 10", 'grace_days = "10"'),
            1,
            "grace_days: '10' must be a whole number",
        ),
        ("own.toml", TOML + "x", 1, "at end of document"),
        ("own.json", "[]", 1, "the questionnaire must be a table"),
        ("own.json", "{", 1, "line 1 column 2"),
        ("own.json", '{"key": NaN}', 1, "not JSON compliant"),
        ("own.yaml", TOML, 2, "end in .toml or .json"),
    ],
)
def test_what_cannot_be_published_is_refused_with_the_reason(
    sqlite_app: Flask, tmp_path: Path, name: str, text: str, status: int, reason: str
) -> None:
    assert reason in said(sqlite_app, write(tmp_path / name, text), status=status).stderr
    with writing(sqlite_app) as session:
        assert current(session).number == 1


def test_a_file_that_is_no_text_is_refused(sqlite_app: Flask, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe\x00")
    assert "own.toml" in said(sqlite_app, ["questionnaires", "publish", str(tmp_path / "own.toml")], status=1).stderr
