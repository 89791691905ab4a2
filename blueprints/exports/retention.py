"""How long objects of exports are kept; derived in the specification, whose rules need it too."""

from generator.spec.retention import Retention, retention

__all__ = ["Retention", "retention"]
