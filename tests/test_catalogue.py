"""No string in one language only: what the source says is in the catalogue, translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config import ROOT
from formsvc.web.language import CATALOGUES, LANGUAGES
from tests.source import FILES, name_of, tree_of

TRANSLATED = sorted(set(LANGUAGES) - {"en"})  # English is the language of the source
METHODS = [("formsvc/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {"templates/**": {"silent": "false", "trimmed": "true"}}
HOLES = re.compile(r"%(?:\((\w+)\))?[sd]|\{\{?\s*(\w+)")


@pytest.fixture(scope="module")
def said() -> dict[str | tuple[str, ...], str]:
    """Every message of the source, and where it stands."""
    found = {}
    for folder in ("formsvc", "templates"):
        options = {pattern: OPTIONS["templates/**"] for pattern, _ in METHODS if pattern.startswith("templates")}
        methods = [(pattern.partition("/")[2], method) for pattern, method in METHODS if pattern.startswith(folder)]
        options = {pattern.partition("/")[2]: given for pattern, given in options.items()}
        for name, line, message, _comments, _context in extract_from_dir(ROOT / folder, methods, options):
            found[message] = f"{folder}/{name}:{line}"
    return found


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path = CATALOGUES / request.param / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param, abort_invalid=True)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """All but the header."""
    yield from (message for message in catalogue if message.id)


def test_every_message_is_translated(said: dict[str, str], catalogue: Catalog) -> None:
    translated = {message.id for message in messages(catalogue) if message.string and not message.fuzzy}
    assert {message: place for message, place in said.items() if message not in translated} == {}


def test_no_translation_is_left_over(said: dict[str, str], catalogue: Catalog) -> None:
    assert {message.id for message in messages(catalogue)} - set(said) == set()
    assert list(catalogue.obsolete) == []


def test_every_translation_has_the_same_holes(catalogue: Catalog) -> None:
    different = {
        message.id: message.string
        for message in messages(catalogue)
        if message.string and sorted(HOLES.findall(str(message.id))) != sorted(HOLES.findall(str(message.string)))
    }
    assert different == {}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_text_hides_in_an_f_string(path: Path) -> None:
    """It would be shown untranslated: extraction does not see it."""
    within = [
        node for joined in ast.walk(tree_of(path)) if isinstance(joined, ast.JoinedStr) for node in ast.walk(joined)
    ]
    found = [node.func.id for node in within if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert "_" not in found
