"""What can become true on the way to a copy; nothing of it ever becomes untrue again."""

from __future__ import annotations

from typing import Literal

Fact = tuple[str, str]
CopyKind = Literal[
    "table", "history", "backup", "points", "lock", "vault", "key", "catalogue", "exports"
]


def acting_as(arn: str) -> Fact:
    """Return that whoever began can act as the principal `arn`."""
    return ("acting as", arn)


def rewritten(policy: str) -> Fact:
    """Return that the policy of this name says what whoever began wants it to say."""
    return ("rewritten", policy)


def lifted(what: str, arn: str) -> Fact:
    """Return that what kept `arn` is off: its lock, its deletion protection, its alias."""
    return (f"lifted {what}", arn)


def gone(kind: CopyKind, arn: str) -> Fact:
    """Return that the copy is destroyed; points go by their vault, locks by what they lock."""
    return (f"gone {kind}", arn)


def closed(account_id: str) -> Fact:
    """Return that the account is closed, and in 90 days all that is in it deleted."""
    return ("closed", account_id)
