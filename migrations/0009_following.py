"""Who follows a customer, and which changes of its record they are to hear of."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_followers",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_followers_customer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_customer_followers_staff_id")),
        sa.PrimaryKeyConstraint("customer_id", "staff_id", name=op.f("pk_customer_followers")),
    )
    op.create_index(op.f("ix_customer_followers_staff_id"), "customer_followers", ["staff_id"])
    op.create_table(
        "customer_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "seen_at IS NULL OR told_at IS NOT NULL", name=op.f("ck_customer_notices_what_is_seen_is_told")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "version"], ["customer_versions.customer_id", "customer_versions.number"],
            name=op.f("fk_customer_notices_customer_id_version"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_customer_notices_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_notices")),
    )  # fmt: skip
    op.create_index(op.f("ix_customer_notices_staff_id_id"), "customer_notices", ["staff_id", "id"])
    op.create_index(op.f("ix_customer_notices_staff_id_told_at"), "customer_notices", ["staff_id", "told_at"])
    unseen = {f"{engine}_where": sa.text("seen_at IS NULL") for engine in ("sqlite", "postgresql")}
    op.create_index("ix_customer_notices_unseen", "customer_notices", ["staff_id", "id"], **unseen)


def downgrade() -> None:
    op.drop_table("customer_notices")
    op.drop_table("customer_followers")
