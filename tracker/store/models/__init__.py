"""Every table, one file a subject. Importing this package registers them all."""

from tracker.store.models.notices import Letter, Notice, SweepRun
from tracker.store.models.people import Absence, Committee, LoginFailure, Person, Role
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
    Contact,
    Feed,
    HandOver,
    Unit,
    UnitChange,
    UnitGroup,
    UnitGroupMember,
    UnitSuccession,
    UnitVersion,
)
from tracker.store.models.work import Assignment, Evidence, Extension, Fact, Submission

__all__ = [
    "Absence",
    "Alias",
    "Assignment",
    "Committee",
    "Contact",
    "Deliverable",
    "DraftRow",
    "Evidence",
    "Extension",
    "Fact",
    "Feed",
    "HandOver",
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
    "UnitChange",
    "UnitGroup",
    "UnitGroupMember",
    "UnitSuccession",
    "UnitVersion",
]
