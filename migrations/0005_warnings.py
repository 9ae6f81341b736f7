"""Who is to hear that a submission waits, so that one mail can tell of many."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_warnings",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_warnings_staff_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_review_warnings_submission_id")),
        sa.PrimaryKeyConstraint("staff_id", "submission_id", name=op.f("pk_review_warnings")),
    )
    by_time = "staff_id", "told_at", "submission_id"
    op.create_index(op.f("ix_review_warnings_staff_id_told_at_submission_id"), "review_warnings", by_time)


def downgrade() -> None:
    op.drop_table("review_warnings")
