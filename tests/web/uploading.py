"""Files that a person drops, pastes or chooses, and the way to storage, which a test can close."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Any

from playwright.sync_api import JSHandle, Route

from tests.web.visitor import Visitor

_HELD = """files => {
  const held = new DataTransfer();
  for (const { name, type, content } of files) {
    held.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name, { type }));
  }
  return held;
}"""
_PASTE = """held => document.body.dispatchEvent(
  new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
)"""


def choose(visitor: Visitor, *files: Path) -> None:
    """In the system's picker, which the button opens."""
    with visitor.page.expect_file_chooser() as opened:
        visitor.button("Add files").click()
    opened.value.set_files(files)


def hold(visitor: Visitor, *files: Path) -> JSHandle:
    """As a system hands them over: with the type that belongs to the name."""
    return visitor.page.evaluate_handle(
        _HELD,
        [
            {
                "name": file.name,
                "type": mimetypes.guess_type(file.name)[0] or "",
                "content": base64.b64encode(file.read_bytes()).decode(),
            }
            for file in files
        ],
    )


def drop(visitor: Visitor, *files: Path) -> None:
    held: dict[str, Any] = {"dataTransfer": hold(visitor, *files)}
    for event in ("dragenter", "dragover", "drop"):
        visitor.page.dispatch_event("main", event, held)


def paste(visitor: Visitor, *files: Path) -> None:
    visitor.page.evaluate(_PASTE, hold(visitor, *files))


class WayToStorage:
    """Open at first. `hold_after(n)` lets n files or parts through; `go_on()` and `lose()` decide about the others."""

    def __init__(self, visitor: Visitor) -> None:
        self.sent: list[str] = []
        self._open_for: int | None = None
        self._answers: list[int] = []
        self._held: list[Route] = []
        self._origin = visitor.addresses.app
        visitor.page.route(f"{visitor.addresses.r2}/**", self._pass)

    def answer(self, *statuses: int) -> None:
        """Storage says this to the next ones, instead of taking them."""
        self._answers = [*statuses]

    def hold_after(self, sent: int) -> None:
        self._open_for = sent

    def go_on(self) -> None:
        self._open_for = None
        for route in self._held:
            self._send(route)
        self._held.clear()

    def lose(self) -> None:
        """What is held never arrives, because its page is gone; what is sent from now on does."""
        self._held.clear()
        self._open_for = None

    def _pass(self, route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
        elif self._answers:
            headers = {"access-control-allow-origin": self._origin}
            route.fulfill(status=self._answers.pop(0), headers=headers)
        elif self._open_for == 0:
            self._held.append(route)
        else:
            self._open_for = None if self._open_for is None else self._open_for - 1
            self._send(route)

    def _send(self, route: Route) -> None:
        self.sent.append(route.request.url)
        route.continue_()
