"""The whole story of a creator, told through the public endpoints. Each step says what it proves."""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from sandbox.creator import Creator, instagram_photo, tiktok_video
from sandbox.samples import Samples, make_samples
from sandbox.stack.clients import SandboxControl, Supabase, browser
from sandbox.stack.stack import Stack
from sandbox.story_rights import Broken, Rights, expect

_POLL_SECONDS = 60.0
_SUPABASE_KEYS = ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY")


class Story:
    """Holds what one step leaves for the next."""

    def __init__(self, creator: Creator, platforms: SandboxControl, samples: Samples, cron_secret: str) -> None:
        self.creator = creator
        self.platforms = platforms
        self.samples = samples
        self._cron = {"authorization": f"Bearer {cron_secret}"}
        self.project_id = ""
        self.connections: dict[str, str] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, str] = {}
        self.caption = ""
        self.photo_request: dict[str, Any] = {}
        self.photo_key = uuid.uuid4().hex
        self.photo_outcome: dict[str, Any] = {}

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("Create a project", self.create_project),
            ("Connect Instagram", lambda: self.connect("instagram", "acme.studio")),
            ("Connect TikTok", lambda: self.connect("tiktok", "Mia Makes")),
            ("Upload a photo", lambda: self.upload("image", self.samples.photo, "image/jpeg")),
            ("Upload a video", lambda: self.upload("video", self.samples.video, "video/mp4")),
            ("Refuse a file that lies", self.refuse_a_lie),
            ("Ask for an AI caption", self.write_caption),
            ("Publish the photo", self.publish_photo),
            ("Click Publish twice", self.click_again),
            ("Publish the video", self.publish_video),
            ("Read the timeline", self.read_timeline),
            ("Look at what was posted", self.look_at_the_ledger),
            ("Disconnect Instagram", lambda: self.disconnect("instagram")),
            ("Disconnect TikTok", lambda: self.disconnect("tiktok")),
            ("Purge", self.purge),
            *Rights(self.creator, self.platforms, self.cron).steps(),
        ]

    def create_project(self) -> str:
        self.project_id = self.creator.create_project("Hills and Rivers")
        members = self.creator.read("project_members", select="role")
        expect(members == [{"role": "owner"}], "one owner")
        return "a project with one owner"

    def connect(self, platform: str, name: str) -> str:
        account = _account(self.platforms.accounts()[platform], name)
        self.creator.connect(platform, self.project_id, account=account)
        rows = self.creator.read("connections", select="id,platform,display_name,status")
        row = next(row for row in rows if row["platform"] == platform)
        expect((row["display_name"], row["status"]) == (name, "active"), "the account that gave its consent")
        self.connections[platform] = row["id"]
        with self.creator.supabase.as_user(self.creator.user) as rest:
            refused = rest.get("/connection_tokens").status_code
        expect(refused == 404, "no table of tokens for a user")
        return f"consent given as {name}; asked for its tokens, the API answers {refused}"

    def upload(self, kind: str, file: Path, media_type: str) -> str:
        content = {"type": kind, "title": f"Hills at dawn, {kind}", "tags": ["hills", "dawn"]}
        self.contents[kind] = self.creator.create_content(self.project_id, **content)
        asset = self.creator.upload(self.contents[kind], file, media_type)
        expect(asset["state"] == "ready", "an accepted file")
        self.media[kind] = asset
        length = f", {asset['duration_ms'] / 1000:g} s {asset['video_codec']}" if asset["duration_ms"] else ""
        return f"straight to storage; its real bytes say {asset['width']} x {asset['height']}{length}"

    def refuse_a_lie(self) -> str:
        asset = self.creator.upload(self.contents["image"], self.samples.png_named_jpg, "image/jpeg")
        expect(asset["state"] == "refused", "a refusal")
        return f"a PNG that calls itself JPEG: {asset['refusal']}"

    def write_caption(self) -> str:
        answer = self.creator.post("caption", {"content_id": self.contents["image"]}).raise_for_status().json()
        self.caption = answer["variants"][0]["text"]
        asked = self.platforms.journal("anthropic.messages")[-1]["body"]
        sent = sorted(json.loads(json.loads(asked)["messages"][0]["content"]))
        expect(sent == ["description", "project_name", "tags", "title", "type"], "the five fields of the policy")
        return f"{len(answer['variants'])} variants; Anthropic got exactly {', '.join(sent)}"

    def publish_photo(self) -> str:
        self.photo_request = instagram_photo(
            self.contents["image"], self.connections["instagram"], self.media["image"]["id"], caption=self.caption
        )
        outcome = self._follow(self.creator.publish(self.photo_request, key=self.photo_key).raise_for_status().json())
        self.photo_outcome = outcome
        return f"published, {outcome['permalink']}"

    def click_again(self) -> str:
        again = self.creator.publish(self.photo_request, key=self.photo_key)
        expect(again.status_code == 200 and again.json() == self.photo_outcome, "the same answer")
        return "the same answer and no second post"

    def publish_video(self) -> str:
        request = tiktok_video(self.contents["video"], self.connections["tiktok"], self.media["video"]["id"])
        self._follow(self.creator.publish(request).raise_for_status().json())
        consents = self.creator.read("consents", select="subject,text_version")
        expect(len(consents) == 1, "one recorded consent")
        return f"published after TikTok pulled it; consent {consents[0]['subject']} {consents[0]['text_version']} kept"

    def read_timeline(self) -> str:
        photo = f"eq.{self.photo_outcome['id']}"
        events = self.creator.read("publication_events", select="event", publication_id=photo, order="id")
        return "of the photo: " + ", ".join(event["event"].replace("_", " ") for event in events)

    def look_at_the_ledger(self) -> str:
        posts = [(post["platform"], post["kind"]) for post in self.platforms.ledger()]
        expect(posts == [("instagram", "photo"), ("tiktok", "video")], "exactly one photo and one video")
        return "the platforms themselves count exactly one photo and one video"

    def disconnect(self, platform: str) -> str:
        receipt = self.creator.post("connections/disconnect", {"connection_id": self.connections[platform]})
        told = receipt.raise_for_status().json()
        remaining = self.creator.read("connections", select="platform")
        expect(all(row["platform"] != platform for row in remaining), "no connection left")
        return f"receipt: {told['tokens_deleted']} token(s) deleted; at the platform: {told['revocation']}"

    def purge(self) -> str:
        found = self.cron("purge")
        expect(found["tokens_held"] == 0, "zero token rows")
        expect(not any(found["alarms"].values()), "no alarm")
        return f"0 token rows, 0 alarms, {found['removed']['oauth_states']} spent states removed"

    def cron(self, name: str) -> dict[str, Any]:
        return dict(self.creator.api.get(f"/api/cron/{name}", headers=self._cron).raise_for_status().json())

    def _follow(self, publication: dict[str, Any]) -> dict[str, Any]:
        """Polls as the web client would, at the pace the server asks for."""
        give_up_at = time.monotonic() + _POLL_SECONDS
        while publication["state"] not in ("published", "failed", "unknown") and time.monotonic() < give_up_at:
            answer = self.creator.advance(publication["id"]).raise_for_status()
            publication = answer.json()
            time.sleep(float(answer.headers.get("retry-after", 0)))
        expect(publication["state"] == "published", f"published, not {publication['state']}: {publication['reason']}")
        return publication


