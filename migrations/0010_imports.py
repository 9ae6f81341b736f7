"""Worksheets that are brought in by the browser: the file, its rows, and what they did."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = ("uploaded", "reading", "ready", "running", "done", "cancelled", "refused")
OUTCOMES = ("created", "changed", "unchanged", "refused", "unsure")
RESULTS = ("created", "changed", "unchanged", "refused", "left")
REASONS = ("undecided", "left-out", "changed-since", "exists-now", "not-yours", "other-row-left")
AUDIENCES = ("enterprise", "individual")
INSTANT = sa.DateTime(timezone=True)
NONE_AS_NULL = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("state", _one_of("import_state", STATES), nullable=False),
        sa.Column("refusal", sa.String(length=30), nullable=True),
        sa.Column("refusal_detail", sa.String(length=200), nullable=True),
        sa.Column("unknown", NONE_AS_NULL, nullable=True),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("counts", NONE_AS_NULL, nullable=False),
        sa.Column("results", NONE_AS_NULL, nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("forgotten_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_imports_refused_has_reason")),
        sa.CheckConstraint(
            "state NOT IN ('running', 'done') OR (confirmed_at IS NOT NULL AND confirmed_by_id IS NOT NULL)",
            name=op.f("ck_imports_run_is_confirmed"),
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'cancelled', 'refused')) = (ended_at IS NOT NULL)",
            name=op.f("ck_imports_ended_has_time"),
        ),
        *(_staff("imports", column) for column in ("staff_id", "owner_id", "confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    working = sa.text("state IN ('uploaded', 'reading', 'running')")
    op.create_index("ix_imports_working", "imports", ["id"], sqlite_where=working, postgresql_where=working)
    _index("imports", "staff_id", "id")
    _index("imports", "expires_at")
    op.create_table(
        "import_chunks",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_chunks_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_chunks")),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", NONE_AS_NULL, nullable=False),
        sa.Column("values", NONE_AS_NULL, nullable=False),
        sa.Column("audience", _one_of("audience", AUDIENCES), nullable=False),
        sa.Column("outcome", _one_of("row_outcome", OUTCOMES), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("changes", NONE_AS_NULL, nullable=False),
        sa.Column("alike", sa.JSON(), nullable=False),
        sa.Column("choice", sa.String(length=30), nullable=True),
        sa.Column("is_undecided", sa.Boolean(), nullable=False),
        sa.Column("own_number", sa.String(length=20), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("name_core", sa.String(length=200), nullable=True),
        sa.Column("mobile", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("result", _one_of("row_result", RESULTS), nullable=True),
        sa.Column("reason", _one_of("left_reason", REASONS), nullable=True),
        sa.CheckConstraint(
            "(result IS NOT NULL AND result = 'left') = (reason IS NOT NULL)",
            name=op.f("ck_import_rows_left_has_reason"),
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_import_rows_customer_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_rows")),
    )
    for columns in (("outcome", "number"), ("result", "number"), ("name_core",), ("mobile",), ("email",)):
        _index("import_rows", "import_id", *columns)
    _index("import_rows", "import_id", "customer_id")


def downgrade() -> None:
    for table in ("import_rows", "import_chunks", "imports"):
        op.drop_table(table)


def _one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def _staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
