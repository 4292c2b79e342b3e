"""No route and no service without a rule: what is not in the table of rights is closed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tracker.access import OPERATOR, RIGHTS, Actor, Grant, Thing, may, may_somewhere, need
from tracker.errors import Forbidden
from tracker.web.guard import BY_TOKEN

SERVICES = Path(__file__).resolve().parent.parent / "tracker" / "services"

# Rooms of services that change nothing and show nothing to anybody: their callers have asked.
INNER = {
    "__init__",
    "asked",
    "assignment_deed",
    "drafting",
    "evidence",
    "figures",
    "foretelling",
    "held",
    "inheriting",
    "lineage",
    "listing",
    "naming",
    "past",
    "plan_days",
    "plan_deed",
    "plan_rows",
    "recompute",
    "record",
    "roster",
    "roster_lines",
    "sparing",
    "staff_parts",
    "succession_steps",
    "succession_undoing",
    "succession_proposal",
}

# What asks the table of rights: `changing` for its deed, the last one in each of a person's committees.
ASKING = ("need", "may", "changing", "parts.need_everywhere")

# Public functions that need no rule, and why.
FREE = {
    "accounts.hash_password": "makes a hash of what it is given",
    "accounts.sign_in": "finds out who somebody is; the password is the right",
    "accounts.epoch_of": "asked by the session of that very person",
    "accounts.actor_of": "builds the actor that all other functions ask about",
    "accounts.person_of_link": "the signed link is the right",
    "endings.key_of": "pure",
    "feeds.feed_of": "the secret address is the right",
    "links.work_link": "made for letters, whose maker has decided who gets them",
    "links.unsubscribe_link": "made for letters, whose maker has decided who gets them",
    "links.work_of_link": "the signed link is the right",
    "links.person_of_link": "the signed link is the right",
    "links.tick_by_link": "the signed link says who acts; the tick itself asks",
    "links.note_opening": "the signed link is the right",
    "periods.figures_of": "counts what the caller has asked for",
    "periods.reason_given": "pure",
    "plans.check_head": "pure",
    "publish.forecast": "counts for the review page, which has asked",
    "show_units.committees": "tells actors their own committees",
    "show_units.holds_demonstration": "the log-in page says it to everybody",
    "show_units.my_units": "tells actors their own units",
    "show_plans.plans": "lists only what `may` lets through",
    "webhooks.secret_of": "asked by the sender, which signs with it",
    "webhooks.derived": "pure",
    "webhooks.add_message": "part of deeds and sweeps that have asked",
    "webhooks.read_address": "pure",
    "webhooks.is_listed": "pure",
    "work.day_that_counts": "pure",
    "work.asked_for": "part of deeds that have asked",
    "work.reason_given": "pure",
    "work.seen": "part of deeds that have asked",
    "work.sent": "part of deeds that have asked",
    "following.can_be_reopened": "part of deeds and pages that have asked",
    "following.awaits_event": "part of deeds and pages that have asked",
    "following.due_after_event": "part of deeds and pages that have asked",
}


def public_functions() -> list[tuple[str, ast.FunctionDef, ast.Module]]:
    found = []
    for path in sorted(SERVICES.glob("*.py")):
        if path.stem in INNER:
            continue
        module = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            (f"{path.stem}.{node.name}", node, module)
            for node in module.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
    return found


def asks(function: ast.FunctionDef, module: ast.Module, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the function, or one of its module's that it calls, asks `access.need` or `access.may`."""
    own = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.removeprefix("access.") in ASKING:
            return True
        if called in own and called not in seen and asks(own[called], module, seen | {called}):
            return True
    return False


def test_every_service_asks_for_the_right():
    silent = [n for n, function, module in public_functions() if n not in FREE and not asks(function, module)]
    assert silent == []


def test_nothing_is_called_free_that_is_gone_or_asks_anyway():
    known = {name: asks(function, module) for name, function, module in public_functions()}
    assert {name for name in FREE if name != "show_plans.plans" and known.get(name) is not False} == set()


def test_every_route_is_open_by_name_or_says_its_deed(sqlite_app):
    opened = sqlite_app.extensions["opened"]
    silent = [
        rule.endpoint
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint not in opened
        and getattr(sqlite_app.view_functions[rule.endpoint], "deed", None) not in RIGHTS
    ]
    assert silent == []


def test_a_route_that_nobody_opened_is_closed_even_to_the_manager(sqlite_app, world, signed_in):
    sqlite_app.add_url_rule("/quen-mo", "forgotten", lambda: "secret")
    assert signed_in("manager").get("/quen-mo").status_code == 403


def test_every_changing_route_refuses_a_form_without_a_token(sqlite_app, world, signed_in):
    client = signed_in("coordinator")
    for rule in sqlite_app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in BY_TOKEN:
            values = dict.fromkeys(rule.arguments, "1")
            with sqlite_app.test_request_context():
                address = rule.build(values, append_unknown=False)[1]
            assert client.post(address).status_code == 400, rule.endpoint


def test_what_a_letter_links_to_refuses_a_token_that_we_did_not_sign(sqlite_app, world):
    rules = [rule for rule in sqlite_app.url_map.iter_rules() if rule.endpoint in BY_TOKEN]
    assert len(rules) == len(BY_TOKEN)
    for rule in rules:
        for method in rule.methods - {"OPTIONS"}:
            address = rule.rule.replace("<token>", "WzEsMSwxLDAsMV0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
            answer = sqlite_app.test_client().open(address, method=method)
            assert answer.status_code == 404, (method, address)


@pytest.mark.parametrize("deed", sorted(RIGHTS))
def test_nobody_may_anything(deed):
    stranger = Actor(None, "")
    assert not may(stranger, deed, Thing(1, 1, frozenset({1}), frozenset({1}), 1))
    assert not may_somewhere(stranger, deed)


def test_admin_sees_no_plans():
    admin = Actor(1, "Quản trị", (Grant("admin"),))
    assert not may_somewhere(admin, "plan.see")
    assert not may_somewhere(admin, "work.see")


def test_a_coordinator_decides_only_on_plans_of_her_unit():
    coordinator = Actor(1, "Phạm Minh Anh", (Grant("coordinator", 1, 5),))
    assert may(coordinator, "work.accept", Thing(1, 5, frozenset({9})))
    assert not may(coordinator, "work.accept", Thing(1, 6, frozenset({9})))
    with pytest.raises(Forbidden, match="quyền"):
        need(coordinator, "plan.publish", Thing(1, 6))


def test_a_helper_sees_the_state_and_no_more():
    helper = Actor(1, "Lê Thị Mai", (Grant("officer", 1, 7),))
    thing = Thing(2, 5, frozenset({9}), frozenset({7}))
    assert may(helper, "work.see-state", thing)
    assert not may(helper, "work.see", thing)
    assert not may(helper, "work.tick", thing)


def test_the_operator_of_the_machine_sets_up_but_sees_no_work():
    assert may(OPERATOR, "unit.import", Thing(1))
    assert not may(OPERATOR, "work.see", Thing(1, 1, frozenset({1})))
