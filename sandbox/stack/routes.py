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
    hits: Sequence[Route]
    crons: Sequence[Cron]

    @classmethod
    def read(cls, root: Path) -> Project:
        config = json.loads((root / "vercel.json").read_text(encoding="utf-8"))
        functions = frozenset(_sources(root, config["builds"], DYNAMIC))
        static = _sources(root, config["builds"], STATIC)
        routes, hits = _phases(config["routes"])
        crons = [Cron(cron["path"], cron["schedule"]) for cron in config.get("crons", [])]
        return cls(
            root,
            functions,
            static,
            _built(root, config["builds"]),
            routes,
            hits,
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

    def headers_of_hit(self, path: str) -> dict[str, str]:
        """What a file gets besides, once there is one at this path: a page that says there is none does not get it."""
        return {name: value for hit in self.hits if hit.pattern.fullmatch(path) for name, value in hit.headers.items()}

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


def _phases(routes: Sequence[Mapping[str, Any]]) -> tuple[list[Route], list[Route]]:
    """Those that find a file, and those that only add headers once one was found."""
    marks = [number for number, route in enumerate(routes) if "handle" in route]
    if any(routes[mark] != {"handle": "hit"} for mark in marks) or len(marks) > 1:
        raise Unsupported("vercel.json: more than one handle, or one that is not hit")
    end = marks[0] if marks else len(routes)
    hits = [_route(route) for route in routes[end + 1 :]]
    if any(hit.dest or hit.status or not hit.goes_on for hit in hits):
        raise Unsupported("vercel.json: after the handle hit a route does more than add headers")
    return [_route(route) for route in routes[:end]], hits


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
