"""A deployment in small, run as a program of its own: it loads every function, speaks to everybody whom we speak to,
and prints whatever `logging` gives it at DEBUG.

`before`: everything that could make a library talk was switched on before our code was loaded. `after`: somebody asked
for DEBUG afterwards. `unpinned`: as after, and without what shared/logs.py does about the libraries.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import Any

# Parts of libraries that somebody may have given a level of their own.
PARTS = (
    "httpx", "httpcore.connection", "httpcore.http11", "httpx2", "httpcore2.http11", "anthropic._base_client",
    "botocore.endpoint", "botocore.auth", "botocore.hooks", "urllib3.connectionpool", "asyncio", "postgrest",
    "vercel.queue",
)  # fmt: skip


def switch_on(*names: str) -> None:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)


def load_every_function() -> None:
    from sandbox.stack.functions import FunctionsServer

    server = FunctionsServer()
    for file in server._project.functions:
        server._load(file)


async def talk(secrets: dict[str, str]) -> None:
    from shared.captions.fields import CaptionFields
    from shared.captions.writer import _ask
    from shared.media.storage import Storage
    from shared.platforms.instagram import Instagram
    from shared.platforms.tiktok import TikTok
    from shared.platforms.tiktok_chunks import ChunkPlan
    from shared.publishing.queue import send_step
    from shared.runtime import Runtime
    from shared.secret import Secret

    runtime = Runtime.from_environ(os.environ)
    instagram, tiktok = Instagram(runtime.settings, runtime.egress), TikTok(runtime.settings, runtime.egress)
    token, caption = Secret(secrets["token"]), secrets["caption"]

    async def content() -> AsyncIterator[bytes]:
        yield b"x"

    chunk = ChunkPlan.for_file(1).chunk(0)
    upload = Secret(f"{runtime.settings.text(_variable('TIKTOK_API_URL'))}/video/?upload_token={secrets['upload']}")
    calls: list[Awaitable[Any]] = [
        instagram.refresh(token),
        instagram.redeem_code(Secret(secrets["code"]), redirect_uri="https://app.test/back"),
        instagram.create_container(token, account_id="1", fields={"caption": caption}),
        tiktok.user(token),
        tiktok.init_video_pull(token, video_url="https://media.test/a.mp4", post_info={"title": caption}),
        tiktok.put_chunk(upload, chunk=chunk, media_type="video/mp4", content=content(), seconds=2.0),
        runtime.database.as_user(Secret(secrets["session"]), "create_publication", request={"caption": caption}),
        runtime.database.as_system("record_step", changes={"caption": caption}),
        _ask(runtime.settings, CaptionFields("Title", secrets["description"], "image", (), "Project")),
        Storage(runtime.settings).head("media/a.jpg"),
        Storage(runtime.settings).delete("media/a.jpg"),
        send_step(runtime, "11111111-2222-4333-8444-555555555555", delay_seconds=0),
    ]
    for call in calls:
        # The host answers everything alike, and seldom what was expected.
        with suppress(Exception):
            await call


def _variable(name: str) -> Any:
    from shared import settings

    return getattr(settings, name)


def main(way: str) -> None:
    if way == "before":
        switch_on(*PARTS)
    load_every_function()
    from shared import logs

    if way != "before":
        switch_on()
    if way == "unpinned":
        for name in logs._CHATTY:
            logging.getLogger(name).setLevel(logging.NOTSET)
    asyncio.run(talk(json.loads(sys.stdin.read())))
    logs.log("request", function="the end")


if __name__ == "__main__":
    main(sys.argv[1])
