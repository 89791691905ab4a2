"""S3: replication, which moto only remembers, and by halves.

A new object of a versioned bucket is copied at once into the versioned bucket of each rule that
matches it, if that bucket's policy lets the account replicate into it (conditions are not judged).
The copy is locked as the object is, or else as the bucket that it is in locks objects by default.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from . import s3_buckets
from .operations import parsed_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moto.s3.models import FakeBucket, FakeKey

    Rule = dict[str, Any]

REPLICATE = ("*", "s3:*", "s3:Replicate*", "s3:ReplicateObject")
_moto_put_object = S3Backend.put_object
_moto_get_bucket_replication = S3Response.get_bucket_replication
_moto_put_bucket_replication = S3Backend.put_bucket_replication


def _configuration(self: S3Response, _xml: str) -> dict[str, Any]:
    model = get_service_model("s3")
    _, parameters = parsed_request(model, self.normalized_request)
    configuration = parameters["ReplicationConfiguration"]
    return {"Role": configuration["Role"], "Rule": configuration["Rules"]}


def _put_bucket_replication(self: S3Backend, name: str, configuration: dict[str, Any]) -> None:
    for rule in configuration["Rule"]:
        found = _bucket(rule["Destination"]["Bucket"])
        if found is not None and not found[1].is_versioned:
            message = "Destination bucket must have versioning enabled."
            raise S3ClientError("InvalidRequest", message)
    _moto_put_bucket_replication(self, name, configuration)


def _get_bucket_replication(self: S3Response) -> Any:
    """moto answers with fixed values for what it does not know."""
    self.data["Action"] = "GetBucketReplication"
    configuration = self.backend.get_bucket_replication(self.bucket_name)
    if not configuration:
        return _moto_get_bucket_replication(self)
    shown = {"Role": configuration["Role"], "Rules": configuration["Rule"]}
    return self.serialized(ActionResult({"ReplicationConfiguration": shown}))


def _put_object(self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeKey:
    key = _moto_put_object(self, bucket_name, *args, **kwargs)
    bucket = self.get_bucket(bucket_name)
    for rule in _one_for_each_destination(_rules(bucket, key)):
        found = _bucket(rule["Destination"]["Bucket"])
        if (
            found is not None
            and found[1].is_versioned
            and s3_buckets.allows(found[1], self.account_id, REPLICATE)
        ):
            _replicate(*found, key, rule["Destination"])
    return key


def _one_for_each_destination(rules: Iterator[Rule]) -> Iterable[Rule]:
    """Of the rules for one destination, the one with the highest priority counts."""
    ordered = sorted(rules, key=lambda rule: int(rule.get("Priority", 0)))
    return {rule["Destination"]["Bucket"]: rule for rule in ordered}.values()


def _rules(bucket: FakeBucket, key: FakeKey) -> Iterator[Rule]:
    configuration = getattr(bucket, "replication", None)
    if not configuration or not bucket.is_versioned:
        return
    for rule in configuration["Rule"]:
        prefix = rule.get("Filter", {}).get("Prefix", rule.get("Prefix", ""))
        criteria = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {})
        readable = key.encryption != "aws:kms" or criteria.get("Status") == "Enabled"
        if rule["Status"] == "Enabled" and key.name.startswith(prefix) and readable:
            yield rule


def _bucket(arn: str) -> tuple[S3Backend, FakeBucket] | None:
    return s3_buckets.find(arn.rpartition(":")[2])


def _replicate(backend: S3Backend, bucket: FakeBucket, key: FakeKey, destination: Rule) -> None:
    kms = destination.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    encryption = {"encryption": "aws:kms", "kms_key_id": kms} if kms else {}
    storage = destination.get("StorageClass")
    locked = {"lock_mode": key.lock_mode, "lock_until": key.lock_until} if key.lock_mode else None
    replica = _moto_put_object(
        backend,
        bucket.name,
        key.name,
        key.value,
        storage=storage,
        etag=_etag(key, kms),
        **encryption,
        **(locked or s3_buckets.retention(bucket)),
    )
    replica._metadata = key._metadata  # noqa: SLF001 - which the request writes only afterwards


def _etag(key: FakeKey, kms: str | None) -> str:
    """Return the ETag of a replica: encrypted with another key, it has another one.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    """
    etag = key.etag.strip('"')
    return sha256(f"{kms} {etag}".encode()).hexdigest()[: len(etag)] if kms else etag


def install() -> None:
    """Replicate what is put from now on."""
    S3Response._replication_config_from_xml = _configuration  # noqa: SLF001
    S3Response.get_bucket_replication = _get_bucket_replication
    S3Backend.put_bucket_replication = _put_bucket_replication
    S3Backend.put_object = _put_object
