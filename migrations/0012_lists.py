"""Filters saved for any page, and what the list of customers and the report of the work are read from."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_filters") as filters:
        filters.add_column(sa.Column("page", sa.String(length=20), nullable=False, server_default="queue"))
        filters.alter_column("query", existing_type=sa.String(length=400), type_=sa.String(length=2000))
        filters.drop_constraint(op.f("uq_saved_filters_staff_id_name"), type_="unique")
        filters.create_unique_constraint(op.f("uq_saved_filters_staff_id_page_name"), ["staff_id", "page", "name"])
    with op.batch_alter_table("saved_filters") as filters:
        filters.alter_column("page", existing_type=sa.String(length=20), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM saved_filters WHERE page <> 'queue'")
    with op.batch_alter_table("saved_filters") as filters:
        filters.drop_constraint(op.f("uq_saved_filters_staff_id_page_name"), type_="unique")
        filters.create_unique_constraint(op.f("uq_saved_filters_staff_id_name"), ["staff_id", "name"])
        filters.alter_column("query", existing_type=sa.String(length=2000), type_=sa.String(length=400))
        filters.drop_column("page")
