"""Versions and contacts of a record; claims, checks and steps of a review; leads, filters, notes and rewards."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FROZEN = "answers", "secrets", "invitation_id", "revision", "language", "submitted_at"
STEPS = "check", "manager", "lead"
CAUSES = "worksheet", "submission", "edit", "undo"


def upgrade() -> None:
    _add_leads()
    _add_versions()
    _add_contacts()
    _number_values()
    _note_what_was_asked_of()
    _add_review()
    _add_tables_of_review()
    op.create_index("ix_outbox_failed", "outbox", ["recipient"], **_where("state = 'failed'"))


def downgrade() -> None:
    op.drop_index("ix_outbox_failed", table_name="outbox", **_where("state = 'failed'"))
    for table in ("rewards", "service_notes", "saved_filters", "submission_flags"):
        op.drop_table(table)
    _drop_review()
    op.drop_column("invitations", "contact")
    op.drop_column("invitations", "base_version")
    _date_values()
    _drop_contacts()
    op.drop_index(op.f("ix_customer_versions_submission_id"), table_name="customer_versions")
    op.drop_table("customer_versions")
    op.execute("UPDATE staff SET role = 'manager' WHERE role = 'lead'")
    op.drop_index(op.f("ix_staff_lead_id"), table_name="staff")
    with op.batch_alter_table("staff") as staff:
        staff.drop_constraint(op.f("fk_staff_lead_id"), type_="foreignkey")
        staff.drop_column("lead_id")
        staff.drop_constraint(op.f("ck_staff_role"), type_="check")
        staff.create_check_constraint(op.f("ck_staff_role"), "role IN ('manager', 'administrator')")


def _add_leads() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("lead_id", sa.Integer(), nullable=True))
        staff.create_foreign_key(op.f("fk_staff_lead_id"), "staff", ["lead_id"], ["id"])
        staff.drop_constraint(op.f("ck_staff_role"), type_="check")
        staff.create_check_constraint(op.f("ck_staff_role"), "role IN ('manager', 'lead', 'administrator')")
    op.create_index(op.f("ix_staff_lead_id"), "staff", ["lead_id"])


def _add_versions() -> None:
    op.create_table(
        "customer_versions",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(*CAUSES, name="cause", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("primary_contact", sa.Integer(), server_default="1", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("cause <> 'undo' OR reason IS NOT NULL", name=op.f("ck_customer_versions_undo_has_reason")),
        sa.CheckConstraint(
            "cause NOT IN ('submission', 'undo') OR (submission_id IS NOT NULL AND staff_id IS NOT NULL)",
            name=op.f("ck_customer_versions_submission_is_named"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_versions_customer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_customer_versions_staff_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_customer_versions_submission_id")),
        sa.PrimaryKeyConstraint("customer_id", "number", name=op.f("pk_customer_versions")),
    )
    op.create_index(op.f("ix_customer_versions_submission_id"), "customer_versions", ["submission_id"])
    op.execute(
        "INSERT INTO customer_versions (customer_id, number, at, cause, staff_id, submission_id) "
        "SELECT customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY set_at), set_at, min(origin), "
        "max(staff_id), max(submission_id) FROM "
        "(SELECT customer_id, set_at, origin, staff_id, submission_id FROM customer_values UNION ALL "
        "SELECT customer_id, superseded_at, 'worksheet', NULL, NULL FROM customer_values "
        "WHERE superseded_at IS NOT NULL) AS changes GROUP BY customer_id, set_at"
    )
    op.execute(
        "INSERT INTO customer_versions (customer_id, number, at, cause) SELECT id, 1, created_at, 'worksheet' "
        "FROM customers WHERE id NOT IN (SELECT customer_id FROM customer_versions)"
    )
    op.execute(
        "UPDATE customers SET version = "
        "(SELECT max(number) FROM customer_versions WHERE customer_versions.customer_id = customers.id)"
    )


def _add_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("followed_by", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(left_at IS NULL) = (followed_by IS NULL)", name=op.f("ck_contacts_who_left_was_followed")),
        sa.ForeignKeyConstraint(
            ["customer_id", "followed_by"],
            ["contacts.customer_id", "contacts.number"],
            name=op.f("fk_contacts_customer_id_followed_by"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "number", name=op.f("pk_contacts")),
    )
    op.execute("INSERT INTO contacts (customer_id, number, added_at) SELECT id, 1, created_at FROM customers")
    with op.batch_alter_table("customers") as customers:
        customers.add_column(sa.Column("primary_contact", sa.Integer(), server_default="1", nullable=False))
        customers.create_foreign_key(
            op.f("fk_customers_id_primary_contact"),
            "contacts",
            ["id", "primary_contact"],
            ["customer_id", "number"],
            deferrable=True,
            initially="DEFERRED",
        )


def _drop_contacts() -> None:
    with op.batch_alter_table("customers") as customers:
        customers.drop_constraint(op.f("fk_customers_id_primary_contact"), type_="foreignkey")
        customers.drop_column("primary_contact")
    op.drop_table("contacts")


def _number_values() -> None:
    """Values say between which versions they were held, and whose they are."""
    op.add_column("customer_values", sa.Column("contact", sa.Integer(), server_default="0", nullable=False))
    op.add_column("customer_values", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("customer_values", sa.Column("since", sa.Integer(), nullable=True))
    op.add_column("customer_values", sa.Column("until", sa.Integer(), nullable=True))
    for column, time in (("since", "set_at"), ("until", "superseded_at")):
        op.execute(
            f"UPDATE customer_values SET {column} = (SELECT number FROM customer_versions v "  # noqa: S608 - ours
            f"WHERE v.customer_id = customer_values.customer_id AND v.at = customer_values.{time})"
        )
    op.execute("UPDATE customer_values SET contact = 1 WHERE field LIKE 'contacts.%'")
    op.drop_index(op.f("ix_customer_values_customer_id_set_at"), table_name="customer_values")
    op.drop_index("uq_customer_values_held", table_name="customer_values", **_where("superseded_at IS NULL"))
    with op.batch_alter_table("customer_values") as values:
        values.alter_column("since", existing_type=sa.Integer(), nullable=False)
        values.drop_column("superseded_at")
        for name, check in (
            ("origin", "origin IN ('worksheet', 'submission', 'edit')"),
            (
                "submission_is_named",
                "origin <> 'submission' OR (submission_id IS NOT NULL AND staff_id IS NOT NULL AND "
                "consent_id IS NOT NULL)",
            ),
        ):
            values.drop_constraint(op.f(f"ck_customer_values_{name}"), type_="check")
            values.create_check_constraint(op.f(f"ck_customer_values_{name}"), check)
        values.create_check_constraint(
            op.f("ck_customer_values_worksheet_is_no_submission"), "origin <> 'worksheet' OR submission_id IS NULL"
        )
        values.create_check_constraint(
            op.f("ck_customer_values_edit_has_reason"), "(origin = 'edit') = (reason IS NOT NULL)"
        )
        values.create_foreign_key(
            op.f("fk_customer_values_customer_id_since"),
            "customer_versions",
            ["customer_id", "since"],
            ["customer_id", "number"],
        )
    held = "customer_id", "contact", "field"
    op.create_index("uq_customer_values_held", "customer_values", held, unique=True, **_where("until IS NULL"))
    op.create_index(op.f("ix_customer_values_customer_id_since"), "customer_values", ["customer_id", "since"])


def _date_values() -> None:
    """Of several contacts only the primary one is kept: the older schema has no place for others."""
    op.drop_index("uq_customer_values_held", table_name="customer_values", **_where("until IS NULL"))
    op.drop_index(op.f("ix_customer_values_customer_id_since"), table_name="customer_values")
    op.execute(
        "DELETE FROM customer_values WHERE contact <> 0 AND contact <> "
        "(SELECT primary_contact FROM customers WHERE customers.id = customer_values.customer_id)"
    )
    op.add_column("customer_values", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE customer_values SET superseded_at = (SELECT at FROM customer_versions v "
        "WHERE v.customer_id = customer_values.customer_id AND v.number = customer_values.until)"
    )
    op.execute("UPDATE customer_values SET origin = 'worksheet', submission_id = NULL WHERE origin = 'edit'")
    op.execute(  # what was held again after an undo says when it came first
        "UPDATE customer_values SET set_at = (SELECT at FROM customer_versions v "
        "WHERE v.customer_id = customer_values.customer_id AND v.number = customer_values.since)"
    )
    with op.batch_alter_table("customer_values") as values:
        values.drop_constraint(op.f("fk_customer_values_customer_id_since"), type_="foreignkey")
        for name in ("origin", "submission_is_named", "worksheet_is_no_submission", "edit_has_reason"):
            values.drop_constraint(op.f(f"ck_customer_values_{name}"), type_="check")
        values.create_check_constraint(op.f("ck_customer_values_origin"), "origin IN ('worksheet', 'submission')")
        values.create_check_constraint(
            op.f("ck_customer_values_submission_is_named"),
            "(origin = 'submission') = (submission_id IS NOT NULL AND staff_id IS NOT NULL AND consent_id IS NOT NULL)",
        )
        for column in ("contact", "reason", "since", "until"):
            values.drop_column(column)
    held = "customer_id", "field"
    op.create_index("uq_customer_values_held", "customer_values", held, unique=True, **_where("superseded_at IS NULL"))
    op.create_index(op.f("ix_customer_values_customer_id_set_at"), "customer_values", ["customer_id", "set_at"])


def _note_what_was_asked_of() -> None:
    op.add_column("invitations", sa.Column("base_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("invitations", sa.Column("contact", sa.Integer(), server_default="1", nullable=False))
    op.execute(
        "UPDATE invitations SET base_version = coalesce((SELECT max(number) FROM customer_versions v "
        "WHERE v.customer_id = invitations.customer_id AND v.at <= invitations.issued_at), 1)"
    )


def _add_review() -> None:
    op.drop_index("ix_submissions_queue", table_name="submissions", **_where("state = 'waiting'"))
    with op.batch_alter_table("submissions") as submissions:
        for name in ("assigned_to", "claimed_by"):
            submissions.add_column(sa.Column(name, sa.Integer(), nullable=True))
            submissions.create_foreign_key(op.f(f"fk_submissions_{name}"), "staff", [name], ["id"])
        submissions.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
        submissions.add_column(sa.Column("checked_version", sa.Integer(), nullable=True))
        step = sa.Enum(*STEPS, name="review_step", native_enum=False, create_constraint=True, length=20)
        submissions.add_column(sa.Column("next_step", step, nullable=True))
        submissions.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        submissions.add_column(sa.Column("seen_version", sa.Integer(), nullable=True))
        submissions.create_check_constraint(
            op.f("ck_submissions_due_has_step"), "(next_step IS NULL) = (due_at IS NULL)"
        )
        submissions.create_check_constraint(
            op.f("ck_submissions_only_waiting_is_due"), "due_at IS NULL OR state = 'waiting'"
        )
        submissions.create_check_constraint(
            op.f("ck_submissions_claim_has_time"), "(claimed_by IS NULL) = (claimed_at IS NULL)"
        )
    _freeze_again()
    of_it = "FROM invitations i JOIN customers c ON c.id = i.customer_id WHERE i.id = submissions.invitation_id"
    op.execute(
        f"UPDATE submissions SET next_step = 'check', due_at = submitted_at, assigned_to = (SELECT c.owner_id {of_it}) "  # noqa: S608 - ours
        "WHERE state = 'waiting'"
    )
    op.execute(
        "UPDATE submissions SET seen_version = coalesce((SELECT max(v.number) FROM invitations i "
        "JOIN customer_versions v ON v.customer_id = i.customer_id "
        "WHERE i.id = submissions.invitation_id AND v.at < submissions.decided_at), 1) WHERE decided_at IS NOT NULL"
    )
    op.create_index("ix_submissions_queue", "submissions", ["state", "submitted_at", "id"])
    op.create_index("ix_submissions_assigned", "submissions", ["assigned_to", "state", "submitted_at", "id"])
    op.create_index("ix_submissions_due", "submissions", ["due_at"], **_where("due_at IS NOT NULL"))


def _drop_review() -> None:
    op.drop_index("ix_submissions_queue", table_name="submissions")
    op.drop_index("ix_submissions_assigned", table_name="submissions")
    op.drop_index("ix_submissions_due", table_name="submissions", **_where("due_at IS NOT NULL"))
    with op.batch_alter_table("submissions") as submissions:
        for check in ("review_step", "due_has_step", "only_waiting_is_due", "claim_has_time"):
            submissions.drop_constraint(op.f(f"ck_submissions_{check}"), type_="check")
        for name in ("assigned_to", "claimed_by"):
            submissions.drop_constraint(op.f(f"fk_submissions_{name}"), type_="foreignkey")
            submissions.drop_column(name)
        for name in ("claimed_at", "checked_version", "next_step", "due_at", "seen_version"):
            submissions.drop_column(name)
    _freeze_again()
    op.create_index("ix_submissions_queue", "submissions", ["submitted_at", "id"], **_where("state = 'waiting'"))


def _add_tables_of_review() -> None:
    op.create_table(
        "submission_flags",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_submission_flags_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "check", name=op.f("pk_submission_flags")),
    )
    by_check = "check", "submission_id"
    op.create_index(op.f("ix_submission_flags_check_submission_id"), "submission_flags", by_check)
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_filters_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_filters_staff_id_name")),
    )
    op.create_table(
        "service_notes",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_service_notes_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "language", name=op.f("pk_service_notes")),
    )
    op.create_table(
        "rewards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(given_at IS NULL) = (given_by IS NULL)", name=op.f("ck_rewards_given_by_someone")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_rewards_customer_id")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_rewards_given_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_rewards_submission_id")),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_versions.id"], name=op.f("fk_rewards_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("customer_id", "version_id", name=op.f("uq_rewards_customer_id_version_id")),
    )


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _freeze_again() -> None:
    """SQLite makes the table anew, and its triggers go with the old one."""
    if op.get_bind().dialect.name == "sqlite":
        for event, name in ((f"UPDATE OF {', '.join(FROZEN)}", "update"), ("DELETE", "delete")):
            op.execute(
                f"CREATE TRIGGER submissions_no_{name} BEFORE {event} ON submissions "
                "BEGIN SELECT RAISE(ABORT, 'submissions never change'); END"
            )
