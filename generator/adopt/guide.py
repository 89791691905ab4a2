"""The README of an import: the exact commands in their order, and what the first deploy changes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from generator import __version__
from generator.adopt.definition import OWNER_STACK_TAG
from generator.adopt.described import TAGS, plain
from generator.adopt.folder import IMPORTS_TF
from generator.recovery.imports import MOST_BYTES_OF_BODY
from generator.spec.resolved import stack_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.adopt.folder import Import, Step
    from generator.adopt.imports import ScalingPolicy
    from generator.spec.resolved import Environment

_CHANGE_SET = "holdfast-adopt"


def import_guide(environment: Environment, wanted: Import, folder: Path) -> str:
    """Return the guide to an import whose files lie in `folder`, as Markdown."""
    sections = (
        f"<!-- Written by Holdfast {__version__} for {environment.project} {environment.name}. -->",
        f"# Importing {_tables(len(wanted.stack.adopted))} into "
        f"{environment.project} {environment.name}",
        "\n".join(
            f"{number}. {line}" for number, line in enumerate(_before(environment, wanted), 1)
        ),
        *_cloudformation(environment, wanted, folder),
        *_terraform(environment, wanted, folder),
        "## What the first deploy changes",
        "\n".join(f"- {line}" for line in _changes(environment, wanted)),
    )
    return "\n\n".join(sections) + "\n"


def _before(environment: Environment, wanted: Import) -> Iterator[str]:
    yield (
        f"Put the adopted entries under `tables` of `{environment.file}`, or name their file under "
        f"`include` there; then `holdfast generate {environment.name}` and "
        f"`holdfast lint {environment.name}`."
    )
    owners: dict[str, list[str]] = {}
    for each in wanted.stack.adopted:
        owner = each.described.answers.get(TAGS, {}).get(OWNER_STACK_TAG)
        if owner is not None:
            owners.setdefault(owner, []).append(each.facts.name)
    for owner, names in sorted(owners.items()):
        listed = ", ".join(f"`{name}`" for name in names)
        yield (
            f"The stack `{plain(owner)}` owns {listed}: there, set `DeletionPolicy: Retain` on "
            "them and on their auto scaling, deploy, remove them from its template, and deploy "
            "again. CloudFormation imports nothing that another stack owns."
        )
    yield (
        "Run the commands in the folder that holds `environments/`, with credentials of account "
        f"`{environment.account_id}`. Use one engine, never both."
    )


def _cloudformation(environment: Environment, wanted: Import, folder: Path) -> Iterator[str]:
    stack = stack_name(environment, wanted.stack.facts.template)
    which = f"--stack-name {stack}"
    yield "## With CloudFormation"
    yield (
        "An import brings in what exists and can do nothing else, so it has a template of its own: "
        "the adopted resources as they are, each with a `DeletionPolicy`, and what the stack "
        "already holds."
    )
    for step in wanted.steps:
        yield _shell(_import_commands(environment, stack, step, folder))
    yield (
        "Every action that `describe-change-set` shows must be `Import`; otherwise delete the "
        "change set and look at the reason. "
        + ("The second import follows the first, and so on. " if len(wanted.steps) > 1 else "")
        + "Then compare with what is really there (the first command takes a moment):"
    )
    modified = "--stack-resource-drift-status-filters MODIFIED DELETED"
    yield _shell(
        [
            _aws(environment, "detect-stack-drift", which),
            _aws(environment, "describe-stack-resource-drifts", which, modified),
        ]
    )
    if wanted.stack.renamed:
        yield (
            "Scaling policies get Holdfast's names, and AWS takes no second one for the same "
            "metric. So delete these just before the deploy that makes the new ones:"
        )
        yield _shell([_delete(environment, policy) for policy in wanted.stack.renamed])
    yield (
        f"From then on deploy as `output/{environment.name}/README.md` says. This folder is not "
        "needed any more."
    )


def _import_commands(environment: Environment, stack: str, step: Step, folder: Path) -> list[str]:
    template, resources = folder / step.template_name, folder / step.resources_name
    commands = []
    source = f"--template-body {_file(template)}"
    if len(step.template) > MOST_BYTES_OF_BODY:
        bucket = environment.artifacts_bucket
        key = f"{_CHANGE_SET}/{step.template_name}"
        domain = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
        source = f"--template-url https://{bucket}.s3.{environment.region}.{domain}/{key}"
        path = shlex.quote(template.as_posix())
        commands.append(
            f"aws cloudformation deploy --region {environment.region} "
            f"--stack-name {stack_name(environment, 'bootstrap')} "
            f"--template-file output/{environment.name}/cloudformation/bootstrap.yaml "
            "--no-fail-on-empty-changeset"
        )
        commands.append(f"aws s3 cp {path} s3://{bucket}/{key} --region {environment.region}")
    which = (f"--stack-name {stack}", f"--change-set-name {_CHANGE_SET}")
    return [
        *commands,
        _aws(
            environment,
            "create-change-set",
            *which,
            "--change-set-type IMPORT",
            source,
            f"--resources-to-import {_file(resources)}",
        ),
        _aws(environment, "wait change-set-create-complete", *which),
        _aws(
            environment,
            "describe-change-set",
            *which,
            "--query 'Changes[].ResourceChange.[Action,LogicalResourceId]'",
            "--output text",
        ),
        _aws(environment, "execute-change-set", *which),
        _aws(environment, "wait stack-import-complete", f"--stack-name {stack}"),
    ]


def _terraform(environment: Environment, wanted: Import, folder: Path) -> Iterator[str]:
    root = f"output/{environment.name}/terraform"
    blocks = wanted.imports_tf.count("\nimport {")
    renamed = len(wanted.stack.renamed)
    yield "## With Terraform"
    yield _shell(
        [
            f"cp {shlex.quote((folder / IMPORTS_TF).as_posix())} {root}/{IMPORTS_TF}",
            f"terraform -chdir={root} init",
            f"terraform -chdir={root} plan -out=plan.tfplan",
        ]
    )
    destroyed = (
        f"{renamed} to destroy (the renamed scaling policies)" if renamed else "0 to destroy"
    )
    yield (
        f"The plan must say **{blocks} to import** and **{destroyed}**. It adds what protects the "
        "tables; of the tables themselves it may change only what stands below. Then:"
    )
    yield _shell([f"terraform -chdir={root} apply plan.tfplan", f"rm {root}/{IMPORTS_TF}"])


def _changes(environment: Environment, wanted: Import) -> Iterator[str]:
    tags = ", ".join(f"`{key}`" for key in environment.tags)
    yield f"Tags: every table and scalable target gets {tags}; its own tags stay."
    for policy in wanted.stack.renamed:
        yield (
            f"The scaling policy `{plain(policy.name)}` becomes `{policy.facts.policy_name}` "
            f"({policy.facts.resource_id}, {policy.facts.dimension})."
        )
    if any(each.facts.resource_policy is not None for each in wanted.stack.adopted):
        yield "Resource policies: Terraform writes them once more, with the same content."
    yield "Whatever you changed in the entries; what they could not hold is noted there as `lost`."


def _delete(environment: Environment, policy: ScalingPolicy) -> str:
    return _command(
        "aws application-autoscaling delete-scaling-policy",
        f"--region {environment.region}",
        "--service-namespace dynamodb",
        f"--resource-id {policy.facts.resource_id}",
        f"--scalable-dimension {policy.facts.dimension}",
        f"--policy-name {shlex.quote(policy.name)}",
    )


def _aws(environment: Environment, operation: str, *arguments: str) -> str:
    return _command(f"aws cloudformation {operation}", f"--region {environment.region}", *arguments)


def _file(path: Path) -> str:
    return shlex.quote(f"file://{path.as_posix()}")


def _command(*words: str) -> str:
    return " \\\n  ".join(words)


def _shell(commands: list[str]) -> str:
    return "```sh\n" + "\n".join(commands) + "\n```"


def _tables(count: int) -> str:
    return "1 table" if count == 1 else f"{count} tables"
