"""Filters saved for any page, and what the list of customers and the report of the work are read from."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_customers_category_id", "customers", ["category", "id"], None),
    ("ix_customers_source_id", "customers", ["source", "id"], None),
    ("ix_customers_urgency_id", "customers", ["urgency", "id"], None),
    ("ix_customers_created_at", "customers", ["created_at"], None),
    ("ix_customers_archived", "customers", ["id"], "archived_at IS NOT NULL"),
    ("ix_customers_next", "customers", ["next_on", "id"], "next_on IS NOT NULL"),
    ("ix_customers_next_of_owner", "customers", ["owner_id", "next_on", "id"], "next_on IS NOT NULL"),
    ("ix_customer_versions_entered", "customer_versions", ["at"], "cause = 'entry'"),
    ("ix_invitations_issued_at", "invitations", ["issued_at"], None),
    ("ix_invitations_unanswered", "invitations", ["deadline_on"], "state = 'open'"),
    ("ix_submissions_decided", "submissions", ["decided_at"], "decided_at IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(op.f(name), table, columns, sqlite_where=condition, postgresql_where=condition)
    with op.batch_alter_table("saved_filters") as filters:
        filters.add_column(sa.Column("page", sa.String(length=20), nullable=False, server_default="queue"))
        filters.alter_column("query", existing_type=sa.String(length=400), type_=sa.String(length=2000))
        filters.drop_constraint(op.f("uq_saved_filters_staff_id_name"), type_="unique")
        filters.create_unique_constraint(op.f("uq_saved_filters_staff_id_page_name"), ["staff_id", "page", "name"])
    with op.batch_alter_table("saved_filters") as filters:
        filters.alter_column("page", existing_type=sa.String(length=20), server_default=None)


def downgrade() -> None:
    for name, table, _columns, _where in INDEXES:
        op.drop_index(op.f(name), table_name=table)
    op.execute("DELETE FROM saved_filters WHERE page <> 'queue'")
    with op.batch_alter_table("saved_filters") as filters:
        filters.drop_constraint(op.f("uq_saved_filters_staff_id_page_name"), type_="unique")
        filters.create_unique_constraint(op.f("uq_saved_filters_staff_id_name"), ["staff_id", "name"])
        filters.alter_column("query", existing_type=sa.String(length=2000), type_=sa.String(length=400))
        filters.drop_column("page")
