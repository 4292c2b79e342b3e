"""The life of an assignment: progress, waits, hand-backs, explanations, closed periods, ended plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import tracker.store.models.types

revision = "a5d90c7e13f4"
down_revision = "b81f6c03d9e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "period_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reopened_by_id", sa.Integer(), nullable=True),
        sa.Column("reopened_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_period_closing_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_period_closing_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["reopened_by_id"], ["person.id"], name=op.f("fk_period_closing_reopened_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_closing")),
    )
    with op.batch_alter_table("period_closing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_period_closing_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_explanation_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_explanation_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_explanation_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation")),
    )
    with op.batch_alter_table("explanation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_explanation_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "hand_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("suggested_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_hand_back_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_hand_back_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_hand_back_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["suggested_id"], ["unit.id"], name=op.f("fk_hand_back_suggested_id_unit")),
        sa.ForeignKeyConstraint(["to_id"], ["unit.id"], name=op.f("fk_hand_back_to_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_back")),
    )
    with op.batch_alter_table("hand_back", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_back_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "progress_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("covers", sa.String(length=20), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("obstacle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_progress_note_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_progress_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_note")),
    )
    with op.batch_alter_table("progress_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_note_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_wait_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_wait_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_wait_ended_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_wait_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
    )
    with op.batch_alter_table("wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wait_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wait_unit_id"), ["unit_id"], unique=False)

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seen_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_assignment_seen_by_id_person"), "person", ["seen_by_id"], ["id"]
        )

    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("closed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True)
        )

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ending", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("ended_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("ended_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ending_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_ended_by_id_person"), "person", ["ended_by_id"], ["id"]
        )

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parts", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split_from_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_task_split_from_id_task"), "task", ["split_from_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_task_merged_into_id_task"), "task", ["merged_into_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_task_merged_into_id_task"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_task_split_from_id_task"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("split_from_id")

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("parts")

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_plan_ended_by_id_person"), type_="foreignkey")
        batch_op.drop_column("ending_reason")
        batch_op.drop_column("ended_by_id")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("ending")

    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_column("closed_at")
        batch_op.drop_column("before_on")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_assignment_seen_by_id_person"), type_="foreignkey")
        batch_op.drop_column("seen_by_id")
        batch_op.drop_column("seen_on")

    with op.batch_alter_table("wait", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wait_unit_id"))
        batch_op.drop_index(batch_op.f("ix_wait_assignment_id"))

    op.drop_table("wait")
    with op.batch_alter_table("progress_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_note_assignment_id"))

    op.drop_table("progress_note")
    with op.batch_alter_table("hand_back", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hand_back_assignment_id"))

    op.drop_table("hand_back")
    with op.batch_alter_table("explanation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_explanation_assignment_id"))

    op.drop_table("explanation")
    with op.batch_alter_table("period_closing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_period_closing_plan_id"))

    op.drop_table("period_closing")
