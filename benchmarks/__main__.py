"""`make bench`: formsvc and the bare application under the same load in turn; prints a Markdown table."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from benchmarks import customers, report, sites
from benchmarks.load import CONNECTIONS, Failed, Load, Round, ensure_wrk
from benchmarks.report import Result
from benchmarks.sites import Site
from formsvc.db import transaction

ROUNDS, SECONDS, WARM_UP = 5, 3, 2
LINKS = 1000  # that GET opens in turn
FASTEST = 1500  # submissions a second that the first warm-up has links for
ENGINES = {"SQLite": sites.sqlite, "PostgreSQL": sites.postgresql}


def main() -> int:
    signal.signal(signal.SIGTERM, _stop)
    try:
        ensure_wrk()
        with tempfile.TemporaryDirectory(prefix="formsvc-bench-") as name:
            folder = Path(name)
            results: list[Result] = []
            databases = []
            for engine, made in ENGINES.items():
                with made(folder / engine) as (ours, bare):
                    results += _measure(engine, ours, bare)
                    databases.append(f"{engine} {sites.version(ours)}")
            print(report.table(results), report.machine(databases, folder), sep="\n\n")
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


@dataclass(frozen=True)
class Server:
    """One of the two while it runs."""

    site: Site
    port: int

    def get(self, load: Load, seconds: int) -> Round:
        return load.run(self.port, seconds, self.site.config.var)

    def post(self, load: Load, seconds: int) -> Round:
        """Raises Failed unless each answer stands for a row; those still under way at the end may have one too."""
        before = sites.rows(self.site)
        done = load.run(self.port, seconds, self.site.config.var)
        made = [after - number for after, number in zip(sites.rows(self.site), before, strict=True)]
        if not all(done.requests <= number <= done.requests + CONNECTIONS for number in made):
            raise Failed(f"{self.site.name}: {done.requests} answers, but rows: {made}")
        return done


def _measure(engine: str, ours: Site, bare: Site) -> Iterator[Result]:
    with sites.application(ours), ours.serving() as port:
        with transaction() as session:
            paths = customers.first(session), *customers.copies(session, LINKS - 1)
        page, cookie = sites.fetch(port, paths[0])
        size = len(page.encode())
        sites.add_links(bare, paths)
        with bare.serving(BARE_PAGE_SIZE=str(size)) as bare_port:
            both = Server(ours, port), Server(bare, bare_port)
            yield _gets(engine, both, Load(paths, page_size=size))
            yield _posts(engine, both, Load((), customers.answered(page), cookie))


def _gets(engine: str, both: tuple[Server, Server], load: Load) -> Result:
    for server in both:
        server.get(load, WARM_UP)
    ours, bare = both
    pairs = [(ours.get(load, SECONDS), bare.get(load, SECONDS)) for _ in _rounds(engine, "GET")]
    return Result(engine, "GET", pairs)


def _posts(engine: str, both: tuple[Server, Server], load: Load) -> Result:
    """Before each round there are new links, twice as many as the one before used."""
    ours, bare = both
    warm = _with_links(load, FASTEST * WARM_UP)
    bare.post(warm, WARM_UP)
    last, pairs = ours.post(warm, WARM_UP).per_second, []
    for _ in _rounds(engine, "POST"):
        fresh = _with_links(load, int(2 * SECONDS * last) + 2 * CONNECTIONS)
        pairs.append((ours.post(fresh, SECONDS), bare.post(fresh, SECONDS)))
        last = pairs[-1][0].per_second
    return Result(engine, "POST", pairs)


def _with_links(load: Load, count: int) -> Load:
    with transaction() as session:
        return replace(load, paths=customers.copies(session, count))


def _rounds(engine: str, work: str) -> Iterator[int]:
    for number in range(1, ROUNDS + 1):
        print(f"{engine}, {work}: round {number} of {ROUNDS} …", file=sys.stderr, flush=True)
        yield number


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main())
