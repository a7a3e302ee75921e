"""What comes back is checked, whatever was asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.fields import CaptionFields
from shared.captions.variants import MOST_VARIANTS, usable_variants
from shared.publishing.rules.instagram import CAPTION_UNITS, HASHTAGS
from shared.publishing.text import utf16_units

FIELDS = CaptionFields("Hills", "A walk. More on example.org", "image", ("one",), "Walks")
PLAIN = CaptionFields("Hills", "A walk.", "image", ("one",), "Walks")


def answer(*variants: dict[str, Any]) -> str:
    return json.dumps({"variants": list(variants)})


def captions(*variants: dict[str, Any], fields: CaptionFields = PLAIN) -> list[str]:
    return [variant.caption for variant in usable_variants(answer(*variants), fields)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        '{"variants": null}',
        '{"variants": {}}',
        '{"variants": ["text"]}',
        '{"variants": [{"caption": 1, "hashtags": []}]}',
        '{"variants": [{"caption": "x", "hashtags": "#a"}]}',
        '{"variants": [{"caption": "x", "hashtags": [1]}]}',
        '{"variants": [{"caption": "x"}]}',
        '{"variants": []}',
        '{"variants": [{"caption": "", "hashtags": []}]}',
        '{"variants": [{"caption": " \\u200b ", "hashtags": ["#a"]}]}',
        '{"variants"',
    ],
)
def test_an_answer_that_is_not_what_was_agreed_gives_nothing(text: str) -> None:
    assert usable_variants(text, PLAIN) == []


@pytest.mark.parametrize(
    "caption",
    [
        "Buy at https://evil.example",
        "Buy at HTTP://evil.example/x",
        "See www.evil.example",
        "See bit.ly/abc",
        "See Evil.com now",
        "Thanks @somebody",
        "(@somebody)",
    ],
)
def test_an_invented_link_or_mention_is_dropped(caption: str) -> None:
    good = {"caption": "A fine walk", "hashtags": []}

    assert captions({"caption": caption, "hashtags": []}, good) == ["A fine walk"]


def test_the_creators_own_link_may_stay() -> None:
    assert captions({"caption": "More on example.org", "hashtags": []}, fields=FIELDS) == ["More on example.org"]


def test_the_creators_own_link_opens_no_door_for_another() -> None:
    assert captions({"caption": "More on evil.com", "hashtags": []}, fields=FIELDS) == []


def test_bad_hashtags_are_dropped_and_good_ones_tidied() -> None:
    tags = ["two words", "#hills", "hills", "", "#", "#a-b", "walk!", "x" * 101, "  #day  ", "#日本", "@you"]
    (variant,) = usable_variants(answer({"caption": "A walk", "hashtags": tags}), PLAIN)

    assert variant.hashtags == ["#hills", "#day", "#日本"]
    assert variant.text == "A walk\n\n#hills #day #日本"


def test_no_more_hashtags_than_a_post_may_have() -> None:
    (variant,) = usable_variants(answer({"caption": "A walk", "hashtags": [f"tag{n}" for n in range(60)]}), PLAIN)

    assert len(variant.hashtags) == HASHTAGS


def test_a_variant_that_is_too_long_is_dropped() -> None:
    fits, long = "🏔" * (CAPTION_UNITS // 2), "🏔" * (CAPTION_UNITS // 2 + 1)

    assert captions({"caption": long, "hashtags": []}, {"caption": fits, "hashtags": []}) == [fits]


def test_hashtags_in_the_caption_count_too() -> None:
    assert captions({"caption": "#a " * HASHTAGS, "hashtags": ["one"]}) == []


def test_invisible_characters_are_removed() -> None:
    assert captions({"caption": "A\u202e walk\u200b\x00\n\nhome", "hashtags": []}) == ["A walk\n\nhome"]


def test_at_most_three_come_out() -> None:
    assert len(captions(*[{"caption": f"Walk {n}", "hashtags": []} for n in range(9)])) == MOST_VARIANTS


@given(
    st.lists(st.fixed_dictionaries({"caption": st.text(), "hashtags": st.lists(st.text(), max_size=40)}), max_size=6)
)
def test_whatever_comes_back_what_goes_on_keeps_every_limit(variants: list[dict[str, Any]]) -> None:
    found = usable_variants(answer(*variants), PLAIN)

    assert len(found) <= MOST_VARIANTS
    for variant in found:
        assert variant.caption.strip()
        assert utf16_units(variant.text) <= CAPTION_UNITS
        assert variant.text.count("#") <= HASHTAGS
        assert len(set(variant.hashtags)) == len(variant.hashtags)
        assert not any(" " in tag or tag.count("#") != 1 for tag in variant.hashtags)


@given(st.text())
def test_any_answer_at_all_is_survived(text: str) -> None:
    assert isinstance(usable_variants(text, PLAIN), list)
