"""AWS Signature Version 4 for S3, checked by computing it again with botocore."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGIONS = frozenset({"auto", "us-east-1"})
ALGORITHM = "AWS4-HMAC-SHA256"
STAMP = "%Y%m%dT%H%M%SZ"
CLOCK_SKEW = 15 * 60
LONGEST_EXPIRY = 7 * 86400

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*"
    r"Signature=(?P<signature>\w+)"
)


class SignatureError(Exception):
    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it arrived: the raw target, not the decoded one, is what was signed."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Claim:
    credential: str
    signed_headers: list[str]
    signature: str
    stamp: str


def is_signed(request: SignedRequest) -> bool:
    return "authorization" in request.headers or "X-Amz-Signature" in _query(request)


def verify(request: SignedRequest, key_id: str, secret: str, now: datetime | None = None) -> None:
    moment = now or datetime.now(UTC)
    presigned = "X-Amz-Signature" in _query(request)
    claim = _presigned_claim(request, moment) if presigned else _header_claim(request, moment)
    expected = _signature(request, claim, Credentials(key_id, secret), presigned)
    if not claim.credential.startswith(f"{key_id}/"):
        raise SignatureError("InvalidAccessKeyId", "The access key id is not known.")
    if not hmac.compare_digest(expected, claim.signature):
        raise SignatureError("SignatureDoesNotMatch", "The request signature does not match.")
    if not presigned:
        _check_payload(request)


def _query(request: SignedRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))


def _header_claim(request: SignedRequest, now: datetime) -> _Claim:
    match = _AUTHORIZATION.fullmatch(request.headers["authorization"])
    stamp = request.headers.get("x-amz-date", "")
    if match is None:
        raise SignatureError("AuthorizationHeaderMalformed", "Only Signature Version 4 is supported.", 400)
    if abs((now - _moment(stamp)).total_seconds()) > CLOCK_SKEW:
        raise SignatureError("RequestTimeTooSkewed", "The request time is too far from the server's.")
    return _Claim(match["credential"], match["headers"].split(";"), match["signature"], stamp)


def _presigned_claim(request: SignedRequest, now: datetime) -> _Claim:
    query = _query(request)
    stamp, lifetime = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != ALGORITHM or not lifetime.isdigit():
        raise SignatureError("AuthorizationQueryParametersError", "The query authentication is incomplete.", 400)
    if not 1 <= int(lifetime) <= LONGEST_EXPIRY:
        raise SignatureError("AuthorizationQueryParametersError", "X-Amz-Expires must be 1 to 604800.", 400)
    age = (now - _moment(stamp)).total_seconds()
    if age > int(lifetime) or age < -CLOCK_SKEW:
        raise SignatureError("AccessDenied", "Request has expired")
    headers = query.get("X-Amz-SignedHeaders", "").split(";")
    return _Claim(query.get("X-Amz-Credential", ""), headers, query["X-Amz-Signature"], stamp)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("AccessDenied", "The request has no valid date.") from error


def _signature(request: SignedRequest, claim: _Claim, credentials: Credentials, presigned: bool) -> str:
    scope = claim.credential.split("/")
    if len(scope) != 5 or scope[1] != claim.stamp[:8] or scope[3:] != ["s3", "aws4_request"] or scope[2] not in REGIONS:
        raise SignatureError("AuthorizationHeaderMalformed", "The credential scope is not for this store.", 400)
    kind = S3SigV4QueryAuth if presigned else S3SigV4Auth
    auth = kind(credentials, "s3", scope[2])
    signable = AWSRequest(request.method, _url(request), headers=_signed_headers(request, claim))
    signable.context["timestamp"] = claim.stamp
    text = auth.string_to_sign(signable, auth.canonical_request(signable))
    return str(auth.signature(text, signable))


def _url(request: SignedRequest) -> str:
    parts = urlsplit(request.target)
    kept = [pair for pair in parts.query.split("&") if pair and not pair.startswith("X-Amz-Signature=")]
    return f"http://{request.headers.get('host', '')}{parts.path}" + (f"?{'&'.join(kept)}" if kept else "")


def _signed_headers(request: SignedRequest, claim: _Claim) -> dict[str, str]:
    missing = [name for name in claim.signed_headers if name not in request.headers]
    if missing or "host" not in claim.signed_headers:
        raise SignatureError("AccessDenied", f"A signed header is missing: {', '.join(missing) or 'host'}")
    extra = [name for name in request.headers if name.startswith("x-amz-") and name not in claim.signed_headers]
    if extra:
        raise SignatureError("AccessDenied", f"A header is present that was not signed: {', '.join(extra)}")
    return {name: request.headers[name] for name in claim.signed_headers}


def _check_payload(request: SignedRequest) -> None:
    """The signature covers this header; the header must tell the truth about the body."""
    declared = request.headers.get("x-amz-content-sha256", "")
    if declared.startswith("STREAMING-"):
        raise SignatureError("NotImplemented", "Chunked uploads with trailers are not implemented.", 501)
    if declared not in ("UNSIGNED-PAYLOAD", hashlib.sha256(request.body).hexdigest()):
        raise SignatureError("XAmzContentSHA256Mismatch", "The body does not match x-amz-content-sha256.", 400)
