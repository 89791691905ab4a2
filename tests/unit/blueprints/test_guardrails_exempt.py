"""Roles of ours that are exempt: only where they are rendered, and guarded wherever they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blueprints import guardrails
from blueprints.backup.roles import copy_back_roles
from blueprints.guardrails.documents import MOST_CHARACTERS_OF_CONTROL, text_of
from generator import pipeline, workspace
from generator.limits import over_limits
from generator.spec.resolved import Environment
from tests.unit.blueprints.test_guardrails import HEAD, ONE_TABLE, denied, environment_of

SNAPSHOTS = HEAD.replace(
    "    deletion_protection: true\n",
    "    deletion_protection: true\n    snapshots: {schedule: rate(1 day), keep_days: 7}\n",
)
ROLES = "arn:aws:iam::111111111111:role/shop-prod-"
DESTINATION = """
kind: destination
project: shop
environment: archive
account_id: "222222222222"
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}]}
vaults: {archive: {}}
"""


def controls(environment: Environment) -> list[Mapping[str, Any]]:
    own, *_ = guardrails.decide(environment)
    return [
        statement
        for policy in own.service_control_policies.values()
        for statement in policy["Statement"]
    ]


def exempt(statements: list[Mapping[str, Any]], action: str) -> list[list[str]]:
    found = denied({"Statement": statements}, action)
    return [each["Condition"]["ArnNotLike"]["aws:PrincipalArn"] for each in found]


def loaded(folder: Path, name: str = "prod", **texts: str) -> Environment:
    for each, text in texts.items():
        (folder / f"{each}.yaml").write_text(text, encoding="utf-8")
    found = {each.environment.name: each.environment for each in workspace.load(directory=folder)}
    return found[name]


def test_without_recovery_nothing_of_it_is_named(tmp_path: Path) -> None:
    environment = environment_of(f"{ONE_TABLE}recovery: {{enabled: false}}\n", tmp_path)
    own, *_ = guardrails.decide(environment)
    everything = str([policy.document for policy in own.policies]) + str(controls(environment))
    for what in ("catalog", "apply-settings", "restore", "lambda:UpdateFunctionCode'", "states:St"):
        assert f"shop-prod-{what}" not in everything, what
    assert "ExemptCode" not in everything
    assert "AWSBackupDefaultServiceRole" in everything


def test_who_takes_snapshots_is_exempt_where_some_are_taken(tmp_path: Path) -> None:
    (with_them,) = exempt(controls(loaded(tmp_path, prod=SNAPSHOTS + ONE_TABLE)), DELETE)
    (without,) = exempt(controls(loaded(tmp_path, prod=HEAD + ONE_TABLE)), DELETE)
    assert [one for one in with_them if one not in without] == [
        f"{ROLES}take-snapshots-eu-central-1"
    ]


DELETE = "dynamodb:DeleteBackup"


def test_code_with_exempt_roles_is_guarded_by_name(tmp_path: Path) -> None:
    statements = controls(loaded(tmp_path, prod=SNAPSHOTS + ONE_TABLE))
    (code,) = denied({"Statement": statements}, "iam:PassRole")[1:]
    assert code["Resource"] == [
        *(
            f"{ROLES}{what}-eu-central-1"
            for what in (
                "apply-settings",
                "keep-pitr",
                "take-snapshots",
                "restore-machine",
                "scheduled-machines",
            )
        ),
        "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-apply-settings*",
        "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-keep-pitr*",
        "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-take-snapshots*",
        "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-*",
    ]
    assert exempt(statements, "lambda:InvokeFunction") == [
        [
            *code["Condition"]["ArnNotLike"]["aws:PrincipalArn"][:3],
            f"{ROLES}restore-machine-eu-central-1",
            f"{ROLES}scheduled-machines-eu-central-1",
        ]
    ]


def test_sources_replicate_into_a_destination_and_nobody_else(tmp_path: Path) -> None:
    source = HEAD.replace("delete_after_days: 35}", COPIED) + ONE_TABLE
    following = source.replace("environment: prod", "environment: next").replace("orders", "bills")
    texts = {"prod": source, "next": following}
    accepting = f"{DESTINATION}accepts: [prod.yaml, next.yaml]\n"
    archive = loaded(tmp_path, "archive", **texts, archive=accepting)
    replicating = [
        "arn:aws:iam::222222222222:role/BreakGlass",
        f"{ROLES}catalog-replication-eu-central-1",
        "arn:aws:iam::111111111111:role/shop-next-catalog-replication-eu-central-1",
    ]
    found = exempt(controls(archive), "s3:ReplicateObject")
    assert [sorted(one) for one in found] == [sorted(replicating)]
    # What replicates is guarded where it is.
    prod = loaded(tmp_path)
    (guarded,) = denied({"Statement": controls(prod)}, "iam:UpdateAssumeRolePolicy")[1:]
    assert f"{ROLES}catalog-replication-eu-central-1" in guarded["Resource"]
    assert len(exempt(controls(prod), "s3:ReplicateObject")[0]) == 2


COPIED = "delete_after_days: 35, copies: {archive: {to: archive, delete_after_days: 35}}}"


EXPORTING = (
    "    deletion_protection: true\n"
    "    point_in_time_recovery: {recovery_period_days: 35}\n"
    "    exports: {full_schedule: rate(7 days), incremental_every_hours: 6, delete_after_days: 9}\n"
)
REPLICATED = "export_bucket: {replicas: {far: {to: archive}}}\n"


def test_exports_are_guarded_where_they_are_held_and_their_replicator_where_it_is(
    tmp_path: Path,
) -> None:
    source = HEAD.replace("    deletion_protection: true\n", EXPORTING) + ONE_TABLE + REPLICATED
    accepting = f"{DESTINATION}accepts: [prod.yaml]\n"
    archive = loaded(tmp_path, "archive", prod=source, archive=accepting)
    held = "arn:aws:s3:::shop-archive-exports-prod-222222222222-eu-central-1"
    for action, resource in (("s3:DeleteBucket", held), ("s3:DeleteObjectVersion", f"{held}/*")):
        (statement,) = denied({"Statement": controls(archive)}, action)
        assert resource in statement["Resource"]
    replicator = f"{ROLES}exports-replication-eu-central-1"
    (replicating,) = exempt(controls(archive), "s3:ReplicateObject")
    assert replicator in replicating
    prod = loaded(tmp_path)
    (guarded,) = denied({"Statement": controls(prod)}, "iam:UpdateAssumeRolePolicy")[1:]
    assert replicator in guarded["Resource"]
    # At home it writes nothing, and so it is exempt from nothing.
    assert replicator not in exempt(controls(prod), "s3:ReplicateObject")[0]
    for environment in (archive, prod):
        assert over_limits(pipeline.render(environment, (pipeline.CLOUDFORMATION,))) == []


def test_sources_that_are_an_organization_are_known_by_a_pattern(tmp_path: Path) -> None:
    text = f"{DESTINATION}accepts: {{organization_id: o-a1b2c3d4e5}}\n"
    archive = loaded(tmp_path, "archive", archive=text)
    assert exempt(controls(archive), "s3:ReplicateDelete") == [
        [
            "arn:aws:iam::222222222222:role/BreakGlass",
            "arn:aws:iam::*:role/shop-*-catalog-replication-*",
        ]
    ]


def test_documents_stay_within_aws_sizes_with_all_of_it(tmp_path: Path) -> None:
    text = SNAPSHOTS + ONE_TABLE
    environment = loaded(tmp_path, prod=text.replace("shop", "a-project-long-name"))
    own, *_ = guardrails.decide(environment)
    sizes = [len(text_of(each)) for each in own.service_control_policies.values()]
    assert max(sizes) <= MOST_CHARACTERS_OF_CONTROL
    assert over_limits(pipeline.render(environment, (pipeline.CLOUDFORMATION,))) == []


def test_a_destination_trusts_functions_of_many_sources_by_the_form_of_their_names(
    tmp_path: Path,
) -> None:
    source = HEAD.replace("delete_after_days: 35}", COPIED) + ONE_TABLE
    for count, form in ((3, "shop-p00-plan-restore-eu-central-1"), (8, "shop-*-plan-restore-*")):
        texts = {
            f"p{number:02}": source.replace(
                "environment: prod", f"environment: p{number:02}"
            ).replace("111111111111", f"1111111111{number:02}")
            for number in range(count)
        }
        names = ", ".join(f"{each}.yaml" for each in texts)
        accepting = f"{DESTINATION}accepts: [{names}]\n"
        archive = loaded(tmp_path, "archive", **texts, archive=accepting)
        _, recovery = copy_back_roles(archive)
        (statement,) = recovery.trust["Statement"]
        allowed = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
        assert form in [each.partition(":role/")[2] for each in allowed]
        assert len(statement["Principal"]["AWS"]) == count + 1
        assert over_limits(pipeline.render(archive, (pipeline.CLOUDFORMATION,))) == []
