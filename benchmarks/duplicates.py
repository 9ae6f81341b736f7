"""Finding doubles and searching, among ever more customers: each beside one read by an index."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import quantiles

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks import sites
from benchmarks.load import Round
from benchmarks.sites import Site
from formsvc.crypto import blind_index
from formsvc.customers.duplicates import alike as duplicates
from formsvc.customers.duplicates import comparing
from formsvc.customers.finding import search
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import Kind, Mark, marks
from formsvc.customers.models import Audience, Contact, Customer, CustomerVersion
from formsvc.customers.names import core
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.web.show import now
from tests.factories import customer

SIZES = 1000, 10_000, 100_000
ASKED = 200  # in one round
PAGE = 50
AT_ONCE = 1000  # customers of one transaction
PLACES = "北京", "上海", "深圳", "广州", "杭州", "苏州", "成都", "武汉", "南京", "西安"
TRADES = "科技", "贸易", "信息技术", "网络科技", "物流", "电子", "实业", "装饰", "文化传媒", "供应链管理"
LEGAL = "有限公司", "股份有限公司", "有限责任公司"
OWN = "华鑫瑞恒信达安盛泰隆宏远博雅嘉禾星云海天利德凯旋金石东方盈丰腾飞卓越创新百川明珠龙翔汇通正大永兴万佳顺祥同力优品"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉红建文"
Act = Callable[[Session, random.Random], object]


def fill(site: Site, count: int) -> None:
    """Have `count` customers, with their marks; none of them is due."""
    with sites.application(site):
        with transaction() as session:
            first = session.scalar(select(Customer.id).limit(1)) or customer(session).id
            last = session.scalar(select(func.max(Customer.id))) or first
        for after in range(last, count, AT_ONCE):
            with transaction() as session:
                _add(session, range(after + 1, min(after + AT_ONCE, count) + 1))
    sites.settle(site)


def asking(site: Site) -> Round:
    """Before a customer is made: who might be the same? Half of those who ask have a mistake in the name."""
    return _round(site, _ask)


def searching(site: Site) -> Round:
    """The first page of a search by a part of a name, by the end of a phone, or by the beginning of a mail, in turn."""
    return _round(site, _search)


def comparing_due(site: Site) -> Round:
    """A record changed: its pairs are brought up to date, one record in each transaction."""
    return _round(site, _compare)


def reading(site: Site) -> Round:
    """One customer by its number."""
    return _round(site, _read)


def _round(site: Site, act: Act) -> Round:
    took, drawn = [], random.Random(ASKED)
    with sites.application(site):
        for _ in range(ASKED):
            before = time.perf_counter()
            with transaction() if act is _compare else Session(db.engine) as session:
                act(session, drawn)
            took.append(time.perf_counter() - before)
    parts = quantiles(took, n=100)
    return Round(len(took), len(took) / sum(took), parts[49] * 1000, parts[98] * 1000)


def _ask(session: Session, drawn: random.Random) -> object:
    values = _values(random.Random(drawn.randrange(SIZES[0])))
    name = str(values["basic.full_name"])
    if drawn.random() < 0.5:
        place = drawn.randrange(2, len(name) - 4)
        name = name[:place] + drawn.choice(OWN) + name[place + 1 :]
    return duplicates.alike(session, {**values, "basic.full_name": name, "contacts.mobile": _mobile(drawn)})


def _search(session: Session, drawn: random.Random) -> object:
    values = _values(random.Random(drawn.randrange(SIZES[0])))
    typed = drawn.choice((str(values["basic.full_name"])[2:7], _mobile(drawn)[-4:], str(values["contacts.email"])[:6]))
    found = search.matching(session, select(Customer), typed)
    return session.scalars(found.order_by(Customer.id.desc()).limit(PAGE)).all()


def _compare(session: Session, drawn: random.Random) -> object:
    session.add(CustomerMark(kind=Kind.DUE, text="2", customer_id=drawn.randrange(2, SIZES[0])))
    return comparing.compare(session, now())


def _read(session: Session, drawn: random.Random) -> object:
    return session.scalars(select(Customer).where(Customer.number == _number(drawn.randrange(2, SIZES[0])))).one()


def _add(session: Session, ids: Sequence[int]) -> None:
    """Customers with these ids; what `_values` says of one depends on its id alone."""
    at, held = now(), {id_: _values(random.Random(id_)) for id_ in ids}
    session.execute(insert(Customer), [_row(id_, values, at) for id_, values in held.items()])
    session.execute(insert(Contact), [{"customer_id": id_, "number": 1, "added_at": at} for id_ in ids])
    versions = [{"customer_id": id_, "number": 1, "at": at, "cause": "worksheet"} for id_ in ids]
    session.execute(insert(CustomerVersion), versions)
    session.execute(insert(CustomerMark), list(_marks(held)))


def _row(id_: int, values: dict[str, Value], at: object) -> dict[str, object]:
    name = str(values["basic.full_name"])
    return {
        "id": id_, "number": _number(id_), "audience": "enterprise", "situation": "new", "name": name, "created_at": at,
        "updated_at": at, "name_core": core(name), "code": values["basic.uscc"], "contact": values["contacts.name"],
        "mobile": values["contacts.mobile"], "email": values["contacts.email"],
    }  # fmt: skip


def _marks(held: dict[int, dict[str, Value]]) -> Iterator[dict[str, object]]:
    for id_, values in held.items():
        found: set[Mark] = marks(_number(id_), Audience.ENTERPRISE, values.items(), blind_index)
        yield from ({"kind": mark.kind, "text": mark.text, "customer_id": id_} for mark in found)


def _values(drawn: random.Random) -> dict[str, Value]:
    own = "".join(drawn.choices(OWN, k=drawn.choice((2, 2, 3, 4, 4))))
    return {
        "basic.full_name": drawn.choice(PLACES) + own + drawn.choice(TRADES) + drawn.choice(LEGAL),
        "basic.uscc": f"91{drawn.randrange(10**15):015d}X",
        "contacts.name": drawn.choice(SURNAMES) + "".join(drawn.choices(GIVEN, k=2)),
        "contacts.mobile": _mobile(drawn),
        "contacts.email": f"{drawn.randrange(36**6):x}@example.com",
    }


def _mobile(drawn: random.Random) -> str:
    return f"+861{drawn.randrange(3 * 10**9, 10**10)}"


def _number(id_: int) -> str:
    return f"CX199001{id_:03d}"
