"""Who is to hear that a submission waits, so that one mail can tell of many."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    step = sa.Enum("check", "manager", "lead", name="review_step", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "review_warnings",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("step", step, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_warnings_staff_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_review_warnings_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "staff_id", name=op.f("pk_review_warnings")),
    )
    untold = {f"{engine}_where": sa.text("told_at IS NULL") for engine in ("sqlite", "postgresql")}
    op.create_index("ix_review_warnings_untold", "review_warnings", ["staff_id", "submission_id"], **untold)


def downgrade() -> None:
    op.drop_table("review_warnings")
