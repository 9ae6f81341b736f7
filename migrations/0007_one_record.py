"""One record for everyone: more roles, records merged or archived, and how a colleague knows what they enter."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = {
    "before": ("manager", "lead", "administrator"),
    "after": ("manager", "lead", "service", "finance", "auditor", "administrator"),
}
CAUSES = {
    "before": ("worksheet", "submission", "edit", "undo"),
    "after": ("worksheet", "submission", "edit", "entry", "undo", "merge", "split"),
}
ORIGINS = {
    "before": ("worksheet", "submission", "edit"),
    "after": ("worksheet", "submission", "edit", "entry"),
}
CHANNELS = ("call", "visit", "message", "card", "document", "correction")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table is not altered while rows of it wait to be checked
    with op.batch_alter_table("staff") as staff:
        _allow(staff, "staff", "role", ROLES["after"])
    with op.batch_alter_table("customer_versions") as versions:
        _allow(versions, "customer_versions", "cause", CAUSES["after"])
        versions.add_column(sa.Column("other_id", sa.Integer(), nullable=True))
        versions.add_column(sa.Column("channel", sa.String(length=20), nullable=True))
        versions.create_foreign_key(op.f("fk_customer_versions_other_id"), "customers", ["other_id"], ["id"])
        _check(versions, "customer_versions", "channel", _one_of("channel", CHANNELS))
        _check(versions, "customer_versions", "merge_has_other",
               "(cause IN ('merge', 'split')) = (other_id IS NOT NULL)")  # fmt: skip
        _check(versions, "customer_versions", "colleague_is_named",
               "cause NOT IN ('entry', 'merge', 'split') OR staff_id IS NOT NULL")  # fmt: skip
    with op.batch_alter_table("customer_values") as values:
        _allow(values, "customer_values", "origin", ORIGINS["after"])
        _check(values, "customer_values", "entry_has_colleague", "origin <> 'entry' OR staff_id IS NOT NULL")
    with op.batch_alter_table("customers") as customers:
        for name, length in (("source", 60), ("urgency", 20), ("next_on", 10)):
            customers.add_column(sa.Column(name, sa.String(length=length), nullable=True))
        customers.add_column(sa.Column("next_owner_id", sa.Integer(), nullable=True))
        customers.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        customers.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        customers.create_foreign_key(op.f("fk_customers_next_owner_id"), "staff", ["next_owner_id"], ["id"])
        customers.create_foreign_key(op.f("fk_customers_merged_into_id"), "customers", ["merged_into_id"], ["id"])
    few = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        op.f("ix_customers_merged_into_id"), "customers", ["merged_into_id"], sqlite_where=few, postgresql_where=few
    )
    op.create_index(op.f("ix_customers_next_owner_id_next_on"), "customers", ["next_owner_id", "next_on"])
    text = {"sqlite": "json_extract(v.value, '$')", "postgresql": "v.value #>> '{}'"}[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE customers SET source = {text} FROM customer_values v "  # noqa: S608 - ours
        "WHERE v.customer_id = customers.id AND v.contact = 0 AND v.field = 'record.source' AND v.until IS NULL"
    )


def downgrade() -> None:
    _forget_what_was_new()
    op.drop_index(op.f("ix_customers_next_owner_id_next_on"), table_name="customers")
    op.drop_index(op.f("ix_customers_merged_into_id"), table_name="customers")
    with op.batch_alter_table("customers") as customers:
        customers.drop_constraint(op.f("fk_customers_merged_into_id"), type_="foreignkey")
        customers.drop_constraint(op.f("fk_customers_next_owner_id"), type_="foreignkey")
        for name in ("archived_at", "merged_into_id", "next_owner_id", "next_on", "urgency", "source"):
            customers.drop_column(name)
    with op.batch_alter_table("customer_values") as values:
        values.drop_constraint(op.f("ck_customer_values_entry_has_colleague"), type_="check")
        _allow(values, "customer_values", "origin", ORIGINS["before"])
    with op.batch_alter_table("customer_versions") as versions:
        versions.drop_constraint(op.f("fk_customer_versions_other_id"), type_="foreignkey")
        for name in ("channel", "merge_has_other", "colleague_is_named"):
            versions.drop_constraint(op.f(f"ck_customer_versions_{name}"), type_="check")
        _allow(versions, "customer_versions", "cause", CAUSES["before"])
        versions.drop_column("channel")
        versions.drop_column("other_id")
    with op.batch_alter_table("staff") as staff:
        _allow(staff, "staff", "role", ROLES["before"])


def _forget_what_was_new() -> None:
    """What the earlier schema cannot say is said as nearly as it can."""
    op.execute("UPDATE staff SET role = 'manager', active = false WHERE role IN ('service', 'finance', 'auditor')")
    op.execute(
        "UPDATE customer_versions SET other_id = NULL, cause = 'edit' WHERE cause IN ('entry', 'merge', 'split')"
    )
    op.execute("UPDATE customer_values SET origin = 'edit', reason = '-' WHERE origin = 'entry'")


def _allow(table: Any, name: str, column: str, words: tuple[str, ...]) -> None:
    table.drop_constraint(op.f(f"ck_{name}_{column}"), type_="check")
    _check(table, name, column, _one_of(column, words))


def _check(table: Any, name: str, constraint: str, rule: str) -> None:
    table.create_check_constraint(op.f(f"ck_{name}_{constraint}"), rule)


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
