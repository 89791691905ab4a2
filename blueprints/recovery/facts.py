"""Recovery, decided: functions, and what calls them."""

from __future__ import annotations

from dataclasses import dataclass

from blueprints.recovery.functions import FunctionFacts, function
from generator.bundle import Bundle, bundle
from generator.naming import Label, label
from generator.spec.resolved import Environment

# Two calls of three attempts each, 15 seconds an attempt, and the answer: below two minutes.
REGION_SETTINGS_SECONDS = 120
# Lambda calls a function that failed to answer twice more, after one and after two minutes.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
ANSWERED_WITHIN_SECONDS = 3 * REGION_SETTINGS_SECONDS + 240


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """One call of a function by the deployment: the first one, and one for every new code."""

    label: Label
    purpose: str
    function: Label
    code_sha256: str
    service_timeout_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Everything of recovery in one environment."""

    template: str
    description: str
    functions: tuple[FunctionFacts, ...]
    region_settings: CallFacts
    bundles: tuple[Bundle, ...]


def decide(environment: Environment) -> tuple[RecoveryFacts, ...]:
    """Return the facts, or nothing where this environment needs no function."""
    if not environment.spec.manage_region_settings:
        return ()
    code = bundle("region_settings")
    region_settings = function(
        environment,
        code,
        purpose="Adds DynamoDB to AWS Backup's settings of the Region; other services stay.",
        timeout_seconds=REGION_SETTINGS_SECONDS,
        statements=(
            {
                # The settings belong to the account and Region: IAM knows no resource for them.
                "Sid": "MergeRegionSettings",
                "Effect": "Allow",
                "Action": ["backup:DescribeRegionSettings", "backup:UpdateRegionSettings"],
                "Resource": "*",
            },
        ),
    )
    return (
        RecoveryFacts(
            template="recovery",
            description=f"Recovery of {environment.project}-{environment.name}",
            functions=(region_settings,),
            region_settings=CallFacts(
                label=label("call_of_function", code.name),
                purpose="Calls the function once, and again when its code changes.",
                function=region_settings.label,
                code_sha256=code.sha256_base64,
                service_timeout_seconds=ANSWERED_WITHIN_SECONDS,
            ),
            bundles=(code,),
        ),
    )
