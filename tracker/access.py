"""Who may do what: the only table of rights. Everything that is not in it is refused.

`may(actor, deed, thing)` is pure: the caller says who acts (with the grants that hold today) and what the
thing is bound to. `may_somewhere` asks whether a deed is open to the actor on any thing at all; doors use it
to close a route early, services always ask `need`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.errors import Forbidden

ROLES = ("admin", "manager", "coordinator", "head", "officer", "leader", "viewer")
UNIT_ROLES = ("coordinator", "head", "officer")


@dataclass(frozen=True)
class Grant:
    """A role that holds today. Only `admin` has no committee; only unit roles have a unit."""

    role: str
    committee_id: int | None = None
    unit_id: int | None = None
    acting_for: str = ""
    """The name of the absent person whose role this is today; empty is one's own."""


@dataclass(frozen=True)
class Actor:
    """Somebody who acts. `id` is None for the program itself (a sweep, or a command on the machine)."""

    id: int | None
    name: str
    grants: tuple[Grant, ...] = ()

    def units(self, *roles: str) -> frozenset[int]:
        """Units in which the actor holds one of the roles (any unit role when none is named)."""
        wanted = roles or UNIT_ROLES
        return frozenset(g.unit_id for g in self.grants if g.role in wanted and g.unit_id is not None)

    def committees(self, *roles: str) -> frozenset[int]:
        """Committees in which the actor holds one of the roles (any role when none is named)."""
        return frozenset(
            g.committee_id
            for g in self.grants
            if g.committee_id is not None and (not roles or g.role in roles)
        )

    def holds(self, role: str) -> bool:
        return any(g.role == role for g in self.grants)


OPERATOR = Actor(None, "Người quản trị máy chủ", (Grant("operator"),))
"""Whoever runs commands on the machine: may set up, import units and people, load the sample, run the sweep."""


@dataclass(frozen=True)
class Thing:
    """What a thing is bound to: its committee, the unit that follows its plan up, the units whose work it is,
    the units that help in it, or the person whom it is about."""

    committee_id: int | None = None
    coordinator_id: int | None = None
    unit_ids: frozenset[int] = frozenset()
    partner_ids: frozenset[int] = frozenset()
    person_id: int | None = None


Rule = Callable[[Actor, Thing], bool]


def _head(actor: Actor, thing: Thing) -> bool:
    return bool(thing.unit_ids & actor.units("head"))


def _operator(actor: Actor, thing: Thing) -> bool:
    return actor.holds("operator")


def _admin(actor: Actor, thing: Thing) -> bool:
    return actor.holds("admin")


def _self(actor: Actor, thing: Thing) -> bool:
    return actor.id is not None and actor.id == thing.person_id


def _member(actor: Actor, thing: Thing) -> bool:
    return thing.committee_id in actor.committees()


def _manager(actor: Actor, thing: Thing) -> bool:
    return thing.committee_id in actor.committees("manager")


def _coordinator(actor: Actor, thing: Thing) -> bool:
    """Staff of the unit that follows this plan up."""
    return thing.coordinator_id in actor.units("coordinator")


def _any_coordinator(actor: Actor, thing: Thing) -> bool:
    return thing.committee_id in actor.committees("coordinator")


def _overseer(actor: Actor, thing: Thing) -> bool:
    return thing.committee_id in actor.committees("leader", "viewer")


def _leader(actor: Actor, thing: Thing) -> bool:
    return thing.committee_id in actor.committees("leader")


def _doer(actor: Actor, thing: Thing) -> bool:
    """Staff of a unit whose work it is; coordinators do their own unit's work like everybody else."""
    return bool(thing.unit_ids & actor.units())


def _helper(actor: Actor, thing: Thing) -> bool:
    return bool(thing.partner_ids & actor.units())


