"""What says that an export is not what it should be."""

from __future__ import annotations


class VerificationFailedError(Exception):
    """The export is not what was asked for, or not whole: the message says what is wrong.

    The state machine knows it by this name and does not call again.
    """
