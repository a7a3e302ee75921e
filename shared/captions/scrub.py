"""Takes out of a text what reaches a person, what pays and what opens a door. A caption needs none of it.

Small patterns instead of a language model: they cost a cold function nothing, and a test holds them against a corpus.
What is ambiguous is left alone, so that a date, a price or a distance stays in the caption. Every repetition that can
begin anywhere has a bound: a long text must not cost its square.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match, Pattern

from shared.captions.view import Span, view

type Cut = Callable[[Match[str]], Span | None]

_DATE = r"\d\d(?:\.\d\d\.|/\d\d/|-\d\d-)(?:\d{4}|\d\d)(?![./-]?\d)"
_TIME = r"\d\d\.\d\d(?![.\d])"
# From one date, month or hour to another.
_RANGE = (
    r"(?:\d\d[./]\d\d\.? ?- ?\d\d?[./]|\d\d[./](?:19|20)\d\d ?- ?\d|0\d ?- ?[012]\d ?/"
    rf"|0\d ?[/&+-] ?{_DATE})"
)
_OPEN, _CLOSE = r" ?[(\[{<] ?", r" ?[)\]}>] ?"
_SPELLED_DOT = rf"(?:{_OPEN}(?:dot|punkt|point|punto|\.){_CLOSE}| (?:dot|punkt|point|punto) )"
_DOT = rf"(?:\.|{_SPELLED_DOT})"
_HOST = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
# As people write it, also to hide it.
_AT = (
    rf"(?:@|%40| ?@ (?=(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_]{{2}})"
    rf"|(?:{_OPEN}(?:at|\u00e4t|arobase|arroba|@){_CLOSE}| (?:\u00e4t|arobase|arroba) )"
    rf"(?=[\w-]{{1,63}}{_DOT}\w))"
)
_ENDING = r"(?:com|net|org|info|io|co|me|app|dev|eu|uk|de|at|ch|fr|es|it|nl|be|pl|se|no|dk|us|ca|au|example|test)\b"
_MAILBOXES = (
    r"(?:gmail|googlemail|gmx|hotmail|icloud|outlook|yahoo|aol|proton|protonmail|posteo|mailbox|web|live|t-online)"
    r"\.(?:com|net|de|at|ch|fr|it|es|me|org|co\.uk)"
)
# What no word looks like: a dot or a line amid its letters, or a number behind them.
_TELLING = (
    r"(?:(?=[\w.+-]{3,63}\w)(?=[\w.+-]{0,40}?[^\W\d_][\w-]{0,40}[._+][\w-]{0,40}[^\W\d_])"
    r"|(?=[^\W\d_]{3,40}[._-]?\d{2,4}(?!\w)))"
)
# In groups, so that nobody takes them for hosts that we call.
_PROFILES = (
    r"(?:instagram|tiktok|threads|x|twitter|facebook|fb|pinterest|github)\.(?:com|net)|(?:t|wa|telegram|fb|m|ig)\.me"
    r"|(?:instagr)\.am"
    r"|(?:snapchat)\.com/add|(?:youtube)\.com(?:/c|/user|(?=/@))|(?:linkedin)\.com/in|(?:reddit)\.com/u(?:ser)?"
    r"|(?:twitch)\.tv|(?:bsky)\.app/profile|(?:linktr)\.ee"
)
_NETWORKS = (
    r"(?:ig|insta(?:gram)?|tik ?tok|snap(?:chat)?|telegram|threads|twitter|twitch|discord|blue ?sky|mastodon|skype"
    r"|we ?chat|user ?name|handle|nick(?:name)?|benutzername)(?: (?:handle|name|id|user|account))?"
)
_TOPICS = (
    r"(?:clips|facts|fun|ideas|likes|links|news|photos|pictures|posts|reels|rules|stories|tips|trends|videos|views)"
)
# What a name looks like beside words: with a digit, a dot or a line in it, alone up to the end of its part, or joined
# to what follows. "hillwalks and more" and "dancing and more" look the same: the caption then does without a word.
_NAME = (
    r"(?=[\w.]*[^\W\d])(?:(?=[\w.]*[\d_.]\w)[\w.]{2,}|[\w.]{3,}(?=\s{0,3}(?:\Z|[\n,;|)]))"
    rf"|(?!{_TOPICS}\b)\w{{5,30}}(?= (?:and|und|or|oder|for|f\u00fcr|[&+]) ))"
)
_PHONE = r"[\d ()./\u00b7\u2022-]"
_GAP = r"[ .\u00b7\u2022-]"
_PHONE_WORDS = (
    r"(?:\b(?:tel|telefon|telephone|t\u00e9l\u00e9phone|phone|mobile|mobil|handy|cell|whats ?app|viber|fax|fon|sms"
    r"|(?:call|text|ring) (?:me|us)(?: (?:at|on|under))?)|[\u260e\U0001f4de])"
)


def _what_is_named(match: Match[str]) -> Span:
    """Most patterns look at more than they take: the part called "cut" goes."""
    return match.span("cut" if "cut" in match.re.groupindex else 0)


def _if_it_pays(match: Match[str]) -> Span | None:
    """The last digit of a card's number is a check of the others (Luhn): few other numbers pass it."""
    digits = [int(digit) for digit in re.sub(r"\D", "", match[0])]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return match.span() if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else None


