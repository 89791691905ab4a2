"""Several accounts on one server: an access key ID that spells an account number belongs to it."""

from __future__ import annotations

import re

from moto.iam import models as iam

KEY_PREFIX = "AKIALOCL"  # with 12 digits behind it, as long as a real access key ID
_KEY = re.compile(rf"{KEY_PREFIX}(\d{{12}})")
_moto_account_of = iam.get_account_id_from


def access_key_id(account_id: str) -> str:
    """Return an access key ID whose requests are made in this account."""
    return KEY_PREFIX + account_id


def _account_of(access_key: str) -> str:
    match = _KEY.fullmatch(access_key)
    return match[1] if match else _moto_account_of(access_key)


def install() -> None:
    """Let moto tell the account from the access key."""
    iam.get_account_id_from = _account_of
