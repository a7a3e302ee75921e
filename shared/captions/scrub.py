"""Takes out of a text what reaches a person, what pays and what opens a door. A caption needs none of it.

Small patterns instead of a language model: they cost a cold function nothing, and a test holds them against a corpus.
What is ambiguous is left alone, so that a date, a price or a distance stays in the caption. Every repetition that can
begin anywhere has a bound: a long text must not cost its square.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match, Pattern

type Replacement = str | Callable[[Match[str]], str]

_DATE = r"\d\d(?P<mark>[./-])\d\d(?P=mark)(?:\d{4}|\d\d)(?![./-]?\d)"
_TIME = r"\d\d\.\d\d(?![.\d])"
# As people write it, also to hide it: full width, escaped, spaced or spelled out.
_AT = r"(?: [@\uff20] (?=[\w-]+[.\u3002\uff0e]\w)|[@\uff20]|%40| ?\(at\) ?| ?\[at\] ?)"
_SPELLED_AT = r"(?:\s{0,3}[(\[]\s{0,3}at\s{0,3}[)\]]\s{0,3}|\s{1,3}at\s{1,3})"
_SPELLED_DOT = r"(?:\s{0,3}[(\[]\s{0,3}dot\s{0,3}[)\]]\s{0,3}|\s{1,3}dot\s{1,3})"
_ENDING = r"(?:com|net|org|info|io|co|me|app|dev|eu|uk|de|at|ch|fr|es|it|nl|be|pl|se|no|dk|us|ca|au|example|test)\b"
_HOST = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
# In groups, so that nobody takes them for hosts that we call.
_PROFILES = (
    r"(?:instagram|tiktok|threads|x|twitter|facebook|fb|pinterest|github)\.(?:com|net)|(?:t|wa|telegram|fb)\.me"
    r"|(?:snapchat)\.com/add|(?:youtube)\.com(?:/c|/user|(?=/@))|(?:linkedin)\.com/in|(?:reddit)\.com/u(?:ser)?"
    r"|(?:twitch)\.tv|(?:bsky)\.app/profile|(?:linktr)\.ee"
)
_NETWORKS = (
    r"ig|insta(?:gram)?|tik ?tok|snap(?:chat)?|telegram|threads|twitter|twitch|discord|blue ?sky|mastodon|skype"
    r"|we ?chat|user ?name|handle|nick(?:name)?|benutzername"
)
# What a name looks like beside words: with a digit, a dot or a line in it, or alone up to the end of its part.
_NAME = r"(?=[\w.]*[^\W\d])(?:(?=[\w.]*[\d_.]\w)[\w.]{2,}|[\w.]{3,}(?=\s*(?:\Z|[\n,;|)])))"
_PHONE_WORDS = (
    r"tel|telefon|telephone|t\u00e9l\u00e9phone|phone|mobile|mobil|handy|cell|whats ?app|viber|fax|fon|sms"
    r"|(?:call|text|ring) (?:me|us)(?: (?:at|on|under))?"
)


def _if_it_pays(match: Match[str]) -> str:
    """The last digit of a card's number is a check of the others (Luhn): few other numbers pass it."""
    digits = [int(digit) for digit in re.sub(r"\D", "", match[0])]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return "[card number]" if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else match[0]


def _if_it_is_an_account(match: Match[str]) -> str:
    """An IBAN in small letters looks like words; its check digits (modulo 97) do not."""
    words = match[0].split(" ")
    for count in range(len(words), 0, -1):
        found = " ".join(words[:count])
        if _is_iban(found):
            return "[account number]" + match[0][len(found) :]
    return match[0]


def _is_iban(text: str) -> bool:
    plain = re.sub(r"[ -]", "", text).upper()
    if not (15 <= len(plain) <= 34 and plain.isascii()):
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


