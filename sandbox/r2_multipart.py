"""What R2 wants of uploads in parts, and moto does not: parts of one size but for the last, and an answer for an upload
that is gone. The list of parts is made here: moto takes the number behind which it goes on for a count.

Source: https://developers.cloudflare.com/r2/objects/multipart-objects/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from sandbox.r2_signature import SignedRequest

type Refusal = tuple[int, str, str]

_MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class _Part:
    byte_size: int
    etag: str


@dataclass(frozen=True, slots=True)
class _Upload:
    path: str
    parts: dict[int, _Part] = field(default_factory=dict)


class Uploads:
    def __init__(self) -> None:
        self._under_way: dict[str, _Upload] = {}

    def refusal(self, arrived: SignedRequest) -> Refusal | None:
        """Of a request about an upload that is none, or is another file's; or that would join what R2 does not."""
        query = _query(arrived)
        if "uploadId" not in query:
            return None
        upload = self._under_way.get(query["uploadId"])
        if upload is None or upload.path != urlsplit(arrived.target).path:
            return 404, "NoSuchUpload", "The specified multipart upload does not exist."
        if arrived.method == "POST" and _is_uneven(upload, arrived.body):
            return 400, "InvalidPart", "All non-trailing parts must have the same length."
        return None

    def note(self, arrived: SignedRequest, answer: Response) -> None:
        """Remembers what succeeded."""
        if answer.status_code >= 300:
            return
        query = _query(arrived)
        match arrived.method, query.get("uploadId"):
            case "POST", None if "uploads" in query:
                (upload_id,) = re.findall("<UploadId>([^<]+)</UploadId>", answer.get_data(as_text=True))
                self._under_way[upload_id] = _Upload(urlsplit(arrived.target).path)
            case "PUT", str(upload_id):
                part = _Part(len(arrived.body), answer.headers["etag"])
                self._under_way[upload_id].parts[int(query["partNumber"])] = part
            case "POST" | "DELETE", str(upload_id):
                del self._under_way[upload_id]

    def listed(self, arrived: SignedRequest) -> Response | None:
        """None when it was not the parts of an upload that were asked for."""
        query = _query(arrived)
        if arrived.method != "GET" or "uploadId" not in query:
            return None
        upload, marker = self._under_way[query["uploadId"]], int(query.get("part-number-marker", 0))
        behind = {number: part for number, part in sorted(upload.parts.items()) if number > marker}
        most = min(int(query.get("max-parts", _MOST_LISTED)), _MOST_LISTED)
        shown = dict(list(behind.items())[:most])
        return Response(_page(upload, query, shown, is_cut=len(shown) < len(behind)), mimetype="application/xml")


def _query(arrived: SignedRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(arrived.target).query, keep_blank_values=True))


def _is_uneven(upload: _Upload, body: bytes) -> bool:
    numbers = map(int, re.findall(rb"<PartNumber>(\d+)</PartNumber>", body))
    *full, last = [upload.parts[number].byte_size for number in numbers if number in upload.parts] or [0]
    return len({*full}) > 1 or last > max(full, default=last)


def _page(upload: _Upload, query: Mapping[str, str], shown: Mapping[int, _Part], *, is_cut: bool) -> str:
    bucket, _, key = unquote(upload.path).lstrip("/").partition("/")
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(part.etag)}</ETag><Size>{part.byte_size}</Size></Part>"
        for number, part in shown.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Bucket>{escape(bucket)}</Bucket><Key>{escape(key)}</Key><UploadId>{escape(query['uploadId'])}</UploadId>"
        f"<NextPartNumberMarker>{max(shown, default=0)}</NextPartNumberMarker>"
        f"<IsTruncated>{str(is_cut).lower()}</IsTruncated>{parts}</ListPartsResult>"
    )
