"""R2 through the S3 API, for the media functions and for an upload to TikTok."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Refused
from shared.media.multipart import Multipart
from shared.media.plan import Span
from shared.media.storage_client import asked, in_thread, s3_client
from shared.settings import R2_BUCKET, Settings

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
        self.uploads = Multipart(self._client, self._bucket)

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
        url = await in_thread(
            partial(self._client.generate_presigned_url, "put_object", Params=parameters, ExpiresIn=UPLOAD_SECONDS)
        )
        return PresignedPut(url, {"content-type": media_type, "x-amz-checksum-sha256": checksum, "if-none-match": "*"})

    async def presign_parts(self, key: str, upload_id: str, spans: Sequence[Span]) -> list[str]:
        """Key, upload, number and length are fixed by the signature. What the bytes are it does not say."""
        place = {"Bucket": self._bucket, "Key": key, "UploadId": upload_id}

        def presign(span: Span) -> str:
            parameters = {**place, "PartNumber": span.number, "ContentLength": span.byte_size}
            return self._client.generate_presigned_url("upload_part", Params=parameters, ExpiresIn=UPLOAD_SECONDS)

        return await in_thread(lambda: [presign(span) for span in spans])

    async def presign_get(self, key: str) -> str:
        """An address for us alone to read from, good for minutes."""
        parameters = {"Bucket": self._bucket, "Key": key}
        return await in_thread(
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
        """The file, and what was sent of it. Deleting what is not there is a success. Raises Refused.

        The parts first: joined meanwhile, they are a file, and it goes next.
        """
        await self.uploads.abort_all(key)
        await asked(partial(self._client.delete_object, Bucket=self._bucket, Key=key))

    async def is_gone(self, key: str) -> bool:
        """Neither the file nor a part of it is there."""
        return await self.head(key) is None and not await self.uploads.begun(key)
