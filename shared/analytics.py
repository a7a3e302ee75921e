"""Page views for Plausible: which page, which kind of browser, which network. Nothing that tells one visitor apart.

A view is worth less than anything else an answer waits for: it gets a second, and whatever goes wrong is only logged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Mapping
from typing import Literal, get_args

from shared.egress import Answer, CallFailed
from shared.errors import Refused
from shared.logs import log
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import PLAUSIBLE_BASE_URL, PLAUSIBLE_DOMAIN

# Every page that anybody can open; an address with an id or a query in it is none. Pages behind a sign-in are not
# counted.
type Page = Literal["/", "/privacy", "/privacy/data", "/privacy/permissions", "/privacy/subprocessors"]
PAGES: tuple[Page, ...] = get_args(Page.__value__)
SECONDS = 1.0
# Vercel sets it and overwrites what a visitor sent; X-Forwarded-For could come from a proxy in front of Vercel.
ADDRESS_HEADER = "x-vercel-forwarded-for"
_OBJECTIONS = ("sec-gpc", "dnt")
_LONGEST_USER_AGENT = 500
_KEPT_BITS = {4: 24, 6: 48}


async def count_view(runtime: Runtime, page: Page, headers: Mapping[str, str], jwt: Secret) -> None:
    """Raises Refused only for a token that is none: whoever sends one wants to be known by it."""
    domain, network = runtime.settings.text(PLAUSIBLE_DOMAIN), _network(headers.get(ADDRESS_HEADER, ""))
    browser = headers.get("user-agent", "")
    if not domain or network is None or not _is_plain(browser) or _has_objected(headers):
        return
    if jwt and not await _may_count(runtime, jwt):
        return
    try:
        answer = await _send(runtime, page, domain, network=network, browser=browser)
    except CallFailed as failed:
        log("analytics_failed", level=logging.WARNING, host=failed.host)
        return
    _judge(answer)


def _has_objected(headers: Mapping[str, str]) -> bool:
    """By the browser's own switches: Global Privacy Control, Do Not Track."""
    return any(headers.get(name) == "1" for name in _OBJECTIONS)


def _network(address: str) -> str | None:
    """The network of an address, without what tells one machine in it apart. None for what is no address."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    network = ipaddress.ip_network(f"{found.compressed.partition('%')[0]}/{_KEPT_BITS[found.version]}", strict=False)
    return str(network.network_address)


def _is_plain(browser: str) -> bool:
    return 0 < len(browser) <= _LONGEST_USER_AGENT and browser.isascii() and browser.isprintable()


async def _may_count(runtime: Runtime, jwt: Secret) -> bool:
    """No, while nobody can say whether this person has objected."""
    try:
        async with asyncio.timeout(SECONDS):
            return bool(await runtime.database.as_user(jwt, "may_count_view"))
    except TimeoutError:
        return False
    except Refused as refusal:
        if refusal.code == "not_signed_in":
            raise
        return False


async def _send(runtime: Runtime, page: Page, domain: str, *, network: str, browser: str) -> Answer:
    event = {"domain": domain, "name": "pageview", "url": f"{runtime.settings.app_url}{page}"}
    request = runtime.egress.client.build_request(
        "POST",
        f"{runtime.settings.text(PLAUSIBLE_BASE_URL)}/api/event",
        content=json.dumps(event),
        headers={"content-type": "application/json", "user-agent": browser, "x-forwarded-for": network},
    )
    return await runtime.egress.send(request, seconds=SECONDS)


def _judge(answer: Answer) -> None:
    """Plausible says 202 also to what it throws away."""
    if answer.headers.get("x-plausible-dropped"):
        log("analytics_dropped", level=logging.ERROR, status=answer.status)
    elif answer.status != 202:
        log("analytics_refused", level=logging.ERROR, status=answer.status)
