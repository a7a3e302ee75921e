"""Uploads in parts. R2 itself remembers which parts it has, and an upload that was begun is found again by its key.

R2 wants all parts but the last to be of one size, 5 MiB at the least.
Source: https://developers.cloudflare.com/r2/objects/multipart-objects/
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from shared.media.storage_client import asked, there

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# What is read of one answer that is no file is bounded in storage_session.py.
_PAGE = 100


class StoredPart(NamedTuple):
    number: int
    byte_size: int
    etag: str


class Multipart:
    """Of one bucket. Everything raises Refused when storage does not answer."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._bucket = bucket
        self._client = client

    async def begin(self, key: str, *, media_type: str) -> str:
        begin = partial(self._client.create_multipart_upload, Bucket=self._bucket, Key=key, ContentType=media_type)
        return there(await asked(begin))["UploadId"]

    async def parts(self, key: str, upload_id: str) -> list[StoredPart] | None:
        """In their order. None: the upload is gone."""
        known: list[StoredPart] = []
        list_parts = partial(self._client.list_parts, Bucket=self._bucket, Key=key, UploadId=upload_id)
        while True:
            marker = known[-1].number if known else 0
            page = await asked(partial(list_parts, MaxParts=_PAGE, PartNumberMarker=marker))
            if page is None:
                return None
            found = page.get("Parts", [])
            known += [StoredPart(part["PartNumber"], part["Size"], part["ETag"]) for part in found]
            if not found or not page.get("IsTruncated"):
                return known

    async def complete(
        self, key: str, upload_id: str, parts: Sequence[StoredPart], *, create_only: bool = False
    ) -> bool:
        """False: the upload is gone, or with `create_only` a file is there under the key already, and stays."""
        complete = partial(self._client.complete_multipart_upload, Bucket=self._bucket, Key=key, UploadId=upload_id)
        if create_only:
            complete = partial(complete, IfNoneMatch="*")
        listed: list[CompletedPartTypeDef] = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        return await asked(partial(complete, MultipartUpload={"Parts": listed}), none=(404, 412)) is not None

    async def abort(self, key: str, upload_id: str) -> None:
        """What is gone already is a success. Its parts go with it."""
        await asked(partial(self._client.abort_multipart_upload, Bucket=self._bucket, Key=key, UploadId=upload_id))

    async def begun(self, prefix: str) -> list[tuple[str, str]]:
        """Key and id of uploads that were neither completed nor given up: some of them, none when there are none."""
        call = partial(self._client.list_multipart_uploads, Bucket=self._bucket, Prefix=prefix, MaxUploads=_PAGE)
        return [(upload["Key"], upload["UploadId"]) for upload in there(await asked(call)).get("Uploads", [])]

    async def abort_all(self, prefix: str) -> None:
        while uploads := await self.begun(prefix):
            for key, upload_id in uploads:
                await self.abort(key, upload_id)
