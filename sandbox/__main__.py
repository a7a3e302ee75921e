from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.app import create_app
from sandbox.config import SandboxConfig
from sandbox.server import serve
from sandbox.state import Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sandbox", description="Simulated Instagram, TikTok, Anthropic and Plausible."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--config", type=Path)
    options = parser.parse_args()
    config = SandboxConfig.from_file(options.config) if options.config else SandboxConfig()
    serve(create_app(Sandbox.from_config(config)), options.host, options.port)


if __name__ == "__main__":
    main()
