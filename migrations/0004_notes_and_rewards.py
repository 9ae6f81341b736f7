"""Standing notes for each questionnaire; the rewards to give, found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TO_GIVE = {"sqlite_where": sa.text("given_at IS NULL"), "postgresql_where": sa.text("given_at IS NULL")}


def upgrade() -> None:
    notes = _taken(
        "SELECT n.staff_id, q.id AS questionnaire_id, n.language, n.text "
        "FROM service_notes n CROSS JOIN questionnaires q"
    )
    table = op.create_table(
        "service_notes",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_service_notes_staff_id")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaires.id"], name=op.f("fk_service_notes_questionnaire_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "questionnaire_id", "language", name=op.f("pk_service_notes")),
    )
    op.bulk_insert(table, notes)
    op.create_index("ix_rewards_to_give", "rewards", ["id"], **TO_GIVE)


def downgrade() -> None:
    """Of several questionnaires only the notes of the first one are kept: the older schema has no place for others."""
    op.drop_index("ix_rewards_to_give", table_name="rewards", **TO_GIVE)
    notes = _taken(
        "SELECT staff_id, language, text FROM service_notes "
        "WHERE questionnaire_id = (SELECT min(id) FROM questionnaires)"
    )
    table = op.create_table(
        "service_notes",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_service_notes_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "language", name=op.f("pk_service_notes")),
    )
    op.bulk_insert(table, notes)


def _taken(query: str) -> list[dict[str, object]]:
    """What `query` finds in the notes, whose table is gone then: a few for each colleague."""
    rows = [dict(row) for row in op.get_bind().execute(sa.text(query)).mappings()]
    op.drop_table("service_notes")
    return rows
