"""The program's own source, as trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config import ROOT

PACKAGE = ROOT / "formsvc"
FILES = sorted([*PACKAGE.rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"])
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def name_of(path: Path) -> str:
    """The module's name: `formsvc.web.show` for `formsvc/web/show.py`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_by(path: Path) -> Iterator[str]:
    """The full names of all that `path` imports from this program; of `from a import b` both `a` and `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in ("formsvc", "config"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(path: Path, attribute: str) -> list[ast.Call]:
    """The calls of `something.attribute(…)`."""
    nodes = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
    return [node for node in nodes if isinstance(node.func, ast.Attribute) and node.func.attr == attribute]


def strings(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
