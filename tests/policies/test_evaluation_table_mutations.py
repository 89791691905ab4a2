"""The evaluation table can fail: without any row of the denials, a case comes out otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from blueprints import denials, documents
from blueprints.backup import access
from blueprints.guardrails import documents as guardrail_documents
from tests.policies.evaluation import table
from tests.policies.evaluation.world import World, environments, render, worlds
from tests.policies.rendered import damages
from tests.policies.simulator import Document
from tests.policies.test_evaluation_table import by_break_glass, only

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

IN_DOCUMENTS = tuple(row for row in denials.ROWS if row.documents)


@contextmanager
def rows_are(rows: tuple[denials.Row, ...]) -> Iterator[None]:
    """Have the documents written from other rows; some lists are made when they are imported."""
    vault, key = denials.Document.VAULT, denials.Document.KEY
    destroy, change, deploy = denials.Kind.DESTROY, denials.Kind.CHANGE, denials.Exempt.DEPLOY
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(denials, "ROWS", rows)
        patch.setattr(guardrail_documents, "ROWS", rows)
        patch.setattr(documents, "KEY_DESTROY_ACTIONS", denials.actions(key, destroy))
        of_deploy = denials.actions(key, change, exempt=deploy)
        patch.setattr(documents, "KEY_CHANGE_ACTIONS", of_deploy)
        on = [
            denials.actions(vault, destroy, scope=scope)
            for scope in (denials.Scope.VAULTS, denials.Scope.POINTS)
        ]
        patch.setattr(access, "VAULT_DESTROY_ACTIONS", tuple(one for some in on for one in some))
        of_deploy = denials.actions(vault, change, exempt=deploy)
        patch.setattr(access, "VAULT_CHANGE_ACTIONS", of_deploy)
        yield


def rendered_again(name: str) -> World:
    """Return a world rendered now; IAM takes no statement without an action."""
    world = render(environments()[name])
    return replace(
        world,
        documents={
            key: {**one, "Statement": [each for each in one["Statement"] if each["Action"]]}
            for key, one in world.documents.items()
        },
    )


def test_the_rows_as_they_are_change_nothing() -> None:
    with rows_are(denials.ROWS):
        assert all(rendered_again(name) == world for name, world in worlds().items())


def test_every_row_of_the_denials_matters() -> None:
    asked: list[tuple[denials.Row, table.Asked]] = []
    for row in IN_DOCUMENTS:
        of_row = [line for line in table.rows() if set(line.actions) & set(row.actions)]
        with rows_are(tuple(each for each in denials.ROWS if each is not row)):
            fewer = {name: rendered_again(name) for name in {line.environment for line in of_row}}
        asked += [
            (row, one)
            for line in of_row
            for one in table.asked(line, fewer[line.environment])
            if one.case.action in row.actions
        ]
    noticed = {
        row
        for (row, _), (one, result) in zip(
            asked, table.judge([one for _, one in asked]), strict=True
        )
        if result.words != one.row.expected
    }
    assert [row for row in IN_DOCUMENTS if row not in noticed] == []


GUARDRAILS = ("operator", "backup-administrator", "deny-*", "scp-*")
# Damages that no case can show, by pattern, each with its reason.
MEANINGLESS = {
    "*: Points without *:table/[*]/backup/[*]": "the evaluator knows no such resource of the"
    " action; AWS does: points from before the opt-in are native backups",
    "backup-administrator: ManagePlans without backup:TagResource": "the evaluator takes a plan for"
    " several resources of this action",
    "operator: * on anything": "the policy is all that an operator has: what it does not allow in"
    " other Regions it need not deny there",
    "backup-administrator: * on anything": "the same",
    "deny-*: *But* without *:role/shop-prod-*": "nobody attaches these policies to our own roles;"
    " the service control policies exempt them alike, and there it matters",
    "*: Keys* on anything": "AWS chooses the ids of keys: any is named, the alias decides",
}


def mutants(world: World) -> Iterator[tuple[str, str, Document, tuple[str, ...]]]:
    """Yield what was done, the document's name, what is left of it, and the actions concerned."""
    for name, whole in world.documents.items():
        if not any(fnmatchcase(name, pattern) for pattern in GUARDRAILS):
            continue
        statements = list(whole["Statement"])
        for place, statement in enumerate(statements):
            listed = statement["Action"]
            actions = (listed,) if isinstance(listed, str) else tuple(listed)
            for what, touched, changed in damages(statement, "identity"):
                kept = [changed] if changed else []
                left = [*statements[:place], *kept, *statements[place + 1 :]]
                yield (
                    f"{name}: {statement['Sid']} {what}",
                    name,
                    {**whole, "Statement": left},
                    touched or actions,
                )


