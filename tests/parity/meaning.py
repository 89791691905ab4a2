"""What the engines say so differently that no two values are equal: reviewed, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.parity.leaves import Leaves, Output, Path, Place, canonical

TABLE, TF_TABLE = "AWS::DynamoDB::Table", "aws_dynamodb_table"
# What holds data, or what data cannot be read without: no stack or root may take it along.
STATEFUL = {
    "AWS::Backup::BackupVault": "aws_backup_vault",
    "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::KMS::Alias": "aws_kms_alias",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::S3::Bucket": "aws_s3_bucket",
}
# Types that Terraform sets beside the resource that has them inside in CloudFormation.
_COMPANIONS = {
    "aws_backup_vault_lock_configuration": "backup_vault_name -> aws_backup_vault name",
    "aws_backup_vault_notifications": "backup_vault_name -> aws_backup_vault name",
    "aws_backup_vault_policy": "backup_vault_name -> aws_backup_vault name",
    "aws_cloudwatch_event_target": "rule -> aws_cloudwatch_event_rule name",
    "aws_dynamodb_kinesis_streaming_destination": "table_name -> aws_dynamodb_table name",
    "aws_dynamodb_resource_policy": "resource_arn -> aws_dynamodb_table arn",
    "aws_iam_role_policy": "role -> aws_iam_role name",
    **dict.fromkeys(
        (
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_replication_configuration",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
        ),
        "bucket -> aws_s3_bucket bucket",
    ),
}
Values = Mapping[Place, str]
_NOTHING: Values = {}


def complaints(cloudformation: Output, terraform: Output) -> Iterator[str]:
    """Yield what the two say differently although it should mean the same."""
    for check in (
        _kept,
        _companions,
        _insights,
        _local_indexes,
        _encryption,
        _streams,
        _scaling,
        _roles,
        _attachments,
        _functions,
        _calls,
        _machines,
        _replication,
        _pointers,
    ):
        for complaint in check(cloudformation.leaves, terraform.leaves):
            yield f"{check.__name__.strip('_')}: {complaint}"


def kept_in_cloudformation(
    leaves: Leaves, types: Mapping[str, str] | frozenset[str]
) -> Iterator[str]:
    """Yield resources of `types` that a deleted stack would take along."""
    for type_ in types:
        for attribute, value in (
            ("DeletionPolicy", "RetainExceptOnCreate"),
            ("UpdateReplacePolicy", "Retain"),
        ):
            given = leaves.get(Path(type_, attribute), _NOTHING)
            for place in _resources(leaves, type_):
                if given.get(place) != f'"{value}"':
                    yield f"{place.label} has {attribute} {given.get(place)}"


def _kept(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    yield from kept_in_cloudformation(ours, STATEFUL)
    types = {path.type for path in theirs}
    for type_ in sorted(types):
        given = theirs.get(Path(type_, "lifecycle.prevent_destroy"), _NOTHING)
        for place in _resources(theirs, type_):
            wanted = "true" if type_ in STATEFUL.values() else None
            if given.get(place) != wanted:
                yield f"{type_} {place.label} has prevent_destroy {given.get(place)}"


def _companions(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    for type_, reference in _COMPANIONS.items():
        name, _, reaches = reference.partition(" -> ")
        given = theirs.get(Path(type_, name, reaches), _NOTHING)
        for place in _resources(theirs, type_):
            if given.get(place) != f"-> {place.label}":
                yield f"{type_} {place.label} belongs to {given.get(place)}"


def _insights(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """CloudFormation has a switch; Terraform a resource, or none."""
    on: set[tuple[str, str | None]] = set()
    for place, value in _at(ours, TABLE, "ContributorInsightsSpecification.Enabled").items():
        if value == "true":
            on.add((place.label, None))
    names = _at(ours, TABLE, "GlobalSecondaryIndexes.IndexName")
    in_index = "GlobalSecondaryIndexes.ContributorInsightsSpecification.Enabled"
    for place, value in _at(ours, TABLE, in_index).items():
        if value == "true":
            on.add((place.label, names[place]))
    type_ = "aws_dynamodb_contributor_insights"
    indexes = _at(theirs, type_, "index_name")
    tables = theirs.get(Path(type_, "table_name", f"{TF_TABLE} name"), _NOTHING)
    there = {(table.removeprefix("-> "), indexes.get(at)) for at, table in tables.items()}
    if on != there:
        yield f"on in one engine only: {sorted(map(str, on ^ there))}"
    on_table = _at(ours, TABLE, "ContributorInsightsSpecification.Enabled")
    if (
        on_table.keys() != _resources(ours, TABLE)
        or _at(ours, TABLE, in_index).keys() != names.keys()
    ):
        yield "the switch is missing somewhere, so removing the field would not switch it off"


def _local_indexes(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """Terraform knows that a local index has the partition key of its table."""
    keys = _at(ours, TABLE, "KeySchema.HASH")
    given = _at(ours, TABLE, "LocalSecondaryIndexes.KeySchema.HASH")
    for place in _at(ours, TABLE, "LocalSecondaryIndexes.IndexName"):
        if given.get(place) != keys[place._replace(position=())]:
            yield f"{place} has the partition key {given.get(place)}"


def _encryption(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """CloudFormation wants the type named with a key; Terraform knows one type only."""
    name = "SSESpecification.KMSMasterKeyId"
    with_key = (
        _at(ours, TABLE, name).keys()
        | ours.get(Path(TABLE, name, "AWS::KMS::Key Arn"), _NOTHING).keys()
    )
    if _at(ours, TABLE, "SSESpecification.SSEType") != dict.fromkeys(with_key, '"KMS"'):
        yield "SSEType does not stand exactly where there is a key"


def _streams(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """Terraform has a switch beside the view type."""
    with_stream = _at(theirs, TF_TABLE, "stream_view_type")
    if _at(theirs, TF_TABLE, "stream_enabled") != dict.fromkeys(with_stream, "true"):
        yield "stream_enabled does not stand exactly where there is a stream_view_type"


_IGNORED = {
    '"dynamodb:table:ReadCapacityUnits"': "read_capacity",
    '"dynamodb:table:WriteCapacityUnits"': "write_capacity",
    '"dynamodb:index:ReadCapacityUnits"': "global_secondary_index",
    '"dynamodb:index:WriteCapacityUnits"': "global_secondary_index",
}


def _scaling(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """Terraform has to be told to leave alone what is scaled."""
    type_ = "AWS::ApplicationAutoScaling::ScalableTarget"
    dimensions = _at(ours, type_, "ScalableDimension")
    scaled: dict[str, set[str]] = {}
    for place, table in ours.get(Path(type_, "DependsOn", TABLE), _NOTHING).items():
        scaled.setdefault(table.removeprefix("-> "), set()).add(_IGNORED[dimensions[place]])
    ignored = {
        place.label: {word for word in _IGNORED.values() if f'"{word}"' in value}
        for place, value in _at(theirs, TF_TABLE, "lifecycle.ignore_changes").items()
    }
    if scaled != ignored:
        yield f"scaled is {scaled}, ignored {ignored}"
    policy, target = "aws_appautoscaling_policy", "aws_appautoscaling_target"
    names = ("service_namespace", "resource_id", "scalable_dimension")
    reached = [theirs.get(Path(policy, name, f"{target} {name}"), _NOTHING) for name in names]
    if not reached[0] == reached[1] == reached[2]:
        yield "a policy is made of parts of several targets"


def _roles(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A selection waits for the permissions of its role, which CloudFormation has inside it."""
    type_ = "aws_backup_selection"
    roles = theirs.get(Path(type_, "iam_role_arn", "aws_iam_role arn"), _NOTHING)
    if theirs.get(Path(type_, "depends_on", "aws_iam_role_policy"), _NOTHING) != roles:
        yield "a selection does not wait for the policy of its role"