# Replaced in this order: an address would otherwise be taken for a handle, and a key for a phone number.
_SCRUBBED: tuple[tuple[Pattern[str], Replacement], ...] = (
    # Addresses of pages: whoever signs in with one, or is named by one.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,12}://)[^\s/@]{1,200}@"), r"\1"),
    (
        re.compile(
            rf"(?i)((?:\b[a-z][a-z0-9+.-]{{1,12}}://|\b{_HOST}(?=[/?#]))[^\s?#<>\"]*)"
            r"[?#](?!\[removed\])(?=[^\s<>\"]*=|[^\s<>\"]{8})[^\s<>\"]+"
        ),
        r"\1?[removed]",
    ),
    (re.compile(rf"(?i)(?<![\w.-])((?:www\.|m\.)?(?:{_PROFILES}))/@?[\w.-]+"), r"\1/[handle]"),
    # E-mail.
    (re.compile(rf"(?i)[\w.+-]{{1,64}}{_SPELLED_AT}(?:[\w-]{{1,63}}{_SPELLED_DOT}){{1,4}}{_ENDING}"), "[e-mail]"),
    (re.compile(rf"[\w.+'\u2019-]{{1,128}}{_AT}[\w-]+(?:[.\u3002\uff0e][\w-]+)*"), "[e-mail]"),
    # Keys and passwords.
    (re.compile(r"\b(?:act|rft|clt)\.[\w!*-]{8,}|\b(?:IG|EAA)[\w-]{20,}"), "[secret]"),
    (re.compile(r"\b(?:sk|sb|pk|rk)[-_][\w-]{8,}|\b(?:xox[a-z]|glpat)-[\w-]{8,}|\bAIza[\w-]{30,}"), "[secret]"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}"), "[secret]"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/-]{8,}=*"), "[secret]"),
    # Money.
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[account number]"),
    (re.compile(r"(?ia)\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?\b"), _if_it_is_an_account),
    (
        re.compile(
            r"(?a)(?<![\w.+-])(?:[2-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?"
            r"|3\d{3}([ -])\d{6}\2\d{4,5})(?![\w-])"
        ),
        _if_it_pays,
    ),
    (re.compile(r"(?i)\b(password|passwort|secret|token|api[ _-]?key)(\s*[:=]\s*)\S+"), r"\1\2[secret]"),
    # Names on a network.
    (re.compile(r"(?<![\w@\uff20])[@\uff20][\w.][\w.-]*"), "[handle]"),
    (re.compile(rf"(?i)(?<!\w)((?:{_NETWORKS})(?: (?:handle|name|id|user|account))?\s*[:=]\s*){_NAME}"), r"\1[handle]"),
    (re.compile(r"(?i)(?<![\w/])/?u/[\w-]{3,}"), "[handle]"),
    (re.compile(r"(?<![\w#])[^\W\d][\w.]{1,31}#\d{4}\b"), "[handle]"),
    # Phones.
    (re.compile(r"(?<![\w+])(?:[+\uff0b]|(?<!\d )00)\d[\d ()./-]{6,18}\d\b"), "[phone]"),
    (
        re.compile(
            rf"(?i)\b({_PHONE_WORDS})(\.?(?: ?(?:nr|no|number)\b)?\.?\s{{0,3}}[:=]?\s{{0,3}})"
            rf"(?!{_DATE}|\d{{4}}-\d\d-\d\d)\(?\d[\d ()./-]{{5,18}}\d\b"
        ),
        r"\1\2[phone]",
    ),
    (re.compile(rf"(?<![\w.])(?<!\d )(?!{_DATE}|{_TIME})\(?0\d{{1,4}}\)?[ /.-]\d[\d /.-]{{4,12}}\d\b"), "[phone]"),
    (re.compile(r"(?<![\w.])0\d{10}\b"), "[phone]"),
    (re.compile(r"(?<![\w.-])1[ .-]\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])(?:\d{3}[ .-]\d{3}[ .-]\d{4}|\(\d{3}\) ?\d{3}[ .-]\d{4})(?![\w-])"), "[phone]"),
)


def scrub(text: str) -> str:
    """Without e-mail addresses, phone numbers, handles, account numbers and what looks like a credential."""
    while (scrubbed := _scrub_once(text)) != text:
        text = scrubbed
    return text


def _scrub_once(text: str) -> str:
    for pattern, replacement in _SCRUBBED:
        text = pattern.sub(replacement, text)
    return text
