"""Rows of the work calendar: a committee's own, and corrections of the national ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import tracker.store.models.types

revision = "b81f6c03d9e2"
down_revision = "7c51e0b2a4d8"
branch_labels = None
depends_on = None

LIVE = sa.text("removed_at IS NULL AND committee_id IS NOT NULL")
LIVE_NATIONAL = sa.text("removed_at IS NULL AND committee_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_calendar_day_committee_id_committee")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_calendar_day_entered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["person.id"], name=op.f("fk_calendar_day_removed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
    )
    op.create_index(
        "uq_calendar_day_live",
        "calendar_day",
        ["committee_id", "day"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "uq_calendar_day_live_national",
        "calendar_day",
        ["day"],
        unique=True,
        sqlite_where=LIVE_NATIONAL,
        postgresql_where=LIVE_NATIONAL,
    )


def downgrade() -> None:
    op.drop_index("uq_calendar_day_live_national", table_name="calendar_day")
    op.drop_index("uq_calendar_day_live", table_name="calendar_day")
    op.drop_table("calendar_day")
