"""Units over time: their kind in each version, reorganisations with their hand-overs, contacts, absences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import tracker.store.models.types

revision = "7c51e0b2a4d8"
down_revision = "340d0f18940d"
branch_labels = None
depends_on = None


def text_column(name: str, length: int, value: str = "") -> sa.Column[str]:
    """A column for rows that are there already: they get the value."""
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=value)


def upgrade() -> None:
    op.create_table(
        "unit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_unit_change_committee_id_committee")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_unit_change_done_by_id_person")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["person.id"], name=op.f("fk_unit_change_undone_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_change")),
    )
    with op.batch_alter_table("unit_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_change_committee_id"), ["committee_id"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", tracker.store.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_absence_set_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_absence_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contact_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_hand_over_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["unit_change.id"], name=op.f("fk_hand_over_change_id_unit_change")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["unit.id"], name=op.f("fk_hand_over_from_id_unit")),
        sa.ForeignKeyConstraint(["to_id"], ["unit.id"], name=op.f("fk_hand_over_to_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("change_id", "assignment_id", name=op.f("uq_hand_over_change_id_assignment_id")),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_over_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_over_change_id"), ["change_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_over_to_id"), ["to_id"], unique=False)

    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.add_column(text_column("kind", 20))
        batch_op.drop_index(batch_op.f("ix_alias_committee_id"))
        batch_op.drop_constraint(batch_op.f("uq_alias_committee_id_key"), type_="unique")
        batch_op.create_index("ix_alias_committee_id_key", ["committee_id", "key"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_alias_committee_id_key_group_id"), ["committee_id", "key", "group_id"]
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_alias_committee_id_key_unit_id"), ["committee_id", "key", "unit_id"]
        )

    with op.batch_alter_table("draft_row", schema=None) as batch_op:
        batch_op.add_column(text_column("completion", 10, "all"))

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(text_column("bundle", 40))

    with op.batch_alter_table("task_version", schema=None) as batch_op:
        batch_op.add_column(text_column("completion", 10, "all"))

    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exceptions", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("unit_succession", schema=None) as batch_op:
        batch_op.add_column(sa.Column("change_id", sa.Integer(), nullable=True))
        batch_op.add_column(text_column("function", 200))
        batch_op.drop_constraint(
            batch_op.f("uq_unit_succession_unit_id_successor_id_effective_on"), type_="unique"
        )
        batch_op.create_index(batch_op.f("ix_unit_succession_change_id"), ["change_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_unit_succession_unit_id_successor_id_effective_on_function"),
            ["unit_id", "successor_id", "effective_on", "function"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_unit_succession_change_id_unit_change"), "unit_change", ["change_id"], ["id"]
        )

    with op.batch_alter_table("unit_version", schema=None) as batch_op:
        batch_op.add_column(text_column("kind", 20, "other"))
    op.execute("UPDATE unit_version SET kind = (SELECT kind FROM unit WHERE unit.id = unit_version.unit_id)")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("kind")


def downgrade() -> None:
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(text_column("kind", 20, "other"))
    op.execute(
        "UPDATE unit SET kind = (SELECT kind FROM unit_version WHERE unit_version.unit_id = unit.id"
        " ORDER BY ordinal DESC LIMIT 1)"
    )
    with op.batch_alter_table("unit_version", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("unit_succession", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_unit_succession_change_id_unit_change"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("uq_unit_succession_unit_id_successor_id_effective_on_function"), type_="unique"
        )
        batch_op.drop_index(batch_op.f("ix_unit_succession_change_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_unit_succession_unit_id_successor_id_effective_on"),
            ["unit_id", "successor_id", "effective_on"],
        )
        batch_op.drop_column("function")
        batch_op.drop_column("change_id")

    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.drop_column("exceptions")

    with op.batch_alter_table("task_version", schema=None) as batch_op:
        batch_op.drop_column("completion")

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("bundle")

    with op.batch_alter_table("draft_row", schema=None) as batch_op:
        batch_op.drop_column("completion")

    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_alias_committee_id_key_unit_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_alias_committee_id_key_group_id"), type_="unique")
        batch_op.drop_index("ix_alias_committee_id_key")
        batch_op.create_unique_constraint(batch_op.f("uq_alias_committee_id_key"), ["committee_id", "key"])
        batch_op.create_index(batch_op.f("ix_alias_committee_id"), ["committee_id"], unique=False)
        batch_op.drop_column("kind")

    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hand_over_to_id"))
        batch_op.drop_index(batch_op.f("ix_hand_over_change_id"))
        batch_op.drop_index(batch_op.f("ix_hand_over_assignment_id"))

    op.drop_table("hand_over")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_unit_id"))
        batch_op.drop_index(batch_op.f("ix_contact_person_id"))

    op.drop_table("contact")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_unit_id"))
        batch_op.drop_index(batch_op.f("ix_absence_person_id"))
        batch_op.drop_index(batch_op.f("ix_absence_deputy_id"))

    op.drop_table("absence")
    with op.batch_alter_table("unit_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_change_committee_id"))

    op.drop_table("unit_change")
