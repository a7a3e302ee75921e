"""The kill switch: stops every call to a platform within a minute, without a deploy, and lets them go on again.

    python -m ops.platforms status
    python -m ops.platforms off tiktok --operator NAME --reason WHY
    python -m ops.platforms on tiktok --operator NAME --reason WHY

Connects and clicks are refused from the same moment, and no step, refresh or cron begins a call. A step that was at it
ends within the minute that a function may run, and can no longer make the call that posts. Tokens stay; a disconnect
deletes them as always.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any, get_args

from ops.command import add_operator, plain_words, run
from shared.database import Platform
from shared.runtime import Runtime

PLATFORMS: tuple[Platform, ...] = get_args(Platform.__value__)


async def _status(runtime: Runtime, options: argparse.Namespace) -> int:
    for platform in PLATFORMS:
        print(_told(await runtime.database.as_system("platform_status", platform=platform)))
    return 0


async def _switch(runtime: Runtime, options: argparse.Namespace) -> int:
    status = await runtime.database.as_system(
        "switch_platform",
        platform=options.platform,
        on=options.on,
        operator=options.operator,
        reason=options.reason,
    )
    print(_told(status))
    return 0


def _told(status: dict[str, Any]) -> str:
    since = status["switched_off_at"]
    state = f"off since {since}" if since else "on"
    return (
        f"{status['platform']}: {state}; {status['waiting']:,} publications under way or in doubt, "
        f"{status['to_confirm']:,} of them wait for their creator's confirmation"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.platforms", description="The kill switch of each platform.")
    verbs = parser.add_subparsers(required=True, metavar="status|off|on")
    verbs.add_parser("status", help="which platforms are on, and what waits").set_defaults(command=_status)
    for name, on in (("off", False), ("on", True)):
        verb = verbs.add_parser(name, help=f"switch a platform {name}")
        verb.add_argument("platform", choices=PLATFORMS)
        verb.add_argument(
            "--reason", required=True, type=plain_words, metavar="WHY", help="for the audit log; no names, no secrets"
        )
        add_operator(verb)
        verb.set_defaults(command=_switch, on=on)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