# Lists within a resource, and the resources beside it that Terraform has for their items.
_ATTACHED = (
    ("AWS::IAM::ManagedPolicy", "Roles", "aws_iam_role_policy_attachment", "role"),
    ("AWS::IAM::ManagedPolicy", "Groups", "aws_iam_group_policy_attachment", "group"),
    ("AWS::Organizations::Policy", "TargetIds", "aws_organizations_policy_attachment", "target_id"),
)
_OF = {
    "aws_iam_role_policy_attachment": ("policy_arn", "aws_iam_policy arn"),
    "aws_iam_group_policy_attachment": ("policy_arn", "aws_iam_policy arn"),
    "aws_organizations_policy_attachment": ("policy_id", "aws_organizations_policy id"),
}


def _attachments(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A policy names those it is attached to; Terraform has a resource for each of them."""
    for type_, name, beside, argument in _ATTACHED:
        inside = {
            (place.label, canonical(item))
            for place, items in _at(ours, type_, name).items()
            for item in json.loads(items)
        }
        policies = theirs.get(Path(beside, *_OF[beside]), _NOTHING)
        outside = {
            (policies[place].removeprefix("-> "), value)
            for place, value in _at(theirs, beside, argument).items()
            if place in policies
        }
        if inside != outside:
            yield f"{name} in one engine only: {sorted(inside ^ outside)}"
    managed = {
        (place.label, canonical(arn))
        for place, arns in _at(ours, "AWS::IAM::Role", "ManagedPolicyArns").items()
        for arn in json.loads(arns)
    }
    beside = "aws_iam_role_policy_attachment"
    roles = theirs.get(Path(beside, "role", "aws_iam_role name"), _NOTHING)
    arns = _at(theirs, beside, "policy_arn")
    attached = {(roles[place].removeprefix("-> "), arns.get(place, "")) for place in roles}
    if managed != attached:
        yield f"ManagedPolicyArns in one engine only: {sorted(managed ^ attached)}"


ATTEMPTS = 3  # of Lambda, where CloudFormation calls and the function fails to answer
FUNCTION, TF_FUNCTION = "AWS::Lambda::Function", "aws_lambda_function"
CALL, TF_CALL = "Custom::BackupRegionSettings", "aws_lambda_invocation"


def _functions(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A function waits for its role's permissions; where it is packaged, cfn-lint need not warn."""
    roles = theirs.get(Path(TF_FUNCTION, "role", "aws_iam_role arn"), _NOTHING)
    waiting = theirs.get(Path(TF_FUNCTION, "depends_on", "aws_iam_role_policy"), _NOTHING)
    if {place.label: role for place, role in waiting.items()} != {
        place.label: role for place, role in roles.items()
    }:
        yield "a function does not wait for the policy of its role"
    ignored = _at(ours, FUNCTION, "Metadata.cfn-lint.config.ignore_checks")
    if ignored != dict.fromkeys(_at(ours, FUNCTION, "Code"), '["W3002"]'):
        yield "W3002 is not ignored exactly where a local zip is named"


def _calls(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A call is made again when the code changes, and its answer has more time than its run."""
    hashes = {
        place.label: value for place, value in _at(theirs, TF_FUNCTION, "source_code_hash").items()
    }
    functions = theirs.get(Path(TF_CALL, "function_name", f"{TF_FUNCTION} function_name"), _NOTHING)
    wanted = {place: hashes.get(label.removeprefix("-> ")) for place, label in functions.items()}
    if _at(ours, CALL, "CodeSha256") != wanted:
        yield "CloudFormation does not call when the code changes"
    given = {place: f'{{"CodeSha256": {code}}}' for place, code in wanted.items()}
    if _at(theirs, TF_CALL, "input") != given:
        yield "Terraform does not call when the code changes"
    seconds = _at(ours, CALL, "ServiceTimeout")
    if seconds.keys() != wanted.keys():
        yield "a call waits for its answer as long as CloudFormation does by default: an hour"
    called = {label.removeprefix("-> ") for label in functions.values()}
    timeouts = _labels(_at(ours, FUNCTION, "Timeout"))
    longest = max((float(timeouts[label]) for label in called), default=0)
    if any(float(value) <= ATTEMPTS * longest for value in seconds.values()):
        yield "CloudFormation gives up before the last attempt may have ended"


def _machines(_ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A state machine waits for its role's permissions."""
    type_ = "aws_sfn_state_machine"
    roles = theirs.get(Path(type_, "role_arn", "aws_iam_role arn"), _NOTHING)
    waiting = theirs.get(Path(type_, "depends_on", "aws_iam_role_policy"), _NOTHING)
    if roles != waiting:
        yield "a state machine does not wait for the policy of its role"


def _replication(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """Replication needs versions and the permissions of its role; CloudFormation has all inside."""
    type_ = "aws_s3_bucket_replication_configuration"
    roles = _labels(theirs.get(Path(type_, "role", "aws_iam_role arn"), _NOTHING))
    waiting = _labels(theirs.get(Path(type_, "depends_on", "aws_iam_role_policy"), _NOTHING))
    versions = theirs.get(Path(type_, "depends_on", "aws_s3_bucket_versioning"), _NOTHING)
    if roles != waiting:
        yield "replication does not wait for the policy of its role"
    if {place.label for place in versions} != roles.keys():
        yield "replication does not wait for versioning"
    inside = _at(ours, "AWS::S3::Bucket", "ReplicationConfiguration.Rules.Id")
    if {place.label for place in inside} != roles.keys():
        yield "a bucket is replicated in one engine only"
    policies = theirs.get(
        Path("aws_s3_bucket_policy", "depends_on", "aws_s3_bucket_public_access_block"), _NOTHING
    )
    if policies.keys() != _resources(theirs, "aws_s3_bucket_policy"):
        yield "a bucket policy does not wait for the public access block"


def _labels(values: Values) -> dict[str, str]:
    return {place.label: value for place, value in values.items()}


def _pointers(ours: Leaves, theirs: Leaves) -> Iterator[str]:
    """A restore repoints: Terraform must leave the value alone; CloudFormation does not look."""
    ignored = _at(theirs, "aws_ssm_parameter", "lifecycle.ignore_changes")
    if ignored != dict.fromkeys(_at(ours, "AWS::SSM::Parameter", "Name"), '[{"word": "value"}]'):
        yield "Terraform would set a pointer back"


def _at(leaves: Leaves, type_: str, name: str) -> Values:
    return leaves.get(Path(type_, name), _NOTHING)


def _resources(leaves: Leaves, type_: str) -> set[Place]:
    return {
        place._replace(position=())
        for path, values in leaves.items()
        if path.type == type_
        for place in values
    }
