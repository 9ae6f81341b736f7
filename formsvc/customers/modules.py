"""Which part of the record is whose to change by hand: sales, service and finance share one record (M46). Pure."""

from formsvc.staff.models import GRANTS, Permission, Role

FINANCE = frozenset({"basic.revenue", "basic.bank_account", "record.credit"})
SERVICE = "history"


def may_change(role: Role, field: str) -> bool:
    """Whether who has that role may change the field with that key by hand.

    Finance changes what is its own, and nobody else does but an administrator. Service changes the history of what was
    delivered, which account managers know as well.
    """
    if Permission.EDIT not in GRANTS[role]:
        return False
    if role is Role.ADMINISTRATOR:
        return True
    if role is Role.FINANCE or field in FINANCE:
        return role is Role.FINANCE and field in FINANCE
    return role is not Role.SERVICE or field.partition(".")[0] == SERVICE
