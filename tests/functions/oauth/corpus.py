"""What attackers send: addresses, headers, cookies and answers that are nearly right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.functions.oauth.flow import Platform

ADDRESSES = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "https:evil.example", "https:/evil.example", "https://evil.example", "HTTPS://EVIL.EXAMPLE", "http:evil.example",
    "/%2f%2fevil.example", "/%2fevil.example", "%2f%2fevil.example", "/%5cevil.example", "%252f%252fevil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example",
    "/\x00/evil.example",
    "javascript:alert(1)", "java\nscript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,evil", "vbscript:evil",
    "@evil.example", ":@evil.example", "x@evil.example", "/@evil.example", ".evil.example", "/.evil.example",
    "/..//evil.example", "?//evil.example", "#//evil.example", ";//evil.example", "//evil.example#", "//evil.example?",
    "\uff0f\uff0fevil.example", "/\u2215/evil.example", "/\u2044/evil.example", "\u2571\u2571evil.example",
    "/\u3002evil.example", "//evil\u3002example", "//[::1]/evil", "//0x7f000001/evil", "x\r\nlocation: //evil.example",
    "x\r\nset-cookie: evil=1", "x\r\n\r\n<script>evil</script>",
)  # fmt: skip
# Where applications take an address from, and what we ourselves put into one.
NAMES = (
    "return_to", "returnTo", "return", "redirect", "redirect_uri", "redirect_url", "next", "url", "continue", "dest",
    "target", "goto", "origin", "host", "project", "project_id", "platform", "connect", "user_id", "client_id", "scope",
    "scopes", "error_description", "error_uri", "error_reason", "state_", "code_", "_",
)  # fmt: skip
HEADERS: Sequence[dict[str, str]] = (
    {"host": "evil.example"},
    {"host": "evil.example:3000"},
    {"host": "localhost@evil.example"},
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-proto": "http"},
    {"x-forwarded-host": "evil.example", "x-forwarded-proto": "evil", "x-forwarded-port": "1"},
    {"x-forwarded-prefix": "//evil.example", "x-forwarded-path": "//evil.example"},
    {"forwarded": 'host=evil.example;proto=http;for="evil"'},
    {"x-original-url": "//evil.example", "x-rewrite-url": "//evil.example"},
    {"x-host": "evil.example", "x-vercel-forwarded-host": "evil.example", "x-real-host": "evil.example"},
    {"origin": "https://evil.example", "referer": "https://evil.example/"},
)
QUERIES = (
    "state={state};code={code}", "STATE={state}&code={code}", "state[]={state}&code={code}",
    "state%00={state}&code={code}", "state={state}%00&code={code}", "state={state}%0a&code={code}",
    "state=%20{state}&code={code}", "state={state}&state=&code={code}", "&&&state={state}&state={state}&code={code}",
    "?state={state}&code={code}",
)  # fmt: skip
COOKIES = (
    "{name}={value}; {name}=x", "{name}=x; {name}={value}", "{name}={value}; {name}={value}",
    "{name}={value}; {name}", "{name}={value};{name}=", "{name}={value}{padding}", "{name}={padding}{value}",
    '{name}="{value}"', "{name}='{value}'", "{name}={value},{name}={value}", "{name} ={value}", "{upper}={value}",
    "{lower}={value}", "$Version=1; $Path=/; {bare}={value}", "{bare}={value}", "__Secure-{bare}={value}",
    "{name}={value}%20", "{name}={value}\u00a0", "{name}={value}=", "{name}=={value}",
)  # fmt: skip
OTHERS = {
    "8 kB": "x=" + "A" * 8192,
    "500": "; ".join(f"x{number}=y" for number in range(500)),
    "odd": "\u00e9=\u00e9; =; ;",
}
FOREIGN_ISSUERS = ("", "https://evil.example", "https://www.facebook.com", "{own}/", "{own}x", "null", "*")
# A whole answer of each token endpoint: what of it a test spoils is the only thing wrong with it.
GRANTED: Mapping[Platform, dict[str, Any]] = {
    "instagram": {
        "access_token": "made-up-token",
        "user_id": "17840000000000001",
        "permissions": ["instagram_business_basic", "instagram_business_content_publish"],
    },
    "tiktok": {
        "access_token": "made-up-token",
        "expires_in": 86_400,
        "refresh_token": "made-up-refresh",
        "refresh_expires_in": 31_536_000,
        "open_id": "-000SomebodyElse",
        "scope": "user.info.basic,video.publish",
        "token_type": "Bearer",
    },
}
TOKENS: Mapping[Platform, Sequence[str]] = {
    "instagram": ["access_token"],
    "tiktok": ["access_token", "refresh_token"],
}
NO_TOKENS: Sequence[object] = (
    None, True, [], {}, ["made-up-token"], {"made-up-token": 1}, "", " ", "made-up token", "made-up-token\n",
    "made-up-token\r\nx-evil: 1", "made-up-token\u0000", "\u0000", "\u007fmade-up-token", "made-up-token\u2028",
    "\ufeffmade-up-token", "m\u00e4de-up-token", "made-up-token" * 400,
)  # fmt: skip
NO_OBJECTS: Sequence[object] = (None, True, 7, "text", [], {})
UNREADABLE: Mapping[str, dict[str, Any]] = {
    "a welcome page": {"kind": "html_200"},
    "fifty megabytes, packed": {"kind": "gzip_bomb"},
    "ten megabytes": {"kind": "huge_body"},
    **{f"JSON {json.dumps(body)}": {"kind": "wrong_shape", "body": body} for body in NO_OBJECTS},
    "a list of lists": {"kind": "wrong_shape", "body": [[["access_token"]]]},
    "an empty envelope": {"kind": "wrong_shape", "body": {"data": []}},
    "an envelope of an envelope": {
        "kind": "wrong_shape",
        "body": {"data": {"data": {"access_token": "made-up-token"}}},
    },
    "an error and no words": {"kind": "wrong_shape", "body": {"error": None}},
    "an error of another shape": {"kind": "wrong_shape", "body": {"error": ["access_token"]}},
}
