"""The unified social credit code beside the name of each customer, so that two with one code are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = {"sqlite": "json_extract(v.value, '$')", "postgresql": "v.value #>> '{}'"}


def upgrade() -> None:
    op.add_column("customers", sa.Column("code", sa.String(length=200), nullable=True))
    # Before the rows change: their foreign key is checked at the end, and until then PostgreSQL makes no index
    op.create_index(op.f("ix_customers_code"), "customers", ["code"])
    op.execute(
        f"UPDATE customers SET code = {TEXT[op.get_bind().dialect.name]} "  # noqa: S608 - ours
        "FROM customer_values v WHERE v.customer_id = customers.id AND v.contact = 0 AND v.field = 'basic.uscc' "
        "AND v.until IS NULL"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_customers_code"), table_name="customers")
    op.drop_column("customers", "code")
