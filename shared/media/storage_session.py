"""botocore's HTTP, held to one place. By itself it takes proxies from the environment, and follows S3's word about
the region of a bucket to another host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ResponseStreamingError
from botocore.httpsession import URLLib3Session
from botocore.response import StreamingBody

from shared.egress import admit
from shared.settings import R2_ENDPOINT, Settings
from shared.subprocessors import CLOUDFLARE

CONNECT_SECONDS = 5
READ_SECONDS = 10
ATTEMPTS = 2
# What R2 says about a refusal is a few hundred bytes of XML.
MOST_ERROR_BYTES = 64_000

type Send = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A body that has been read, in the form in which botocore reads one."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def sender(endpoint: str) -> Send:
    """For botocore's event before-send: what a handler returns is the answer, and botocore sends nothing itself."""
    settings = Settings({R2_ENDPOINT.name: endpoint})
    # Any: the stubs know neither of the two timeouts that it takes.
    timeouts: Any = (CONNECT_SECONDS, READ_SECONDS)
    session = URLLib3Session(proxies={}, timeout=timeouts)

    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        admit(httpx.URL(request.url), settings, [CLOUDFLARE])
        is_file, request.stream_output = request.stream_output, True
        answer = session.send(request)
        # A file is read by Storage.read_range, which knows how much it wants.
        return answer if is_file and answer.status_code < 300 else _read(answer)

    return send


def _read(answer: AWSResponse) -> AWSResponse:
    unknown_length: Any = None
    body = StreamingBody(answer.raw, unknown_length).read(MOST_ERROR_BYTES + 1)
    if len(body) > MOST_ERROR_BYTES:
        answer.raw.close()
        raise ResponseStreamingError(error="answer too large")
    headers: Any = answer.headers
    return AWSResponse(answer.url, answer.status_code, headers, _Whole(body))
