"""R2 through the S3 API, for the media functions and for an upload to TikTok.

boto3 is loaded with the first client and not with this module: a request that is refused before storage is needed
does not wait for it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Refused
from shared.settings import R2_ACCESS_KEY_ID, R2_BUCKET, R2_ENDPOINT, R2_SECRET_ACCESS_KEY, Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Seconds in which an upload must begin.
UPLOAD_SECONDS = 900


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """Every header is signed: another type, length or content, or a second upload, is refused by the store."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoredObject:
    byte_size: int
    media_type: str
    sha256: str | None


class Storage:
    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.text(R2_BUCKET)
        self._client = s3_client(settings)

    async def presign_put(self, key: str, *, media_type: str, byte_size: int, sha256: str) -> PresignedPut:
        """`sha256` in hex. The browser must send exactly these headers; Content-Length it sends by itself."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ContentType": media_type,
            "ContentLength": byte_size,
            "ChecksumSHA256": checksum,
            "IfNoneMatch": "*",
        }
        url = await _in_thread(
            partial(self._client.generate_presigned_url, "put_object", Params=parameters, ExpiresIn=UPLOAD_SECONDS)
        )
        return PresignedPut(url, {"content-type": media_type, "x-amz-checksum-sha256": checksum, "if-none-match": "*"})

    async def presign_get(self, key: str) -> str:
        """An address for us alone to read from, good for minutes."""
        parameters = {"Bucket": self._bucket, "Key": key}
        return await _in_thread(
            partial(self._client.generate_presigned_url, "get_object", Params=parameters, ExpiresIn=UPLOAD_SECONDS)
        )

    async def head(self, key: str) -> StoredObject | None:
        """None when there is no such object."""
        found = await asked(partial(self._client.head_object, Bucket=self._bucket, Key=key, ChecksumMode="ENABLED"))
        if found is None:
            return None
        checksum = found.get("ChecksumSHA256")
        sha256 = base64.b64decode(checksum).hex() if checksum else None
        return StoredObject(found["ContentLength"], found.get("ContentType", ""), sha256)

    def read_range(self, key: str, first: int, last: int) -> bytes:
        """Bytes `first` to `last`, both included. Blocks: call it from a worker thread. Raises Refused."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={first}-{last}")
            with found["Body"] as body:
                data = body.read(last - first + 2)
        except (BotoCoreError, ClientError):
            raise Refused("storage_unavailable", retry_after=5) from None
        # A store that ignores the range would send the whole file.
        if len(data) != last - first + 1:
            raise Refused("storage_unavailable", retry_after=5)
        return data

    async def delete(self, key: str) -> None:
        """Deleting what is not there is a success. Raises Refused."""
        await asked(partial(self._client.delete_object, Bucket=self._bucket, Key=key))


async def asked[Result](call: Callable[[], Result]) -> Result | None:
    """What storage says, asked in a thread; None when there is no such thing there. Raises Refused."""
    try:
        return await _in_thread(call)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise Refused("storage_unavailable", retry_after=5) from None


def s3_client(settings: Settings) -> S3Client:
    return _client(
        settings.text(R2_ENDPOINT),
        settings.text(R2_ACCESS_KEY_ID),
        settings.secret(R2_SECRET_ACCESS_KEY).reveal(),
    )


async def _in_thread[Result](work: Callable[[], Result]) -> Result:
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
