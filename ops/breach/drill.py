"""`make breach-drill`: a breach from the first suspicion to its end, on people who are made up, in a stack of its own.

The commands are those of a real breach, and so are the database, the cron, the webhooks and the clock; only Resend and
the platforms are simulated. What it proves is looked up where the mails arrive.
"""

from __future__ import annotations

import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

import httpx

from ops.audit import main as audit
from ops.breach.commands import main
from sandbox.creator import Creator
from sandbox.stack.children import ChildFailed
from sandbox.stack.clients import SandboxControl, Supabase, browser
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, fresh

_CONCERNED, _BYSTANDERS = 4, 2
_KEY_ID = "local"
_DELIVERED_WITHIN_SECONDS = 30.0
_WORDS = {
    "data": "The access tokens of your connected accounts, encrypted.",
    "consequences": "Whoever has both the tokens and their key could post to your accounts.",
    "measures": "The key was replaced, and every token sealed anew under another one.",
    "recommendations": "Look at the recent posts of your accounts. If one is not yours, disconnect and tell us.",
}


class NotProven(Exception):
    """A step did not show what it should have."""


@dataclass(slots=True)
class Drill:
    stack: Stack
    resend: SandboxControl
    concerned: list[str]
    bystanders: list[str]
    aware_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    breach_id: str = ""

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("Open the breach", self.open),
            ("Find whom it concerns", self.find),
            ("Record them", self.record),
            ("Write and preview", self.write),
            ("Send", self.send),
            ("Send once more", self.send_again),
            ("Mails leave", self.mails_leave),
            ("Resend reports back", self.reports),
            ("Tell the authority", self.tell_the_authority),
            ("Close", self.close),
            ("Verify the audit log", self.verify_audit),
        ]

    def open(self) -> str:
        said = self._run(
            "open", "--nature", "A copy of the key that seals tokens was found in a log.", "--aware-at",
            self.aware_at.isoformat(),
        )  # fmt: skip
        self.breach_id = _found(r"Breach ([0-9a-f-]{36}): ", said)
        return f"{_found(r': (72|71.9) of 72 hours left', said)} of 72 hours left"

    def find(self) -> str:
        said = self._run("affected", self.breach_id, "--key-id", _KEY_ID)
        _expect(said.startswith(f"{len(self.concerned)} people"), "everybody whose tokens are under the key")
        _expect(not any(address in said for address in self.concerned), "no names on the screen")
        return " ".join(said.splitlines()[1].split()) + f"; key {_KEY_ID}"

    def record(self) -> str:
        said = self._run("affected", self.breach_id, "--key-id", _KEY_ID, "--record")
        return said.splitlines()[-1]

    def write(self) -> str:
        options = [part for name, text in _WORDS.items() for part in (f"--{name}", text)]
        said = self._run("notice", self.breach_id, *options)
        _expect("Complete. Next: send." in said, "a complete notice")
        return f"{_found('Subject: (.*)', said)}, {len(said.split())} words"

    def send(self) -> str:
        return self._run("send", self.breach_id).splitlines()[0]

    def send_again(self) -> str:
        said = self._run("send", self.breach_id)
        _expect(f"{len(self.concerned)} queued" in said, "the same mails as before")
        return "nothing was queued twice"

    def mails_leave(self) -> str:
        secret = {"authorization": f"Bearer {self.stack.env['CRON_SECRET']}"}
        cron = httpx.get(f"{self.stack.addresses.app}/api/cron/mail", headers=secret, timeout=60, trust_env=False)
        sent = cron.raise_for_status().json()["sent"]
        _expect(sent == len(self.concerned), f"{len(self.concerned)} mails")
        got = [len(self.resend.mails(address)) for address in self.concerned]
        _expect(got == [1] * sent, "one mail for each")
        _expect(not any(self.resend.mails(address) for address in self.bystanders), "no mail for anybody else")
        return f"the cron sent {sent}: one to each, none to the {len(self.bystanders)} others"

    def reports(self) -> str:
        """One of the addresses does not exist any more."""
        expected = f"{len(self.concerned) - 1} delivered, 1 bounced"
        deadline = time.monotonic() + _DELIVERED_WITHIN_SECONDS
        while expected not in (said := self._run("status", self.breach_id, code=None)):
            _expect(time.monotonic() < deadline, expected)
            time.sleep(0.2)
        return f"{expected}, {_found('late: (.*)', said)} late: who bounced is to be told in another way"

    def tell_the_authority(self) -> str:
        said = self._run("authority", self.breach_id)
        fields = [f"({letter})" for letter in "abcd"]
        _expect(all(part in said for part in (*fields, *_WORDS.values(), "TikTok", "Meta")), "the fields of Art. 33(3)")
        return f"a document of {len(said.split())} words, for Meta and TikTok as well"

    def close(self) -> str:
        self._run("close", self.breach_id, "--conclusion", "A drill. Everybody was told; one was called.", code=None)
        return f"{_minutes_since(self.aware_at)} after we were aware"

    def verify_audit(self) -> str:
        return _heard(lambda: audit(["verify"]), 0).splitlines()[0]

    def _run(self, *arguments: str, code: int | None = 0) -> str:
        return _heard(lambda: main(list(arguments)), code)


