"""`make secrets`: looks for secrets in every version of every file, in the working tree and in what would be deployed.

Two pairs of eyes: secretlint's recommended rules, and the shapes of our own keys with the values of this machine's
.local/env. A finding names its place and its kind, and never shows what was found. Exits with 1 on a finding and with 2
when it cannot look.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools" / "secrets"
LOCAL_VALUES = Path(".local/env")
# Not secret: it is made to be shown to every browser.
PUBLIC_VALUES = ("SUPABASE_PUBLISHABLE_KEY",)
_SHORTEST_VALUE = 16

# Keys as their issuers make them. Whoever writes an example shortens it, and is left in peace.
SHAPES: Mapping[str, re.Pattern[bytes]] = {
    "a Supabase secret key": re.compile(rb"\bsb_secret_[A-Za-z0-9_-]{20,}"),
    "an Anthropic key": re.compile(rb"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    "a token encryption key": re.compile(rb"\b[A-Za-z0-9_.-]{1,32}:[A-Za-z0-9+/]{43}="),
    "a token of Instagram": re.compile(rb"\b(?:IG[A-Z]{2}|EAA)[A-Za-z0-9_-]{60,}"),
    "a token of TikTok": re.compile(rb"\b(?:act|rft|clt)\.[A-Za-z0-9!*_-]{40,}"),
    "a JSON Web Token": re.compile(rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    "a value of one of our settings": re.compile(
        rb"\b(?:INSTAGRAM_APP|META_APP|TIKTOK_CLIENT|CRON|SUPABASE_JWT|RESEND_WEBHOOK)_SECRET"
        rb"""["']?\s*[=:]\s*["']?[A-Za-z0-9_/+-]{16,}"""
        rb"""|\bR2_SECRET_ACCESS_KEY["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{32,}"""
    ),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{60,}"),
}

# What looks like a secret and is none: the beginning of the SHA-256 of the text that was found, and why.
ALLOWED: Mapping[str, str] = {
    "2509418d875232d5": "the bytes from 0 to 31: a key of tests, which never sealed anything",
    "bf145d9380bbe05b": "the example of jwt.io, in the description of PyJWT",
    "b1258e6f40d8809d": "an address with a password in it, which a test shows to be refused",
    "63f203e6f1b4683f": "a made-up app secret of the tests of the platform clients",
    "54fe5f9ab8b4e8bf": "a made-up client secret of the tests of the platform clients",
    "15c5c30e96d845ce": "a made-up token of Slack's shape, which captions are scrubbed of",
    "2a65d573022bf731": "a made-up secret of the crons, which a test shows to be refused in an operator's words",
}


class CannotLook(Exception):
    """Nothing was proven. The text is for whoever runs this."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One content, wherever it stands. Packages of others are theirs to scan, but for our own keys."""

    place: str
    content: bytes
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    place: str
    line: int
    kind: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.kind} (fingerprint {self.fingerprint})"


def scan(pieces: Iterable[Piece], values: Mapping[str, str]) -> list[Finding]:
    """Each content once, however many versions and copies hold it."""
    unique: dict[bytes, Piece] = {}
    for piece in pieces:
        unique.setdefault(hashlib.sha256(piece.content).digest(), piece)
    known = [(name, value.encode()) for name, value in values.items()]
    found = [finding for piece in unique.values() for finding in _by_shape(piece, known)]
    found += _by_secretlint([piece for piece in unique.values() if piece.is_ours])
    return [finding for finding in dict.fromkeys(found) if finding.fingerprint not in ALLOWED]


def _by_shape(piece: Piece, known: list[tuple[str, bytes]]) -> Iterator[Finding]:
    for kind, shape in SHAPES.items():
        for hit in shape.finditer(piece.content):
            yield _finding(piece, hit.start(), kind, hit.group())
    for name, value in known:
        if (at := piece.content.find(value)) >= 0:
            yield _finding(piece, at, f"the value of {name}", value)


def _finding(piece: Piece, at: int, kind: str, text: bytes) -> Finding:
    line = piece.content.count(b"\n", 0, at) + 1
    return Finding(piece.place, line, kind, hashlib.sha256(text).hexdigest()[:16])


