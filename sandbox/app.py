from __future__ import annotations

from starlette.applications import Starlette

from sandbox import anthropic, control, plausible, resend
from sandbox.instagram import routes as instagram
from sandbox.state import Sandbox
from sandbox.tiktok import routes as tiktok


def create_app(sandbox: Sandbox) -> Starlette:
    """Every simulated host as a path prefix of one app."""
    return Starlette(
        routes=[
            *instagram.routes(sandbox),
            *tiktok.routes(sandbox),
            *anthropic.routes(sandbox),
            *plausible.routes(sandbox),
            *resend.routes(sandbox),
            control.routes(sandbox),
        ]
    )
