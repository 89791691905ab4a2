"""The evaluation table comes out as written; break-glass may do all that is denied to others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from blueprints import denials
from tests.conftest import ROOT
from tests.policies.evaluation.people import key_that_denies_nothing
from tests.policies.evaluation.table import (
    ALLOWED,
    NOT_ALLOWED,
    Asked,
    Row,
    asked,
    cases,
    judge,
    mismatches,
    results,
    rows,
)
from tests.policies.evaluation.world import worlds
from tests.policies.simulator import ADMINISTRATOR
from tools import evaluation_page

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

# Who breaks the glass, where it is not the role BreakGlass and the permission set EmergencyAdmin.
BREAK_GLASS = {
    "archive": ("role/ArchiveBreakGlass",),
    "paths": ("role/security/BreakGlass", "emergency set"),
    "store": ("break-glass",),
    "books": ("break-glass",),
}


def is_denied(row: Row) -> bool:
    return row.expected not in (ALLOWED, NOT_ALLOWED)


def is_denied_to_some(row: Row) -> bool:
    """Whether a line tells of a denial from which break-glass is exempt: not from encryption."""
    return is_denied(row) and "tls=false" not in row.context


@cache
def by_break_glass() -> tuple[Asked, ...]:
    """Return the cases that deny, asked by break-glass who holds every right and the same denials.

    What another account denies stays denied.
    """
    found = {}
    for one in cases():
        if is_denied_to_some(one.row) and "//" not in one.row.what:
            for who in BREAK_GLASS.get(one.row.environment, ("break-glass", "emergency set")):
                case = one.case
                same = (who, case.action, case.resource, str(case.context), one.identity)
                found[same] = instead(one, who)
    return tuple(found.values())


def instead(one: Asked, who: str) -> Asked:
    """Return the case asked by `who`, beside whose rights the first one's denials are attached."""
    (other,) = (
        each
        for each in asked(replace(one.row, who=who, expected=ALLOWED))
        if each.case.action == one.case.action
    )
    held = dict(zip(other.identity, other.case.identity_policies, strict=True))
    held |= dict(zip(one.identity, one.case.identity_policies, strict=True))
    case = replace(other.case, identity_policies=tuple(held.values()))
    return replace(other, identity=tuple(held), case=case)


def test_the_table_is_worth_the_name() -> None:
    all_of_them = cases()
    assert len(all_of_them) >= 600
    of_outcomes = Counter(is_denied(one.row) for one in all_of_them)
    assert min(of_outcomes.values()) > 200
    twice = Counter(
        (one.row.environment, one.row.who, one.case.action, one.row.what, one.row.context)
        for one in all_of_them
    )
    assert [what for what, times in twice.items() if times > 1] == []
    # archive-west says of staging what store says of books.
    assert {row.environment for row in rows()} == set(worlds()) - {"archive-west"}


def test_every_case_comes_out_as_written() -> None:
    assert mismatches(results()) == []


def test_the_pages_of_the_table_are_current() -> None:
    said = evaluation_page.pages(evaluation_page.judged())
    written = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / evaluation_page.PAGE, *(ROOT / evaluation_page.FOLDER).iterdir())
    }
    assert written == dict(said), "run tools/evaluation_page.py"


def test_break_glass_may_do_all_that_is_denied_to_others() -> None:
    assert len(by_break_glass()) > 200
    assert mismatches(judge(by_break_glass())) == []


def test_the_rendered_break_glass_role_holds_what_is_denied_to_others() -> None:
    """All but leaving the organization and writing items, with nothing but its own policy."""
    beyond = denials.Scope.ORGANIZATION, denials.Scope.ITEMS
    not_meant = {action for row in denials.ROWS if row.scope in beyond for action in row.actions}
    found = {
        (one.case.action, one.case.resource, str(one.case.context)): one
        for row in rows()
        if row.environment == "prod" and is_denied_to_some(row)
        # Neither another environment's copies nor another team's backups.
        if "//" not in row.what and "team-" not in row.what
        for one in asked(replace(row, who="rendered break-glass", expected=ALLOWED))
        if one.case.action not in not_meant
    }
    assert len(found) > 150
    assert mismatches(judge(tuple(found.values()))) == []


def test_each_document_named_denies_alone() -> None:
    """With every right and one document, all that is said is what the table says of it."""
    alone = [
        only(one, document)
        for one in cases()
        if is_denied(one.row)
        for document in dict.fromkeys(each.split(":")[0] for each in one.row.expected.split())
    ]
    assert len(alone) > 500
    assert mismatches(judge(alone)) == []


def test_nothing_but_the_documents_named_denies() -> None:
    spared = [without_named(one) for one in cases() if is_denied(one.row)]
    assert [
        f"{one}: still {result.words}"
        for one, result in judge(spared)
        if result.outcome == "explicit_deny"
    ] == []


def only(one: Asked, document: str) -> Asked:
    """Return the case with every right and that document alone, expecting what it says of it."""
    case = one.case
    identity = dict(zip(one.identity, case.identity_policies, strict=True))
    control = dict(zip(one.service_control, case.service_control_policies, strict=True))
    held = {name: each for name, each in identity.items() if name == document}
    bound = {name: each for name, each in control.items() if name == document}
    said = " ".join(each for each in one.row.expected.split() if each.startswith(f"{document}:"))
    return replace(
        one,
        row=replace(one.row, expected=said or ALLOWED),
        identity=("everything", *held),
        service_control=tuple(bound),
        case=replace(
            case,
            identity_policies=(ADMINISTRATOR, *held.values()),
            service_control_policies=tuple(bound.values()),
            resource_policy=case.resource_policy if one.resource == document else _open(one),
        ),
    )


def without_named(one: Asked) -> Asked:
    """Return the case without the documents that the table says deny it."""
    named = {each.split(":")[0] for each in one.row.expected.split()}
    case = one.case
    identity = dict(zip(one.identity, case.identity_policies, strict=True))
    control = dict(zip(one.service_control, case.service_control_policies, strict=True))
    held = {name: each for name, each in identity.items() if name not in named}
    bound = {name: each for name, each in control.items() if name not in named}
    return replace(
        one,
        identity=tuple(held),
        service_control=tuple(bound),
        case=replace(
            case,
            identity_policies=tuple(held.values()),
            service_control_policies=tuple(bound.values()),
            resource_policy=_open(one) if one.resource in named else case.resource_policy,
        ),
    )


def _open(one: Asked) -> dict[str, object] | None:
    """Return what the resource has instead of its policy: a key always has one."""
    if ":key/" not in one.case.resource:
        return None
    return dict(key_that_denies_nothing(worlds()[one.row.environment]))
