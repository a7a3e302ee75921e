from __future__ import annotations

import base64
import hashlib
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.r2 import R2Config, R2Server

BUCKET = "media"
BODY = b"not really a picture"
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
ORIGIN = "http://localhost:3000"
HEADERS = {"content-type": "image/jpeg", "x-amz-checksum-sha256": SHA256, "if-none-match": "*"}


@pytest.fixture(scope="module")
def server() -> Iterator[R2Server]:
    config = R2Config(BUCKET, "KEYID", "SECRET", f"/{BUCKET}/public/", (ORIGIN,), "hidden")
    with R2Server(config) as server:
        yield server


def s3(server: R2Server, secret: str = "SECRET", **config: Any) -> Any:
    kept = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
    return boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id="KEYID",
        aws_secret_access_key=secret,
        region_name="auto",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, **kept | config),
    )


@pytest.fixture
def key() -> str:
    return f"public/{secrets.token_hex(8)}/a b+ü.jpg"


def presigned(server: R2Server, key: str, lifetime: int = 60) -> str:
    pinned = {"ContentType": "image/jpeg", "ContentLength": len(BODY), "ChecksumSHA256": SHA256, "IfNoneMatch": "*"}
    return str(
        s3(server).generate_presigned_url(
            "put_object", Params={"Bucket": BUCKET, "Key": key, **pinned}, ExpiresIn=lifetime
        )
    )


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.text.partition("<Code>")[2].partition("</Code>")[0]


def public_url(server: R2Server, key: str) -> str:
    return str(httpx.URL(server.url).copy_with(path=f"/{BUCKET}/{key}"))


def test_a_presigned_upload_can_be_read_by_everybody_as_it_was(server: R2Server, key: str) -> None:
    assert httpx.put(presigned(server, key), content=BODY, headers=HEADERS).status_code == 200
    answer = httpx.get(public_url(server, key))
    assert (answer.content, answer.headers["content-type"]) == (BODY, "image/jpeg")
    part = httpx.get(public_url(server, key), headers={"range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, BODY[4:10])
    assert part.headers["content-range"] == f"bytes 4-9/{len(BODY)}"
    head = httpx.head(public_url(server, key))
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(BODY)))


def test_an_existing_object_is_never_overwritten(server: R2Server, key: str) -> None:
    url = presigned(server, key)
    httpx.put(url, content=BODY, headers=HEADERS)
    assert code(httpx.put(url, content=BODY, headers=HEADERS)) == (412, "PreconditionFailed")


def test_of_many_uploads_at_once_one_wins(server: R2Server, key: str) -> None:
    url = presigned(server, key)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: httpx.put(url, content=BODY, headers=HEADERS).status_code, range(8)))
    assert sorted(statuses) == [200] + [412] * 7


def test_other_bytes_of_the_same_length_are_refused(server: R2Server, key: str) -> None:
    other = BODY[::-1]
    assert code(httpx.put(presigned(server, key), content=other, headers=HEADERS)) == (400, "BadDigest")
    assert httpx.get(public_url(server, key)).status_code == 404


@pytest.mark.parametrize("name", ["content-type", "x-amz-checksum-sha256", "if-none-match"])
def test_every_signed_header_is_needed_and_fixed(server: R2Server, key: str, name: str) -> None:
    url = presigned(server, key)
    without = {key: value for key, value in HEADERS.items() if key != name}
    assert httpx.put(url, content=BODY, headers=without).status_code == 403
    assert code(httpx.put(url, content=BODY, headers=HEADERS | {name: "other"})) == (403, "SignatureDoesNotMatch")


def test_no_other_amz_header_can_be_slipped_in(server: R2Server, key: str) -> None:
    headers = HEADERS | {"x-amz-meta-note": "hello"}
    assert code(httpx.put(presigned(server, key), content=BODY, headers=headers)) == (403, "AccessDenied")


def test_another_length_is_refused(server: R2Server, key: str) -> None:
    url = presigned(server, key)
    assert code(httpx.put(url, content=BODY + b"!", headers=HEADERS)) == (403, "SignatureDoesNotMatch")
    chunked = httpx.put(url, content=iter([BODY]), headers=HEADERS)
    assert code(chunked) == (411, "MissingContentLength")


def test_a_presigned_url_expires(server: R2Server, key: str) -> None:
    url = presigned(server, key, lifetime=1)
    time.sleep(2.1)
    assert code(httpx.put(url, content=BODY, headers=HEADERS)) == (403, "AccessDenied")


