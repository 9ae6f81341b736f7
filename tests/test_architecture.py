"""The rules of design.md that can be read from the source."""

import ast
import re
from pathlib import Path

import pytest

from config import ROOT
from formsvc import ROOMS
from tests.source import FILES, PACKAGE, TEMPLATES, calls, functions, imported_by, name_of, strings, tree_of

FOUNDATION = ("statements", "sqlite", "db", "lists", "schema", "audit", "crypto", "workdays", "queue", "console")
STARTERS = ("cli", "demo", "server", "worker")  # they start the rooms, and have no rules of their own
TAGS = re.compile(r"</?(?:a|b|br|button|div|em|form|h[1-6]|i|input|label|li|ol|p|script|select|span|strong|style|table"
                  r"|td|th|tr|ul)\b[^>]*>", re.IGNORECASE)  # fmt: skip
LONGEST = 300  # lines

every_file = pytest.mark.parametrize("path", FILES, ids=name_of)
every_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))


def part_of(module: str) -> str:
    """The room, or the module beside the rooms: `web` for `formsvc.web.show`."""
    return module.removeprefix("formsvc").lstrip(".").split(".")[0] or "formsvc"


def test_every_folder_is_a_room_and_every_room_is_there() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders | {"cli"} == set(ROOMS)
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert modules == {*FOUNDATION, *STARTERS}


@every_file
def test_a_room_imports_itself_the_rooms_above_it_and_the_foundation(path: Path) -> None:
    own = part_of(name_of(path))
    if own in STARTERS or own in ("formsvc", "wsgi", "config"):
        return
    above = set(ROOMS[: ROOMS.index(own)]) if own in ROOMS else set()
    allowed = {own, *above, *FOUNDATION, "config"}
    assert {name for name in imported_by(path) if part_of(name) not in allowed} == set()


@pytest.mark.parametrize("name", FOUNDATION)
def test_the_foundation_imports_downward_only(name: str) -> None:
    below = {
        "sqlite": {"statements"}, "db": {"sqlite"}, "schema": {"db", "sqlite"}, "audit": {"db", "statements"},
        "console": {"schema"}, "queue": {"crypto"},
    }  # fmt: skip
    found = {part_of(module) for module in imported_by(PACKAGE / f"{name}.py")}
    assert found <= {"config"} | below.get(name, set())


@every_file
def test_imports_stand_at_the_top(path: Path) -> None:
    within = [node for function in functions(path) for node in ast.walk(function)]
    assert [node.lineno for node in within if isinstance(node, ast.Import | ast.ImportFrom)] == []


@every_file
def test_only_transaction_commits(path: Path) -> None:
    assert calls(path, "commit") == [] or name_of(path) == "formsvc.db"


@every_file
def test_only_config_reads_the_environment(path: Path) -> None:
    readers = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)]
    found = [node.attr for node in readers if node.attr in ("environ", "getenv", "environb", "putenv")]
    assert found == [] or name_of(path) == "config"


@every_file
def test_no_handler_catches_everything(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
            assert node.type is not None, f"{path}:{node.lineno}"
            assert not caught & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


@every_file
def test_pages_are_made_by_templates(path: Path) -> None:
    assert [text for text in strings(path) if TAGS.search(text)] == []


@every_file
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@every_template
def test_templates_escape_and_hold_no_styles_and_scripts(path: Path) -> None:
    """Threat "stored XSS"."""
    source = path.read_text("utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|Markup\(", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+\s*=|javascript:", source, re.IGNORECASE)
    is_mail = (ROOT / "templates" / "mail") in path.parents and path.parent.name != "mail"  # it brings its own styles
    assert is_mail or path.name in ("layout.html", "parts.html") or not re.search(r"<style|\sstyle\s*=", source)
