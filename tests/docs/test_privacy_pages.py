"""The public privacy pages: made from the code, and served to anybody, search engines among them."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from sandbox.privacy_pages.html import NAVIGATION
from sandbox.privacy_pages.pages import FOLDER, pages, title
from sandbox.stack.paths import ROOT
from shared.platforms import instagram, tiktok
from shared.privacy.permissions import ASKED, EXPLAINED
from shared.privacy.register import AREAS
from shared.subprocessors import RECIPIENTS, SUBPROCESSORS

PAGES = pages()
TEXTS = {path.stem: unescape(text) for path, text in PAGES.items()}


class Page(HTMLParser):
    """Its tags, balanced, and what it asks a browser to load or to go to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], "run `make pages`"


def test_there_is_no_other_page() -> None:
    assert set(FOLDER.glob("*.html")) == set(PAGES)


@pytest.mark.parametrize("text", PAGES.values(), ids=TEXTS)
def test_a_page_needs_nothing_that_its_policy_forbids(text: str) -> None:
    page = Page(text)
    names = {name for name, _ in page.attributes}

    assert not {"style", "img", "iframe", "form"} & set(page.tags)
    assert page.tags.count("script") == text.count('<script type="module" src="/view.js"></script>') == 1
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert page.tags.count("h1") == page.tags.count("main") == 1
    assert ("lang", "en") in page.attributes


def test_every_kind_of_record_is_on_the_page_with_how_long_and_what_erasure_does() -> None:
    text = TEXTS["data"]
    for area in AREAS:
        assert f"<h2>{area.title}</h2>" in text
        for held in area.tables:
            section = next(part for part in text.split("<section>") if f"<h3>{title(held)}</h3>" in part)
            assert held.holds in section
            assert held.purpose in section
            assert held.erasure.words in section
            assert str(held.retention)[1:] in section
            assert all(f"<li>{column.replace('_', ' ')}" in section for column in held.columns.split())


def test_the_permissions_are_those_that_the_code_asks_for() -> None:
    scopes = {*instagram.SCOPES, *tiktok.SCOPES}

    assert set(re.findall(r'<th scope="row">(\S+)</th>', TEXTS["permissions"])) == scopes == EXPLAINED
    for word in ("followers", "messages", "insights", "comments", "analytics"):
        assert word in TEXTS["permissions"]
    for asked in ASKED:
        assert asked.revoke in TEXTS["permissions"]


def test_every_recipient_is_on_the_page_with_what_it_receives() -> None:
    text = TEXTS["subprocessors"]
    for recipient in RECIPIENTS:
        assert f'<th scope="row">{recipient.name}</th>' in text
        assert recipient.receives in text
    assert "Contents: type, title, description, tags" in text.split("Anthropic")[1].split("</tr>")[0]
    assert f"{len(SUBPROCESSORS)} providers" in TEXTS["index"]


def test_no_name_of_our_machinery_is_on_a_page() -> None:
    for name, text in TEXTS.items():
        assert not re.search(r"\b(?:public|private|auth)\.\w|purge_|\bNone\b(?!\.</td>)", text), name


ADDRESSES = [*(address for address, _ in NAVIGATION), "/privacy/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_anybody_can_read_it(api: httpx.Client, address: str) -> None:
    answer = api.get(address)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text in PAGES.values()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "x-robots-tag" not in answer.headers
    for sheet in re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text):
        assert api.get(sheet).headers["content-type"].startswith("text/css")


def test_search_engines_are_not_kept_out_and_find_the_way(api: httpx.Client) -> None:
    assert api.get("/robots.txt").status_code == 404
    assert 'href="/privacy"' in api.get("/").text
    for text in PAGES.values():
        assert "noindex" not in text
        assert all(f'href="{address}"' in text for address, _ in NAVIGATION)


def test_every_link_leads_somewhere(api: httpx.Client) -> None:
    links = {link for text in PAGES.values() for link in re.findall(r'href="(/[^"]*)"', text)}

    assert {link: api.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def colours(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"(--[\w-]+): (light-dark\(#\w{6}, #\w{6}\))", text))


def test_the_pages_have_the_colours_of_the_web_client() -> None:
    pages, client = colours("public/style.css"), colours("web/src/styles/tokens.css")

    assert len(pages) > 8
    assert pages.items() <= client.items()
