"""The pages a person sees in the browser: consent and errors. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from sandbox.calls import RefusedError

STYLE = """
:root{color-scheme:light;font:16px/1.5 system-ui,sans-serif;color:#1c1e21;background:#f2f3f5}
body{margin:0;display:grid;min-height:100vh;place-items:center}
main{background:#fff;border:1px solid #dcdfe3;border-radius:12px;padding:2rem;width:min(26rem,calc(100vw - 2rem));
box-sizing:border-box}
h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:#55606b}
fieldset{border:0;border-top:1px solid #e6e8eb;margin:0;padding:1rem 0}legend{font-weight:600;padding:0}
label{display:flex;gap:.6rem;align-items:baseline;padding:.25rem 0}small{color:#55606b}
footer{display:flex;gap:.75rem;justify-content:flex-end;border-top:1px solid #e6e8eb;padding-top:1rem}
button{font:inherit;padding:.5rem 1.1rem;border-radius:8px;border:1px solid #c5cad0;background:#fff;cursor:pointer}
button[value=allow]{background:var(--brand);border-color:var(--brand);color:#fff}
:focus-visible{outline:3px solid #6aa9ff;outline-offset:2px}
"""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Consent:
    platform: str
    brand: str
    client: str
    redirect_uri: str
    accounts: tuple[Choice, ...]
    scopes: tuple[Choice, ...]


def consent_page(consent: Consent) -> HTMLResponse:
    host = escape(urlsplit(consent.redirect_uri).netloc)
    return _page(
        f"{consent.platform}: connect an app",
        f"""<form method="post" style="--brand:{consent.brand}">
<h1>Connect to {consent.platform}</h1>
<p>App {escape(consent.client)} at {host} asks for access. This is a sandbox, no real account is involved.</p>
<fieldset><legend>Account</legend>{_radios(consent.accounts)}</fieldset>
<fieldset><legend>It may</legend>{_boxes(consent.scopes)}</fieldset>
<footer><button name="decision" value="cancel">Cancel</button>
<button name="decision" value="allow">Allow</button></footer></form>""",
        200,
    )


def error_page(platform: str, parameter: str, text: str) -> HTMLResponse:
    body = f"<h1>Something went wrong</h1><p>{escape(text)}</p><p><small>{escape(parameter)}</small></p>"
    return _page(f"{platform}: error", body, 400)


def refuse_with_page(platform: str, parameter: str, text: str) -> RefusedError:
    return RefusedError(error_page(platform, parameter, text))


def _page(title: str, body: str, status: int) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>",
        status,
        headers={"cache-control": "no-store"},
    )


def _radios(choices: Iterable[Choice]) -> str:
    return "".join(_option("radio", "account", choice, number == 0) for number, choice in enumerate(choices))


def _boxes(choices: Iterable[Choice]) -> str:
    return "".join(_option("checkbox", "scope", choice, True) for choice in choices)


def _option(kind: str, name: str, choice: Choice, checked: bool) -> str:
    mark = " checked" if checked else ""
    return (
        f'<label><input type="{kind}" name="{name}" value="{escape(choice.value)}"{mark}>'
        f"<span>{escape(choice.label)} <small>{escape(choice.note)}</small></span></label>"
    )
