"""Functions, decided: code, role and log group of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blueprints.documents import Statement
from blueprints.recovery.roles import RoleFacts, role, trust_of
from generator.bundle import RUNTIME, Bundle
from generator.naming import Label, arn, label, physical
from generator.render import LocalFile
from generator.spec.resolved import Environment

ARCHITECTURE = "arm64"
# More memory is more CPU, and most of a short run is the import of boto3. What works longer than
# that says how much it wants.
MEMORY_MB = 256
# An audit looks back a year; one line a decision costs next to nothing.
LOG_RETENTION_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupFacts:
    """Where a function's lines go; made before it runs, so that they expire."""

    label: Label
    name: str
    retention_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFacts:
    """One function; `code` lies beside the folders of the templates."""

    label: Label
    purpose: str
    name: str
    handler: str
    runtime: str
    architecture: str
    memory_mb: int
    timeout_seconds: int
    code: LocalFile
    source_code_hash: str
    role: RoleFacts
    log_group: LogGroupFacts
    tags: Mapping[str, str]


def function(  # noqa: PLR0913 - what functions differ in
    environment: Environment,
    code: Bundle,
    *,
    purpose: str,
    timeout_seconds: int,
    statements: Iterable[Statement],
    memory_mb: int = MEMORY_MB,
) -> FunctionFacts:
    """Return the facts of a function that may do what `statements` say, and write its log.

    No reserved concurrency: it comes out of the account's own, and a new account has none to give.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    what = code.name.replace("_", "-")
    name = physical(environment, what)
    log_group = f"/aws/lambda/{name}"
    return FunctionFacts(
        label=label("function", code.name),
        purpose=purpose,
        name=name,
        handler=code.handler,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        code=LocalFile(f"../{code.path}"),
        source_code_hash=code.sha256_base64,
        role=role(
            environment,
            label("role_for_function", code.name),
            what,
            purpose=f"The function {name} runs with this role.",
            trust=trust_of("lambda.amazonaws.com", sid="Lambda"),
            statements=(*statements, _write_log(environment, log_group)),
        ),
        log_group=LogGroupFacts(
            label=label("log_group_of_function", code.name),
            name=log_group,
            retention_days=LOG_RETENTION_DAYS,
        ),
        tags=environment.tags,
    )


def function_arn(environment: Environment, function: FunctionFacts) -> str:
    """Return the ARN of a function."""
    return arn(environment, "lambda", f"function:{function.name}")


def _write_log(environment: Environment, log_group: str) -> Statement:
    """Return what Lambda needs to write for a function: the group and its streams, and no others.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    return {
        "Sid": "WriteLog",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": arn(environment, "logs", f"log-group:{log_group}:*"),
    }
