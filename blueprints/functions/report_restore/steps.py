"""The commands that come after a restore, with real names, to be run where the output lies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def next_steps(report: Document, place: Document) -> list[str]:
    """Return what to do next: commands, and lines that begin with "# " and say what for."""
    steps = _after_failure if report["status"] == "FAILED" else _after_success
    return list(steps(report, place))


def _after_failure(report: Document, place: Document) -> Iterator[str]:
    table, region = report["table"], place["region"]
    yield "# see which step failed, and why"
    yield (
        f"aws stepfunctions get-execution-history --execution-arn {report['execution_arn']} "
        f"--reverse-order --max-results 20 --region {region}"
    )
    # A destination has the files of each source in a folder of its own.
    folder = "recovery/SOURCE" if place["is_destination"] else "recovery"
    request = f"{folder}/{table.get('key', table['name'])}.json"
    if report["source"] is not None and report["target"] is not None:
        what = "to go on with the table that is there"
        again = {"target_name": report["target"]["name"], "point": _point(report["source"])}
        again |= {"load": report["load"]} if report.get("load") else {}
    else:
        what = "mend what it says; to ask for the same again"
        again = {"target_name": report["target_asked_for"], "point": report["asked_for"]}
    members = ", ".join(f'"{name}": {json.dumps(value)}' for name, value in again.items())
    yield f"# {what}, first set in {request}: {members}"
    yield (
        f"aws stepfunctions start-execution --state-machine-arn {_machine(report)} "
        f"--input file://{request} --region {region}"
    )


def _point(source: Document) -> dict[str, Any]:
    if source["kind"] in {"point_in_time", "export"}:
        return {"id": source["id"], "at": source["time"]}
    return {"id": source["id"]}


def _machine(report: Document) -> str:
    head, _, rest = str(report["execution_arn"]).partition(":execution:")
    return f"{head}:stateMachine:{rest.partition(':')[0]}"


def _after_success(report: Document, place: Document) -> Iterator[str]:
    case = report["owner"].get("case")
    yield from _OWNED.get(case, _owned_elsewhere)(report, place)
    pointer = report["pointer"]
    if pointer and not pointer["moved"]:
        yield "# when the table is right for its readers"
        yield (
            f"aws ssm put-parameter --name {pointer['parameter_name']} "
            f"--value {report['target']['name']} --overwrite --region {place['region']}"
        )


def _owned_by_stack(report: Document, place: Document) -> Iterator[str]:
    stack, region = report["owner"]["stack_name"], place["region"]
    yield "# the stack owns the table already: no import, see that nothing differs"
    yield f"aws cloudformation detect-stack-drift --stack-name {stack} --region {region}"
    yield (
        f"aws cloudformation describe-stack-resource-drifts --stack-name {stack} "
        f"--stack-resource-drift-status-filters MODIFIED DELETED --region {region}"
    )


def _stack_is_gone(report: Document, place: Document) -> Iterator[str]:
    stack = report["owner"]["stack_name"]
    template = stack.removeprefix(place["recovery_stack_name"].removesuffix("recovery"))
    yield (
        f"# import the table into {stack}: recovery/import-{template}.yaml, with the commands "
        'under "Owned again" in README.md; then deploy as ever, which makes the rest'
    )
    yield (f"aws cloudformation detect-stack-drift --stack-name {stack} --region {place['region']}")


def _owned_by_terraform(report: Document, _place: Document) -> Iterator[str]:
    table = report["table"]
    name = f"import-{table.get('key', table['name'])}.tf"
    yield "# the state owns the table if this plans no change"
    yield "terraform -chdir=terraform plan"
    yield "# if it plans to create the table, import it, and remove the file again afterwards"
    yield f"cp recovery/{name} terraform/ && terraform -chdir=terraform apply"


def _under_another_name(report: Document, place: Document) -> Iterator[str]:
    name = report["target"]["name"]
    yield f"# compare, then let readers use {name}; delete it when it is no longer needed"
    yield f"aws dynamodb describe-table --table-name {name} --region {place['region']}"


def _owned_elsewhere(report: Document, place: Document) -> Iterator[str]:
    name = report["target"]["name"]
    yield f"# tell the owner of {name} that it was restored: their stack or state decides"
    yield f"aws dynamodb describe-table --table-name {name} --region {place['region']}"


def _in_a_destination(report: Document, place: Document) -> Iterator[str]:
    name = report["target"]["name"]
    yield f"# let readers use {name} in this account; nothing here watches or replicates it"
    yield f"aws dynamodb describe-table --table-name {name} --region {place['region']}"


_OWNED = {
    "destination": _in_a_destination,
    "stack": _owned_by_stack,
    "stack_gone": _stack_is_gone,
    "no_stack": _owned_by_terraform,
    "other_name": _under_another_name,
    "elsewhere": _owned_elsewhere,
}
