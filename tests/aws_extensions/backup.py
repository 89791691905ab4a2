"""AWS Backup: vault policies and notifications, plan updates, selections, Region settings."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.backup import urls
from moto.backup.models import Plan, backup_backends
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from .operations import add_operations, state

if TYPE_CHECKING:
    from moto.backup.models import BackupBackend, Vault

    Request = dict[str, Any]

OPT_IN, MANAGEMENT = "ResourceTypeOptInPreference", "ResourceTypeManagementPreference"
# An account that used AWS Backup before DynamoDB's advanced features; those since have them on.
REGION_SETTINGS = {
    OPT_IN: {"Aurora": True, "DynamoDB": False, "EBS": True, "EC2": True, "EFS": True, "RDS": True},
    MANAGEMENT: {"DynamoDB": False, "EFS": True},
}


def _not_found(what: str) -> JsonRESTError:
    return JsonRESTError("ResourceNotFoundException", f"{what} not found")


def _vault(backend: BackupBackend, request: Request) -> Vault:
    name = request["BackupVaultName"]
    if name not in backend.vaults:
        raise _not_found(f"Backup vault {name}")
    return backend.vaults[name]


def _named(vault: Vault) -> dict[str, Any]:
    return {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn}


def put_backup_vault_access_policy(backend: BackupBackend, request: Request) -> None:
    vault = _vault(backend, request)
    state(backend, "policies")[vault.backup_vault_name] = request["Policy"]


def get_backup_vault_access_policy(backend: BackupBackend, request: Request) -> dict[str, Any]:
    vault = _vault(backend, request)
    if vault.backup_vault_name not in state(backend, "policies"):
        raise _not_found(f"Access policy of {vault.backup_vault_name}")
    return _named(vault) | {"Policy": state(backend, "policies")[vault.backup_vault_name]}


def delete_backup_vault_access_policy(backend: BackupBackend, request: Request) -> None:
    state(backend, "policies").pop(_vault(backend, request).backup_vault_name, None)


def put_backup_vault_notifications(backend: BackupBackend, request: Request) -> None:
    vault = _vault(backend, request)
    members = ("SNSTopicArn", "BackupVaultEvents")
    state(backend, "notifications")[vault.backup_vault_name] = {m: request[m] for m in members}


def get_backup_vault_notifications(backend: BackupBackend, request: Request) -> dict[str, Any]:
    vault = _vault(backend, request)
    if vault.backup_vault_name not in state(backend, "notifications"):
        raise _not_found(f"Notifications of {vault.backup_vault_name}")
    return _named(vault) | state(backend, "notifications")[vault.backup_vault_name]


def delete_backup_vault_notifications(backend: BackupBackend, request: Request) -> None:
    state(backend, "notifications").pop(_vault(backend, request).backup_vault_name, None)


def delete_backup_vault(backend: BackupBackend, request: Request) -> None:
    """A vault takes its policy, notifications and tags with it, or a new one would inherit them."""
    vault = _vault(backend, request)
    if vault.num_of_recovery_points:
        raise JsonRESTError(
            "InvalidRequestException",
            f"Backup vault {vault.backup_vault_name} cannot be deleted: it has recovery points",
        )
    delete_backup_vault_access_policy(backend, request)
    delete_backup_vault_notifications(backend, request)
    backend.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
    backend.delete_backup_vault(vault.backup_vault_name)


def list_tags(backend: BackupBackend, request: Request) -> dict[str, Any]:
    return {"Tags": backend.list_tags(request["ResourceArn"])}


def create_backup_plan(backend: BackupBackend, request: Request) -> dict[str, Any]:
    """Plans may share a name; only a second living plan with the same document is refused."""
    plan = Plan(deepcopy(request["BackupPlan"]), request.get("CreatorRequestId", ""), backend)
    for other in backend.list_backup_plans(include_deleted=False):
        if _document(other) == _document(plan):
            raise JsonRESTError(
                "AlreadyExistsException", "Backup plan with the same plan document already exists"
            )
    backend.plans[plan.backup_plan_id] = plan
    backend.tag_resource(plan.backup_plan_arn, request.get("BackupPlanTags", {}))
    return plan.to_dict()


def update_backup_plan(backend: BackupBackend, request: Request) -> dict[str, Any]:
    old = _plan(backend, request)
    new = Plan(deepcopy(request["BackupPlan"]), old.creator_request_id, backend)
    new.backup_plan_id, new.backup_plan_arn = old.backup_plan_id, old.backup_plan_arn
    backend.plans[old.backup_plan_id] = new
    return new.to_dict()


def delete_backup_plan(backend: BackupBackend, request: Request) -> dict[str, Any]:
    plan = _plan(backend, request)
    if _selections(backend, request):
        raise JsonRESTError(
            "InvalidRequestException",
            "Related backup plan selections must be deleted prior to backup plan deletion",
        )
    plan.deletion_date = utcnow().timestamp()
    return {
        "BackupPlanId": plan.backup_plan_id,
        "BackupPlanArn": plan.backup_plan_arn,
        "DeletionDate": utcnow(),
        "VersionId": plan.version_id,
    }


def create_backup_selection(backend: BackupBackend, request: Request) -> dict[str, Any]:
    plan = _plan(backend, request)
    selection = {
        "BackupSelection": request["BackupSelection"],
        "SelectionId": str(mock_random.uuid4()),
        "BackupPlanId": plan.backup_plan_id,
        "CreationDate": utcnow(),
        "CreatorRequestId": request.get("CreatorRequestId", ""),
    }
    state(backend, "selections")[selection["SelectionId"]] = selection
    return {name: selection[name] for name in ("SelectionId", "BackupPlanId", "CreationDate")}


def get_backup_selection(backend: BackupBackend, request: Request) -> dict[str, Any]:
    for selection in _selections(backend, request):
        if selection["SelectionId"] == request["SelectionId"]:
            return selection
    # AWS answers with this error, not with ResourceNotFoundException; clients rely on its text.
    raise JsonRESTError(
        "InvalidParameterValueException",
        f"Cannot find Backup plan selection with ID {request['SelectionId']}",
    )


def list_backup_selections(backend: BackupBackend, request: Request) -> dict[str, Any]:
    shown = ("SelectionId", "BackupPlanId", "CreationDate", "CreatorRequestId")
    return {
        "BackupSelectionsList": [
            {name: selection[name] for name in shown}
            | {name: selection["BackupSelection"][name] for name in ("SelectionName", "IamRoleArn")}
            for selection in _selections(backend, request)
        ]
    }


def delete_backup_selection(backend: BackupBackend, request: Request) -> None:
    get_backup_selection(backend, request)
    del state(backend, "selections")[request["SelectionId"]]


def describe_region_settings(backend: BackupBackend, _request: Request) -> dict[str, Any]:
    return {
        member: defaults | state(backend, member) for member, defaults in REGION_SETTINGS.items()
    }


def update_region_settings(backend: BackupBackend, request: Request) -> None:
    """AWS does not say what becomes of services left out: off, so that a caller has to merge."""
    for member, preferences in request.items():
        if unknown := preferences.keys() - REGION_SETTINGS[member].keys():
            raise JsonRESTError(
                "InvalidParameterValueException", f"{member} has invalid values {sorted(unknown)}"
            )
        state(backend, member).update(dict.fromkeys(REGION_SETTINGS[member], False) | preferences)


def _plan(backend: BackupBackend, request: Request) -> Plan:
    plan = backend.plans.get(request["BackupPlanId"])
    if plan is None or plan.deletion_date is not None:
        raise _not_found(f"Backup plan {request['BackupPlanId']}")
    return plan


def _document(plan: Plan) -> dict[str, Any]:
    rules = [{k: v for k, v in r.items() if k != "RuleId"} for r in plan.backup_plan["Rules"]]
    return plan.backup_plan | {"Rules": rules}


def _selections(backend: BackupBackend, request: Request) -> list[dict[str, Any]]:
    plan_id = request["BackupPlanId"]
    return [s for s in state(backend, "selections").values() if s["BackupPlanId"] == plan_id]


OPERATIONS = (
    put_backup_vault_access_policy,
    get_backup_vault_access_policy,
    delete_backup_vault_access_policy,
    put_backup_vault_notifications,
    get_backup_vault_notifications,
    delete_backup_vault_notifications,
    delete_backup_vault,
    list_tags,
    create_backup_plan,
    update_backup_plan,
    delete_backup_plan,
    create_backup_selection,
    get_backup_selection,
    list_backup_selections,
    delete_backup_selection,
    describe_region_settings,
    update_region_settings,
)


def install() -> None:
    """Add the operations above to moto; the router behind dispatch knows every path of the API."""
    urls.url_paths["{0}/.*$"] = BackupResponse.dispatch
    add_operations(BackupResponse, backup_backends, *OPERATIONS)
