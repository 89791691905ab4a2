"""The bucket that takes templates and function code, made once before the first deployment."""

from blueprints.bootstrap.facts import decide

NAME = "bootstrap"

__all__ = ["NAME", "decide"]