def by_another_team_that_is_bound() -> Iterator[table.Asked]:
    """Yield what another team is allowed, asked by one whom the policies that deny are attached to.

    Plans have ids that AWS chooses, so those are denied to it.
    """
    for one in table.cases():
        row = one.row
        if row.who == "other team" and row.expected == table.ALLOWED and row.what != "plan":
            yield from table.asked(replace(row, who="bound team", actions=(one.case.action,)))


def of_document(name: str, cases: Sequence[table.Asked]) -> Iterator[table.Asked]:
    """Yield the cases that a document is in, with that one alone and what is said of it."""
    for one in cases:
        if name not in (*one.identity, *one.service_control):
            continue
        alone = only(one, name)
        if "everything" in one.identity:
            yield alone
        elif name in one.row.expected or one.row.expected in (table.ALLOWED, table.NOT_ALLOWED):
            # The policy is all that they have. Else others deny, and what it says is not known.
            said = one.row.expected if alone.row.expected == table.ALLOWED else alone.row.expected
            case = replace(alone.case, identity_policies=alone.case.identity_policies[1:])
            yield replace(
                alone,
                row=replace(one.row, expected=said),
                identity=alone.identity[1:],
                case=case,
            )


@pytest.mark.slow
def test_every_part_of_productions_guardrails_matters() -> None:
    cases = [
        one
        for one in (*table.cases(), *by_break_glass(), *by_another_team_that_is_bound())
        if one.row.environment == "prod" and "//" not in one.row.what
        # To assume a role needs its trust policy, which is none of these.
        if not one.case.action.startswith("sts:")
    ]
    left = list(mutants(worlds()["prod"]))
    assert len(left) > 400
    of_documents = {
        name: list(of_document(name, cases)) for name in dict.fromkeys(name for _, name, *_ in left)
    }
    for most in (3, 12, None):
        asked = [
            (what, changed(one, name, document))
            for what, name, document, actions in left
            for one in likely_first(what, concerned(of_documents[name], actions))[:most]
        ]
        noticed = {
            what
            for (what, _), (one, result) in zip(
                asked, table.judge([one for _, one in asked]), strict=True
            )
            if result.words != one.row.expected
        }
        left = [each for each in left if each[0] not in noticed]
    explained = {
        pattern: [what for what, *_ in left if fnmatchcase(what, pattern)]
        for pattern in MEANINGLESS
    }
    assert [pattern for pattern, found in explained.items() if not found] == []
    known = {what for found in explained.values() for what in found}
    assert [what for what, *_ in left if what not in known] == []


def concerned(cases: Sequence[table.Asked], actions: Sequence[str]) -> list[table.Asked]:
    """Return the cases of these actions; a statement treats its actions alike, so one of each."""
    found = {}
    for one in cases:
        if any(fnmatchcase(one.case.action, pattern) for pattern in actions):
            case = one.case
            found[case.principal, case.resource, str(case.context), one.row.expected] = one
    return list(found.values())


def likely_first(what: str, cases: Sequence[table.Asked]) -> list[table.Asked]:
    """Return the cases, those first that have to do with the value that was taken away."""
    _, _, value = what.partition(" without ")

    def is_unlikely(one: table.Asked) -> bool:
        return not any(
            fnmatchcase(one_of, value) for one_of in (one.case.principal, one.case.resource)
        )

    return sorted(cases, key=is_unlikely)


def changed(one: table.Asked, name: str, document: Document) -> table.Asked:
    """Return the case with another document under a name."""
    identity = zip(one.identity, one.case.identity_policies, strict=True)
    control = zip(one.service_control, one.case.service_control_policies, strict=True)
    case = replace(
        one.case,
        identity_policies=[document if each == name else whole for each, whole in identity],
        service_control_policies=[document if each == name else whole for each, whole in control],
    )
    return replace(one, case=case)
