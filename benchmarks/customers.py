"""The customers who are asked: an enterprise that is a customer already, and as many copies of it as are needed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, func, insert, literal, select
from sqlalchemy.orm import Session

from formsvc.customers.models import Audience, Contact, Customer, CustomerValue, CustomerVersion, Situation
from formsvc.fields import Value
from formsvc.invitations import links
from formsvc.invitations.models import Invitation
from formsvc.web.show import now
from tests.factories import customer, invitation, staff_account
from tests.forms import Form
from tests.page_checks import parsed

HELD: Mapping[str, Value] = {
    "basic.full_name": "深圳云盾科技有限公司",
    "basic.uscc": "914403001922038216",
    "basic.industry": "I",
    "basic.size": "medium",
    "basic.founded_on": "2012-03-05",
    "basic.staff_count": 120,
    "basic.revenue": "1200.5",
    "basic.address": "深圳市南山区科苑路15号",
    "contacts.name": "张敏",
    "contacts.salutation": "ms",
    "contacts.position": "销售总监",
    "contacts.office_phone": "+861012345678;ext=801",
    "contacts.mobile": "+8613800138000",
    "contacts.email": "zhangmin@example.com",
    "contacts.emergency_name": "王磊",
    "contacts.emergency_phone": "+8613900010002",
    "needs.products": ["encryption", "support"],
    "needs.term": "long",
    "needs.budget": {"from": "50", "to": "80"},
    "needs.special": "需要企业级数据安全解决方案\n12 月前交付",
    "needs.channel": ["phone", "mail"],
    "history.since": "2019-06-01",
    "history.projects": ["数据加密一期", "权限管理系统"],
    "history.satisfaction": 4,
    "maintenance.review_cycle": "yearly",
    "maintenance.remarks": "仅工作日联系",
}


def first(session: Session) -> str:
    """The path of the link of one customer, made as in use."""
    made = customer(session, staff_account(session), Audience.ENTERPRISE, Situation.EXISTING, HELD)
    return _path(invitation(session, made, now()).id)


def copies(session: Session, count: int) -> tuple[str, ...]:
    """The paths of the links of `count` more customers: rows as `first` made them, but for their keys."""
    original = session.scalars(select(Customer.id).order_by(Customer.id)).first()
    last = session.scalar(select(func.max(Customer.id))) or 0
    one = session.execute(select(*_columns(Customer, "number")).where(Customer.id == original)).mappings().one()
    session.execute(insert(Customer), [{**one, "number": f"CX199001{last + n}"} for n in range(count)])
    for model in (Contact, CustomerVersion, CustomerValue, Invitation):
        names = [column.name for column in _columns(model, "customer_id")]
        rows = select(Customer.id, *_columns(model, "customer_id")).join(model, literal(True))
        theirs = rows.where(Customer.id > last, model.customer_id == original)
        session.execute(insert(model).from_select(["customer_id", *names], theirs))
    return tuple(map(_path, session.scalars(select(Invitation.id).where(Invitation.customer_id > last))))


def answered(page: str) -> tuple[tuple[str, str], ...]:
    """What a browser sends when a person agrees to the questionnaire as it is and presses the button."""
    root = parsed(page)
    forms = (Form(root, element) for element in root.iter("form"))
    form = next(form for form in forms if form.is_main)
    return tuple(form.filled({"consent": "yes"}, "submit"))


def _columns(model: Any, *without: str) -> list[Any]:
    table: Table = model.__table__
    return [column for column in table.columns if column.name not in ("id", *without)]


def _path(invitation_id: int) -> str:
    return links.PREFIX + links.token(invitation_id, 1)
