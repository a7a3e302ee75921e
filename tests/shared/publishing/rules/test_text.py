"""Text is measured as the platforms do, and tags are counted where they make a link of them."""

from __future__ import annotations

import pytest

from shared.publishing.text import hashtags, mentions, utf16_units

EMOJI = "\N{CUSTARD}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("a", 1), ("é", 1), ("e\u0301", 2), (EMOJI, 2), (FAMILY, 8), ("\ud83c", 1)],
    ids=ascii,
)
def test_an_emoji_counts_as_many_units_as_it_takes(text: str, units: int) -> None:
    assert utf16_units(text) == units


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("#a", 1),
        ("a #b, (#c) #d.", 3),
        ("#a#b", 2),
        ("a#b", 0),
        ("C#m and F#", 0),
        ("a#b#c", 0),
        ("größe#b", 0),
        ("#größe #日本 #привет #हिन्दी", 4),
        ("#2026", 1),
        ("#\N{CUSTARD}", 1),
        ("# a #, ##", 0),
        ("##a", 1),
        ("https://ito.ms/a#b", 0),
        ("line\n#a\n#b", 2),
    ],
)
def test_a_hashtag_begins_a_word(text: str, count: int) -> None:
    assert hashtags(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("@a", 1),
        ("with @a.b_c, (@d) and @e.", 3),
        ("@a@b", 2),
        ("mail me: name@host.com", 0),
        ("first.last+tag@host.com", 0),
        ("grüße@host.com", 0),
        ("@ a @... @", 0),
        (".@a -@b", 2),
        ("cc:@a", 1),
    ],
)
def test_a_mention_is_not_an_address(text: str, count: int) -> None:
    assert mentions(text) == count


@pytest.mark.parametrize("text", ["@" + "." * 20_000, "#" * 20_000, "@a" * 20_000, "a@" * 20_000, "#a" * 20_000 + "-"])
def test_counting_takes_no_longer_than_reading(text: str) -> None:
    assert hashtags(text) + mentions(text) <= len(text)
