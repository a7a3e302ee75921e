"""A strict R2: moto stores the objects, a gate in front checks what moto does not."""

from __future__ import annotations

import argparse
import base64
import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.datastructures import Headers
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from sandbox.r2_multipart import Uploads
from sandbox.r2_signature import SignatureError, SignedRequest, is_signed, verify

# Moto checks no signature, but it keeps a private object from a request that carries none.
ALREADY_CHECKED = "AWS4-HMAC-SHA256 Credential=gate/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"

CORS_METHODS = ("PUT",)
CORS_HEADERS = frozenset({"content-type", "x-amz-checksum-sha256", "if-none-match"})


@dataclass(frozen=True, slots=True)
class R2Config:
    """`public_prefix` is the URL path below which single objects can be read without a signature.

    It stands in for the custom domain of the bucket. Left empty it is the entire bucket. `private_bucket` has none.
    """

    bucket: str
    access_key_id: str
    secret_access_key: str
    public_prefix: str = ""
    cors_origins: tuple[str, ...] = ()
    private_bucket: str = ""

    @property
    def public_path(self) -> str:
        return f"/{(self.public_prefix or self.bucket).strip('/')}/"


class Gate:
    def __init__(self, config: R2Config) -> None:
        self._config = config
        self._store = Client(DomainDispatcherApplication(create_backend_app), use_cookies=False)
        self._put_lock = threading.Lock()
        self._uploads = Uploads()
        for bucket in filter(None, (config.bucket, config.private_bucket)):
            self._forward("PUT", f"/{bucket}")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        self._add_cors(request, response)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._preflight(request)
        if request.method == "PUT" and request.content_length is None:
            return failure(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        arrived = _arrived(request)
        if len(arrived.body) != (request.content_length or 0):
            return failure(400, "IncompleteBody", "The body is shorter than Content-Length.")
        if not is_signed(arrived):
            return self._public(request, arrived)
        try:
            verify(arrived, self._config.access_key_id, self._config.secret_access_key)
        except SignatureError as refusal:
            return failure(refusal.status, refusal.code, str(refusal))
        return self._kept(arrived) if request.method in ("PUT", "POST", "DELETE") else self._read(arrived)

    def _read(self, arrived: SignedRequest) -> Response:
        if (refusal := self._uploads.refusal(arrived)) is not None:
            return failure(*refusal)
        return self._uploads.listed(arrived) or self._stored(arrived)

    def _public(self, request: Request, arrived: SignedRequest) -> Response:
        path = urlsplit(arrived.target).path
        below = path.startswith(self._config.public_path) and path != self._config.public_path
        if request.method not in ("GET", "HEAD") or not below or ".." in unquote(path).split("/"):
            return failure(403, "AccessDenied", "Access Denied")
        # A custom domain serves objects only: the query string selects nothing.
        headers = {name: arrived.headers[name] for name in ("range", "if-none-match") if name in arrived.headers}
        return self._forward(request.method, path, headers)

    def _kept(self, arrived: SignedRequest) -> Response:
        """One write at a time: what was looked at before it is still so."""
        if arrived.method == "PUT" and (problem := checksum_problem(arrived)) is not None:
            return problem
        with self._put_lock:
            if arrived.headers.get("if-none-match") == "*" and self._exists(arrived):
                return failure(412, "PreconditionFailed", "At least one of the pre-conditions did not hold.")
            if (refusal := self._uploads.refusal(arrived)) is not None:
                return failure(*refusal)
            answer = self._stored(arrived)
            self._uploads.note(arrived, answer)
            return answer

    def _exists(self, arrived: SignedRequest) -> bool:
        return self._forward("HEAD", urlsplit(arrived.target).path).status_code == 200

    def _stored(self, arrived: SignedRequest) -> Response:
        dropped = {"authorization", "host", "if-none-match", "content-length"}
        kept = {name: value for name, value in arrived.headers.items() if name not in dropped}
        if "x-amz-checksum-sha256" in kept:
            kept["x-amz-sdk-checksum-algorithm"] = "SHA256"
        return self._forward(arrived.method, _unsigned_target(arrived.target), kept, arrived.body)

    def _forward(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
        parts = urlsplit(target)
        builder = EnvironBuilder(
            path=unquote(parts.path),
            query_string=parts.query,
            method=method,
            headers=Headers([*(headers or {}).items(), ("authorization", ALREADY_CHECKED)]),
            data=body,
            base_url="http://s3.us-east-1.amazonaws.com/",
            environ_overrides={"RAW_URI": target, "REQUEST_URI": target},
        )
        answer = self._store.open(builder)
        return _without_cors(answer)

    def _preflight(self, request: Request) -> Response:
        wanted = request.headers.get("access-control-request-headers", "")
        names = {name.strip().lower() for name in wanted.split(",") if name.strip()}
        allowed = (
            request.headers.get("origin") in self._config.cors_origins
            and request.headers.get("access-control-request-method") in CORS_METHODS
            and names <= CORS_HEADERS
        )
        if not allowed:
            return failure(403, "Forbidden", "CORS is not configured for this request.")
        response = Response(status=204)
        response.headers["access-control-allow-methods"] = ", ".join(CORS_METHODS)
        response.headers["access-control-allow-headers"] = ", ".join(sorted(CORS_HEADERS))
        response.headers["access-control-max-age"] = "600"
        return response

    def _add_cors(self, request: Request, response: Response) -> None:
        origin = request.headers.get("origin")
        if origin in self._config.cors_origins:
            response.headers["access-control-allow-origin"] = origin
            response.headers["vary"] = "Origin"


def checksum_problem(arrived: SignedRequest) -> Response | None:
    declared = arrived.headers.get("x-amz-checksum-sha256")
    actual = base64.b64encode(hashlib.sha256(arrived.body).digest()).decode()
    if declared is None or declared == actual:
        return None
    return failure(400, "BadDigest", "The SHA256 you specified did not match what we received.")


def failure(status: int, code: str, message: str) -> Response:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    )
    return Response(body, status, mimetype="application/xml")


def _arrived(request: Request) -> SignedRequest:
    target = request.environ.get("RAW_URI") or request.full_path
    headers = {name.lower(): value for name, value in request.headers.items()}
    return SignedRequest(request.method, str(target), headers, request.get_data())


def _unsigned_target(target: str) -> str:
    """Moto checks expiry against its own clock and understands none of our regions; the gate has decided."""
    parts = urlsplit(target)
    authentication = ("X-Amz-Algorithm=", "X-Amz-Credential=", "X-Amz-Date=", "X-Amz-Expires=", "X-Amz-Sig")
    kept = [pair for pair in parts.query.split("&") if pair and not pair.startswith(authentication)]
    return parts.path + (f"?{'&'.join(kept)}" if kept else "")


def _without_cors(answer: Response) -> Response:
    hidden = [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    for name in hidden:
        answer.headers.pop(name, None)
    return answer


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a URL may carry a signature."""


class R2Server:
    """`with R2Server(config) as r2: r2.url` for programs; `serve_forever` for the command line."""

    def __init__(self, config: R2Config, port: int = 0) -> None:
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, Gate(config), threaded=True, request_handler=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> R2Server:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()

    def serve_forever(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> R2Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="sandbox.r2", description="A strict local R2.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--private-bucket", default="", help="a second bucket, of which nothing is public")
    parser.add_argument("--access-key-id", required=True)
    parser.add_argument("--secret-access-key", required=True)
    parser.add_argument("--public-prefix", default="", help="URL path readable without a signature")
    parser.add_argument("--cors-origin", action="append", default=[])
    options = parser.parse_args(arguments)
    config = R2Config(
        options.bucket,
        options.access_key_id,
        options.secret_access_key,
        options.public_prefix,
        tuple(options.cors_origin),
        options.private_bucket,
    )
    R2Server(config, options.port).serve_forever()


if __name__ == "__main__":
    main()
