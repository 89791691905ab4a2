"""What policies deny, read as far as an audit needs it: actions, not whom or under what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator.audit.model import Resource, listed, property_of
from generator.audit.values import Text, Verdict, all_of, any_of, leaves, no, unknown

# Without all three in a Deny, recovery points go, or go sooner, or the Deny itself does.
# https://docs.aws.amazon.com/config/latest/developerguide/backup-recovery-point-manual-deletion-disabled.html
DELETING = (
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:PutBackupVaultAccessPolicy",
)


def denies(document: Any, action: str, *, everyone: bool = False) -> Verdict:
    """Return whether a Deny of a document covers an action.

    For `everyone` it has to be for all principals and resources; exceptions by condition are fine.
    """
    if document is None:
        return no("it has no policy")
    if isinstance(document, Text):
        return unknown(*document.reasons) if document.holes else no("its policy is no document")
    return any_of(_covers(each, action, everyone=everyone) for each in _statements(document))


def names(document: Any, actions: frozenset[str]) -> bool:
    """Return whether a Deny of a document names one of some actions literally."""
    return any(
        written.literal in actions
        for statement in _statements(document)
        if isinstance(statement, dict) and _is_deny(statement).truth
        for written in leaves(listed(property_of(statement, "Action")))
    )


def manual_deletion_denied(vault: Resource) -> Verdict:
    """Return whether a vault's policy denies everyone to delete recovery points by hand."""
    policy = property_of(vault.properties, "AccessPolicy")
    return all_of(_named(denies(policy, action, everyone=True), action) for action in DELETING)


def documents_of(resource: Resource) -> Iterator[Any]:
    """Yield the documents of an IAM or Organizations resource that state permissions."""
    for key in ("PolicyDocument", "Content"):
        if (found := property_of(resource.properties, key)) is not None:
            yield found
    for policy in listed(property_of(resource.properties, "Policies")):
        if (found := property_of(policy, "PolicyDocument")) is not None:
            yield found


def _named(verdict: Verdict, action: str) -> Verdict:
    if verdict.truth is False and not verdict.why:
        return no(f"its policy does not deny {action}")
    return verdict


def _statements(document: Any) -> Iterator[Any]:
    yield from listed(property_of(document, "Statement"))


def _is_deny(statement: Any) -> Verdict:
    effect = property_of(statement, "Effect")
    if not isinstance(effect, Text):
        return no("")
    if effect.literal is None:
        return unknown(*effect.reasons)
    return Verdict(effect.literal == "Deny")


def _covers(statement: Any, action: str, *, everyone: bool) -> Verdict:
    if isinstance(statement, Text):
        return unknown(*statement.reasons)
    verdicts = [_is_deny(statement), _acts(statement, action)]
    if everyone:
        verdicts += [_is_for_everyone(statement), _is_for_all(statement), _holds(statement)]
    found = all_of(verdicts)
    return Verdict(truth=False) if found.truth is False else found


def _acts(statement: Any, action: str) -> Verdict:
    excepted = property_of(statement, "NotAction")
    if excepted is not None:
        found = any_of(_like(each, action) for each in leaves(listed(excepted)))
        return Verdict(None if found.truth is None else not found.truth, found.why)
    return any_of(_like(each, action) for each in leaves(listed(property_of(statement, "Action"))))


def _like(pattern: Text, action: str) -> Verdict:
    if pattern.literal is None:
        return unknown(*pattern.reasons)
    wildcards = re.escape(pattern.literal).replace(r"\*", ".*").replace(r"\?", ".")
    return Verdict(re.fullmatch(wildcards, action, re.IGNORECASE) is not None)


def _is_for_all(statement: Any) -> Verdict:
    resources = list(leaves(listed(property_of(statement, "Resource"))))
    if any(each.literal == "*" for each in resources):
        return Verdict(truth=True)
    return unknown("its Deny is for some resources only")


def _holds(statement: Any) -> Verdict:
    """Return whether a Deny holds but for exceptions, which are written with negated operators."""
    condition = property_of(statement, "Condition")
    if isinstance(condition, dict) and all("Not" in operator for operator in condition):
        condition = None
    if condition is None:
        return Verdict(truth=True)
    return unknown("its Deny holds under a condition only")


def _is_for_everyone(statement: Any) -> Verdict:
    principal = property_of(statement, "Principal")
    if isinstance(principal, dict):
        principal = principal.get("AWS")
    texts = list(leaves(listed(principal)))
    if any(each.literal == "*" for each in texts):
        return Verdict(truth=True)
    hidden = [each for each in texts if each.literal is None]
    return unknown(*hidden[0].reasons) if hidden else no("")
