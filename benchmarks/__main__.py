"""`make bench`: formsvc and what it stands beside under the same load in turn; prints Markdown tables.

`python -m benchmarks reviews` measures that part alone.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NoReturn, TypeAlias

from benchmarks import crowd, customers, duplicates, imports, lists, report, reviews, sites
from benchmarks.load import CONNECTIONS, Failed, Load, Round, ensure_wrk
from benchmarks.report import Result
from benchmarks.sites import Site, Sites
from formsvc.db import transaction

ROUNDS, SECONDS, WARM_UP = 5, 3, 2
LINKS = 1000  # that GET opens in turn
FASTEST = 500  # submissions a second that the first warm-up has links for, four times as many
OTHERS = 1_000_000  # submissions of others, which must make no difference
SHORT = 1000  # submissions that wait in a short queue
ENGINES = {"SQLite": sites.sqlite, "PostgreSQL": sites.postgresql}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", help=f"what to measure, else all: {', '.join(NAMES)}")
    chosen = parser.parse_args().parts
    if unknown := set(chosen) - set(NAMES):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = [PARTS[name] for name in chosen or PARTS if name in PARTS]
    signal.signal(signal.SIGTERM, _stop)
    try:
        ensure_wrk()
        with tempfile.TemporaryDirectory(prefix="formsvc-bench-") as name:
            folder = Path(name)
            results: list[Result] = []
            imported: list[list[str]] = []
            databases = []
            for engine, made in ENGINES.items():
                with made(folder / engine) as served:
                    for result in chain.from_iterable(part(engine, served) for part in parts):
                        print(*result.cells(), sep=" | ", file=sys.stderr, flush=True)  # should a later one fail
                        results.append(result)
                    for done in imports.measure(served.ours) if IMPORTS in (chosen or NAMES) else ():
                        imported.append(done.cells(engine))
                        print(*imported[-1], sep=" | ", file=sys.stderr, flush=True)
                    databases.append(f"{engine} {sites.version(served.ours)}")
            measured = {result.heading for result in results}
            tables = [report.table(results, heading) for heading in report.HEADINGS if heading in measured]
            tables += [report.rows_table(imports.HEADING, imported)] if imported else []
            print(*tables, report.machine(databases, folder), sep="\n\n")
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

    def with_links(self, load: Load, per_second: float, seconds: int) -> Load:
        """`load` with new links, four times as many as are used at that rate."""
        count = int(4 * seconds * per_second) + 2 * CONNECTIONS
        with sites.application(self.site), transaction() as session:
            fresh = replace(load, paths=customers.copies(session, count))
        sites.settle(self.site)
        return fresh


Pair: TypeAlias = tuple[Server, Server]


def _measure_answers(engine: str, served: Sites) -> Iterator[Result]:
    """formsvc beside the bare application, then the floor beside it."""
    ours, bare, floor = served.ours, served.bare, served.floor
    paths, floor_paths = _paths(ours), _paths(floor)
    sites.add_links(bare, tuple({*paths, *floor_paths}))  # both count from one
    with ours.serving() as port:
        page, cookie = sites.fetch(port, paths[0])
    size, sent = len(page.encode()), Load((), customers.answered(page), cookie)
    for site, its_paths, heading in ((ours, paths, report.BARE), (floor, floor_paths, report.FLOOR)):
        with bare.serving(BARE_PAGE_SIZE=str(size)) as bare_port, site.serving(BARE_PAGE_SIZE=str(size)) as port:
            both, load = (Server(site, port), Server(bare, bare_port)), Load(its_paths, page_size=size)
            yield Result(engine, "GET", list(_gets(engine, both, (load, load))), heading)
            yield Result(engine, "POST", list(_posts(engine, both, sent)), heading)


def _measure_flat(engine: str, served: Sites) -> Iterator[Result]:
    """formsvc with OTHERS submissions of others beside formsvc without."""
    crowded, ours = served.crowded, served.ours
    print(f"{engine}: {OTHERS:,} submissions of others …", file=sys.stderr, flush=True)
    paths = _paths(crowded), _paths(ours)
    with sites.application(crowded):
        crowd.fill(OTHERS)
    sites.settle(crowded)
    with crowded.serving() as port, ours.serving() as other_port:
        both = Server(crowded, port), Server(ours, other_port)
        page, cookie = sites.fetch(port, paths[0][0])
        loads = Load(paths[0], page_size=len(page)), Load(paths[1], page_size=len(page))
        yield Result(engine, "GET", list(_gets(engine, both, loads)), report.FLAT)
        load = Load((), customers.answered(page), cookie)  # both sites have the same keys
        yield Result(engine, "POST", list(_posts(engine, both, load)), report.FLAT)


def _measure_reviews(engine: str, served: Sites) -> Iterator[Result]:
    """The first page of a queue of OTHERS and one of SHORT, then approvals beside a single INSERT each."""
    short, long, ours = served.short, served.long, served.ours
    print(f"{engine}: queues of {SHORT:,} and of {OTHERS:,} …", file=sys.stderr, flush=True)
    loads = reviews.queue(long, OTHERS), reviews.queue(short, SHORT)
    with long.serving() as port, short.serving() as other_port:
        both = Server(long, port), Server(short, other_port)
        yield Result(engine, "queue", list(_gets(engine, both, loads)), report.QUEUE)
    pairs = [(reviews.approve(ours), reviews.insert(ours)) for _ in _rounds(engine, "approve")]
    yield Result(engine, "approve", pairs, report.APPROVE)


def _measure_duplicates(engine: str, served: Sites) -> Iterator[Result]:
    """Lookups among ever more customers, each beside reads of one customer by its number."""
    works = {"doubles": duplicates.asking, "search": duplicates.searching, "compare": duplicates.comparing_due}
    for count in duplicates.SIZES:
        print(f"{engine}: {count:,} customers …", file=sys.stderr, flush=True)
        duplicates.fill(served.many, count)
        for work, measure in works.items():
            pairs = [(measure(served.many), duplicates.reading(served.many)) for _ in _rounds(engine, work)]
            yield Result(engine, f"{work}, {count:,}", pairs, report.LOOKUP)


def _measure_lists(engine: str, served: Sites) -> Iterator[Result]:
    """Pages of staff among OTHERS customers beside the same pages among SHORT."""
    many, few = served.many, served.few
    print(f"{engine}: {SHORT:,} and {OTHERS:,} customers …", file=sys.stderr, flush=True)
    lists.fill(many, OTHERS)
    lists.fill(few, SHORT)
    for work in lists.ASKED:
        loads = lists.load(many, work), lists.load(few, work)
        with many.serving() as port, few.serving() as other_port:
            both = Server(many, port), Server(few, other_port)
            yield Result(engine, work, list(_gets(engine, both, loads)), report.LIST)


def _paths(site: Site) -> tuple[str, ...]:
    with sites.application(site), transaction() as session:
        return customers.first(session), *customers.copies(session, LINKS - 1)


def _gets(engine: str, both: Pair, loads: tuple[Load, Load]) -> Iterator[tuple[Round, Round]]:
    for server, load in zip(both, loads, strict=True):
        server.get(load, WARM_UP)
    for _ in _rounds(engine, "GET"):
        yield both[0].get(loads[0], SECONDS), both[1].get(loads[1], SECONDS)


def _posts(engine: str, both: Pair, load: Load) -> Iterator[tuple[Round, Round]]:
    """Before each round there are new links on both sides; the bare application needs none of its own."""
    one, other = both
    has_own = other.site.name == sites.OURS
    rates, seconds = [float(FASTEST)] * 2, WARM_UP
    best = [0.0, 0.0]
    for round_ in (None, *_rounds(engine, "POST")):
        fresh = one.with_links(load, rates[0], seconds)
        fresh_other = other.with_links(load, rates[1], seconds) if has_own else fresh
        pair = one.post(fresh, seconds), other.post(fresh_other, seconds)
        best = [max(rate, done.per_second) for rate, done in zip(best, pair, strict=True)]
        rates, seconds = best, SECONDS  # the fastest so far: a busy machine may stand still for a round
        if round_:
            yield pair


def _rounds(engine: str, work: str) -> Iterator[int]:
    for number in range(1, ROUNDS + 1):
        print(f"{engine}, {work}: round {number} of {ROUNDS} …", file=sys.stderr, flush=True)
        yield number


PARTS = {
    "answers": _measure_answers,
    "flat": _measure_flat,
    "reviews": _measure_reviews,
    "duplicates": _measure_duplicates,
    "lists": _measure_lists,
}
IMPORTS = "imports"
NAMES = (*PARTS, IMPORTS)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main())
