"""Cases of principal, action and resource, judged by an IAM evaluator that is not ours."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Document = Mapping[str, Any]
Outcome = Literal["allow", "deny", "explicit_deny"]
Context = Mapping[str, str | Sequence[str] | None]

HERE = Path(__file__).parent
INSTALL_TIMEOUT_SECONDS = 600
RUN_TIMEOUT_SECONDS = 600

ADMINISTRATOR: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""What AdministratorAccess, FullAWSAccess and an operator with every right have in common."""


class UnavailableError(Exception):
    """The evaluator cannot run here; the message says what is missing."""


class EvaluationError(Exception):
    """Cases that could not be judged, all of them, each with its reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and what must come of it.

    ``principal`` is a role ARN with its path (the request is that of a session of the role), a
    session ARN (then ``context`` must give ``aws:PrincipalArn``), a user ARN, an account's root, or
    a service principal. ``expected`` distinguishes "deny" (nothing allows it) from
    "explicit_deny" (a Deny statement matched).

    ``context`` is what the request carries beyond what the principal implies (see
    ``implied_context``); None says that it does not carry the key. A key that a statement in
    reach asks for and that is in neither is an error. ``service_control_policies`` join
    FullAWSAccess and do not bind service-linked roles. ``resource_account`` is needed where the
    ARN holds no account.
    """

    principal: str
    action: str
    resource: str
    expected: Outcome
    why: str
    context: Context = field(default_factory=dict)
    identity_policies: Sequence[Document] = ()
    resource_policy: Document | None = None
    service_control_policies: Sequence[Document] = ()
    resource_account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome, and the statements that decided (``resource:Sid``, ``identity 1:Sid``).

    For "deny" they are those that would allow but for a condition.
    """

    outcome: Outcome
    statements: tuple[str, ...]


def install() -> None:
    """Bring the pinned npm packages beside this file, once.

    Raises:
        UnavailableError: Node or npm is missing, or the packages cannot be fetched.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise UnavailableError(
                f"{tool} is not installed; the policy tests need Node 20 or newer"
            )
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if all(_installed_version(name) == version for name, version in pinned.items()):
        return
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    impatient = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--ignore-scripts")
    try:
        subprocess.run(
            ["npm", "install", *quiet, *impatient],
            cwd=HERE,
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"npm install took over {INSTALL_TIMEOUT_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        raise UnavailableError(f"npm install failed: {error.stderr.strip()}") from error


def _installed_version(package: str) -> str | None:
    manifest = HERE / "node_modules" / package / "package.json"
    if not manifest.is_file():
        return None
    version: str = json.loads(manifest.read_text(encoding="utf-8"))["version"]
    return version


def evaluate(cases: Sequence[Case]) -> list[Decision]:
    """Return a decision for each case, in order, from one run of the evaluator.

    Raises:
        EvaluationError: a case names something unknown, is malformed, or leaves out a context key
            that decides it.
    """
    completed = subprocess.run(
        ["node", str(HERE / "simulate.mjs")],
        input=json.dumps([_request(case) for case in cases]),
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_SECONDS,
    )
    if completed.returncode != 0:
        raise EvaluationError(completed.stderr.strip())
    results = json.loads(completed.stdout)
    broken = [
        f"{_label(case)}: {reason}"
        for case, result in zip(cases, results, strict=True)
        for reason in result.get("errors", ())
    ]
    if broken:
        raise EvaluationError("\n".join(broken))
    return [
        Decision(outcome=result["outcome"], statements=tuple(result["statements"]))
        for result in results
    ]


def mismatches(cases: Sequence[Case]) -> list[str]:
    """Return one line per case that came out otherwise than expected."""
    return [
        f"{_label(case)}: expected {case.expected}, got {decision.outcome}"
        f" because of {', '.join(decision.statements) or 'no statement'}"
        for case, decision in zip(cases, evaluate(cases), strict=True)
        if decision.outcome != case.expected
    ]


def _label(case: Case) -> str:
    return f"{case.why} [{case.principal} {case.action} {case.resource}]"


def _request(case: Case) -> dict[str, Any]:
    owner = case.principal if case.resource == "*" else case.resource
    account = case.resource_account or _account(owner)
    bound = _is_bound_by_service_control_policies(case.principal)
    scps = [ADMINISTRATOR, *case.service_control_policies] if case.service_control_policies else []
    return {
        "principal": case.principal,
        "action": case.action,
        "resource": case.resource,
        "resourceAccount": account,
        "context": _context(case, account),
        "identityPolicies": list(case.identity_policies),
        "resourcePolicy": case.resource_policy,
        "serviceControlPolicies": scps if bound else [],
    }


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def _is_bound_by_service_control_policies(principal: str) -> bool:
    return principal.startswith("arn:") and ":role/aws-service-role/" not in principal


def implied_context(principal: str) -> dict[str, str | None]:
    """Return the context keys that follow from who asks.

    A service that acts by itself carries no ``aws:PrincipalArn``, account or organization; a role
    or user that calls directly carries none of the ``aws:Source…`` keys.
    """
    if not principal.startswith("arn:"):
        return {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": principal,
            "aws:PrincipalArn": None,
            "aws:PrincipalAccount": None,
            "aws:PrincipalOrgID": None,
        }
    implied: dict[str, str | None] = {
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalServiceName": None,
        "aws:PrincipalAccount": _account(principal),
        "aws:SourceArn": None,
        "aws:SourceAccount": None,
        "aws:SourceOrgID": None,
    }
    if ":assumed-role/" not in principal:
        implied["aws:PrincipalArn"] = principal
    return implied


def _context(case: Case, account: str) -> dict[str, Any]:
    implied = {**implied_context(case.principal), "aws:ResourceAccount": account}
    for key, value in case.context.items():
        if implied.get(key) not in (None, value):
            raise EvaluationError(f"{_label(case)}: {key} follows from the principal; leave it out")
    role = case.context.get("aws:PrincipalArn")
    if ":assumed-role/" in case.principal and not _is_session_of(case.principal, role):
        raise EvaluationError(f"{_label(case)}: give the ARN of its role as aws:PrincipalArn")
    return {**implied, **case.context}


def _is_session_of(session: str, role: str | Sequence[str] | None) -> bool:
    if not isinstance(role, str) or ":role/" not in role:
        return False
    return (_account(session), session.split("/")[1]) == (_account(role), role.split("/")[-1])
