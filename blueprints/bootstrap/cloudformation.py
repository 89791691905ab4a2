"""The artifacts bucket, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Tags, s3

from blueprints.bootstrap.facts import BootstrapFacts
from generator.render.cloudformation import Verbatim


def resources(facts: BootstrapFacts) -> Iterator[AWSObject]:
    """Yield the bucket and its policy."""
    bucket = s3.Bucket(
        facts.label.logical_id,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        BucketName=facts.bucket_name,
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(
                        SSEAlgorithm="AES256"
                    )
                )
            ]
        ),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[
                s3.LifecycleRule(
                    Id="old-versions",
                    Status="Enabled",
                    NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(
                        NoncurrentDays=facts.old_versions_expire_after_days
                    ),
                    AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(
                        DaysAfterInitiation=7
                    ),
                )
            ]
        ),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        Tags=Tags(facts.tags),
    )
    yield bucket
    yield s3.BucketPolicy(
        facts.policy_label.logical_id,
        Bucket=bucket.ref(),
        PolicyDocument=Verbatim(facts.policy),
    )


def comments(facts: BootstrapFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    return {facts.label.logical_id: facts.purpose}
