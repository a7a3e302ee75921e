"""The part of vercel.json that decides which file answers a request, and with which headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DYNAMIC = "@vercel/python"
STATIC = "@vercel/static"
BUILT = "@vercel/static-build"


class Unsupported(Exception):
    """vercel.json uses something that the local server does not know; serving on would hide a difference."""


@dataclass(frozen=True, slots=True)
class Route:
    pattern: re.Pattern[str]
    dest: str | None
    headers: Mapping[str, str]
    status: int | None
    goes_on: bool


@dataclass(slots=True)
class Match:
    dest: str | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cron:
    path: str
    schedule: str


@dataclass(frozen=True, slots=True)
class Project:
    root: Path
    functions: frozenset[str]
    static: Mapping[str, Path]
    built: Mapping[str, Path]
    routes: Sequence[Route]
    crons: Sequence[Cron]

    @classmethod
    def read(cls, root: Path) -> Project:
        config = json.loads((root / "vercel.json").read_text(encoding="utf-8"))
        functions = frozenset(_sources(root, config["builds"], DYNAMIC))
        static = _sources(root, config["builds"], STATIC)
        crons = [Cron(cron["path"], cron["schedule"]) for cron in config.get("crons", [])]
        return cls(
            root,
            functions,
            static,
            _built(root, config["builds"]),
            [_route(route) for route in config["routes"]],
            crons,
        )

    def file(self, dest: str) -> Path | None:
        """The file that a route calls by this name. What is built is looked for now: it may have been built again."""
        if dest in self.static:
            return self.static[dest]
        for below, folder in self.built.items():
            file = (folder / dest.removeprefix(below)).resolve()
            if dest.startswith(below) and file.is_relative_to(folder) and file.is_file():
                return file
        return None

    def match(self, path: str) -> Match:
        found = Match()
        for route in self.routes:
            hit = route.pattern.fullmatch(path)
            if hit is None:
                continue
            found.headers |= route.headers
            if route.goes_on:
                continue
            found.status = route.status
            found.dest = _filled(route.dest, hit).lstrip("/") if route.dest else None
            break
        return found


def _sources(root: Path, builds: Sequence[Mapping[str, Any]], kind: str) -> dict[str, Path]:
    """What is served as it stands, by the name that routes call it."""
    patterns = [build["src"] for build in builds if build["use"] == kind]
    files = (file for pattern in patterns for file in root.glob(f"{pattern}/*" if pattern.endswith("**") else pattern))
    return {file.relative_to(root).as_posix(): file for file in files if file.is_file()}


def _built(root: Path, builds: Sequence[Mapping[str, Any]]) -> dict[str, Path]:
    """The folders that a package is built into. Vercel serves one below the folder of its package."""
    packages = [(build, (root / build["src"]).parent) for build in builds if build["use"] == BUILT]
    return {
        f"{package.relative_to(root).as_posix()}/": (package / build["config"]["distDir"]).resolve()
        for build, package in packages
    }


def _route(route: Mapping[str, Any]) -> Route:
    if unknown := set(route) - {"src", "dest", "headers", "status", "continue"}:
        raise Unsupported(f"vercel.json: {', '.join(sorted(unknown))} in a route")
    headers = {name.lower(): value for name, value in route.get("headers", {}).items()}
    return Route(
        re.compile(route["src"]), route.get("dest"), headers, route.get("status"), route.get("continue", False)
    )


def _filled(dest: str, hit: re.Match[str]) -> str:
    return re.sub(r"\$(\d)", lambda group: hit[int(group[1])] or "", dest)
