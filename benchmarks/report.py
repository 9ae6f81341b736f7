"""What was measured, as Markdown."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeAlias

from benchmarks.load import CONNECTIONS, Round, wrk_version

Pair: TypeAlias = tuple[Round, Round]  # formsvc, and what it stands beside: one after the other
PACKAGES = ("granian", "Flask", "SQLAlchemy", "WTForms", "Jinja2")
BARE = "formsvc", "bare"
FLOOR = "floor", "bare"
FLAT = "crowded", "alone"
QUEUE = "1,000,000 wait", "1,000 wait"
APPROVE = "approvals", "single INSERTs"
LOOKUP = "lookups", "reads by index"
LIST = "1,000,000 customers", "1,000 customers"
HEADINGS = BARE, FLOOR, FLAT, QUEUE, APPROVE, LOOKUP, LIST
SYNCS = 50


@dataclass(frozen=True)
class Result:
    """The rounds of one kind of request on one engine."""

    engine: str
    work: str
    pairs: Sequence[Pair]
    heading: tuple[str, str] = BARE

    def cells(self) -> list[str]:
        ratios = sorted(ours.per_second / other.per_second for ours, other in self.pairs)
        ours, other = (self._medians(which) for which in (0, 1))
        spread = f"**{median(ratios):.3f}** ({ratios[0]:.3f}–{ratios[-1]:.3f})"
        return [
            self.engine, self.work, spread, f"{ours[0]:,.0f}", f"{other[0]:,.0f}",
            f"{ours[1]:.1f}", f"{ours[2]:.1f}", f"{ours[2] / ours[1]:.1f}", f"{other[1]:.1f}", f"{other[2]:.1f}",
        ]  # fmt: skip

    def _medians(self, which: int) -> tuple[float, float, float]:
        def middle(value: Callable[[Round], float]) -> float:
            return median(value(pair[which]) for pair in self.pairs)

        return middle(lambda r: r.per_second), middle(lambda r: r.p50), middle(lambda r: r.p99)


def table(results: Sequence[Result], heading: tuple[str, str]) -> str:
    """Those of `results` that have `heading`."""
    ours, other = heading
    columns = (
        "engine", "work", "ratio", f"{ours}/s", f"{other}/s",
        "p50 ms", "p99 ms", "p99/p50", f"{other} p50 ms", f"{other} p99 ms",
    )  # fmt: skip
    return rows_table(columns, [result.cells() for result in results if result.heading == heading])


def rows_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """A table whose first two columns are words, and all others numbers."""
    rows = [columns, ["---"] * 2 + ["---:"] * (len(columns) - 2), *cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine(databases: Sequence[str], folder: Path) -> str:
    """What the figures were measured on."""
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    programs = [f"Python {platform.python_version()}", *packages, *databases, f"wrk {wrk_version()}"]
    return (
        f"{os.cpu_count()} cores; {CONNECTIONS} connections; a write and fsync of 4 kB: {_sync(folder):.2f} ms; "
        f"{', '.join(programs)}."
    )


def _sync(folder: Path) -> float:
    """The median of SYNCS in milliseconds: what a durable commit costs at least."""
    times = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    return median(times) * 1000
