"""The private bucket: no public domain leads to it, and its owner reads a file by an address that we sign for minutes.

What belongs together lies in one folder, so that it can be removed without knowing what it holds. A large file is
written in parts of one size, which R2 wants, over as many function calls as it takes: R2 itself remembers which parts
it has, and an upload that was begun is found again by its key.
"""

from __future__ import annotations

from functools import partial

from shared.media.multipart import Multipart
from shared.media.storage_client import asked, s3_client, there
from shared.settings import R2_PRIVATE_BUCKET, Settings

# Seconds in which a download must begin.
DOWNLOAD_SECONDS = 300
# What is read of one answer that is no file is bounded in storage_session.py.
_PAGE = 100


class PrivateStorage:
    """Everything raises Refused when storage does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.text(R2_PRIVATE_BUCKET)
        self._client = s3_client(settings)
        self._multipart = Multipart(self._client, self._bucket)

    async def put(self, key: str, data: bytes) -> None:
        there(await asked(partial(self._client.put_object, Bucket=self._bucket, Key=key, Body=data)))

    async def size(self, key: str) -> int | None:
        """None when there is no such file."""
        found = await asked(partial(self._client.head_object, Bucket=self._bucket, Key=key))
        return found["ContentLength"] if found else None

    async def read(self, key: str, first: int, last: int, *, bucket: str = "") -> bytes | None:
        """Bytes `first` to `last`, both included. None when there is no such file, or it is too short."""

        def read() -> bytes:
            span = f"bytes={first}-{last}"
            found = self._client.get_object(Bucket=bucket or self._bucket, Key=key, Range=span)
            with found["Body"] as body:
                return body.read(last - first + 2)

        data = await asked(read)
        return data if data is not None and len(data) == last - first + 1 else None

    async def presign_download(self, key: str, *, file_name: str) -> str:
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            "ResponseContentType": "application/zip",
            "ResponseCacheControl": "no-store",
        }
        make = self._client.generate_presigned_url
        return there(await asked(partial(make, "get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS)))

    async def upload_of(self, key: str) -> str | None:
        """The upload of this file that was begun and neither completed nor given up."""
        return next((upload_id for name, upload_id in await self._multipart.begun(key) if name == key), None)

    async def begin_upload(self, key: str) -> str:
        return await self._multipart.begin(key, media_type="application/zip")

    async def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> bool:
        """The same part again replaces itself. False: the upload is gone."""
        put = partial(self._client.upload_part, Bucket=self._bucket, Key=key, UploadId=upload_id)
        return await asked(partial(put, PartNumber=number, Body=data)) is not None

    async def complete_upload(self, key: str, upload_id: str, parts: int) -> bool:
        """False, and nothing is changed, when R2 does not have exactly so many parts."""
        known = await self._multipart.parts(key, upload_id) or []
        if [part.number for part in known] != list(range(1, parts + 1)):
            return False
        return await self._multipart.complete(key, upload_id, known)

    async def empty(self, folder: str) -> None:
        """Nothing is left below, also of uploads that were never completed."""
        await self._multipart.abort_all(folder)
        while keys := await self._keys(folder):
            for key in keys:
                await asked(partial(self._client.delete_object, Bucket=self._bucket, Key=key))

    async def _keys(self, prefix: str) -> list[str]:
        call = partial(self._client.list_objects_v2, Bucket=self._bucket, Prefix=prefix, MaxKeys=_PAGE)
        return [entry["Key"] for entry in there(await asked(call)).get("Contents", [])]
