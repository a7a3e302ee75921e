"""Everything that a creator does with itoms, by clicks alone: from the front page to the erasure of the account."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import expect

from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report
from tests.web.conftest import MakeVisitor
from tests.web.consent import agree
from tests.web.newcomers import PASSWORD, address
from tests.web.uploading import choose
from tests.web.visitor import Visitor

PUBLICATION = re.compile("/history/[0-9a-f-]{36}$")
LONG_MS = 60_000
MOST_STEPS = 30


def test_a_creator_by_clicks_alone(
    *,
    visit: MakeVisitor,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
    stack: Stack,
    samples: Samples,
    tmp_path: Path,
) -> None:
    accounts = new_accounts(sandbox)
    visitor, email = visit(), address()
    sign_up(visitor, email)
    project = visitor.page.url.rsplit("/", 2)[1]
    connect_both(visitor, accounts)
    upload(visitor, project, samples.photo, "photo")
    upload(visitor, project, samples.video, "video")

    publish_photo(visitor, project)
    publish_video(visitor, project)
    posts = [(post["platform"], post["kind"]) for name in accounts.values() for post in sandbox.ledger(account=name)]
    assert posts == [("instagram", "photo"), ("tiktok", "video")]

    assert {"projects.ndjson", "publications.ndjson"} <= take_data_along(visitor, stack, tmp_path)
    disconnect(visitor, project)
    assert db.execute(TOKENS, (project,)).fetchone() == (0,)
    erase(visitor)
    finish_erasure(stack, db, email)
    assert accounts_of(db, email) == 0
    assert db.execute("select count(*) from public.projects where id = %s", (project,)).fetchone() == (0,)


TOKENS = """
    select count(*) from private.connection_tokens as t
    inner join public.connections as c on c.id = t.connection_id
    where c.project_id = %s
"""


def new_accounts(sandbox: SandboxControl) -> dict[str, str]:
    instagram = sandbox.add_account("instagram", username="mia.walks", name="Mia", account_type="BUSINESS")
    tiktok = sandbox.add_account("tiktok", username="mia.walks", nickname="Mia Walks")
    return {"instagram": instagram["user_id"], "tiktok": tiktok["open_id"]}


def sign_up(visitor: Visitor, email: str) -> None:
    visitor.open("/")
    visitor.link("Create an account").first.click()
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Create account").click()
    visitor.field("Name of the project").fill("Hill walks")
    visitor.button("Create project").click()
    visitor.heading("Connections").wait_for()


def connect_both(visitor: Visitor, accounts: dict[str, str]) -> None:
    for platform, shown in (("Instagram", "@mia.walks"), ("TikTok", "Mia Walks")):
        visitor.button(f"Connect {platform}").click()
        agree(visitor, accounts[platform.lower()])
        visitor.sees(f"{platform}: {shown} is connected")


def upload(visitor: Visitor, project: str, file: Path, title: str) -> None:
    visitor.open(f"/p/{project}/library")
    choose(visitor, file)
    visitor.comes_to(re.compile("/library/[0-9a-f-]{36}$"))
    with visitor.page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        visitor.page.get_by_label("Title", exact=True).fill(f"A {title} of the hills")
    visitor.sees("All changes are saved.")
    expect(visitor.page.get_by_text(re.compile("^(JPEG|MP4|H.264|1,080|720)")).first).to_be_visible(timeout=LONG_MS)


def publish_photo(visitor: Visitor, project: str) -> None:
    """With a caption that an AI suggests."""
    visitor.open(f"/p/{project}/publish")
    visitor.page.get_by_text("A photo of the hills").first.click()
    visitor.page.get_by_role("checkbox", name="@mia.walks").check()
    visitor.button("Suggest a caption with AI").click()
    visitor.button("Send this and get captions").click()
    visitor.button("Use this caption").first.click()
    expect(visitor.field("Caption for all accounts")).not_to_be_empty()
    publish(visitor)


def publish_video(visitor: Visitor, project: str) -> None:
    """With every choice that TikTok wants a creator to make."""
    visitor.open(f"/p/{project}/publish")
    visitor.page.get_by_text("A video of the hills").first.click()
    visitor.page.get_by_role("checkbox", name="Mia Walks").check()
    visitor.field("Who can see this post").select_option("SELF_ONLY")
    publish(visitor)


def publish(visitor: Visitor) -> None:
    """And watch it until the platform says that it is there."""
    visitor.button(re.compile("^Publish to ")).click()
    visitor.comes_to(PUBLICATION)
    expect(visitor.page.get_by_text("has confirmed it").first).to_be_visible(timeout=LONG_MS)


def take_data_along(visitor: Visitor, stack: Stack, folder: Path) -> set[str]:
    """The names of what is in the archive."""
    visitor.open("/account/privacy")
    visitor.button("Make the archive").click()
    report(stack, "exports")
    visitor.sees("Your archive is ready")
    with visitor.page.expect_download() as download:
        visitor.button("Download").click()
    download.value.save_as(folder / "archive.zip")
    with zipfile.ZipFile(folder / "archive.zip") as archive:
        return {Path(name).name for name in archive.namelist()}


def disconnect(visitor: Visitor, project: str) -> None:
    visitor.open(f"/p/{project}/connections")
    for name in ("@mia.walks", "Mia Walks"):
        visitor.button(f"Disconnect {name}").click()
        dialog = visitor.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Disconnect").click()
        dialog.get_by_role("button", name="Close").click()
        expect(visitor.button(f"Disconnect {name}")).to_have_count(0)


def erase(visitor: Visitor) -> None:
    visitor.open("/account/privacy")
    visitor.button("See what would be erased").wait_for()
    expect(visitor.page.locator(".skeleton")).to_have_count(0)
    visitor.button("See what would be erased").click()
    visitor.field(re.compile("erase my account")).fill("erase my account")
    visitor.button("Erase my account for good").click()
    visitor.heading("Your account is being erased").wait_for()


def finish_erasure(stack: Stack, db: psycopg.Connection[Any], email: str) -> None:
    """By the cron, which also goes on with the erasures of other tests: those may never end."""
    for _ in range(MOST_STEPS):
        report(stack, "erasures")
        if accounts_of(db, email) == 0:
            return


def accounts_of(db: psycopg.Connection[Any], email: str) -> int:
    found = db.execute("select count(*) from auth.users where email = %s", (email,)).fetchone()
    return int(found[0]) if found else 0
