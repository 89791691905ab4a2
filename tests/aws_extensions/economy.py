"""What moto does anew for every request, account or resource, though it is the same, done once.

It changes no answer that a test looks at: all tests together send some hundred thousand requests.
"""

from __future__ import annotations

import copy
import gc
import logging
from functools import cache
from typing import TYPE_CHECKING

from moto import backends
from moto.iam.models import IAMBackend
from moto.kms import models

if TYPE_CHECKING:
    from moto.iam.models import ManagedPolicy

_moto_aws_policies = IAMBackend._init_aws_policies  # noqa: SLF001
_POLICIES: dict[tuple[str, str], list[ManagedPolicy]] = {}


def _aws_policies(self: IAMBackend) -> list[ManagedPolicy]:
    """Return AWS's own policies for an account, which a reset asks for again: a thousand files."""
    place = (self.account_id, self.region_name)
    if place not in _POLICIES:
        _POLICIES[place] = _moto_aws_policies(self)
    return [copy.copy(policy) for policy in _POLICIES[place]]


def install() -> None:
    """Save time from now on."""
    gc.freeze()  # what has been imported lives as long as the server does
    gc.set_threshold(50_000, 20, 50)
    modules = tuple(backends.list_of_moto_modules())  # a directory that each request looks at
    backends.list_of_moto_modules = lambda: modules
    # Nobody reads a line for each request; what fails is logged with its traceback all the same.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    # An RSA key takes long to make, and moto makes one for each symmetric key, which uses none.
    models.generate_private_key = cache(models.generate_private_key)
    IAMBackend._init_aws_policies = _aws_policies  # noqa: SLF001
