"""The product's own evaluator comes to the conclusions of an evaluator that is not ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator import pipeline, workspace
from generator.authority import conditions, evaluation
from generator.authority.conditions import NEGATED, OPERATORS
from generator.authority.evaluation import Policy, Request, Verdict
from generator.authority.evaluation import evaluate as own
from tests.policies import random_cases
from tests.policies.rendered import EXAMPLES
from tests.policies.simulator import Case, Decision, Document, evaluate

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

SEED = 20_261_121
ELEMENTS = ("Principal", "Action", "Resource", "Condition")
EVERYDAY, THOROUGH = 2_000, 30_000


def verdict(case: Case) -> Verdict:
    """Return what our evaluator says to a case of the other's."""
    named = lambda kind, documents: [  # noqa: E731
        Policy(name=f"{kind} {number}", document=each) for number, each in enumerate(documents, 1)
    ]
    owner = case.resource_account or case.resource.split(":")[4]
    context = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in case.context.items()
    }
    return own(
        Request(
            principal=case.principal,
            action=case.action,
            resource=case.resource,
            account_id=owner,
            context=context,
        ),
        identity=named("identity", case.identity_policies),
        resource=None
        if case.resource_policy is None
        else Policy(name="resource", document=case.resource_policy),
        service_control=named("scp", case.service_control_policies),
    )


def disagreements(judged: Sequence[tuple[Case, Decision]]) -> tuple[list[str], Counter[str]]:
    """Return where the two differ, and how often each of our outcomes came up."""
    verdicts = [verdict(case) for case, _ in judged]
    lines = [
        f"{case}\n  ours: {ours}\n  theirs: {theirs}"
        for (case, theirs), ours in zip(judged, verdicts, strict=True)
        if ours.outcome != theirs.outcome
    ]
    return lines, Counter(one.outcome for one in verdicts)


@cache
def judged(count: int, seed: int) -> Sequence[tuple[Case, Decision]]:
    """Return random cases, each with the decision of the evaluator that is not ours."""
    random = Random(seed)
    made = list(random_cases.generated(random, count // 2))
    made += random_cases.against_rendered(random, count // 2, rendered())
    return list(zip(made, evaluate(made), strict=True))


@cache
def rendered(folder: Path = EXAMPLES) -> Mapping[str, tuple[str, Document]]:
    """Return every document of the environments in a folder: name → its kind and itself."""
    found: dict[str, tuple[str, Document]] = {}
    for each in workspace.load(directory=folder):
        for part in pipeline.render(each.environment, ("cloudformation",)).parts:
            assert part.cloudformation is not None
            for logical_id, resource in part.cloudformation.template["Resources"].items():
                for kind, document in _documents(resource):
                    name = f"{each.environment.name}/{logical_id} {kind} {len(found)}"
                    found[name] = (kind, document)
            controls = getattr(part.facts, "service_control_policies", {})
            for name, document in controls.items():
                found[f"{each.environment.name}/{name}"] = ("control", document)
    return found


def _documents(resource: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    properties = resource.get("Properties", {})
    of_iam = resource["Type"].startswith("AWS::IAM::")
    for key, value in properties.items():
        if isinstance(value, Mapping) and "Statement" in value:
            identity = of_iam and key == "PolicyDocument"
            yield "identity" if identity else "resource", value
    for policy in properties.get("Policies", ()):
        yield "identity", policy["PolicyDocument"]


def compare(count: int, seed: int) -> None:
    found, outcomes = disagreements(judged(count, seed))
    assert found == []
    # All three come up often, so agreeing says something; nothing of ours is unknown.
    assert all(outcomes[one] > count // 20 for one in ("allow", "deny", "explicit_deny")), outcomes
    assert outcomes["unknown"] == 0


def test_our_evaluator_reads_what_our_documents_use_and_nothing_else() -> None:
    used: set[str] = set()
    for folder in (EXAMPLES, EXAMPLES.parent / "tests" / "environments"):
        for _, each in rendered(folder).values():
            for statement in each["Statement"]:
                assert statement.keys() <= {*ELEMENTS, "Sid", "Effect"}
                used |= statement.get("Condition", {}).keys()
    asked = {operator for operator, _, _ in random_cases.SHAPES}
    assert used == {*OPERATORS, *NEGATED, "Null"}
    assert asked == used, "the random cases leave operators out"


def test_both_agree_on_random_cases() -> None:
    compare(EVERYDAY, SEED)


SLIPS: Mapping[str, tuple[Any, str, Any]] = {
    "service-linked roles are bound": (evaluation, "_SERVICE_LINKED", "nothing"),
    "a key needs no policy of its own": (evaluation, "_is_closed", lambda _: False),
    "one side of two accounts is enough": (evaluation, "_both", lambda *sides: any(sides)),
    "every resource is meant": (evaluation, "fits_resource", lambda *_: True),
    "actions are told by case": (evaluation, "like", lambda pattern, one: pattern == one),
    "ARNs have no patterns": (conditions, "OPERATORS", {**OPERATORS, "ArnLike": str.__eq__}),
    "less is more": (
        conditions,
        "OPERATORS",
        {**OPERATORS, "NumericLessThan": OPERATORS["NumericGreaterThan"]},
    ),
    "an account is everybody": (evaluation, "_reach_of", lambda *_: "principal"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_ours_would_be_found(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong = SLIPS[slip]
    monkeypatch.setattr(module, name, wrong)
    found, _ = disagreements(judged(EVERYDAY, SEED))
    assert found


@pytest.mark.slow
def test_both_agree_on_many_random_cases() -> None:
    for batch in range(THOROUGH // 5_000):
        compare(5_000, SEED + 1 + batch)
