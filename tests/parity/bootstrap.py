"""What the artifacts bucket has to be; it is in CloudFormation only, so nothing mirrors it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.spec.resolved import Environment
from tests.parity.leaves import Output, Path, canonical
from tests.parity.meaning import kept_in_cloudformation

PURPOSE = "Takes the templates and function code that deployments upload."
BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"


def complaints(output: Output, environment: Environment) -> Iterator[str]:
    """Yield what the bucket of an environment lacks, and what it has that nobody has reviewed."""
    found = {path: list(at.values()) for path, at in output.leaves.items()}
    expected = {
        Path(BUCKET, "BucketName"): environment.artifacts_bucket,
        # Encrypted and private, whatever is uploaded and whoever uploads it.
        Path(
            BUCKET,
            "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault"
            ".SSEAlgorithm",
        ): "AES256",
        Path(BUCKET, "OwnershipControls.Rules.ObjectOwnership"): "BucketOwnerEnforced",
        Path(BUCKET, "PublicAccessBlockConfiguration.BlockPublicAcls"): True,
        Path(BUCKET, "PublicAccessBlockConfiguration.BlockPublicPolicy"): True,
        Path(BUCKET, "PublicAccessBlockConfiguration.IgnorePublicAcls"): True,
        Path(BUCKET, "PublicAccessBlockConfiguration.RestrictPublicBuckets"): True,
        # An overwritten template can be had back for a while, and then costs nothing more.
        Path(BUCKET, "VersioningConfiguration.Status"): "Enabled",
        Path(BUCKET, "LifecycleConfiguration.Rules.Id"): "old-versions",
        Path(BUCKET, "LifecycleConfiguration.Rules.Status"): "Enabled",
        Path(BUCKET, "LifecycleConfiguration.Rules.NoncurrentVersionExpiration.NoncurrentDays"): 90,
        Path(
            BUCKET,
            "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        ): 7,
        Path(BUCKET, "Tags"): environment.tags,
        Path(POLICY, "PolicyDocument"): _only_https(environment),
    }
    for path, value in expected.items():
        if found.pop(path, None) != [canonical(value)]:
            yield f"{path} is not {canonical(value)}"
    if found.pop(Path(POLICY, "Bucket", f"{BUCKET} Ref"), None) != ["-> artifactsbucket"]:
        yield "the policy does not belong to the bucket"
    yield from kept_in_cloudformation(output.leaves, frozenset({BUCKET}))
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        found.pop(Path(BUCKET, attribute), None)
    yield from (f"{path} is new" for path in found)
    labels = {(path.type, at.label) for path, ats in output.leaves.items() for at in ats}
    if labels != {(BUCKET, "artifactsbucket"), (POLICY, "policyofartifactsbucket")}:
        yield f"the labels are {sorted(labels)}, and labels are frozen"
    if output.comments != {"artifactsbucket": PURPOSE}:
        yield "the bucket is not explained"


def _only_https(environment: Environment) -> object:
    bucket = f"arn:{environment.partition}:s3:::{environment.artifacts_bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyPlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket, f"{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
