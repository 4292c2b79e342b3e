"""Ladders by scope, what a mail says of itself, bounces, opened links, webhooks."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import tracker.store.models.types

revision = "c2e47f9b6d10"
down_revision = "a5d90c7e13f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_webhook_changed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_webhook_committee_id_committee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("committee_id", name=op.f("uq_webhook_committee_id")),
    )
    op.create_table(
        "recipient_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_recipient_proposal_committee_id_committee")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_recipient_proposal_proposed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_recipient_proposal_settled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_recipient_proposal_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_proposal")),
    )
    with op.batch_alter_table("recipient_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recipient_proposal_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recipient_proposal_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "ladder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_ladder_rule_changed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_ladder_rule_committee_id_committee")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_ladder_rule_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_ladder_rule_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_rule")),
        sa.UniqueConstraint("committee_id", "scope", name=op.f("uq_ladder_rule_committee_id_scope")),
    )
    with op.batch_alter_table("ladder_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ladder_rule_committee_id"), ["committee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ladder_rule_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ladder_rule_task_id"), ["task_id"], unique=False)

    op.create_table(
        "link_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_link_opening_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_link_opening_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_opening")),
        sa.UniqueConstraint(
            "letter_id", "assignment_id", name=op.f("uq_link_opening_letter_id_assignment_id")
        ),
    )
    with op.batch_alter_table("link_opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_opening_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_opening_letter_id"), ["letter_id"], unique=False)

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=10), nullable=False, server_default="mail"))
        batch_op.add_column(sa.Column("weekly", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sender", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reply_to", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("unsubscribe", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("bounced_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("bounce", sa.Text(), nullable=False, server_default=""))
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column(
            "address",
            existing_type=sa.VARCHAR(length=254),
            type_=sa.String(length=500),
            existing_nullable=False,
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "reminders_off_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("wants_calendar", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("bounced_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("bounce", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("seen_on", sa.Date(), nullable=True))

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_assignment_published_on"), ["published_on"], unique=False)

    with op.batch_alter_table("sweep_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alarm", sa.Text(), nullable=False, server_default=""))

    _move_ladders()


def _tables() -> tuple[sa.TableClause, sa.TableClause]:
    committee = sa.table("committee", sa.column("id", sa.Integer), sa.column("settings", sa.JSON))
    rule = sa.table(
        "ladder_rule",
        sa.column("committee_id", sa.Integer),
        sa.column("scope", sa.String),
        sa.column("kind", sa.String),
        sa.column("ladder", sa.JSON),
        sa.column("changed_at", tracker.store.models.types.UtcDateTime(timezone=True)),
    )
    return committee, rule


def _move_ladders() -> None:
    """A committee's own ladder was a setting; it becomes the rule of the whole committee."""
    committee, rule = _tables()
    connection = op.get_bind()
    for row in connection.execute(sa.select(committee)).all():
        settings = dict(row.settings or {})
        steps = settings.pop("ladder", None)
        if steps is None:
            continue
        values = {
            "scope": "committee",
            "kind": "",
            "ladder": {"steps": steps},
            "changed_at": datetime.now(UTC),
        }
        connection.execute(sa.insert(rule).values(committee_id=row.id, **values))
        connection.execute(sa.update(committee).where(committee.c.id == row.id).values(settings=settings))


def _move_ladders_back() -> None:
    """The committee's steps for those roles that there were; narrower rules and rhythms go."""
    committee, rule = _tables()
    connection = op.get_bind()
    for row in connection.execute(sa.select(rule).where(rule.c.scope == "committee")).all():
        steps = [
            {"days": step["days"], "count": step.get("count", "calendar"), "to": to}
            for step in row.ladder["steps"]
            if (to := [role for role in step["to"] if role in ("officer", "head")])
        ]
        known = connection.scalar(sa.select(committee.c.settings).where(committee.c.id == row.committee_id))
        settings = {**(known or {}), "ladder": steps}
        connection.execute(
            sa.update(committee).where(committee.c.id == row.committee_id).values(settings=settings)
        )


def downgrade() -> None:
    _move_ladders_back()
    # What the older tables cannot hold goes: messages to a webhook have no person.
    op.execute("delete from notice where letter_id in (select id from letter where person_id is null)")
    op.execute("delete from link_opening")
    op.execute("delete from letter where person_id is null")
    with op.batch_alter_table("sweep_run", schema=None) as batch_op:
        batch_op.drop_column("alarm")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_published_on"))
        batch_op.drop_column("published_on")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("seen_on")
        batch_op.drop_column("bounce")
        batch_op.drop_column("bounced_at")
        batch_op.drop_column("wants_calendar")
        batch_op.drop_column("reminders_off_at")

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.alter_column(
            "address",
            existing_type=sa.String(length=500),
            type_=sa.VARCHAR(length=254),
            existing_nullable=False,
        )
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("bounce")
        batch_op.drop_column("bounced_at")
        batch_op.drop_column("calendar")
        batch_op.drop_column("unsubscribe")
        batch_op.drop_column("reply_to")
        batch_op.drop_column("sender")
        batch_op.drop_column("weekly")
        batch_op.drop_column("channel")

    with op.batch_alter_table("link_opening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_opening_letter_id"))
        batch_op.drop_index(batch_op.f("ix_link_opening_assignment_id"))

    op.drop_table("link_opening")
    with op.batch_alter_table("ladder_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_rule_task_id"))
        batch_op.drop_index(batch_op.f("ix_ladder_rule_plan_id"))
        batch_op.drop_index(batch_op.f("ix_ladder_rule_committee_id"))

    op.drop_table("ladder_rule")
    with op.batch_alter_table("recipient_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipient_proposal_unit_id"))
        batch_op.drop_index(batch_op.f("ix_recipient_proposal_committee_id"))

    op.drop_table("recipient_proposal")
    op.drop_table("webhook")
