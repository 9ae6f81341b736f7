"""Whether the mail of an invitation carries the questionnaire as an XLSX form."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table is not altered while rows of it wait to be checked
    op.add_column("invitations", sa.Column("with_form", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("invitations", "with_form")
