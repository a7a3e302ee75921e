"""The second half of the story: what a creator decides about their own data, and the end of the account."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from typing import Any

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl, local_client

_LONGEST_EXPORT_SECONDS = 60.0


class Broken(Exception):
    """A step did not prove what it should have."""


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


class Rights:
    """Section 4 of the Data Policy, used by somebody. `cron` calls one of the crons and returns its answer."""

    def __init__(self, creator: Creator, platforms: SandboxControl, cron: Callable[[str], dict[str, Any]]) -> None:
        self.creator = creator
        self.platforms = platforms
        self.cron = cron

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("Object to AI captions", self.object_to_captions),
            ("Correct the profile", self.correct_the_profile),
            ("Export everything", self.export),
            ("See what erasing does", self.preview),
            ("Erase the account", self.erase),
            ("Look for what is left", self.look_for_what_is_left),
        ]

    def object_to_captions(self) -> str:
        content = self.creator.read("contents", select="id")[0]["id"]
        with self.creator.supabase.as_user(self.creator.user) as rest:
            rest.post("/objections", json={"purpose": "ai_captions"}).raise_for_status()
        refused = self.creator.post("caption", {"content_id": content})
        expect(refused.json()["code"] == "captions_objected", "no caption after an objection")
        return "from the same moment a caption is refused, and nothing goes to Anthropic"

    def correct_the_profile(self) -> str:
        with self.creator.supabase.as_user(self.creator.user) as rest:
            rest.post("/profiles", json={"display_name": "Mia"}).raise_for_status()
        lines = self.creator.read("privacy_requests", select="kind,event,detail", kind="eq.rectification")
        expect("Mia" not in json.dumps(lines) and len(lines) > 0, "a line that names the field and not the value")
        return "corrected; the record of it names the field, not the value"

    def export(self) -> str:
        view = self.creator.post("account/export/start", {"with_media": True}).raise_for_status().json()
        give_up_at = time.monotonic() + _LONGEST_EXPORT_SECONDS
        while view["state"] == "under_way" and time.monotonic() < give_up_at:
            view = self.creator.post("account/export/status", {"export_id": view["id"]}).raise_for_status().json()
        expect(view["state"] == "ready", f"an archive, not {view['state']}")
        link = self.creator.post("account/export/download", {"export_id": view["id"]}).raise_for_status().json()
        with local_client() as browser:
            archive = zipfile.ZipFile(io.BytesIO(browser.get(link["url"]).raise_for_status().content))
        manifest = json.loads(archive.read("manifest.json"))
        expect(archive.testzip() is None, "an archive that is whole")
        expect(manifest["counts"]["publications"] == len(self.creator.read("publications", select="id")), "every post")
        return f"{len(archive.namelist())} files, {manifest['counts']['media_files']} of them media; good for a day"

    def preview(self) -> str:
        found = self.creator.post("account/erasure/preview", {}).raise_for_status().json()
        expect(not found["blocked"], "nothing in the way")
        goes = found["goes"]
        return f"{goes['projects']} project, {goes['files']} files and {goes['publications']} posts' records would go"

    def erase(self) -> str:
        asked = self.creator.post("account/erasure/start", {"confirmation": "erase my account"}).raise_for_status()
        page = self.creator.api.get(asked.json()["status_url"]).raise_for_status().text
        expect("Everything is erased" in page, "an account that is gone")
        self.cron("mail")
        told = [mail["subject"] for mail in self.platforms.mails(self.creator.user.email)]
        expect(any("deleted" in subject for subject in told), "a last mail")
        stores = len(re.findall(r"; done on ", page))
        return f"{stores} stores done, told by a last mail; a page with a secret address says how far it is"

    def look_for_what_is_left(self) -> str:
        refused = self.creator.post("account/erasure/preview", {})
        expect(refused.status_code in (401, 404, 410), "a session that can do nothing more")
        left = self.creator.read("publications", select="id") + self.creator.read("privacy_requests", select="id")
        expect(left == [], "nothing to read")
        return f"the old session reads nothing, and is answered {refused.status_code}"
