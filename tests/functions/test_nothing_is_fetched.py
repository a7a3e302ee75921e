"""No text of a user's, wherever it stands, makes us open a connection: it is never an address to us."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.creator import instagram_photo, tiktok_video
from sandbox.samples import Samples
from sandbox.stack.clients import User, local_client
from sandbox.stack.stack import Stack
from tests.functions.test_every_endpoint import BODIES, NAMES
from tests.people import Connected, Project
from tests.shared.hosts import Trap, trap

Json = dict[str, Any]
# What a person or a proxy in front of us may say of where a request came from.
HEADERS = (
    "origin", "referer", "x-forwarded-host", "x-original-url", "x-rewrite-url", "forwarded", "x-wap-profile",
    "true-client-ip", "cf-connecting-ip", "x-vercel-oidc-token", "ce-vqsregion", "ce-source", "ce-dataschema",
)  # fmt: skip


@pytest.fixture
def victim(caplog: pytest.LogCaptureFixture) -> Iterator[Trap]:
    """A service that only we could reach. Not even a refused attempt is allowed."""
    caplog.set_level(logging.INFO, "itoms")
    with trap() as found:
        yield found
        assert found.visitors() == 0
    assert "destination_refused" not in caplog.text


def filled(value: Any, url: str) -> Iterator[Any]:
    """The value with one of its texts replaced by an address, for each of its texts; in a field, by one of its own."""
    if isinstance(value, str):
        yield url
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: changed} for changed in filled(inner, f"{url}{key}"))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], changed, *value[at + 1 :]] for changed in filled(inner, url))


def with_address(body: Json, url: str) -> Iterator[Json]:
    yield from filled(body, url)
    for name in ("url", "image_url", "video_url", "cover_url", "callback", "return_to", "redirect_uri", "endpoint"):
        yield {**copy.deepcopy(body), name: url}


@pytest.mark.parametrize("name", NAMES)
def test_no_endpoint_fetches_an_address_that_it_is_given(
    stack: Stack, make_user: Callable[[], User], victim: Trap, name: str
) -> None:
    url = f"{victim.url}/latest/meta-data/"
    headers = dict.fromkeys(HEADERS, url) | make_user().headers | {"idempotency-key": "0" * 32}
    bodies = list(with_address(BODIES.get(name, {"x": url}), url))
    with local_client(base_url=stack.addresses.app) as client:
        for body in bodies:
            client.post(f"/api/{name}", content=json.dumps(body), headers=headers)
        for parameter in ("code", "state", "return_to", "redirect_uri", "url", "error_uri"):
            client.get(f"/api/{name}", params={parameter: url}, headers=headers)
        client.get(f"/api/{name}", headers={"host": victim.url.removeprefix("http://")})


def test_a_post_full_of_addresses_is_published_and_none_of_them_is_fetched(
    *,
    project: Project,
    connect: Callable[..., Connected],
    samples: Samples,
    victim: Trap,
) -> None:
    """Titles, tags, captions, alternative texts and the names of the accounts: words, and nothing else."""
    url, owner = victim.url, project.owner
    instagram = connect(project, "instagram", username=url, name=url)
    tiktok = connect(project, "tiktok", username=url, nickname=url)
    project_id = owner.create_project(url)
    texts = {"title": url, "description": f"{url} <img src={url}> ![x]({url})", "tags": [url[:50]]}
    contents = [owner.create_content(of, type="image", **texts) for of in (project_id, project.id)]
    film = owner.create_content(project.id, type="video", **texts)
    picture = owner.upload(contents[1], samples.photo, "image/jpeg")["id"]
    video = owner.upload(film, samples.video, "video/mp4")["id"]

    assert owner.post("caption", {"content_id": contents[0]}).status_code == 200
    caption = f"{url}/caption"
    photo_post = instagram_photo(contents[1], instagram.id, picture, caption=caption)
    photo_post["media"][0]["alt_text"] = url
    posts = [photo_post, tiktok_video(film, tiktok.id, video, caption=caption)]
    for post in posts:
        made = owner.publish(post)
        assert made.status_code in (200, 201, 202), made.text
        owner.advance(made.json()["id"]).raise_for_status()
    owner.post("connections/disconnect", {"connection_id": instagram.id}).raise_for_status()