def _by_secretlint(pieces: list[Piece]) -> Iterator[Finding]:
    """It wants files, so it gets some, under names that keep what a rule may look at: the end of the real one."""
    program = TOOL / "node_modules" / ".bin" / "secretlint"
    if not program.exists():
        raise CannotLook("secretlint is missing: `make secrets` installs it")
    with tempfile.TemporaryDirectory() as folder:
        report, files = Path(folder) / "report.json", Path(folder) / "files"
        files.mkdir()
        names = {f"{number}-{Path(piece.place).name.lstrip('.')}": piece for number, piece in enumerate(pieces)}
        for name, piece in names.items():
            (files / name).write_bytes(piece.content)
        options = ["--secretlintrc", str(TOOL / "secretlintrc.json"), "--format", "json", "--output", str(report)]
        command = [str(program), *options, "**/*"]
        done = subprocess.run(command, cwd=files, capture_output=True, check=False)  # noqa: S603
        if done.returncode or not report.exists():
            raise CannotLook(f"secretlint ended with {done.returncode}")
        reports = json.loads(report.read_text(encoding="utf-8"))
    if {Path(one["filePath"]).name for one in reports} != set(names):
        raise CannotLook("secretlint left out some of the files")
    for one in reports:
        for message in one["messages"]:
            yield _reported(names[Path(one["filePath"]).name], message)


def _reported(piece: Piece, message: Mapping[str, object]) -> Finding:
    """`range` counts UTF-16 units, as JavaScript does."""
    first, last = message["range"]  # type: ignore[misc]
    units = piece.content.decode("utf-8", "replace").encode("utf-16-le")
    text = units[2 * first : 2 * last].decode("utf-16-le", "replace").encode()  # type: ignore[has-type]
    line = message["loc"]["start"]["line"]  # type: ignore[index]
    kind = f"what secretlint calls {message['messageId']}"
    return Finding(piece.place, line, kind, hashlib.sha256(text).hexdigest()[:16])


def history(root: Path) -> Iterator[Piece]:
    """Every blob that a branch or a tag can still reach, and what was written about it. Raises CannotLook."""
    if _git(root, "rev-parse", "--is-shallow-repository").strip() != b"false":
        raise CannotLook("this copy has no whole history: fetch it with --unshallow")
    listed = (line.partition(" ") for line in _git(root, "rev-list", "--all", "--objects").decode().splitlines())
    paths = {name: path for name, _, path in listed if path}
    batch = _git(root, "cat-file", "--batch", feed="\n".join(paths).encode())
    at = 0
    while at < len(batch):
        head, at = batch[at : batch.index(b"\n", at)].decode().split(), batch.index(b"\n", at) + 1
        name, kind, size = head[0], head[1], int(head[2])
        if kind == "blob":
            yield Piece(f"history {name[:12]} {paths[name]}", batch[at : at + size])
        at += size + 1
    yield Piece("history messages", _git(root, "log", "--all", "--format=%an %ae%n%B"))


def tree(root: Path) -> Iterator[Piece]:
    """What git knows or would take."""
    for name in _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").decode().split("\0"):
        path = root / name
        if name and path.is_file() and not path.is_symlink():
            yield Piece(name, path.read_bytes())


def bundle(root: Path) -> Iterator[Piece]:
    """What Vercel would get: the build's own files, and those that its functions point to. Nothing if not built."""
    output = root / ".vercel" / "output"
    files = {path for folder in (output, root / "public") for path in folder.rglob("*") if path.is_file()}
    for config in output.rglob(".vc-config.json"):
        listed = json.loads(config.read_text(encoding="utf-8")).get("filePathMap", {}).values()
        files |= {root / name for name in listed}
    for path in sorted(files):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            yield Piece(f"bundle {name}", path.read_bytes(), is_ours="/_vendor/" not in f"/{name}" and _is_ours(name))


def _is_ours(name: str) -> bool:
    return "site-packages" not in name and "node_modules" not in name


def local_values(root: Path) -> dict[str, str]:
    """What this machine keeps for itself, each part of a value by itself."""
    file = root / LOCAL_VALUES
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines)
    values = {
        f"{name} in {LOCAL_VALUES}{f', part {number}' if number else ''}": part
        for name, _, value in pairs
        if name not in PUBLIC_VALUES
        for number, part in enumerate(re.split(r"[:,]", value))
    }
    return {name: value for name, value in values.items() if len(value) >= _SHORTEST_VALUE}


def _git(root: Path, *arguments: str, feed: bytes = b"") -> bytes:
    done = subprocess.run(["git", *arguments], cwd=root, input=feed, capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise CannotLook(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ops.secret_scan", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository to look at")
    parser.add_argument("--bundle-only", action="store_true", help="only what was built")
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    sources = [bundle] if options.bundle_only else [history, tree, bundle]
    try:
        pieces = [piece for source in sources for piece in source(root)]
        found = scan(pieces, local_values(root))
    except CannotLook as reason:
        print(f"not scanned: {reason}", file=sys.stderr)
        return 2
    for finding in found:
        print(finding)
    print(f"{len(pieces)} files and versions of files, {len(found)} secrets")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
