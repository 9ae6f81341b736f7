"""Imports: a worksheet through the worker's job, beside bare inserts of the same rows; rows a second, peak memory."""

import json
import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from benchmarks import sites
from benchmarks.sites import Site
from formsvc.customers.imports import job, verbs
from formsvc.customers.imports.models import Import
from formsvc.customers.worksheet import writing
from formsvc.customers.worksheet.columns import titles
from formsvc.db import db, transaction
from formsvc.staff.models import Role
from formsvc.web.show import now
from tests.factories import staff_account

SIZES = (10_000, 100_000)
BARE = Table("bare_rows", MetaData(), Column("id", Integer, primary_key=True), Column("cells", Text))
AT_ONCE = 100  # rows of one transaction, as in the job
MOST = 0.999  # of the rows are brought in: of 100,000 names a few may be similar in another order
FIRST, PRIME = 0x7680, 1009  # characters of names


@dataclass(frozen=True)
class Imported:
    """Rows a second of both phases and of bare inserts, and the worker's peak memory in MB."""

    rows: int
    kind: str
    reading: float
    running: float
    bare: float
    memory: float

    def cells(self, engine: str) -> list[str]:
        return [
            engine, self.kind, f"{self.rows:,}", f"{self.reading:,.0f}", f"{self.running:,.0f}",
            f"**{self.running / self.bare:.3f}**", f"{self.bare:,.0f}", f"{self.memory:,.0f}",
        ]  # fmt: skip


HEADING = ("engine", "file", "rows", "read/s", "brought in/s", "ratio", "bare inserts/s", "peak MB")


def measure(site: Site, sizes: tuple[int, ...] = SIZES) -> Iterator[Imported]:
    """Each file by a worker of its own, which reads it and brings it in; no two have a customer in common."""
    first = 0
    for kind in ("csv", "xlsx"):
        for size in sizes:
            path = site.config.var / f"rows.{kind}"
            writing.write(path, titles(), (list(_row(first + number).values()) for number in range(size)))
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                reading, running, memory = pool.apply(_import, (site, path))
                bare = pool.apply(_insert, (site, first, size))
            yield Imported(size, kind, size / reading, size / running, size / bare, memory)
            first += size


def _row(number: int) -> Mapping[str, str]:
    """A customer that is hardly like another one."""
    said = {
        "客户名称/个人姓名": f"苏州{_own_name(number)}精密机械有限公司", "所属行业": "制造业", "客户类型": "潜在客户",
        "信息来源": "展会对接",
        "联系人": f"王{number}芳", "职位": "采购经理", "手机号码": f"13{number + 100_000_000}",
        "电子邮箱": f"buyer{number}@example.com", "企业地址(个人住址)": f"江苏省苏州市工业园区星湖街{number}号",
        "核心需求": "更换两台数控机床", "预算范围": "50-80万", "最近跟进时间": "2026-11-20", "跟进人": "李强",
        "跟进内容": "在展会上谈过交货时间", "下一步计划": "12月5日前寄出报价单",
    }  # fmt: skip
    return {title: said.get(title, "") for title in titles()}


def _own_name(number: int) -> str:
    """Of any two of a million at most one of five characters is the same in its place."""
    high, low = divmod(number, PRIME)
    return "".join(chr(FIRST + place % PRIME) for place in (high, low, high + low, high + 3 * low, 2 * high + 5 * low))


def _import(site: Site, path: Path) -> tuple[float, float, float]:
    """Seconds of both phases, and the peak memory of this process in MB."""
    with sites.application(site):
        with transaction() as session, path.open("rb") as file:
            by = staff_account(session, role=Role.ADMINISTRATOR, email=f"{os.getpid()}@example.com")
            id_ = verbs.upload(session, by, path.name, file, by, "en", now()).id
        begun = time.monotonic()
        job.work_to_end()
        read = time.monotonic()
        with transaction() as session:
            verbs.confirm(session, session.get_one(Import, id_), by, now())
        confirmed = time.monotonic()
        job.work_to_end()
        ended = time.monotonic()
        brought = db.session.get_one(Import, id_)
        if brought.results["created"] < brought.rows_read * MOST:
            raise RuntimeError(f"brought in: {brought.results} of {brought.counts}")
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return read - begun, ended - confirmed, int(status["VmHWM"].split()[0]) / 1024


def _insert(site: Site, first: int, size: int) -> float:
    with sites.application(site):
        BARE.create(db.engine, checkfirst=True)
        begun = time.monotonic()
        for start in range(first, first + size, AT_ONCE):
            rows = [{"cells": json.dumps(_row(number))} for number in range(start, min(start + AT_ONCE, first + size))]
            with transaction() as session:
                session.connection().execute(insert(BARE), rows)
        return time.monotonic() - begun