def test_a_presigned_url_is_for_one_object_and_one_method(server: R2Server, key: str) -> None:
    url = presigned(server, key)
    assert httpx.put(url.replace("/public/", "/other/"), content=BODY, headers=HEADERS).status_code == 403
    assert httpx.delete(url, headers=HEADERS).status_code == 403
    assert httpx.put(url + "&x=1", content=BODY, headers=HEADERS).status_code == 403


def test_a_key_that_signs_can_do_everything(server: R2Server, key: str) -> None:
    client = s3(server)
    client.put_object(Bucket=BUCKET, Key=key, Body=BODY, ContentType="image/jpeg", ChecksumSHA256=SHA256)
    head = client.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert (head["ContentType"], head["ContentLength"]) == ("image/jpeg", len(BODY))
    assert head["ChecksumSHA256"] == SHA256
    assert client.get_object(Bucket=BUCKET, Key=key, Range="bytes=0-2")["Body"].read() == BODY[:3]
    assert [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix=key)["Contents"]] == [key]
    client.delete_object(Bucket=BUCKET, Key=key)
    assert httpx.get(public_url(server, key)).status_code == 404


@pytest.mark.parametrize(
    ("sizes", "is_taken"),
    [((5 << 20, 5 << 20, 7), True), ((5 << 20,), True), ((5 << 20, 6 << 20, 7), False), ((5 << 20, 6 << 20), False)],
)
def test_the_parts_of_an_upload_must_be_of_one_size(
    server: R2Server, key: str, sizes: tuple[int, ...], is_taken: bool
) -> None:
    """As R2 wants it, and S3 does not."""
    client = s3(server)
    place = {"Bucket": BUCKET, "Key": key}
    place["UploadId"] = client.create_multipart_upload(**place)["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": client.upload_part(**place, PartNumber=number, Body=bytes(size))["ETag"]}
        for number, size in enumerate(sizes, 1)
    ]
    if is_taken:
        client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
        assert client.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == sum(sizes)
    else:
        with pytest.raises(ClientError, match="InvalidPart"):
            client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})


def begun(client: Any, key: str) -> dict[str, str]:
    place = {"Bucket": BUCKET, "Key": key}
    return place | {"UploadId": client.create_multipart_upload(**place)["UploadId"]}


def gone(call: Any, **place: Any) -> bool:
    with pytest.raises(ClientError) as refused:
        call(**place)
    return bool(refused.value.response["Error"]["Code"] == "NoSuchUpload")


def test_an_upload_that_is_over_takes_no_part_and_lists_none(server: R2Server, key: str) -> None:
    client = s3(server)
    completed, aborted = begun(client, key), begun(client, f"{key}.2")
    etag = client.upload_part(**completed, PartNumber=1, Body=BODY)["ETag"]
    joined = {**completed, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}}
    client.complete_multipart_upload(**joined)
    client.abort_multipart_upload(**aborted)

    for place in (completed, aborted, {**begun(client, key), "Key": "another"}):
        assert gone(client.upload_part, **place, PartNumber=1, Body=BODY)
        assert gone(client.list_parts, **place)
        assert gone(client.abort_multipart_upload, **place)
    assert gone(client.complete_multipart_upload, **joined)


def test_of_an_upload_that_was_refused_nothing_is_forgotten(server: R2Server, key: str) -> None:
    client = s3(server)
    place = begun(client, key)
    sizes = {1: 5 << 20, 2: 6 << 20, 3: 7}
    tags = {
        number: client.upload_part(**place, PartNumber=number, Body=bytes(sizes[number]))["ETag"] for number in sizes
    }
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in tags.items()]
    for _ in range(2):
        with pytest.raises(ClientError, match="InvalidPart"):
            client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})

    parts[1]["ETag"] = client.upload_part(**place, PartNumber=2, Body=bytes(5 << 20))["ETag"]
    client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert client.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == (10 << 20) + 7


def test_joined_parts_replace_no_file_if_they_must_not(server: R2Server, key: str) -> None:
    client = s3(server)
    place = begun(client, key)
    etag = client.upload_part(**place, PartNumber=1, Body=b"other")["ETag"]
    client.put_object(Bucket=BUCKET, Key=key, Body=BODY)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.complete_multipart_upload(
            **place, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}, IfNoneMatch="*"
        )
    assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == BODY


