"""Sees that the execution of a call is still the one that goes on with the refill."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.common.refill_folder import Folder


class Fence:
    """What the folder of the refill says about whose it is."""

    def __init__(self, s3: Any, load: Mapping[str, Any]) -> None:
        self._s3, self._mine = s3, load["fence"]
        self._folder = Folder.with_notes(load["bucket"], load["folder"])
        self.is_lost = False

    def check(self) -> None:
        """Raise RefusedError where it is another execution's: a late write would harm that one's.

        What this call would note is not to be noted then either.
        """
        bucket, key = self._folder.bucket, self._folder.fence_key
        try:
            answer = call(self._s3, "get_object", f"s3://{bucket}/{key}", Bucket=bucket, Key=key)
            found = json.loads(answer["Body"].read()).get("execution_arn")
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
            found = None
        if found != self._mine:
            self.is_lost = True
            raise RefusedError(
                f"{found or 'nobody'} goes on with this refill, by s3://{bucket}/{key}, and this "
                f"call is of {self._mine}: it writes nothing more. Follow the other one"
            )
