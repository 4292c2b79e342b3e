"""Every table, one file a subject. Importing this package registers them all."""

from tracker.store.models.notices import Letter, Notice, SweepRun
from tracker.store.models.people import Committee, LoginFailure, Person, Role
from tracker.store.models.plans import (
    Deliverable,
    DraftRow,
    Mention,
    Plan,
    PlanVersion,
    StoredFile,
    Task,
    TaskVersion,
    Timing,
)
from tracker.store.models.units import (
    Alias,
    Feed,
    Unit,
    UnitGroup,
    UnitGroupMember,
    UnitSuccession,
    UnitVersion,
)
from tracker.store.models.work import Assignment, Evidence, Extension, Fact, Submission

__all__ = [
    "Alias",
    "Assignment",
    "Committee",
    "Deliverable",
    "DraftRow",
    "Evidence",
    "Extension",
    "Fact",
    "Feed",
    "Letter",
    "LoginFailure",
    "Mention",
    "Notice",
    "Person",
    "Plan",
    "PlanVersion",
    "Role",
    "StoredFile",
    "Submission",
    "SweepRun",
    "Task",
    "TaskVersion",
    "Timing",
    "Unit",
    "UnitGroup",
    "UnitGroupMember",
    "UnitSuccession",
    "UnitVersion",
]
