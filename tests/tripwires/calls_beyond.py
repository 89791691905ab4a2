"""The calls of global services, of break-glass and on trails; the other half of `calls`."""

from __future__ import annotations

from typing import Any

from tests.tripwires.calls import (
    _CHANGE,
    _GLASS,
    _ROLE,
    ACCOUNT,
    ANY_POLICY,
    HERE,
    POLICY,
    THERE,
    Call,
    _calls,
)

_THERE: dict[str, Any] = {"region": THERE}
GLASS_ARN = f"arn:aws:iam::{ACCOUNT}:role/BreakGlass"
SET_ROLE = "AWSReservedSSO_EmergencyAdmin_7243976e43c75fc5"
SET_ARN = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/{SET_ROLE}"
SET_ARN_OF_US_EAST_1 = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{SET_ROLE}"

CALLS_BEYOND: tuple[Call, ...] = (
    *(
        call
        for region in (HERE, THERE)
        for call in (
            *_calls(
                "trail",
                "cloudtrail",
                "StopLogging",
                "DeleteTrail",
                "UpdateTrail",
                request={"name": "all"},
                region=region,
            ),
            *_calls(
                "trail",
                "cloudtrail",
                "PutEventSelectors",
                request={"trailName": "all"},
                region=region,
            ),
        )
    ),
    *_calls(
        "policy",
        "iam",
        "CreatePolicyVersion",
        "DeletePolicy",
        request={"policyArn": POLICY},
        **_THERE,
    ),
    *_calls(
        "policy",
        "iam",
        "SetDefaultPolicyVersion",
        "DeletePolicyVersion",
        request={"policyArn": POLICY, "versionId": "v1"},
        **_THERE,
    ),
    *_calls(
        "policy",
        "iam",
        "DetachRolePolicy",
        request={"roleName": "Developer", "policyArn": POLICY},
        **_THERE,
    ),
    *_calls("policy", "iam", "DetachRolePolicy", request={**_ROLE, "policyArn": POLICY}, **_THERE),
    *_calls(
        "policy",
        "iam",
        "DetachUserPolicy",
        request={"userName": "jane", "policyArn": POLICY},
        **_THERE,
    ),
    *_calls(
        "policy",
        "iam",
        "DetachGroupPolicy",
        request={"groupName": "developers", "policyArn": POLICY},
        **_THERE,
    ),
    *(
        call
        for role in (_ROLE, _GLASS)
        for call in (
            *_calls(
                "role",
                "iam",
                "DeleteRole",
                "UpdateAssumeRolePolicy",
                "PutRolePermissionsBoundary",
                "DeleteRolePermissionsBoundary",
                request=role,
                **_THERE,
            ),
            *_calls(
                "role",
                "iam",
                "PutRolePolicy",
                "DeleteRolePolicy",
                request={**role, "policyName": "backup"},
                **_THERE,
            ),
            *_calls(
                "role",
                "iam",
                "DetachRolePolicy",
                request={**role, "policyArn": ANY_POLICY},
                **_THERE,
            ),
        )
    ),
    *_calls("role", "iam", "CreateRole", request=_GLASS, **_THERE),
    *_calls(
        "role", "iam", "AttachRolePolicy", request={**_GLASS, "policyArn": ANY_POLICY}, **_THERE
    ),
    *_calls("role", "iam", "CreateRole", request=_ROLE, **_CHANGE, **_THERE),
    *_calls(
        "role",
        "iam",
        "AttachRolePolicy",
        request={**_ROLE, "policyArn": ANY_POLICY},
        **_CHANGE,
        **_THERE,
    ),
    *_calls("organization", "organizations", "LeaveOrganization", **_THERE),
    *_calls(
        "organization",
        "organizations",
        "RemoveAccountFromOrganization",
        "CloseAccount",
        request={"accountId": ACCOUNT},
        **_THERE,
    ),
    *_calls(
        "organization",
        "organizations",
        "DetachPolicy",
        request={"policyId": "p-examplepolicyid111", "targetId": ACCOUNT},
        **_THERE,
    ),
    *_calls(
        "organization",
        "organizations",
        "UpdatePolicy",
        "DeletePolicy",
        request={"policyId": "p-examplepolicyid111"},
        **_THERE,
    ),
    *_calls(
        "organization",
        "organizations",
        "DisablePolicyType",
        request={"rootId": "r-examplerootid111", "policyType": "SERVICE_CONTROL_POLICY"},
        **_THERE,
    ),
    *_calls("region-disabled", "account", "DisableRegion", request={"regionName": HERE}, **_THERE),
    *(
        call
        for region in (HERE, THERE)
        for call in (
            *_calls(
                "break-glass",
                "sts",
                "AssumeRole",
                request={"roleArn": GLASS_ARN, "roleSessionName": "jane.doe"},
                region=region,
            ),
            *(
                call
                for arn in (SET_ARN, SET_ARN_OF_US_EAST_1)
                for call in _calls(
                    "break-glass-sign-in",
                    "sts",
                    "AssumeRoleWithSAML",
                    request={"roleArn": arn, "roleSessionName": "jane.doe@shop.example"},
                    region=region,
                    operation=None,  # the session's name comes from the assertion
                )
            ),
        )
    ),
)
