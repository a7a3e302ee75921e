"""An address that a platform could not fetch from, or would not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.publishing.rules.reachable import UrlAnswer, address_violations, media_url_violations
from shared.publishing.rules.violation import Violation
from tests.shared.publishing.rules.posts import told

URL = "https://media.itoms.example/media/x.jpg"
GOOD = UrlAnswer(status=200, content_type="image/jpeg", content_length=1000)


def judge(answer: UrlAnswer | None, url: str = URL) -> tuple[Violation, ...]:
    return media_url_violations(item=2, url=url, media_type="image/jpeg", byte_size=1000, answer=answer)


@pytest.mark.parametrize("url", [URL, "https://media.ito.ms/a/b.jpg?v=1", "https://MEDIA.ITO.MS:8443/b", f"{URL}#x"])
def test_a_public_address_is_taken(url: str) -> None:
    assert address_violations(item=0, url=url) == ()


@pytest.mark.parametrize(
    ("url", "limit", "found"),
    [
        ("http://media.ito.ms/a", "https addresses", "without https"),
        ("ftp://media.ito.ms/a", "https addresses", "without https"),
        ("https://media.ito.ms/größe.jpg", "US-ASCII addresses", "outside US-ASCII"),
        ("https://media.ito.ms/a b.jpg", "US-ASCII addresses", "outside US-ASCII"),
        ("https://media.ito.ms/a\n", "US-ASCII addresses", "outside US-ASCII"),
        ("https://user:secret@media.ito.ms/a", "addresses without a login", "one with a login"),
    ],
)
def test_an_address_that_no_platform_takes_is_told(url: str, limit: str, found: str) -> None:
    assert told(address_violations(item=0, url=url)) == [("media_url_invalid", limit, found)]


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost.", "a.localhost", "LOCALHOST", "printer.local", "db.internal", "media", "127.0.0.1",
     "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "8.8.8.8",
     "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25eth.ms]", "[2001:db8::1]", "1.0.0.127.in-addr.arpa"],
)  # fmt: skip
def test_a_host_without_a_public_name_is_told(host: str) -> None:
    (violation,) = address_violations(item=0, url=f"https://{host}/a.jpg")
    assert (violation.code, violation.limit) == ("media_url_invalid", "public host names")


@pytest.mark.parametrize("url", ["", "https://", "https:///a", "https://[/a", "//media.ito.ms/a", "media.ito.ms"])
def test_what_is_no_address_is_told(url: str) -> None:
    assert {violation.code for violation in address_violations(item=0, url=url)} == {"media_url_invalid"}


def test_the_file_itself_at_its_address_is_taken() -> None:
    assert judge(GOOD) == ()
    assert judge(replace(GOOD, content_length=None)) == ()
    assert judge(replace(GOOD, content_type="Image/JPEG; charset=binary")) == ()


@pytest.mark.parametrize(
    ("answer", "limit", "found"),
    [
        (None, "status 200", "nothing"),
        (replace(GOOD, status=404), "status 200", "status 404"),
        (replace(GOOD, status=206), "status 200", "status 206"),
        (replace(GOOD, status=299), "status 200", "status 299"),
        (replace(GOOD, status=400), "status 200", "status 400"),
        (replace(GOOD, status=300), "the file without a redirect", "with a redirect"),
        (replace(GOOD, status=399), "the file without a redirect", "with a redirect"),
        (replace(GOOD, status=302), "the file without a redirect", "with a redirect"),
        (replace(GOOD, redirected=True), "the file without a redirect", "with a redirect"),
        (replace(GOOD, content_type="text/html"), "the type image/jpeg", "with the type text/html"),
        (replace(GOOD, content_type=None), "the type image/jpeg", "without a type"),
        (replace(GOOD, content_length=999), "1000 bytes", "with 999 bytes"),
    ],
)
def test_another_answer_is_told_with_its_item(answer: UrlAnswer | None, limit: str, found: str) -> None:
    (violation,) = judge(answer)
    assert violation == Violation("media_unreachable", 2, limit, found)
    assert all(part in str(violation.present()["what"]) for part in ("Item 3: ", limit, found))


def test_the_type_of_an_error_page_is_not_told() -> None:
    assert len(judge(UrlAnswer(status=503, content_type="text/html", content_length=5))) == 1


def test_the_answer_of_a_bad_address_is_not_judged() -> None:
    (violation,) = judge(None, url="https://localhost/a.jpg")
    assert violation.code == "media_url_invalid"
