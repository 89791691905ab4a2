"""A CloudFormation resource type as a function: properties in, API calls, a resource out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from .accounts import access_key_id

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES: dict[str, ResourceType] = {}


@dataclass(kw_only=True)
class Resource:
    """A resource in a stack; moto sets the last two fields."""

    physical_resource_id: str
    attributes: dict[str, str] = field(default_factory=dict)
    undo: Callable[[], object]
    cf_resource_type: str = ""
    logical_resource_id: str = ""

    def is_created(self) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        if name not in self.attributes:
            raise UnformattedGetAttTemplateException
        return self.attributes[name]

    def delete(self, _account_id: str, _region_name: str) -> None:
        self.undo()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Clients of the services in the stack's account and Region: `clients("sqs")`."""

    account_id: str
    region: str

    def __call__(self, service: str) -> Any:
        return _client(service, self.account_id, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """Takes the place of one of moto's CloudFormation model classes."""

    name: str
    name_property: str
    create: Any
    replaced: bool  # by an update, for which there is no call that would change it in place

    def has_cfn_attr(self, _name: str) -> bool:
        return True  # checked by Resource.get_cfn_attribute, when the attributes are known

    def create_from_cloudformation_json(
        self,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **_kwargs: Any,
    ) -> Resource:
        """Create the resource; a property that the type does not take is an error."""
        properties = dict(cloudformation_json["Properties"])
        properties.pop(self.name_property, None)
        clients = Clients(account_id=account_id, region=region_name)
        resource: Resource = self.create(clients, properties, resource_name)
        if properties:
            resource.undo()
            raise ValidationError(message=f"{self.name} does not apply {sorted(properties)}")
        return resource


def resource_type(
    name: str, name_property: str = "", *, replaced: bool = False
) -> Callable[[Any], Any]:
    """Register a function as a type; it takes each property that it applies out of the mapping."""

    def register(create: Any) -> Any:
        TYPES[name] = ResourceType(
            name=name, name_property=name_property, create=create, replaced=replaced
        )
        return create

    return register


def take(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    """Take these properties out, as far as they are present."""
    return {name: properties.pop(name) for name in names if name in properties}


def document(value: Any) -> str:
    """Return a policy document, given as an object or as JSON, as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _client(service: str, account_id: str, region: str) -> Any:
    port = os.environ.get("MOTO_PORT")
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{port}" if port else None,
        aws_access_key_id=access_key_id(account_id),
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 3}),  # a connection may be reset
    )
