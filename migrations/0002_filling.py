"""Drafts, codes, confirmed addresses, completion times; notes to fields and withdrawn submissions."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES = "waiting", "superseded", "approved", "returned", "rejected"
FROZEN = "answers", "secrets", "invitation_id", "revision", "language", "submitted_at"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_drafts_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("invitation_id", "reader", "number", name=op.f("uq_drafts_invitation_id_reader_number")),
    )
    op.create_table(
        "codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_subject_sent_at"), "codes", ["subject", "sent_at"], unique=False)
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("email", "mobile", name="address_kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_addresses_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("invitation_id", "kind", "address", name=op.f("uq_addresses_invitation_id_kind_address")),
    )
    op.create_table(
        "completion_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("sections", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["questionnaire_versions.id"], name=op.f("fk_completion_times_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_times")),
    )
    counted = "version_id", "is_repeat", "seconds"
    op.create_index(op.f(f"ix_completion_times_{'_'.join(counted)}"), "completion_times", counted, unique=False)
    op.add_column("customer_values", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE customer_values SET verified_at = set_at WHERE origin = 'submission'")
    is_default = sa.Column("is_default", sa.Boolean(), server_default=sa.true(), nullable=False)
    op.add_column("questionnaire_versions", is_default)
    op.add_column("invitations", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE invitations SET revision = "
        "(SELECT coalesce(max(revision), 0) FROM submissions WHERE invitation_id = invitations.id)"
    )
    with op.batch_alter_table("submissions") as submissions:
        submissions.add_column(sa.Column("is_proved", sa.Boolean(), server_default=sa.true(), nullable=False))
        submissions.add_column(sa.Column("field_notes", sa.JSON(none_as_null=True), nullable=True))
        _allow(submissions, (*STATES, "withdrawn"))
    _freeze_again()
    with op.batch_alter_table(
        "outbox"
    ) as outbox:  # random, and never looked up: an index would be a page of each commit
        outbox.drop_constraint(op.f("uq_outbox_message_id"), type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.create_unique_constraint(op.f("uq_outbox_message_id"), ["message_id"])
    op.execute("UPDATE submissions SET state = 'superseded' WHERE state = 'withdrawn'")
    with op.batch_alter_table("submissions") as submissions:
        submissions.drop_column("is_proved")
        submissions.drop_column("field_notes")
        _allow(submissions, STATES)
    _freeze_again()
    op.drop_column("invitations", "revision")
    op.drop_column("questionnaire_versions", "is_default")
    op.drop_column("customer_values", "verified_at")
    for table in ("completion_times", "addresses", "codes", "drafts"):
        op.drop_table(table)


def _allow(submissions: BatchOperations, states: tuple[str, ...]) -> None:
    submissions.drop_constraint(op.f("ck_submissions_submission_state"), type_="check")
    names = ", ".join(f"'{state}'" for state in states)
    submissions.create_check_constraint(op.f("ck_submissions_submission_state"), f"state IN ({names})")


def _freeze_again() -> None:
    """SQLite makes the table anew, and its triggers go with the old one."""
    if op.get_bind().dialect.name == "sqlite":
        for event, name in ((f"UPDATE OF {', '.join(FROZEN)}", "update"), ("DELETE", "delete")):
            op.execute(
                f"CREATE TRIGGER submissions_no_{name} BEFORE {event} ON submissions "
                "BEGIN SELECT RAISE(ABORT, 'submissions never change'); END"
            )
