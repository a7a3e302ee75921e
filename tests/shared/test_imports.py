"""Heavy and leaky libraries stay where they are allowed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(path for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py"))
NODES = [
    (path.relative_to(ROOT).as_posix(), node)
    for path in PRODUCT
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
]


def importers(library: str) -> set[str]:
    found = set()
    for path, node in NODES:
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom():
                names = [node.module or ""]
            case _:
                continue
        if any(name == library or name.startswith(f"{library}.") for name in names):
            found.add(path)
    return found


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("anthropic", {"shared/captions/writer.py"}),
        ("boto3", {"shared/media/storage_client.py"}),
        ("botocore", {"shared/media/storage.py", "shared/media/storage_client.py", "shared/media/storage_session.py"}),
        ("pymediainfo", {"shared/media/movie.py"}),
        ("postgrest", {"shared/database.py"}),
        ("cryptography", {"shared/vault.py", "shared/privacy/erasure/receipts.py"}),
    ],
)
def test_a_library_is_known_to_one_module(library: str, allowed: set[str]) -> None:
    assert importers(library) == allowed


@pytest.mark.parametrize("library", ["requests", "urllib3", "supabase"])
def test_what_exports_query_strings_or_loads_too_much_is_not_imported(library: str) -> None:
    """Vercel's runtime reports the query strings of urllib3 calls, and Instagram takes tokens in query strings.

    botocore brings urllib3, and may: what it sends is signed in a header, and its paths name files, not people.
    """
    assert importers(library) == set()


# Where what opens connections is made. Everybody else gets it handed down.
MADE_IN: dict[str, set[str]] = {
    "AsyncClient": {"shared/egress.py", "shared/egress_httpx2.py"},
    "AsyncAnthropic": {"shared/captions/writer.py"},
    "AsyncPostgrestClient": {"shared/database.py"},
    "QueueClient": {"shared/publishing/queue.py"},
    "Session": {"shared/media/storage_client.py"},
    "URLLib3Session": {"shared/media/storage_session.py"},
}
NEVER_MADE = (
    "Client", "HTTPTransport", "AsyncHTTPTransport", "Anthropic", "SyncPostgrestClient", "PoolManager",
    "HTTPConnection", "HTTPSConnection", "ClientSession", "urlopen", "create_connection",
    "open_connection",
)  # fmt: skip
VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"}


def makers(name: str) -> set[str]:
    """The modules that call what has this name, bare or as an attribute."""
    return {
        path
        for path, node in NODES
        if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    }


@pytest.mark.parametrize("name", MADE_IN)
def test_a_client_is_made_in_one_place(name: str) -> None:
    assert makers(name) == MADE_IN[name]


@pytest.mark.parametrize("name", NEVER_MADE)
def test_no_other_way_out_is_made_anywhere(name: str) -> None:
    assert makers(name) == set()


def test_nobody_sends_by_a_library_itself() -> None:
    """`httpx.get(...)` makes a client of its own, with proxies and without a list of hosts."""
    found = [
        f"{path}:{node.lineno}"
        for path, node in NODES
        if isinstance(node, ast.Attribute)
        and node.attr in VERBS
        and getattr(node.value, "id", "") in ("httpx", "httpx2", "requests", "urllib3")
    ]
    assert found == []


def test_the_sandbox_is_never_a_part_of_the_product() -> None:
    assert importers("sandbox") == importers("tests") == set()


def test_nothing_reads_our_own_address_from_a_request() -> None:
    """Whoever sends a request chooses its Host, and what proxies say about it."""
    told = {"host", "forwarded", "origin", "referer"}
    found = set()
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="request") | ast.Attribute(attr="request"), attr=attribute):
                    found |= {path.name} if attribute in ("url", "base_url", "url_for") else set()
                case ast.Constant(value=str(text)) if text.lower() in told or text.lower().startswith("x-forwarded-"):
                    found.add(path.name)

    # An outgoing request has an address of its own, and the log may name the host of one that was refused. Plausible is
    # told a network by the name of a header that we read from nobody.
    assert found <= {"analytics.py", "egress.py", "egress_httpx2.py", "storage_session.py", "logs.py"}
