"""How moto runs a template, where it differs from AWS: what it cannot do fails, aloud."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation import parsing, responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse

from . import (
    imports,
    types_automation,
    types_backup,
    types_dynamodb,
    types_lambda,
    types_messaging,
    types_s3,
    types_security,
)
from .operations import state
from .resource_type import TYPES

if TYPE_CHECKING:
    from moto.cloudformation.models import Stack

RETAINED = ("Retain", "RetainExceptOnCreate")  # nothing here rolls a failed creation back
UPDATABLE = ("AWS::Events::Rule",)  # moto replaces it whole
GONE = ("NotFound", "NoSuch", "DoesNotExist")  # what was deleted by others is no obstacle
# Imported for the types that they register.
MODULES = (
    types_automation,
    types_backup,
    types_dynamodb,
    types_lambda,
    types_messaging,
    types_s3,
    types_security,
)
CUSTOM_RESOURCE = types_lambda.CustomResource()
_moto_class = parsing.resource_class_from_type
_moto_name_property = parsing.resource_name_property_from_type
_moto_create = parsing.parse_and_create_resource
_moto_update = parsing.parse_and_update_resource
_moto_delete = ResourceMap._delete_resource  # noqa: SLF001
_moto_delete_all = ResourceMap.delete
_moto_update_all = ResourceMap.update
_moto_validate_update = CloudFormationResponse._validate_different_update  # noqa: SLF001
_moto_execute_change_set = CloudFormationBackend.execute_change_set
_moto_template_at = responses.get_stack_from_s3_url


def _resource_class(resource_type: str) -> Any:
    if resource_type == types_lambda.CUSTOM or resource_type.startswith("Custom::"):
        return CUSTOM_RESOURCE
    found = TYPES.get(resource_type) or _moto_class(resource_type)
    if found is None and resource_type not in parsing.NULL_MODELS:
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: [{resource_type}]"
        )
    return found


def _name_property(resource_type: str) -> str | None:
    if resource_type in TYPES:
        return TYPES[resource_type].name_property
    return _moto_name_property(resource_type)


def _create(
    logical_id: str,
    resource_json: dict[str, Any],
    resources_map: ResourceMap,
    account_id: str,
    region_name: str,
) -> Any:
    """Create what it depends on first (a change set ignores that), and report failures as AWS."""
    needed = resource_json.get("DependsOn", [])
    for dependency in [needed] if isinstance(needed, str) else needed:
        resources_map[dependency]
    if resource := imports.adopted(resources_map, logical_id, account_id, region_name):
        _remember(resource, logical_id, resource_json, resources_map)
        return resource
    try:
        resource = _moto_create(logical_id, resource_json, resources_map, account_id, region_name)
    except (BotoCoreError, ClientError, TypeError, KeyError) as error:
        raise ValidationError(
            message=f"{logical_id} ({resource_json['Type']}): {type(error).__name__}: {error}"
        ) from error
    if resource is not None:
        _remember(resource, logical_id, resource_json, resources_map)
    return resource


def _remember(
    resource: Any, logical_id: str, resource_json: dict[str, Any], resources_map: ResourceMap
) -> None:
    """Keep the properties that the resource was made with, so that an update sees changes."""
    state(resource, "made").update(_properties(logical_id, resource_json, resources_map))


def _properties(
    logical_id: str, resource_json: dict[str, Any], resources_map: ResourceMap
) -> dict[str, Any]:
    _, resolved, _ = parsing.parse_resource_and_generate_name(
        logical_id, resource_json, resources_map
    )
    return {"Type": resolved["Type"], "Properties": deepcopy(resolved["Properties"])}


def _update(
    logical_id: str,
    resource_json: dict[str, Any],
    resources_map: ResourceMap,
    account_id: str,
    region_name: str,
) -> Any:
    """Leave what stays as it was; refuse what moto would do by halves while it reports success."""
    kind, before = resource_json["Type"], resources_map[logical_id]
    if state(before, "made") == _properties(logical_id, resource_json, resources_map):
        return before
    if kind in UPDATABLE:
        return _moto_update(logical_id, resource_json, resources_map, account_id, region_name)
    if kind in TYPES and TYPES[kind].replaced:
        before.delete(account_id, region_name)
        return _create(logical_id, resource_json, resources_map, account_id, region_name)
    raise ValidationError(message=f"{logical_id} ({kind}) cannot be updated")


def _delete(self: ResourceMap, resource: Any, resource_json: dict[str, Any]) -> None:
    if resource_json.get("DeletionPolicy") in RETAINED:
        return
    try:
        _moto_delete(self, resource, resource_json)
    except ClientError as error:
        if any(sign in error.response["Error"]["Code"] for sign in GONE):
            return
        raise ValidationError(message=str(error)) from error


def _delete_all(self: ResourceMap) -> None:
    """Delete what was made last first, so that a function outlives its custom resource.

    What cannot be deleted yet is left to moto, which tries again, and says why it gives up.
    """
    made = self._parsed_resources
    for name in [name for name in reversed(list(made)) if name in self._resource_json_map]:
        with suppress(Exception):
            self._delete_resource(made[name], self._resource_json_map[name])
            del made[name]
    _moto_delete_all(self)


def _update_all(
    self: ResourceMap, template: dict[str, Any], parameters: dict[str, Any] | None = None
) -> None:
    """Forget what the stack let go of, which moto would take for its own again."""
    before = set(self._resource_json_map)
    _moto_update_all(self, template, parameters)
    for name in before - self._resource_json_map.keys():
        self._parsed_resources.pop(name, None)


def _validate_update(self: CloudFormationResponse, *args: Any) -> None:
    """Only UpdateStack refuses an unchanged template; a change set of it is created as FAILED."""
    if self._get_action() == "UpdateStack":
        _moto_validate_update(self, *args)


def _execute_change_set(
    self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
) -> None:
    """Publish the outputs and exports of the stack, which moto does for CreateStack only."""
    change_set = self.describe_change_set(change_set_name)
    stack: Stack = self.stacks[change_set.stack_id]
    stack.resource_map.cross_stack_resources = self.exports
    _moto_execute_change_set(self, change_set_name, stack_name)
    stack.template_dict = change_set.template_dict
    stack.output_map = stack._create_output_map()  # noqa: SLF001
    self.exports.update({export.name: export for export in stack.exports})


def _template_at(url: str, **where: Any) -> str:
    """Read a template that was uploaded here; moto tells such a URL by the name localhost."""
    return _moto_template_at(url.replace("//127.0.0.1:", "//localhost:"), **where)


def install() -> None:
    """Add the resource types and make the engine strict."""
    parsing.resource_class_from_type = _resource_class
    parsing.resource_name_property_from_type = _name_property
    parsing.parse_and_create_resource = _create
    parsing.parse_and_update_resource = _update
    ResourceMap._delete_resource = _delete  # noqa: SLF001
    ResourceMap.delete = _delete_all
    ResourceMap.update = _update_all
    CloudFormationResponse._validate_different_update = _validate_update  # noqa: SLF001
    CloudFormationBackend.execute_change_set = _execute_change_set
    responses.get_stack_from_s3_url = _template_at
    imports.install()
