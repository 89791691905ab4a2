"""CloudFormation: change sets of the type IMPORT, which take over what exists and create nothing.

moto validates none of it. Existing resources of these types can be imported; the properties that a
template gives them are not compared with what they have, as AWS does not compare them either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse

from .operations import state
from .resource_type import Clients, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.cloudformation.parsing import ResourceMap
    from moto.core.responses import ActionResult

    Adopt = Callable[[Clients, dict[str, str]], Resource]
    ToImport = dict[str, dict[str, Any]]

IMPORT = "IMPORT"
_moto_create_change_set_of = CloudFormationResponse.create_change_set
_moto_create_change_set = CloudFormationBackend.create_change_set


def table(aws: Clients, identifier: dict[str, str]) -> Resource:
    api, name = aws("dynamodb"), {"TableName": identifier["TableName"]}
    found = api.describe_table(**name)["Table"]
    attributes = {"Arn": found["TableArn"]}
    if "LatestStreamArn" in found:
        attributes["StreamArn"] = found["LatestStreamArn"]
    return Resource(
        physical_resource_id=identifier["TableName"],
        attributes=attributes,
        undo=lambda: api.delete_table(**name),
    )


def key(aws: Clients, identifier: dict[str, str]) -> Resource:
    api = aws("kms")
    found = api.describe_key(KeyId=identifier["KeyId"])["KeyMetadata"]
    return Resource(
        physical_resource_id=found["KeyId"],
        attributes={"Arn": found["Arn"], "KeyId": found["KeyId"]},
        undo=lambda: api.schedule_key_deletion(KeyId=found["KeyId"], PendingWindowInDays=30),
    )


def alias(aws: Clients, identifier: dict[str, str]) -> Resource:
    api, name = aws("kms"), identifier["AliasName"]
    if name not in [each["AliasName"] for each in api.list_aliases()["Aliases"]]:
        raise ValidationError(message=f"Resource {name} does not exist")
    return Resource(physical_resource_id=name, undo=lambda: api.delete_alias(AliasName=name))


def bucket(aws: Clients, identifier: dict[str, str]) -> Resource:
    api, name = aws("s3"), identifier["BucketName"]
    api.head_bucket(Bucket=name)
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": f"arn:aws:s3:::{name}"},
        undo=lambda: api.delete_bucket(Bucket=name),
    )


def scalable_target(aws: Clients, identifier: dict[str, str]) -> Resource:
    api = aws("application-autoscaling")
    members = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    which = {member: identifier[member] for member in members}
    found = api.describe_scalable_targets(
        ServiceNamespace=which["ServiceNamespace"],
        ResourceIds=[which["ResourceId"]],
        ScalableDimension=which["ScalableDimension"],
    )["ScalableTargets"]
    target = "|".join(which.values())
    if not found:
        raise ValidationError(message=f"Resource {target} does not exist")
    return Resource(
        physical_resource_id=target,
        attributes={"Id": target},
        undo=lambda: api.deregister_scalable_target(**which),
    )


TYPES: dict[str, Adopt] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": scalable_target,
    "AWS::DynamoDB::Table": table,
    "AWS::KMS::Alias": alias,
    "AWS::KMS::Key": key,
    "AWS::S3::Bucket": bucket,
}


def adopted(resources: ResourceMap, logical_id: str, account_id: str, region: str) -> Any:
    """Return the resource that is to be imported under this name; None where none is."""
    wanted: ToImport = state(resources, "imports")
    if logical_id not in wanted:
        return None
    resource = _found(wanted[logical_id], Clients(account_id=account_id, region=region))
    resource.cf_resource_type = wanted[logical_id]["ResourceType"]
    resource.logical_resource_id = logical_id
    return resource


def _found(wanted: dict[str, Any], aws: Clients) -> Resource:
    kind, identifier = wanted["ResourceType"], wanted["ResourceIdentifier"]
    if kind not in TYPES:
        raise ValidationError(message=f"ResourceTypes [{kind}] are not supported for Import")
    try:
        return TYPES[kind](aws, identifier)
    except KeyError as error:
        message = f"Resource identifier of {kind} needs {error}"
        raise ValidationError(message=message) from error
    except ClientError as error:
        message = f"Resource of type {kind} with identifier {identifier} does not exist"
        raise ValidationError(message=message) from error


def _create_change_set_of(self: CloudFormationResponse) -> ActionResult:
    wanted = {each["LogicalResourceId"]: each for each in self._get_param("ResourcesToImport", [])}
    kept = state(self.cloudformation_backend, "imports")
    kept[self._get_param("StackName"), self._get_param("ChangeSetName")] = wanted
    return _moto_create_change_set_of(self)


def _create_change_set(self: CloudFormationBackend, **request: Any) -> tuple[str, str]:
    """Check what is to be imported before there is a change set, or a stack for it."""
    if request["change_set_type"] != IMPORT:
        return _moto_create_change_set(self, **request)
    name = request["stack_name"]
    wanted: ToImport = state(self, "imports")[name, request["change_set_name"]]
    existing = [stack for stack in self.stacks.values() if stack.name == name]
    _check(self, Stack.parse_template(request["template"]), wanted, existing)
    if existing:
        request["change_set_type"] = "UPDATE"
    change_set_id, stack_id = _moto_create_change_set(self, **request)
    change_set = self.change_sets[change_set_id]
    change_set.change_set_type = IMPORT
    for change in change_set.changes:
        change.action = "Import"
    state(self.stacks[stack_id].resource_map, "imports").update(wanted)
    return change_set_id, stack_id


def _check(
    backend: CloudFormationBackend, template: dict[str, Any], wanted: ToImport, stacks: list[Stack]
) -> None:
    before = stacks[0].template_dict if stacks else {}
    old, new = before.get("Resources", {}), template["Resources"]
    if not wanted:
        raise ValidationError(message="ResourcesToImport must be given for an import")
    if template.get("Outputs", {}) != before.get("Outputs", {}):
        raise ValidationError(
            message="As part of the import operation, you cannot modify or add [Outputs]"
        )
    if missing := sorted(new.keys() - old.keys() - wanted.keys()):
        raise ValidationError(message=f"Resources {missing} are missing from ResourcesToImport")
    if changed := sorted(name for name in old if new.get(name) != old[name]):
        raise ValidationError(
            message=f"You have modified resources {changed} in your template that are not being "
            "imported. Update, create or delete operations cannot be executed during import"
        )
    for logical_id, resource in wanted.items():
        _check_one(backend, logical_id, resource, old, new)


def _check_one(
    backend: CloudFormationBackend,
    logical_id: str,
    wanted: dict[str, Any],
    old: dict[str, Any],
    new: dict[str, Any],
) -> None:
    kind = wanted["ResourceType"]
    if logical_id in old or new.get(logical_id, {}).get("Type") != kind:
        raise ValidationError(
            message=f"Resource {logical_id} has to be new in the template, with type {kind}"
        )
    if "DeletionPolicy" not in new[logical_id]:
        raise ValidationError(
            message=f"Resource {logical_id} must have a DeletionPolicy attribute in the template"
        )
    found = _found(wanted, Clients(account_id=backend.account_id, region=backend.region_name))
    for name, value in wanted["ResourceIdentifier"].items():
        given = new[logical_id].get("Properties", {}).get(name, value)
        if isinstance(given, str) and given != value:
            raise ValidationError(
                message=f"Property {name} of {logical_id} is {given}, and not {value}"
            )
    for stack in backend.stacks.values():
        for owned in stack.resource_map._parsed_resources.values():  # noqa: SLF001
            if (
                getattr(owned, "cf_resource_type", None) == kind
                and owned.physical_resource_id == found.physical_resource_id
            ):
                raise ValidationError(
                    message=f"{found.physical_resource_id} already belongs to stack {stack.name}"
                )


def install() -> None:
    """Put the checks before moto's change sets; `cloudformation` creates by `adopted`."""
    CloudFormationResponse.create_change_set = _create_change_set_of
    CloudFormationBackend.create_change_set = _create_change_set
