"""The client of R2's S3 API, and how it is asked.

boto3 is loaded with the first client and not with this module: a request that is refused before storage is needed
does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Refused
from shared.settings import R2_ACCESS_KEY_ID, R2_ENDPOINT, R2_SECRET_ACCESS_KEY, Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


async def asked[Result](call: Callable[[], Result], *, none: Container[int] = (404,)) -> Result | None:
    """What storage says, asked in a thread; None for the statuses that mean no such thing is there. Raises Refused."""
    try:
        return await in_thread(call)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in none:
            return None
        raise Refused("storage_unavailable", retry_after=5) from None


def there[Found](found: Found | None) -> Found:
    """Where "no such thing" can only mean the bucket, somebody has to look after it."""
    if found is None:
        raise Refused("storage_unavailable", retry_after=60)
    return found


def s3_client(settings: Settings) -> S3Client:
    return _client(
        settings.text(R2_ENDPOINT),
        settings.text(R2_ACCESS_KEY_ID),
        settings.secret(R2_SECRET_ACCESS_KEY).reveal(),
    )


async def in_thread[Result](work: Callable[[], Result]) -> Result:
    try:
        return await anyio.to_thread.run_sync(work)
    except BotoCoreError:
        raise Refused("storage_unavailable", retry_after=5) from None


@cache
def _client(endpoint: str, key_id: str, secret: str) -> S3Client:
    """One for the process: boto3 clients may be shared between threads, and are slow to make."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    from shared.media.storage_session import ATTEMPTS, sender  # noqa: PLC0415

    config = Config(
        signature_version="s3v4",
        region_name="auto",
        s3={"addressing_style": "path"},
        # Otherwise botocore adds CRC32 trailers that R2 has answered with 501.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"total_max_attempts": ATTEMPTS},
    )
    session: Any = boto3.session.Session(aws_access_key_id=key_id, aws_secret_access_key=secret)
    client: S3Client = session.client("s3", endpoint_url=endpoint, config=config)
    client.meta.events.register("before-send.s3", sender(endpoint))
    return client
