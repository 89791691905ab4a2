"""Records as CloudTrail writes them and EventBridge wraps them, by who makes the call.

Shapes: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
and, for IAM Identity Center, published records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.tripwires.calls import ACCOUNT, READS, Call
from tests.tripwires.calls_beyond import SET_ARN, SET_ROLE

CONSOLE = "AWS Console Sign In via CloudTrail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who calls, from where, and the error code if the call was refused."""

    identity: Mapping[str, Any]
    address: str = "203.0.113.7"
    error: str | None = None
    deploys: bool = False


def session(role_arn: str, name: str, **more: Any) -> dict[str, Any]:
    """Return the identity of a session of a role of this account."""
    role = role_arn.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "accountId": ACCOUNT,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": role_arn,
                "accountId": ACCOUNT,
                "userName": role,
            },
            "attributes": {"creationDate": "2026-11-20T02:50:00Z", "mfaAuthenticated": "false"},
        },
        **more,
    }


ROLE = f"arn:aws:iam::{ACCOUNT}:role"
SETS = f"{ROLE}/aws-reserved/sso.amazonaws.com"
ROOT: dict[str, Any] = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": f"arn:aws:iam::{ACCOUNT}:root",
    "accountId": ACCOUNT,
}
BY_CLOUDFORMATION = {"invokedBy": "cloudformation.amazonaws.com"}
BY_BACKUP = {"invokedBy": "backup.amazonaws.com"}

ACTORS: Mapping[str, Actor] = {
    "root": Actor(identity=ROOT),
    "a session of root": Actor(
        identity={
            **ROOT,
            "sessionContext": {
                "sessionIssuer": {"type": "Root", "arn": ROOT["arn"], "accountId": ACCOUNT}
            },
        }
    ),
    "an IAM user": Actor(
        identity={
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/ops/jane",
            "accountId": ACCOUNT,
            "userName": "jane",
        }
    ),
    "a single sign-on session": Actor(
        identity=session(
            f"{SETS}/eu-central-1/AWSReservedSSO_Developer_0123456789abcdef",
            "jane.doe@shop.example",
        )
    ),
    "a role": Actor(identity=session(f"{ROLE}/Developer", "laptop")),
    "a role named as ours in another account": Actor(
        identity=session("arn:aws:iam::999999999999:role/Deploy", "laptop")
    ),
    "a service": Actor(
        identity={"type": "AWSService", "invokedBy": "config.amazonaws.com"},
        address="config.amazonaws.com",
    ),
    "a refused role": Actor(
        identity=session(f"{ROLE}/Developer", "laptop"), error="AccessDeniedException"
    ),
    "another team's deployment": Actor(
        identity=session(f"{ROLE}/TeamDeploy", "ci", **BY_CLOUDFORMATION),
        address="cloudformation.amazonaws.com",
    ),
    "break-glass": Actor(identity=session(SET_ARN, "jane.doe@shop.example")),
    "who deploys": Actor(
        identity=session(f"{ROLE}/Deploy", "ci", **BY_CLOUDFORMATION),
        address="cloudformation.amazonaws.com",
        deploys=True,
    ),
    "who deploys, by permission set": Actor(
        identity=session(f"{SETS}/AWSReservedSSO_Pipeline_fedcba9876543210", "jane"), deploys=True
    ),
}
AWS_BACKUP_EXPIRES: Mapping[str, Actor] = {
    "with our role": Actor(
        identity=session(f"{ROLE}/shop-prod-backup-eu-central-1", "AWSBackup", **BY_BACKUP),
        address="backup.amazonaws.com",
    ),
    "with its service-linked role": Actor(
        identity=session(
            f"{ROLE}/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            "AWSBackup",
            **BY_BACKUP,
        ),
        address="backup.amazonaws.com",
    ),
    "as a service": Actor(
        identity={"type": "AWSService", **BY_BACKUP}, address="backup.amazonaws.com"
    ),
}


def record(call: Call, actor: Actor, **changes: Any) -> dict[str, Any]:
    """Return the event that EventBridge hands to its rules; a change to None takes a field away."""
    detail: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": actor.identity,
        "eventTime": "2026-11-20T03:00:00Z",
        "eventSource": call.source,
        "eventName": call.event,
        "awsRegion": call.region,
        "sourceIPAddress": actor.address,
        "userAgent": 'aws-cli/2.30 md/"odd" \\ agent',
        "requestParameters": call.request or None,
        "responseElements": None,
        "eventID": "8e6dc1c7-8d1c-4a1c-9c2d-000000000001",
        "readOnly": call.service in READS,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    if actor.error is not None:
        detail["errorCode"] = actor.error
        detail["errorMessage"] = f'not authorized to perform: "{call.event}"\nby a policy'
    detail |= changes
    return {
        "version": "0",
        "id": "710b0398-d48e-f3c3-afca-cfeb2fdaa656",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{call.source.partition('.')[0]}",
        "account": ACCOUNT,
        "time": "2026-11-20T03:00:00Z",
        "region": call.region,
        "resources": [],
        "detail": detail,
    }


SIGNED_IN = Actor(
    identity={
        "type": "SAMLUser",
        "principalId": "/nQTosBbaHrvuioi=:jane.doe@shop.example",
        "userName": "jane.doe@shop.example",
        "identityProvider": "/nQTosBbaHrvuioi=",
    }
)
OF_ANOTHER_ACCOUNT = Actor(
    identity={"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "999999999999"}
)
FIRST_CALLS = (
    ("signin.amazonaws.com", "ConsoleLogin"),
    ("sts.amazonaws.com", "GetCallerIdentity"),
    ("dynamodb.amazonaws.com", "ListTables"),
    ("backup.amazonaws.com", "ListBackupVaults"),
)


def first_call(source: str, event: str, region: str, role: str = SET_ROLE) -> dict[str, Any]:
    """Return one of the calls with which a session of a permission set begins."""
    call = Call(
        wire="break-glass-session", service=source.partition(".")[0], event=event, region=region
    )
    actor = Actor(identity=session(f"{SETS}/{role}", "jane.doe@shop.example"))
    found = record(call, actor, readOnly=event != "ConsoleLogin")
    if event == "ConsoleLogin":
        found["detail-type"] = CONSOLE
    return found
