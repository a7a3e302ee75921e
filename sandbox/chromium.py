"""The one browser of the machine, for the tests, for Lighthouse and for the pictures in the README."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without the last ones it looks for updates and words of Google's, on a machine that may have no network.
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(Exception):
    """Says what to install."""


def find_chromium(environ: Mapping[str, str] = os.environ) -> str:
    """Raises NoBrowser."""
    found = environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise NoBrowser("Chromium is missing: install your system's package, or name it with CHROMIUM=/path/to/it")
    return found
