"""Where a platform fetches a file: a public address that nobody can guess."""

from __future__ import annotations

from shared.publishing.claim import Item
from shared.runtime import Runtime
from shared.settings import R2_PUBLIC_CONNECT_URL, R2_PUBLIC_URL


def media_url(runtime: Runtime, item: Item) -> str:
    return f"{runtime.settings.text(R2_PUBLIC_URL)}/{item.object_key}"


def own_media_url(runtime: Runtime, item: Item) -> str:
    """The same file as we ourselves reach it: only a local stack differs."""
    base = runtime.settings.text(R2_PUBLIC_CONNECT_URL) or runtime.settings.text(R2_PUBLIC_URL)
    return f"{base}/{item.object_key}"
