"""Serves the functions as Vercel would, without Vercel: vercel.json decides which file's `app` answers."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path
from typing import cast

import uvicorn
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.stack import web
from sandbox.stack.paths import ROOT
from sandbox.stack.ports import HOST
from sandbox.stack.routes import Match, Project


class FunctionsServer:
    """Each file is loaded at its first request, as a module of its own, with the repository's root importable."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._project = Project.read(root)
        self._apps: dict[str, ASGIApp] = {}
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        match = self._project.match(scope["path"])
        answer = self._answer(match, scope["path"])
        await answer(scope, receive, _with_headers(send, web.local_policy(match.headers, os.environ)))

    def _answer(self, match: Match, path: str) -> ASGIApp:
        if match.dest is None:
            return _not_found()
        if match.dest in self._project.functions:
            return self._load(match.dest)
        if match.dest == web.CONFIG:
            return JSONResponse(web.config(os.environ))
        if file := self._project.file(match.dest):
            found = self._project.headers_of_hit(path)
            return compressed(FileResponse(file, status_code=match.status or 200, headers=found))
        return _not_found()

    def _load(self, file: str) -> ASGIApp:
        if file not in self._apps:
            self._apps[file] = load_app(self._project.root / file, file)
        return self._apps[file]


def load_app(path: Path, name: str) -> ASGIApp:
    module_name = "function_" + name.removesuffix(".py").replace("/", "_")
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise HTTPException(500)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(ASGIApp, module.app)


def compressed(answer: ASGIApp) -> ASGIApp:
    """As Vercel's network sends files."""
    return GZipMiddleware(answer, minimum_size=1000)


def _not_found() -> Response:
    return PlainTextResponse("The page could not be found\n\nNOT_FOUND\n", status_code=404)


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    """A header that the function sets itself wins."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", []))
            present = {name.lower() for name, _ in given}
            extra = [(name.encode(), value.encode()) for name, value in headers.items() if name.encode() not in present]
            message = {**message, "headers": given + extra}
        await send(message)

    return sender


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def server(app: ASGIApp, port: int) -> uvicorn.Server:
    config = uvicorn.Config(app, host=HOST, port=port, log_level="warning", access_log=False, server_header=False)
    return uvicorn.Server(config)


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.stack.functions", description="Serve functions/ and public/.")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    server(FunctionsServer(), options.port).run()


if __name__ == "__main__":
    main()