def test_parts_are_listed_behind_a_number_also_with_gaps(server: R2Server, key: str) -> None:
    client = s3(server)
    place = begun(client, key)
    for number in (9, 2, 4, 7):
        client.upload_part(**place, PartNumber=number, Body=bytes(number))
    first = client.list_parts(**place, MaxParts=2)
    second = client.list_parts(**place, MaxParts=2, PartNumberMarker=first["NextPartNumberMarker"])

    assert [(part["PartNumber"], part["Size"]) for part in first["Parts"]] == [(2, 2), (4, 4)]
    assert [part["PartNumber"] for part in second["Parts"]] == [7, 9]
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    assert "Parts" not in client.list_parts(**place, PartNumberMarker=9)


def test_a_presigned_part_is_for_one_number_of_one_upload_and_of_one_length(server: R2Server, key: str) -> None:
    client = s3(server)
    place, other = begun(client, key), begun(client, key)
    pinned = {**place, "PartNumber": 3, "ContentLength": len(BODY)}
    url = client.generate_presigned_url("upload_part", Params=pinned, ExpiresIn=60)
    for changed in (
        url.replace("partNumber=3", "partNumber=4"),
        url.replace(place["UploadId"], other["UploadId"]),
        url.replace("/public/", "/other/"),
        url.replace("&partNumber=3", ""),
    ):
        assert changed != url
        assert code(httpx.put(changed, content=BODY)) == (403, "SignatureDoesNotMatch")
    assert code(httpx.put(url, content=BODY + b"!")) == (403, "SignatureDoesNotMatch")
    assert httpx.put(url, content=BODY).status_code == 200
    assert [part["PartNumber"] for part in client.list_parts(**place)["Parts"]] == [3]


def test_of_the_private_bucket_nothing_is_public(server: R2Server) -> None:
    s3(server).put_object(Bucket="hidden", Key="public/file.zip", Body=BODY)
    assert httpx.get(f"{server.url}/hidden/public/file.zip").status_code == 403


def test_a_wrong_secret_can_do_nothing(server: R2Server, key: str) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        s3(server, secret="WRONG").put_object(Bucket=BUCKET, Key=key, Body=BODY)


def test_without_a_signature_only_public_objects_can_be_read(server: R2Server) -> None:
    s3(server).put_object(Bucket=BUCKET, Key="private/secret.txt", Body=BODY)
    s3(server).put_object(Bucket=BUCKET, Key="public/open.txt", Body=BODY)
    reads = ["/", f"/{BUCKET}", f"/{BUCKET}/", f"/{BUCKET}?list-type=2", f"/{BUCKET}/public/", "/moto-api/data.json"]
    hidden = [*reads, f"/{BUCKET}/private/secret.txt", f"/{BUCKET}/public/%2e%2e/private/secret.txt"]
    for path in hidden:
        assert httpx.get(server.url + path).status_code == 403, path
    assert httpx.get(f"{server.url}/{BUCKET}/public/open.txt?acl").content == BODY
    for method in ("PUT", "POST", "DELETE"):
        assert httpx.request(method, f"{server.url}/{BUCKET}/public/open.txt").status_code == 403


def test_a_browser_may_upload_from_our_origin_only(server: R2Server, key: str) -> None:
    wanted = {
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type,x-amz-checksum-sha256,if-none-match",
    }
    url = presigned(server, key)
    preflight = httpx.options(url, headers={"origin": ORIGIN, **wanted})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, ORIGIN)
    foreign = httpx.options(url, headers={"origin": "https://evil.test", **wanted})
    assert foreign.status_code == 403
    assert "access-control-allow-origin" not in foreign.headers
    put = httpx.put(url, content=BODY, headers={**HEADERS, "origin": ORIGIN})
    assert put.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-expose-headers" not in put.headers, "the rule of the README names none"


def test_it_starts_from_the_command_line(tmp_path: object) -> None:
    with R2Server(R2Config("x", "a", "b")) as probe:
        port = int(probe.url.rpartition(":")[2])
    command = [sys.executable, "-m", "sandbox.r2", "--port", str(port), "--bucket", BUCKET]
    process = subprocess.Popen([*command, "--access-key-id", "KEYID", "--secret-access-key", "SECRET"])
    try:
        assert _answers(f"http://127.0.0.1:{port}/{BUCKET}/nothing") == 404
    finally:
        process.terminate()
        process.wait(5)


def _answers(url: str) -> int:
    for _ in range(100):
        try:
            return httpx.get(url).status_code
        except httpx.ConnectError:
            time.sleep(0.05)
    return 0
