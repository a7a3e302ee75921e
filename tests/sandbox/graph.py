"""graph.instagram.com as a product sees it, and media to send there."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import httpx
from PIL import ExifTags, Image

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

ACME = "17841400000000001"
LENA = "17841400000000002"
PHOTO = "https://media.sandbox.test/photo.jpg"
VIDEO = "https://media.sandbox.test/video.mp4"

Eventually = Callable[[Callable[[], bool]], None]


def problem(response: httpx.Response) -> tuple[int, int | None]:
    assert response.status_code >= 400, response.text
    error = response.json()["error"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


class Graph:
    """The calls of one account."""

    def __init__(self, driver: Driver, eventually: Eventually, account: str = ACME) -> None:
        self.driver = driver
        self.account = account
        self.token = driver.instagram_token(account=account)
        self._eventually = eventually

    def get(self, path: str, fields: str = "id") -> httpx.Response:
        return self.driver.graph("GET", path, self.token, params={"fields": fields})

    def asked(self, **parameters: Any) -> httpx.Response:
        return self.driver.graph("POST", f"{self.account}/media", self.token, json=parameters)

    def created(self, **parameters: Any) -> str:
        answer = self.asked(**parameters)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def ready(self, **parameters: Any) -> str:
        name = self.created(**parameters)
        self._eventually(lambda: self.status(name) == "FINISHED")
        return name

    def failed(self, **parameters: Any) -> str:
        """The words of a container that ended in ERROR."""
        name = self.created(**parameters)
        self._eventually(lambda: self.status(name) != "IN_PROGRESS")
        assert self.status(name) == "ERROR"
        return str(self.get(name, "status").json()["status"])

    def items(self, number: int) -> list[str]:
        return [self.created(image_url=PHOTO, is_carousel_item=True) for _ in range(number)]

    def status(self, name: str) -> str:
        return str(self.get(name, "status_code").json()["status_code"])

    def publishing(self, name: str) -> httpx.Response:
        return self.driver.graph("POST", f"{self.account}/media_publish", self.token, data={"creation_id": name})

    def published(self, name: str) -> str:
        answer = self.publishing(name)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


def jpeg(size: tuple[int, int], *, orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", size, (200, 120, 90)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def remuxed(
    source: Path, target: Path, *, times: int = 1, seconds: float = 1e9, delay: int = 0, faststart: bool = True
) -> bytes:
    """The pictures of `source`, cut to `seconds` or repeated, after a `delay` in units of its time base."""
    options = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(target), "w", format="mp4", options=options) as container:
        stream = None
        for number in range(times):
            with av.open(str(source)) as original:
                video = original.streams.video[0]
                stream = stream or container.add_stream_from_template(video)
                for packet in original.demux(video):
                    if packet.pts is None or packet.dts is None or float(packet.pts * packet.time_base) >= seconds:
                        continue
                    shift = delay + number * (video.duration or 0)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    container.mux(packet)
    return target.read_bytes()
