"""The private bucket: no public domain leads to it, and its owner reads a file by an address that we sign for minutes.

What belongs together lies in one folder, so that it can be removed without knowing what it holds. A large file is
written in parts of one size, which R2 wants, over as many function calls as it takes: R2 itself remembers which parts
it has, and an upload that was begun is found again by its key.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shared.errors import Refused
from shared.media.storage import asked, s3_client
from shared.settings import R2_PRIVATE_BUCKET, Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# Seconds in which a download must begin.
DOWNLOAD_SECONDS = 300
# What is read of one answer that is no file is bounded in storage_session.py.
_PAGE = 100


class PrivateStorage:
    """Everything raises Refused when storage does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.text(R2_PRIVATE_BUCKET)
        self._client = s3_client(settings)

    async def put(self, key: str, data: bytes) -> None:
        _there(await asked(partial(self._client.put_object, Bucket=self._bucket, Key=key, Body=data)))

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
        return _there(await asked(partial(make, "get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS)))

    async def upload_of(self, key: str) -> str | None:
        """The upload of this file that was begun and neither completed nor given up."""
        return next((upload_id for name, upload_id in await self._uploads(key) if name == key), None)

    async def begin_upload(self, key: str) -> str:
        begin = partial(self._client.create_multipart_upload, Bucket=self._bucket, Key=key)
        return _there(await asked(begin))["UploadId"]

    async def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> bool:
        """The same part again replaces itself. False: the upload is gone."""
        put = partial(self._client.upload_part, Bucket=self._bucket, Key=key, UploadId=upload_id)
        return await asked(partial(put, PartNumber=number, Body=data)) is not None

    async def complete_upload(self, key: str, upload_id: str, parts: int) -> bool:
        """False, and nothing is changed, when R2 does not have exactly so many parts."""
        known = await self._parts(key, upload_id)
        if [part.get("PartNumber") for part in known] != list(range(1, parts + 1)):
            return False
        complete = partial(self._client.complete_multipart_upload, Bucket=self._bucket, Key=key, UploadId=upload_id)
        return await asked(partial(complete, MultipartUpload={"Parts": known})) is not None

    async def empty(self, folder: str) -> None:
        """Nothing is left below, also of uploads that were never completed."""
        while uploads := await self._uploads(folder):
            for key, upload_id in uploads:
                abort = self._client.abort_multipart_upload
                await asked(partial(abort, Bucket=self._bucket, Key=key, UploadId=upload_id))
        while keys := await self._keys(folder):
            for key in keys:
                await asked(partial(self._client.delete_object, Bucket=self._bucket, Key=key))

    async def _uploads(self, prefix: str) -> list[tuple[str, str]]:
        call = partial(self._client.list_multipart_uploads, Bucket=self._bucket, Prefix=prefix, MaxUploads=_PAGE)
        return [(upload["Key"], upload["UploadId"]) for upload in _there(await asked(call)).get("Uploads", [])]

    async def _keys(self, prefix: str) -> list[str]:
        call = partial(self._client.list_objects_v2, Bucket=self._bucket, Prefix=prefix, MaxKeys=_PAGE)
        return [entry["Key"] for entry in _there(await asked(call)).get("Contents", [])]

    async def _parts(self, key: str, upload_id: str) -> list[CompletedPartTypeDef]:
        known: dict[int, CompletedPartTypeDef] = {}
        while True:
            call = partial(self._client.list_parts, Bucket=self._bucket, Key=key, UploadId=upload_id, MaxParts=_PAGE)
            found = await asked(partial(call, PartNumberMarker=max(known, default=0)))
            page = found.get("Parts", []) if found else []
            known |= {part["PartNumber"]: {"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in page}
            if len(page) < _PAGE:
                return [known[number] for number in sorted(known)]


def _there[Found](found: Found | None) -> Found:
    """Where "no such thing" can only mean the bucket, somebody has to look after it."""
    if found is None:
        raise Refused("storage_unavailable", retry_after=60)
    return found
