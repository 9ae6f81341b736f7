"""What a record can be found by, and records that may be one customer."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from formsvc.crypto import KeyMissing, blind_index, decrypted
from formsvc.customers.finding.marks import CONTACT_NAME, FIELDS, ID_NUMBER, Kind, Mark, marks
from formsvc.customers.models import Audience

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PAGE = 1000  # customers of one INSERT
KINDS = (
    "number", "code", "id", "mobile", "phone", "tail", "email", "name", "own", "called", "part", "tag", "due",
)  # fmt: skip
SAID = sa.text(
    "SELECT c.id, c.number, c.audience, c.version, v.field, v.value, v.secret, k.left_at FROM customers c "
    "LEFT JOIN customer_values v ON v.customer_id = c.id AND v.until IS NULL AND v.field IN :fields "
    "LEFT JOIN contacts k ON k.customer_id = c.id AND k.number = v.contact "
    "WHERE c.id > :after AND c.id <= :last AND k.removed_at IS NULL AND c.merged_into_id IS NULL ORDER BY c.id"
).bindparams(sa.bindparam("fields", expanding=True))


def upgrade() -> None:
    _create_marks()
    _create_pairs()
    op.drop_index(op.f("ix_customers_code"), table_name="customers")
    _fill()


def downgrade() -> None:
    op.create_index(op.f("ix_customers_code"), "customers", ["code"])
    op.drop_table("duplicate_pairs")
    op.drop_table("customer_marks")


def _create_marks() -> None:
    bytewise = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
    op.create_table(
        "customer_marks",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", bytewise, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name=op.f("ck_customer_marks_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_marks_customer_id")),
        sa.PrimaryKeyConstraint("kind", "text", "customer_id", name=op.f("pk_customer_marks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_customer_marks_customer_id_kind_text"), "customer_marks", ["customer_id", "kind", "text"]
    )  # fmt: skip


def _create_pairs() -> None:
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("older_id", sa.Integer(), nullable=False),
        sa.Column("newer_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'distinct')", name=op.f("ck_duplicate_pairs_pair_state")),
        sa.CheckConstraint("older_id < newer_id", name=op.f("ck_duplicate_pairs_in_order")),
        sa.CheckConstraint(
            "(state = 'distinct') = (settled_by IS NOT NULL AND settled_at IS NOT NULL AND reason IS NOT NULL)",
            name=op.f("ck_duplicate_pairs_settled_has_reason"),
        ),
        sa.ForeignKeyConstraint(["older_id"], ["customers.id"], name=op.f("fk_duplicate_pairs_older_id")),
        sa.ForeignKeyConstraint(["newer_id"], ["customers.id"], name=op.f("fk_duplicate_pairs_newer_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name=op.f("fk_duplicate_pairs_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint("older_id", "newer_id", name=op.f("uq_duplicate_pairs_older_id_newer_id")),
    )
    op.create_index(op.f("ix_duplicate_pairs_newer_id"), "duplicate_pairs", ["newer_id"])
    op.create_index(op.f("ix_duplicate_pairs_state_weight_id"), "duplicate_pairs", ["state", "weight", "id"])


def _fill() -> None:
    """By the program's own rules: what they say later, a later change of a record brings."""
    table = sa.table("customer_marks", sa.column("kind"), sa.column("text"), sa.column("customer_id"))
    last = op.get_bind().scalar(sa.text("SELECT max(id) FROM customers")) or 0
    for after in range(0, last, PAGE):
        rows = [
            {"kind": str(mark.kind), "text": mark.text, "customer_id": id_}
            for id_, found in _marks(after)
            for mark in sorted(found)
        ]
        if rows:
            op.get_bind().execute(sa.insert(table), rows)


def _marks(after: int) -> Iterator[tuple[int, set[Mark]]]:
    """The marks of PAGE customers; each of them is to be compared with the others."""
    said = op.get_bind().execute(SAID, {"after": after, "last": after + PAGE, "fields": sorted(FIELDS)})
    customers: dict[int, tuple[str, str, int]] = {}
    held: dict[int, list[tuple[str, Any]]] = {}
    for id_, number, audience, version, field, value, secret, left_at in said:
        customers[id_] = number, audience, version
        if field and (left_at is None or field == CONTACT_NAME):
            held.setdefault(id_, []).append((field, _content(field, value, secret)))
    for id_, (number, audience, version) in customers.items():
        found = marks(number, Audience(audience), held.get(id_, ()), blind_index)
        yield id_, {*found, Mark(Kind.DUE, str(version))}


def _content(field: str, value: Any, secret: str | None) -> Any:
    """A value as the program has it; nothing of one that is encrypted, but for the ID number where its key is there."""
    if secret is None:
        return json.loads(value) if isinstance(value, str) and op.get_bind().dialect.name == "sqlite" else value
    try:
        return decrypted(secret) if field == ID_NUMBER else None
    except KeyMissing:
        return None