RIGHTS: dict[str, tuple[Rule, ...]] = {
    # plans
    "plan.list": (_member, _doer, _helper),
    "plan.see": (_member, _doer, _helper),
    "plan.import": (_coordinator,),
    "plan.review": (_coordinator,),
    "plan.publish": (_coordinator,),
    # assignments
    "work.list": (_doer,),
    "work.see": (_doer, _coordinator, _overseer),
    "work.see-state": (_doer, _coordinator, _overseer, _helper),
    "work.tick": (_doer,),
    "work.tick-on-behalf": (_coordinator,),
    "work.accept": (_coordinator,),
    "work.return": (_coordinator,),
    "work.acknowledge": (_doer,),
    "work.note": (_doer,),
    "work.correct-day": (_coordinator,),
    "work.reopen": (_coordinator,),
    "work.excuse": (_coordinator,),
    "work.event": (_coordinator,),
    "work.ask-extension": (_doer,),
    "work.decide-extension": (_coordinator,),
    "work.wait": (_doer, _coordinator),
    "work.resume": (_doer, _coordinator, _helper),
    "work.hand-back": (_doer,),
    "work.decide-hand-back": (_coordinator,),
    "work.ask-explanation": (_coordinator, _leader),
    "work.explain": (_doer,),
    "task.change": (_coordinator,),
    # the end of a period and of a plan
    "plan.end": (_coordinator,),
    "plan.reopen": (_leader,),
    "period.see": (_coordinator, _overseer),
    "period.close": (_coordinator,),
    "period.reopen": (_leader,),
    # oversight
    "dashboard.see": (_any_coordinator, _overseer),
    "reading.see": (_any_coordinator, _leader),
    "outbox.see": (_any_coordinator, _manager, _operator),
    "outbox.send-again": (_any_coordinator, _manager),
    "letter.read": (_self, _any_coordinator, _overseer),
    "sweep.see": (_admin, _manager),
    # units and people
    "unit.see": (_member,),
    "unit.match": (_member, _operator),
    "unit.import": (_manager, _operator),
    "group.change": (_manager, _operator),
    "unit.reorganise": (_manager,),
    "unit.change": (_manager, _operator),
    "unit.export": (_manager, _operator),
    "people.see": (_manager, _any_coordinator, _overseer),
    "people.import": (_manager, _operator),
    "people.export": (_manager, _operator),
    "people.invite": (_manager, _operator),
    "people.change": (_manager, _operator),
    "contact.see": (_member,),
    "contact.change": (_manager, _head),
    "recipient.propose": (_doer,),
    "absence.set": (_manager, _head, _self),
    "feed.see": (_doer, _manager),
    "feed.renew": (_doer, _manager, _operator),
    # the work calendar
    "calendar.see": (_member,),
    "calendar.change": (_manager,),
    "calendar.change-national": (_admin, _operator),
    # the ladder of notices
    "ladder.see": (_member,),
    "ladder.change": (_manager,),
    "ladder.change-plan": (_coordinator,),
    "forecast.see": (_coordinator, _overseer),
    # a committee's webhook
    "channel.see": (_manager,),
    "channel.change": (_manager,),
    # oneself, and the installation
    "self.change": (_self,),
    "installation.run": (_operator,),
}


def may(actor: Actor, deed: str, thing: Thing) -> bool:
    """Whether the actor may do the deed on the thing. An unknown deed is an error of ours: KeyError."""
    return any(rule(actor, thing) for rule in RIGHTS[deed])


def need(actor: Actor, deed: str, thing: Thing) -> None:
    """Raise `Forbidden` unless the actor may."""
    if not may(actor, deed, thing):
        raise Forbidden(
            "Tài khoản của đồng chí không có quyền làm việc này. "
            "Cần thêm quyền, xin liên hệ người quản lý đơn vị."
        )


def may_somewhere(actor: Actor, deed: str) -> bool:
    """Whether there is any thing on which the actor's grants allow the deed."""
    things = [Thing(person_id=actor.id)]
    for grant in actor.grants:
        units = frozenset[int]() if grant.unit_id is None else frozenset({grant.unit_id})
        things.append(Thing(grant.committee_id, grant.unit_id, units, units, actor.id))
    return any(may(actor, deed, thing) for thing in things)
