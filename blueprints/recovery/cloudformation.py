"""Recovery, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troposphere import AWSObject, GetAtt, Tags, awslambda, cloudformation, iam, logs

from blueprints.recovery.facts import CallFacts, RecoveryFacts
from blueprints.recovery.functions import FunctionFacts, FunctionRoleFacts, LogGroupFacts
from generator.render.cloudformation import Packaged, Verbatim, present

# cfn-lint warns that such a template has to be packaged first, and it has to.
LOCAL_CODE: Mapping[str, Any] = {
    "Metadata": {
        "Deploy": "Run `aws cloudformation package` first: it uploads the local zip named in Code.",
        "cfn-lint": {"config": {"ignore_checks": ["W3002"]}},
    }
}


class RegionSettings(cloudformation.CustomResource):
    """The call of the function, as a resource that waits for its answer."""

    resource_type = "Custom::BackupRegionSettings"


def resources(facts: RecoveryFacts) -> Iterator[AWSObject]:
    """Yield each function with its role and log group, then what calls them."""
    for function in facts.functions:
        yield _log_group(function.log_group, function.tags)
        yield _role(function.role, function.tags)
        yield _function(function)
    yield _region_settings(facts.region_settings)


def comments(facts: RecoveryFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    roles = (function.role for function in facts.functions)
    named: Iterable[FunctionFacts | FunctionRoleFacts | CallFacts]
    named = (*facts.functions, *roles, facts.region_settings)
    return {each.label.logical_id: each.purpose for each in named}


def _log_group(facts: LogGroupFacts, tags: Mapping[str, str]) -> logs.LogGroup:
    return logs.LogGroup(
        facts.label.logical_id,
        # Kept, it would be in the way of the next deployment.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        LogGroupName=facts.name,
        RetentionInDays=facts.retention_days,
        Tags=Tags(tags),
    )


def _role(facts: FunctionRoleFacts, tags: Mapping[str, str]) -> iam.Role:
    return iam.Role(
        facts.label.logical_id,
        RoleName=facts.name,
        AssumeRolePolicyDocument=Verbatim(facts.trust),
        **present(PermissionsBoundary=facts.permissions_boundary_arn),
        Policies=[
            iam.Policy(PolicyName=facts.policy_name, PolicyDocument=Verbatim(facts.policy)),
        ],
        Tags=Tags(tags),
    )


def _function(facts: FunctionFacts) -> awslambda.Function:
    return awslambda.Function(
        facts.label.logical_id,
        DependsOn=facts.log_group.label.logical_id,
        **LOCAL_CODE,
        FunctionName=facts.name,
        Code=Packaged(facts.code),
        Handler=facts.handler,
        Runtime=facts.runtime,
        Architectures=[facts.architecture],
        MemorySize=facts.memory_mb,
        Timeout=facts.timeout_seconds,
        Role=GetAtt(facts.role.label.logical_id, "Arn"),
        Tags=Tags(facts.tags),
    )


def _region_settings(facts: CallFacts) -> RegionSettings:
    return RegionSettings(
        facts.label.logical_id,
        ServiceToken=GetAtt(facts.function.logical_id, "Arn"),
        ServiceTimeout=facts.service_timeout_seconds,
        CodeSha256=facts.code_sha256,
    )
