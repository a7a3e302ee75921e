from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class InstagramApp:
    app_id: str = "990000000000001"
    app_secret: str = "sandbox-instagram-secret"
    redirect_uris: tuple[str, ...] = ()
    deauthorize_url: str = ""
    deletion_url: str = ""
    meta_app_secret: str = "sandbox-meta-secret"


@dataclass(frozen=True, slots=True)
class TikTokApp:
    client_key: str = "sandboxclientkey"
    client_secret: str = "sandbox-tiktok-secret"
    redirect_uris: tuple[str, ...] = ()
    approved_scopes: tuple[str, ...] = ("user.info.basic", "video.publish", "video.upload")
    verified_prefixes: tuple[str, ...] = ()
    audited: bool = True
    pkce_required: bool = False
    webhook_url: str = ""
    webhooks: str = "on"


@dataclass(frozen=True, slots=True)
class AnthropicAccount:
    api_key: str = "sk-ant-sandbox"


@dataclass(frozen=True, slots=True)
class PlausibleSite:
    domain: str = "app.sandbox.test"


@dataclass(frozen=True, slots=True)
class ResendTeam:
    api_key: str = "re_sandbox_key"
    webhook_secret: str = "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0"
    webhook_url: str = ""
    webhooks: str = "on"
    domains: tuple[str, ...] = ("sandbox.test",)
    requests_per_second: int = 5


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """What an operator would have typed into each platform's developer portal.

    `media_hosts` stands in for DNS and TLS: it maps a public https origin to the local server behind it.
    """

    instagram: InstagramApp = field(default_factory=InstagramApp)
    tiktok: TikTokApp = field(default_factory=TikTokApp)
    anthropic: AnthropicAccount = field(default_factory=AnthropicAccount)
    plausible: PlausibleSite = field(default_factory=PlausibleSite)
    resend: ResendTeam = field(default_factory=ResendTeam)
    media_hosts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SandboxConfig:
        _refuse_unknown(cls, data)
        return cls(
            instagram=_section(InstagramApp, data.get("instagram", {})),
            tiktok=_section(TikTokApp, data.get("tiktok", {})),
            anthropic=_section(AnthropicAccount, data.get("anthropic", {})),
            plausible=_section(PlausibleSite, data.get("plausible", {})),
            resend=_section(ResendTeam, data.get("resend", {})),
            media_hosts=dict(data.get("media_hosts", {})),
        )

    @classmethod
    def from_file(cls, path: Path) -> SandboxConfig:
        return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))


def _section[T](kind: type[T], data: Mapping[str, Any]) -> T:
    _refuse_unknown(kind, data)
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})


def _refuse_unknown(kind: type[Any], data: Mapping[str, Any]) -> None:
    known = {entry.name for entry in fields(kind)}
    if unknown := sorted(set(data) - known):
        raise ValueError(f"unknown keys for {kind.__name__}: {', '.join(unknown)}")
