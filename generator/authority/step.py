"""One step towards a copy: what it asks IAM for, what it needs, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.authority.conditions import Value
from generator.authority.evaluation import Policy
from generator.authority.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request that a step makes; `policy` is that of the resource."""

    action: str
    resource: str
    account_id: str
    policy: Policy | None = None
    context: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call, or two that belong together: all of `asks` have to be allowed.

    `what` is the thing called on, in words; `note` says what else there is to know. `only_root`
    and `never_root` are for calls that AWS leaves to, or refuses, the root user.
    """

    asks: tuple[Ask, ...]
    what: str
    gives: Fact
    needs: frozenset[Fact] = frozenset()
    note: str = ""
    only_root: bool = False
    never_root: bool = False

    def __str__(self) -> str:
        actions = " and ".join(dict.fromkeys(ask.action for ask in self.asks))
        return f"{actions} on {self.what}"
