"""The way by which answers came, who recorded those that a customer gave by word of mouth, and in which invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SENT = "answers", "secrets", "invitation_id", "revision", "language", "submitted_at"
CAME = "channel", "recorded_by", "is_confirmed"
WAYS = "link", "file", "call", "visit", "message"
CHECKS = {
    "way": f"channel IN ({', '.join(repr(way) for way in WAYS)})",
    "recorder_is_named": "(channel IN ('call', 'visit', 'message')) = (recorded_by IS NOT NULL)",
    "only_recorded_is_confirmed": "recorded_by IS NOT NULL OR NOT is_confirmed",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table is not altered while rows of it wait to be checked
    with op.batch_alter_table("submissions") as submissions:
        submissions.add_column(sa.Column("channel", sa.String(length=20), server_default="link", nullable=False))
        submissions.add_column(sa.Column("recorded_by", sa.Integer(), nullable=True))
        submissions.add_column(sa.Column("is_confirmed", sa.Boolean(), server_default=sa.false(), nullable=False))
        submissions.create_foreign_key(op.f("fk_submissions_recorded_by"), "staff", ["recorded_by"], ["id"])
        for name, rule in CHECKS.items():
            submissions.create_check_constraint(op.f(f"ck_submissions_{name}"), rule)
    _freeze(*SENT, *CAME)
    is_recorded = sa.Column("is_recorded", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("invitations", is_recorded)


def downgrade() -> None:
    op.drop_column("invitations", "is_recorded")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER submissions_frozen ON submissions")  # it names the columns that go
    with op.batch_alter_table("submissions") as submissions:
        for name in CHECKS:
            submissions.drop_constraint(op.f(f"ck_submissions_{name}"), type_="check")
        submissions.drop_constraint(op.f("fk_submissions_recorded_by"), type_="foreignkey")
        for column in CAME:
            submissions.drop_column(column)
    _freeze(*SENT)


def _freeze(*columns: str) -> None:
    """The database refuses to change those columns. SQLite has made the table anew: its triggers went with the old."""
    changed = f"UPDATE OF {', '.join(columns)}"
    if op.get_bind().dialect.name == "sqlite":
        for event, name in ((changed, "update"), ("DELETE", "delete")):
            op.execute(
                f"CREATE TRIGGER submissions_no_{name} BEFORE {event} ON submissions "
                "BEGIN SELECT RAISE(ABORT, 'submissions never change'); END"
            )
    else:
        op.execute("DROP TRIGGER IF EXISTS submissions_frozen ON submissions")
        op.execute(
            f"CREATE TRIGGER submissions_frozen BEFORE {changed} OR DELETE ON submissions "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
