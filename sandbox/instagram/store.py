from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.identifiers import digits, opaque

Kind = Literal["IMAGE", "IMAGE_ITEM", "VIDEO_ITEM", "CAROUSEL", "REELS", "STORIES"]

CODE_SECONDS = 3600
SHORT_SECONDS = 3600
LONG_SECONDS = 60 * 86400
CONTAINER_SECONDS = 86400


@dataclass(slots=True)
class Account:
    """`user_id` is the publishing id; `scoped_id` is what this one app knows the account by."""

    user_id: str
    scoped_id: str
    username: str
    name: str
    account_type: str
    restricted: bool = False
    biography: str = ""
    website: str = ""


@dataclass(slots=True)
class Code:
    value: str
    account: Account
    scopes: tuple[str, ...]
    redirect_uri: str
    issued: float
    used: bool = False


@dataclass(slots=True)
class Token:
    value: str
    account: Account
    scopes: tuple[str, ...]
    kind: Literal["short", "long"]
    issued: float
    expires: float
    ended: int | None = None

    def is_live(self, now: float) -> bool:
        return self.ended is None and now < self.expires


@dataclass(slots=True)
class Container:
    """Media on its way to a post, or to a place in a carousel.

    `problem` is the subcode of a failure, `fetching` an unfinished download, `thumb_offset` in milliseconds.
    """

    id: str
    account: Account
    kind: Kind
    caption: str
    alt_text: str | None
    created: float
    ready: float
    media_sha256: tuple[str, ...] = ()
    fetching: bool = False
    problem: int | None = None
    media_id: str | None = None
    is_video: bool = False
    thumb_offset: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    children: tuple[Container, ...] = ()

    @property
    def is_item(self) -> bool:
        return self.kind in ("IMAGE_ITEM", "VIDEO_ITEM")

    def status_code(self, now: float) -> str:
        if self.media_id:
            return "PUBLISHED"
        if now >= self.created + CONTAINER_SECONDS:
            return "EXPIRED"
        if self.fetching or now < self.ready:
            return "IN_PROGRESS"
        return "ERROR" if self.problem else "FINISHED"


@dataclass(slots=True)
class Media:
    id: str
    account: Account
    container: Container
    shortcode: str
    published: float
    children: tuple[Media, ...] = ()


@dataclass(slots=True)
class InstagramStore:
    accounts: dict[str, Account] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in _seeds():
            self.add(account)

    def add(self, account: Account) -> Account:
        self.accounts[account.user_id] = account
        return account

    def account_by_any_id(self, value: str) -> Account | None:
        return next((a for a in self.accounts.values() if value in (a.user_id, a.scoped_id)), None)

    def new_code(self, account: Account, scopes: tuple[str, ...], redirect_uri: str, now: float) -> Code:
        code = Code(opaque("AQ", 214), account, scopes, redirect_uri, now)
        self.codes[code.value] = code
        return code

    def new_token(self, account: Account, scopes: tuple[str, ...], kind: Literal["short", "long"], now: float) -> Token:
        lifetime = SHORT_SECONDS if kind == "short" else LONG_SECONDS
        token = Token(opaque("IGAA", 183), account, scopes, kind, now, now + lifetime)
        self.tokens[token.value] = token
        return token

    def end_tokens(self, account: Account, subcode: int) -> int:
        live = [token for token in self.tokens.values() if token.account is account and token.ended is None]
        for token in live:
            token.ended = subcode
        return len(live)

    def published_since(self, account: Account, since: float) -> list[Media]:
        """Posts only: an item of a carousel is a media with an id of its own, and no post."""
        return [
            media
            for media in self.media.values()
            if media.account is account and media.published > since and not media.container.is_item
        ]


def new_account(**properties: Any) -> Account:
    return Account(**{"user_id": digits("17841", 17), "scoped_id": digits("27", 17), **properties})


def _seeds() -> list[Account]:
    return [
        Account("17841400000000001", "27640000000000001", "acme.studio", "Acme Studio", "BUSINESS"),
        Account("17841400000000002", "27640000000000002", "lena.paints", "Lena Paints", "MEDIA_CREATOR"),
        Account("17841400000000003", "27640000000000003", "just.tom", "Tom", "PERSONAL"),
    ]
