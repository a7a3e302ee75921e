"""What the fork server loads once, so that a worker process begins in milliseconds."""

from __future__ import annotations

import os

from shared import egress
from shared.media.storage import Storage
from shared.settings import Settings
from tests.crash import worker

__all__ = ["worker"]

egress._ssl_context()
if "R2_ENDPOINT" in os.environ:
    # boto3 takes longer than all the rest.
    Storage(Settings(os.environ))
