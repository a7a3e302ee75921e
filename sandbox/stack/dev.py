"""`make dev`: everything, until Ctrl-C."""

from __future__ import annotations

import sys

from sandbox.seed import seed_contents, supabase_of
from sandbox.stack import keys
from sandbox.stack.children import ChildFailed
from sandbox.stack.crons import Crons
from sandbox.stack.paths import ROOT
from sandbox.stack.ports import Ports, PortTaken
from sandbox.stack.routes import Project
from sandbox.stack.stack import Stack, fresh

DEMO_EMAIL = "demo@itoms.test"


def main() -> int:
    try:
        with fresh("dev", Ports.from_environment()) as stack:
            password = demo_login(stack)
            print(welcome(stack, password), flush=True)
            crons = Crons(stack.addresses.app, stack.env["CRON_SECRET"], Project.read(ROOT).crons)
            stack.wait(crons.tick)
    except PortTaken as taken:
        print(f"itoms: {taken}", file=sys.stderr)
        return 2
    except ChildFailed as failed:
        print(f"itoms: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def demo_login(stack: Stack) -> str:
    """Somebody with a photo and a video who has connected nothing yet. Returns the password."""
    password = stack.keys["DEMO_PASSWORD"]
    with supabase_of(stack) as supabase:
        seed_contents(stack, supabase.sign_up(DEMO_EMAIL, password))
    return password


def welcome(stack: Stack, password: str) -> str:
    at = stack.addresses
    return f"""
itoms runs, on this machine alone. Ctrl-C stops it, and the next start begins anew.

  open        {at.app}
  sign in     {DEMO_EMAIL}
  password    {password}

  Supabase    {at.supabase}
  storage     {at.r2}
  platforms   {at.sandbox}   (what was posted: {at.sandbox}/control/ledger)
  keys        {keys.FILE.relative_to(ROOT)}
  logs        {stack.logs.relative_to(ROOT)}   (mails of the sign-in: supabase.log)
"""


if __name__ == "__main__":
    sys.exit(main())
