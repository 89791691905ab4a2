"""Files as CI systems name them: from the root of the repository, whatever the current folder."""

from __future__ import annotations

import os
from pathlib import Path


def from_root(file: str) -> str:
    """Return `file` relative to the repository's root, absolute where it lies outside.

    The root is the nearest folder above the current one that holds `.git`, else the current one.
    """
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    path = Path(os.path.normpath(here / file))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
