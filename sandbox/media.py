"""Fetching media the way a platform does: over https, from a public host, without following redirects."""

from __future__ import annotations

import hashlib
import ipaddress
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import httpx

Reason = Literal["not_public", "unreachable", "status", "timeout", "too_large"]


class FetchError(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MediaFile:
    path: Path
    size: int
    sha256: str
    content_type: str


class Fetcher:
    def __init__(self, hosts: Mapping[str, str], timeout: Callable[[], float]) -> None:
        self._hosts = {origin.rstrip("/").lower(): base.rstrip("/") for origin, base in hosts.items()}
        self._timeout = timeout

    @asynccontextmanager
    async def fetched(self, url: str, limit: int) -> AsyncIterator[MediaFile]:
        address = self.resolve(url)
        with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
            yield await self._download(address, Path(folder) / "media", limit)

    def resolve(self, url: str) -> str:
        """Where the bytes really are; refuses what a platform on the public internet could not reach."""
        parts = _split(url)
        if parts.scheme != "https" or not parts.hostname or not url.isascii():
            raise FetchError("not_public", "only an https URL in US-ASCII can be fetched")
        base = self._hosts.get(f"https://{parts.netloc.lower()}")
        if base is None and _is_private(parts.hostname):
            raise FetchError("not_public", f"{parts.hostname} is not on the public internet")
        if base is None:
            return url
        return f"{base}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    async def _download(self, address: str, target: Path, limit: int) -> MediaFile:
        try:
            async with (
                httpx.AsyncClient(
                    follow_redirects=False,
                    timeout=self._timeout(),
                    trust_env=False,
                    verify=address.startswith("https"),
                    headers={"user-agent": "platform-sandbox-fetcher"},
                ) as client,
                client.stream("GET", address) as response,
            ):
                return await _stored(response, target, limit)
        except httpx.TimeoutException as error:
            raise FetchError("timeout", "the host took too long") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError("unreachable", type(error).__name__) from error


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise FetchError("not_public", "not a URL") from error


async def _stored(response: httpx.Response, target: Path, limit: int) -> MediaFile:
    if response.status_code != 200:
        raise FetchError("status", f"the host answered {response.status_code}")
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                raise FetchError("too_large", f"more than {limit} bytes")
            digest.update(chunk)
            file.write(chunk)
    return MediaFile(target, size, digest.hexdigest(), response.headers.get("content-type", ""))


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
