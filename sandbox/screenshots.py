"""`make screenshots`: the pictures of the main screens in the README, taken of the running web client."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from sandbox.chromium import SWITCHES, find_chromium
from sandbox.seed import Seeded, seed_contents, seed_posts, supabase_of
from sandbox.stack.paths import ROOT
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, fresh

FOLDER = ROOT / "docs" / "screenshots"
EMAIL, PASSWORD = "mia@itoms.test", "seven green hills"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    path: str
    scheme: str
    size: dict[str, int]
    arrange: Callable[[Page], None]


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with fresh("screenshots", Ports.free()) as stack, sync_playwright() as playwright:
        with supabase_of(stack) as supabase:
            user = supabase.sign_up(EMAIL, PASSWORD)
        seeded = seed_contents(stack, user)
        seed_posts(stack, user, seeded)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(SWITCHES))
        state = sign_in(browser, stack)
        for picture in pictures(seeded):
            take(browser, stack, state, picture)
            print(FOLDER.relative_to(ROOT) / f"{picture.name}.png")
        browser.close()
    return 0


def pictures(seeded: Seeded) -> list[Picture]:
    project = f"/p/{seeded.project_id}"
    video, photo = (f"{project}/publish?content={seeded.contents[kind]}" for kind in ("video", "image"))
    return [
        Picture("publish", video, "light", DESK, choose_tiktok),
        Picture("library", f"{project}/library", "light", DESK, settle),
        Picture("history", f"{project}/history", "dark", DESK, open_newest),
        Picture("connections", f"{project}/connections", "light", DESK, settle),
        Picture("account", "/account/privacy", "dark", DESK, settle),
        Picture("phone", photo, "dark", PHONE, settle),
    ]


def sign_in(browser: Browser, stack: Stack) -> dict[str, object]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{stack.addresses.app}/sign-in")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/publish")
        return dict(context.storage_state())


def take(browser: Browser, stack: Stack, state: dict[str, object], picture: Picture) -> None:
    options = {"viewport": picture.size, "color_scheme": picture.scheme, "reduced_motion": "reduce"}
    with browser.new_context(storage_state=state, device_scale_factor=2, **options) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{stack.addresses.app}{picture.path}")
        settle(page)
        picture.arrange(page)
        page.screenshot(path=FOLDER / f"{picture.name}.png", scale="css")


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.locator(".skeleton").first.wait_for(state="detached")


def choose_tiktok(page: Page) -> None:
    page.get_by_role("checkbox", name="Mia Makes").check()
    page.get_by_text("Posting on TikTok as").first.wait_for()
    settle(page)


def open_newest(page: Page) -> None:
    page.get_by_role("main").get_by_role("link").first.click()
    page.get_by_role("heading", name="What happened").wait_for()
    settle(page)


if __name__ == "__main__":
    sys.exit(main())
