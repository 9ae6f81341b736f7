"""Every question of the default questionnaire by its table of what is typed and what becomes of it (spec row M4)."""

import itertools
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from formsvc.fields import TYPES, sentence
from tests.fields.tables import basic, contacts, history, needs, phones
from tests.fields.tables.table import QUESTIONS, Ends, Found, No, Table, Ticked, Typed

LANGUAGES = ("zh_CN", "en")

# What hides in a text or disguises it: NUL, half a character, zero width, the other direction, an empty letter.
UNSEEN = ("\0", "\ud800", "\udc00", "\u200b", "\u202e", "\u2067", "\ufeff", "\u3164")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
PIECES = ("1", "字", "-", "1-", "(", "转", "e\u0301", "\u0315\u0300", "其他（", "甲\n", "科技")

# Where a text is kept as it was typed.
FREE = ("text", "long-text", "list", "multi-select")
CODES = ("basic.uscc", "basic.id_number", "basic.bank_account")


def tables(place: ModuleType) -> Iterator[Table]:
    return (table for table in vars(place).values() if isinstance(table, Table))


TABLES = [table for place in (basic, contacts, phones, needs, history) for table in tables(place)]
ROWS = [pytest.param(table, *row, id=f"{table.key}:{row[0]}"[:60]) for table in TABLES for row in table.rows.items()]
every_row = pytest.mark.parametrize(("table", "typed", "found"), ROWS)


def test_every_question_has_a_table() -> None:
    assert {table.key for table in TABLES} == set(QUESTIONS)


@every_row
def test_row(table: Table, typed: Typed, found: Found) -> None:
    assert table.found(typed) == found
    if isinstance(found, No):
        assert_the_remedy_is_told(table, typed)
    else:
        assert_it_can_be_shown_and_sent_again(table, found)


def assert_the_remedy_is_told(table: Table, typed: Typed) -> None:
    """The refusal names the question and is short enough to be read aloud, in both languages."""
    problem, question = table.problem(typed), QUESTIONS[table.key]
    assert problem is not None
    for language in LANGUAGES:
        label = question.label.in_(language)
        said = sentence(problem, label, language)
        assert label in said
        assert len(label) + 3 < len(said) < 400


def assert_it_can_be_shown_and_sent_again(table: Table, found: Found) -> None:
    question = QUESTIONS[table.key]
    kind = TYPES[question.type]
    assert kind.parse(kind.raw(found, question), question) == found
    assert all(bool(kind.show(found, question, language)) is (found is not None) for language in LANGUAGES)


@every_row
def test_what_cannot_be_seen_changes_nothing(table: Table, typed: Typed, found: Found) -> None:
    assert table.found(changed(typed, disguised)) == found


def disguised(text: str) -> str:
    """`text` with something that cannot be seen before, after and between all characters."""
    unseen = itertools.cycle(UNSEEN)
    return next(unseen) + "".join(character + next(unseen) for character in text.replace("\r\n", "\n"))


@every_row
def test_full_width_is_read_as_half_width(table: Table, typed: Typed, found: Found) -> None:
    if table.key in CODES or QUESTIONS[table.key].type not in FREE:
        assert table.found(changed(typed, lambda text: text.translate(FULL_WIDTH))) == found


def changed(typed: Typed, how: Callable[[str], str]) -> Typed:
    if isinstance(typed, Ticked):
        return Ticked(tuple(map(how, typed.codes)), how(typed.other))
    return Ends(how(typed.lowest), how(typed.highest)) if isinstance(typed, Ends) else how(typed)


@pytest.mark.parametrize("table", [table for table in TABLES if not table.given], ids=lambda table: table.key)
def test_100_kb_are_refused_or_come_to_little(table: Table) -> None:
    for piece in PIECES:
        typed = everywhere(table, piece * (100_000 // len(piece)))
        found = table.found(typed)
        if isinstance(found, No):
            assert_the_remedy_is_told(table, typed)
        else:
            assert len(str(found)) < 100, piece  # one item many times, marks upon marks


def everywhere(table: Table, text: str) -> Typed:
    kind = QUESTIONS[table.key].type
    return Ends(text, text) if kind == "range" else Ticked((text,), text) if kind == "multi-select" else text
