"""Where the time of a GET and of a POST goes: `python -m benchmarks.profile`; over the test client, on SQLite."""

import cProfile
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks import customers, sites
from config import ROOT
from formsvc.db import db, transaction

REQUESTS, MOST, LEAST = 200, 12, 0.02
OURS = f"{ROOT}/formsvc/", f"{ROOT}/templates/"
Act = Callable[[str], None]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="formsvc-profile-") as folder, sites.sqlite(Path(folder)) as (ours, *_):
        with sites.application(ours) as app:
            with transaction() as session:
                paths = iter((customers.first(session), *customers.copies(session, 4 * REQUESTS + 4)))
            engine = db.engine
        for work, act in (("GET", _get(app)), ("POST", _post(app, next(paths)))):
            act(next(paths))  # templates and statements are compiled
            print(f"\n## {work}\n")
            print(f"{_milliseconds(act, paths):.2f} ms a request\n")
            with _statements(engine) as said:
                act(next(paths))
            print(f"{len(said)} statements:", *said, sep="\n- ")
            _show(_profiled(act, paths))


def _get(app: Flask) -> Act:
    client = app.test_client(use_cookies=False)
    return lambda path: _expect(client, 200, path)


def _post(app: Flask, path: str) -> Act:
    client = app.test_client()
    pairs = customers.answered(client.get(path, headers={"Accept-Language": "zh-CN"}).text)
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return lambda path: _expect(client, 303, path, method="POST", data=form)


def _expect(client: FlaskClient, status: int, path: str, **request: Any) -> None:
    answer = client.open(path, headers={"Accept-Language": "zh-CN"}, **request)
    if answer.status_code != status:
        raise RuntimeError(f"{path}: {answer.status}")


def _milliseconds(act: Act, paths: Iterator[str]) -> float:
    begun = time.process_time()
    for _ in range(REQUESTS):
        act(next(paths))
    return (time.process_time() - begun) * 1000 / REQUESTS


@contextmanager
def _statements(engine: Any) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(" ".join(statement.split())[:150])

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def _profiled(act: Act, paths: Iterator[str]) -> pstats.Stats:
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(REQUESTS):
        act(next(paths))
    profiler.disable()
    return pstats.Stats(profiler)


def _show(stats: pstats.Stats) -> None:
    """Own time by package, then the functions of this repository by the time spent in and below them."""
    total = sum(own for _, _, own, _, _ in _calls(stats).values())
    shares: Counter[str] = Counter()
    for (path, _, name), (_, _, own, _, _) in _calls(stats).items():
        shares[_package(path, name)] += own / total  # type: ignore[assignment]
    print(f"\nUnder the profiler {total * 1000 / REQUESTS:.1f} ms, of that itself:\n")
    print("\n".join(f"{share:6.1%}  {package}" for package, share in shares.most_common(MOST)))
    print("\nIn and below a function (share, calls a request):\n")
    for (path, _, name), (_, calls, _, below, _) in sorted(_calls(stats).items(), key=lambda item: -item[1][3]):
        if path.startswith(OURS) and below / total >= LEAST:
            place = f"{path.removeprefix(f'{ROOT}/')} {name}"
            print(f"{below / total:6.1%} {calls / REQUESTS:6.1f}  {place}")


def _calls(stats: pstats.Stats) -> dict[tuple[str, int, str], tuple[int, int, float, float, Any]]:
    """By file, line and name: calls from outside, all calls, seconds in the function, seconds in and below, callers."""
    found: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = stats.stats  # type: ignore[attr-defined]
    return found


def _package(path: str, name: str) -> str:
    if path.startswith(OURS):
        return "templates" if "/templates/" in path else "formsvc"
    if "site-packages/" in path:
        return path.partition("site-packages/")[2].partition("/")[0]
    if path == "~":
        return next((kind for kind in ("sqlite3", "_thread.lock") if kind in name), "builtins")
    return "standard library"


if __name__ == "__main__":
    main()
