"""Everything that a browser was given and keeps, for the canary: no token, code or secret may be in it."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Frame, Page, Response

from tests.canary.watch import Watch

READABLE = ("text/", "application/json", "application/problem+json", "image/svg")
KEPT = """() => ({
  "local storage": JSON.stringify({...localStorage}),
  "session storage": JSON.stringify({...sessionStorage}),
  cookies: document.cookie,
  page: document.documentElement.outerHTML,
})"""


class Eyes:
    def __init__(self, context: BrowserContext, watch: Watch, origin: str) -> None:
        self._context, self._watch, self._origin = context, watch, origin
        context.on("response", self._see_answer)
        context.on("console", self._see_words)
        context.on("page", self._see_page)

    def look(self) -> None:
        """At what is left, before the browser is closed."""
        for page in self._context.pages:
            if page.url.startswith(self._origin):
                for place, text in page.evaluate(KEPT).items():
                    self._watch.see(f"browser {place}", text)

    def _see_page(self, page: Page) -> None:
        page.on("framenavigated", self._see_address)

    def _see_address(self, frame: Frame) -> None:
        """Where one stands in the end; a redirect with a code in it is passed through and not seen."""
        if frame.url.startswith(self._origin):
            self._watch.see("browser address", frame.url)

    def _see_words(self, message: ConsoleMessage) -> None:
        self._watch.see("browser console", message.text)

    def _see_answer(self, response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if not kind.startswith(READABLE):
            return
        try:
            text = response.text()
        except Error:
            # A redirect has no body, and one of a page that was left is gone.
            return
        self._watch.see(f"browser answer {response.request.method} {urlsplit(response.url).path}", text)
