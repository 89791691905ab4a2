"""SNS: nothing is sent to HTTP endpoints, which lie elsewhere; publishing succeeds."""

from __future__ import annotations

from typing import Any

from moto.sns.models import Subscription

_moto_publish = Subscription.publish


def _publish(self: Subscription, *args: Any, **kwargs: Any) -> None:
    if self.protocol not in {"http", "https"}:
        _moto_publish(self, *args, **kwargs)


def install() -> None:
    """Leave them out from now on."""
    Subscription.publish = _publish