def _if_it_is_an_account(match: Match[str]) -> Span | None:
    """An IBAN in small letters looks like words; its check digits (modulo 97) do not."""
    words = match[0].split(" ")
    for count in range(len(words), 0, -1):
        found = " ".join(words[:count])
        if _is_iban(found):
            return match.start(), match.start() + len(found)
    return None


def _is_iban(text: str) -> bool:
    plain = re.sub(r"[ -]", "", text).upper()
    if not (15 <= len(plain) <= 34 and plain.isascii()):
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _rule(pattern: str, left: str, cut: Cut = _what_is_named) -> tuple[Pattern[str], str, Cut]:
    return re.compile(pattern), left, cut


# Replaced in this order: an address would otherwise be taken for a handle, and a key for a phone number.
_SCRUBBED = (
    # Addresses of pages: whoever signs in with one, or is named by one.
    _rule(r"(?i)\b[a-z][a-z0-9+.-]{1,12}://(?P<cut>[^\s/@]{1,200}@)", ""),
    _rule(
        rf"(?i)(?:\b[a-z][a-z0-9+.-]{{1,12}}://|\b{_HOST}(?=[/?#]))[^\s?#<>\"]*"
        r"(?P<cut>[?#](?!\[removed\])(?=[^\s<>\"]*=|[^\s<>\"]{8})[^\s<>\"]+)",
        "?[removed]",
    ),
    _rule(
        rf"(?i)(?<![\w.-])(?:[\w-]{{1,12}}\.)?(?:{_PROFILES})/(?P<cut>[@~]?[\w.%-]+(?:/@?[\w.%-]+)*)",
        "[handle]",
    ),
    # E-mail. A plain "at" is a word of most captions ("meet at hills.example"): it makes an address only where the dot
    # is spelled out too, where mail is named before it, behind a name that no word looks like, or before a host that
    # holds nothing but mailboxes. So "ada at hills.example" by itself stays.
    _rule(rf"(?i)[\w.+-]{{1,64}} at (?:[\w-]{{1,63}}{_SPELLED_DOT}){{1,4}}{_ENDING}", "[e-mail]"),
    _rule(rf"(?i)(?<![\w.+#@/-]){_TELLING}[\w.+-]{{1,64}} at {_HOST}(?![\w/-])", "[e-mail]"),
    _rule(rf"(?i)(?<![\w.+#@/-])[\w.+-]{{1,64}} at {_MAILBOXES}(?![\w/-])", "[e-mail]"),
    _rule(
        r"(?i)\b(?:e-?mail|mail|contact|kontakt|write|schreib)(?: (?:me|us|mir|uns))?"
        r"(?:\s{0,2}[:=]\s{0,2}| (?:is|to|an) )"
        r"(?!(?:me|us|her|him|them|you|it|now|only|also|here|there|online|live|more|form|directly) )"
        rf"(?P<cut>[\w.+-]{{1,64}} at {_HOST}(?![\w/-]))",
        "[e-mail]",
    ),
    _rule(rf"(?i)[\w.+'\u2019-]{{1,128}}{_AT}[\w-]+(?:{_DOT}[\w-]+)*", "[e-mail]"),
    # Keys and passwords.
    _rule(r"\b(?:act|rft|clt)\.[\w!*-]{8,}|\b(?:IG|EAA)[\w-]{20,}", "[secret]"),
    _rule(r"\b(?:sk|sb|pk|rk)[-_][\w-]{8,}|\b(?:xox[a-z]|glpat)-[\w-]{8,}|\bAIza[\w-]{30,}", "[secret]"),
    _rule(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}", "[secret]"),
    _rule(r"(?i)\bbearer\s+[\w.~+/-]{8,}=*", "[secret]"),
    # Money.
    _rule(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b", "[account number]"),
    _rule(
        r"(?ia)\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?\b",
        "[account number]",
        _if_it_is_an_account,
    ),
    _rule(
        r"(?a)(?<![\w.+-])(?:[2-6]\d{12,18}|[2-6]\d{3}([ .-])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?"
        r"|3\d{3}([ .-])\d{6}\2\d{4,5})(?![\w-])",
        "[card number]",
        _if_it_pays,
    ),
    _rule(r"(?i)\b(?:password|passwort|secret|token|api[ _-]?key)\s*[:=]\s*(?P<cut>\S+)", "[secret]"),
    # Names on a network.
    _rule(r"(?<![\w@])@[\w.][\w.-]*", "[handle]"),
    _rule(r"(?<![\w#])[^\W\d][\w.]{1,31}#\d{4}\b", "[handle]"),
    _rule(rf"(?i)(?<!\w){_NETWORKS}\s{{0,3}}[:=]\s{{0,3}}(?P<cut>{_NAME})", "[handle]"),
    _rule(
        rf"(?i)(?<!\w){_NETWORKS}(?: (?:is|ist)|\s?[^\w\s.,;!?\[]{{1,2}})?\s(?P<cut>{_TELLING}\w[\w.-]*)",
        "[handle]",
    ),
    _rule(r"(?i)(?<![\w/])/?u/[\w-]{3,}", "[handle]"),
    # Phones.
    _rule(rf"(?<![\w+])(?:\+|(?<!\d )00)\(?\d{_PHONE}{{6,26}}\d\b", "[phone]"),
    _rule(
        rf"(?i){_PHONE_WORDS}\.?(?: ?(?:nr|no|number)\b)?\.?\s{{0,3}}[:=]?\s{{0,3}}"
        rf"(?!{_DATE}|\d{{4}}-\d\d-\d\d)(?P<cut>\(?\d{_PHONE}{{5,22}}\d)\b",
        "[phone]",
    ),
    _rule(
        rf"(?<![\w.])(?<!\d[ :])(?!{_DATE}|{_TIME}|{_RANGE})"
        rf"\(?0(?:\d{{1,4}}\)?(?:{_GAP}|/)|\d{{2,4}}\)? ?[/-] ?)\d[\d /.\u00b7\u2022-]{{4,14}}\d\b",
        "[phone]",
    ),
    _rule(r"(?<![\w.])0\d{10}\b", "[phone]"),
    _rule(rf"(?<![\w.-])1{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}(?![\w-])", "[phone]"),
    _rule(rf"(?<![\w.-])(?:\d{{3}}|\(\d{{3}}\)){_GAP}\d{{3}}{_GAP}\d{{4}}(?![\w-])", "[phone]"),
    _rule(r"(?<![\w.-])\(\d{3}\)\d{3}[ .-]\d{4}(?![\w-])", "[phone]"),
)
# One finds what another has laid bare. A text of people needs three; one that needs six was built to cost its square,
# and leaves as nothing.
_ROUNDS = 6


def scrub(text: str) -> str:
    """Without e-mail addresses, phone numbers, handles, account numbers and what looks like a credential."""
    for _ in range(_ROUNDS):
        if (scrubbed := _scrub_once(text)) == text:
            return text
        text = scrubbed
    return "[removed]"


def _scrub_once(text: str) -> str:
    for joined in (True,) if text.isascii() and "&" not in text else (True, False):
        seen = view(text, joined)
        for pattern, left, cut in _SCRUBBED:
            if spans := [span for match in pattern.finditer(seen.seen) if (span := cut(match))]:
                seen = view(seen.cut(spans, left), joined)
        text = seen.written
    return text
