"""What a browser is given is searched for secrets like everything else; here it is seen that one would be found."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Browser

from sandbox.stack.stack import Stack
from tests.canary.scan import Scanner
from tests.canary.watch import Watch
from tests.web.eyes import Eyes

PLANT = {
    "browser local storage": "token => localStorage.setItem('kept', token)",
    "browser session storage": "token => sessionStorage.setItem('kept', token)",
    "browser cookies": "token => { document.cookie = `kept=${token}` }",
    "browser page": "token => { document.body.dataset.kept = token }",
    "browser console": "token => console.info(token)",
    "browser address": "token => history.replaceState(null, '', `/?code=${token}`)",
}


@pytest.mark.parametrize("place", PLANT)
def test_a_token_in_the_browser_is_found(chromium: Browser, stack: Stack, place: str) -> None:
    watch, token = Watch(), secrets.token_urlsafe(40)
    watch.know("tiktok token", token)
    with chromium.new_context(base_url=stack.addresses.app) as context:
        eyes = Eyes(context, watch, stack.addresses.app)
        page = context.new_page()
        page.goto("/")
        page.evaluate(PLANT[place], token)
        eyes.look()

    found = Scanner(watch.markers).scan(watch.sightings)
    assert {finding.place for finding in found} >= {place}


def test_a_token_in_an_answer_is_found(chromium: Browser, stack: Stack) -> None:
    watch, token = Watch(), secrets.token_urlsafe(40)
    watch.know("instagram token", token)
    with chromium.new_context(base_url=stack.addresses.app) as context:
        Eyes(context, watch, stack.addresses.app)
        page = context.new_page()
        page.route("**/leak", lambda route: route.fulfill(json={"access_token": token}))
        page.goto("/")
        page.evaluate("() => fetch('/leak').then(answer => answer.text())")
        # What is seen comes in while the test waits for something.
        while not any(sighting.place == "browser answer GET /leak" for sighting in watch.sightings):
            page.wait_for_timeout(50)

    assert [finding.place for finding in Scanner(watch.markers).scan(watch.sightings)] == ["browser answer GET /leak"]