def tell(stack: Stack) -> None:
    """Prints every step with what it proves and its time. Raises Broken at the first that does not hold."""
    with (
        tempfile.TemporaryDirectory() as folder,
        browser(stack.addresses) as api,
        Supabase(stack.addresses.supabase, *(stack.keys[name] for name in _SUPABASE_KEYS)) as supabase,
        SandboxControl(stack.addresses.sandbox) as platforms,
    ):
        samples = make_samples(Path(folder))
        started = time.monotonic()
        user = supabase.sign_up(f"creator-{uuid.uuid4().hex[:8]}@itoms.test", uuid.uuid4().hex)
        _show(1, "Sign up and sign in", "a session of Supabase Auth", started)
        story = Story(Creator(user, api, supabase), platforms, samples, stack.env["CRON_SECRET"])
        for number, (title, step) in enumerate(story.steps(), start=2):
            started = time.monotonic()
            try:
                proved = step()
            except Broken as broken:
                raise Broken(f"{title}: expected {broken}") from None
            except httpx.HTTPStatusError as error:
                raise Broken(f"{title}: {error.request.url.path} answered {error.response.status_code}") from None
            _show(number, title, proved, started)


def _show(number: int, title: str, proved: str, started: float) -> None:
    print(f"{number:3}  {title:24} {time.monotonic() - started:6.2f} s  {proved}", flush=True)


def _account(accounts: list[dict[str, Any]], name: str) -> str:
    found = next(account for account in accounts if name in (account.get("username"), account.get("nickname")))
    return str(found.get("user_id") or found["open_id"])