def drill() -> int:
    try:
        with fresh("drill", Ports.free()) as stack, _as_operator(stack):
            _tell(stack)
    except KeyboardInterrupt:
        return 130
    except (ChildFailed, NotProven) as failed:
        print(f"itoms: {failed}", file=sys.stderr)
        return 1
    print("\nThe drill holds. Nothing is left running.")
    return 0


def _tell(stack: Stack) -> None:
    with SandboxControl(stack.addresses.sandbox) as resend, ExitStack() as browsers:
        concerned, bystanders = _people(stack, resend, browsers)
        one = Drill(stack, resend, concerned, bystanders)
        for number, (title, step) in enumerate(one.steps(), start=1):
            try:
                proved = step()
            except NotProven as missing:
                raise NotProven(f"{title}: expected {missing}") from None
            print(f"T+{_minutes_since(one.aware_at)}  {number:2}  {title:22} {proved}", flush=True)


def _people(stack: Stack, resend: SandboxControl, browsers: ExitStack) -> tuple[list[str], list[str]]:
    """Some with a connected account, and some without."""
    keys = (stack.keys["SUPABASE_PUBLISHABLE_KEY"], stack.keys["SUPABASE_SECRET_KEY"])
    supabase = browsers.enter_context(Supabase(stack.addresses.supabase, *keys))
    addresses = []
    for number in range(_CONCERNED + _BYSTANDERS):
        name = "bounced" if number == 0 else "drill"
        address = f"{name}-{uuid.uuid4().hex[:8]}@itoms.test"
        api = browsers.enter_context(browser(stack.addresses))
        creator = Creator(supabase.sign_up(address, uuid.uuid4().hex), api, supabase)
        project_id = creator.create_project("Drill")
        if number < _CONCERNED:
            added = resend.add_account("tiktok", username=f"drill.{number}", nickname=f"Drill {number}")
            creator.connect("tiktok", project_id, account=added["open_id"])
        addresses.append(address)
    return addresses[:_CONCERNED], addresses[_CONCERNED:]


@contextmanager
def _as_operator(stack: Stack) -> Iterator[None]:
    """The commands read their settings from the environment, as an operator's shell has them."""
    settings = stack.env | {"OPERATOR": "drill"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _heard(command: Callable[[], int], code: int | None) -> str:
    said = StringIO()
    with redirect_stdout(said):
        ended = command()
    _expect(code in (None, ended), f"exit code {code}")
    return said.getvalue()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    _expect(found is not None, f"the words {pattern!r}")
    return found[1] if found else ""


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise NotProven(what)


def _minutes_since(moment: datetime) -> str:
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return f"{int(seconds // 60):02}:{seconds % 60:04.1f}"
