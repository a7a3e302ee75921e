"""Logs are an allow-list: named events with named fields, never free text."""

from __future__ import annotations

import json
import logging
import sys

# Everything a log line may hold. A field that is not here is a bug, not a line.
FIELDS = frozenset(
    {
        "event", "function", "method", "status", "code", "ms", "request_id", "publication_id", "connection_id",
        "media_asset_id", "platform", "state", "reason", "platform_code", "platform_subcode", "trace_id", "error_type",
        "error_at", "removed", "alarms", "count", "variable", "host", "erasure_id",
    }
)  # fmt: skip

# Every library that we load and that has a logger: below WARNING they write addresses, headers or whole prompts, and
# the addresses may hold tokens.
_CHATTY = (
    "httpx", "httpcore", "httpx2", "httpcore2", "hpack", "anthropic", "boto3", "botocore", "urllib3", "s3transfer",
    "postgrest", "asyncio", "concurrent", "vercel", "opentelemetry", "bcdocs",
)  # fmt: skip

_logger = logging.getLogger("itoms")


def configure() -> None:
    """Idempotent. Vercel collects standard output; one JSON object a line."""
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        # A level that somebody gave to a part of one of them would count for more than ours.
        if isinstance(logger, logging.Logger) and "." in name and name.partition(".")[0] in _CHATTY:
            logger.setLevel(logging.NOTSET)


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Raises ValueError on a field that is not on the list."""
    if unknown := fields.keys() - FIELDS:
        raise ValueError(f"not a log field: {sorted(unknown)}")
    _logger.log(level, json.dumps({"event": event, **fields}, default=str, separators=(",", ":")))
