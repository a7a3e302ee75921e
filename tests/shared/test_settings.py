"""Settings refuse what cannot be right, name the variable, and never show its value."""

from __future__ import annotations

import ast
import traceback
from pathlib import Path

import pytest

from shared.settings import VARIABLES, Misconfigured, Settings, Variable

ROOT = Path(__file__).parents[2]
LEGACY_KEY = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl"
NO_BASE_URL = (
    "itoms.example",
    "ftp://itoms.example",
    "//itoms.example",
    "https://",
    "https://itoms.example/?a=b",
    "https://itoms.example/#a",
    "https://itoms.example/",
    "https://itoms example",
    "javascript:alert(1)",
    "http://itoms.example",
    "http://localhost.itoms.example",
    "https://itoms.example@evil.example",
    "https://\u0456toms.example",
)
NO_ORIGIN = (*NO_BASE_URL, "https://itoms.example/path", "https://itoms.example?a=b")
NO_KEY = ("short", "has a blank inside", "line\nbreak-inside")

BAD: dict[str, tuple[str, ...]] = {
    "APP_URL": NO_ORIGIN,
    "SUPABASE_URL": NO_BASE_URL,
    "SUPABASE_PUBLISHABLE_KEY": (LEGACY_KEY, "sb_secret_abcdefgh", "sb_publishable_", "sb_publishable_a b"),
    "SUPABASE_SECRET_KEY": (LEGACY_KEY, "sb_publishable_abcdefgh", "sb_secret_", "sb_secret_a b", "service_role"),
    "TOKEN_ENCRYPTION_KEYS": ("k1: abc", "k1:abc k2:abc"),
    "INSTAGRAM_APP_ID": ("itoms", "12 34", "-1", "1.5"),
    "INSTAGRAM_APP_SECRET": NO_KEY,
    "META_APP_SECRET": NO_KEY,
    "INSTAGRAM_API_VERSION": ("26.0", "v26", "latest", "v26.0/", "v26.0\nv25.0"),
    "INSTAGRAM_WWW_URL": NO_BASE_URL,
    "INSTAGRAM_API_URL": NO_BASE_URL,
    "INSTAGRAM_GRAPH_URL": NO_BASE_URL,
    "TIKTOK_CLIENT_KEY": ("a b",),
    "TIKTOK_CLIENT_SECRET": NO_KEY,
    "TIKTOK_WWW_URL": NO_BASE_URL,
    "TIKTOK_API_URL": NO_BASE_URL,
    "TIKTOK_VIDEO_SOURCE": ("PULL", "file_upload", "PULL_FROM_URL,FILE_UPLOAD"),
    "TIKTOK_WEBHOOK_WINDOW": ("0", "-300", "5m", "1234567"),
    "R2_ENDPOINT": NO_ORIGIN,
    "R2_BUCKET": ("ab", "Bucket", "a_b_c", "a/b/c", "a" * 64),
    "R2_PRIVATE_BUCKET": ("ab", "Bucket", "a_b_c", "a/b/c", "a" * 64),
    "R2_ACCESS_KEY_ID": ("a b",),
    "R2_SECRET_ACCESS_KEY": NO_KEY,
    "R2_PUBLIC_URL": (*NO_BASE_URL, "http://media.itoms.example"),
    "R2_PUBLIC_CONNECT_URL": ("media.itoms.example", "https://media.itoms.example/", "https://a b"),
    "ANTHROPIC_API_KEY": NO_KEY,
    "ANTHROPIC_BASE_URL": NO_BASE_URL,
    "PLAUSIBLE_BASE_URL": NO_BASE_URL,
    "PLAUSIBLE_DOMAIN": ("https://app.itoms.test", "app.itoms.test/", "App.itoms.test", "a b"),
    "CAPTION_MODEL": ("Claude", "model/../other", "a b"),
    "RESEND_API_KEY": ("re_short", "sk_abcdefghij", "re_with blank inside"),
    "RESEND_WEBHOOK_SECRET": ("whsec_", "c2FuZGJveC1yZXNlbmQtc2VjcmV0", "whsec_not-base64-at-all-really"),
    "RESEND_BASE_URL": NO_BASE_URL,
    "MAIL_FROM": ("itoms", "itoms <mail>", "itoms <a@b.cd", "a@b.cd, e@f.gh", "a@b.cd\nbcc: e@f.gh", 'x" <a@b.cd>'),
    "PRIVACY_EMAIL": ("privacy", "@ito.ms", "a@b.cd,e@f.gh", "Privacy <privacy@ito.ms>", "a@b.cd\ne@f.gh"),
    "CRON_SECRET": ("x" * 31, "x " * 32, "short"),
    "ERASURE_SIGNING_KEY": ("A" * 44, "A" * 42 + "==", "A" * 43, "a b", "A" * 87 + "="),
    "QUEUE_TOPIC": ("two topics", "a/b", "publications*"),
    "VERCEL_QUEUE_BASE_URL": ("vercel-queue.com", "https://a b", "http://queue.example"),
}
GOOD: dict[str, tuple[str, ...]] = {
    "APP_URL": ("https://ito.ms", "http://localhost:3000", " https://ito.ms\n"),
    "SUPABASE_URL": ("https://abc.supabase.co", "http://127.0.0.1:54321"),
    "SUPABASE_PUBLISHABLE_KEY": ("sb_publishable_abc_def",),
    "SUPABASE_SECRET_KEY": ("sb_secret_abc_def",),
    "RESEND_API_KEY": ("re_123456_abcdefgh",),
    "RESEND_WEBHOOK_SECRET": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0"),
    "MAIL_FROM": ("itoms <mail@ito.ms>", "mail@ito.ms"),
    "PRIVACY_EMAIL": ("privacy@ito.ms",),
    "CRON_SECRET": ("x" * 32,),
    "R2_PUBLIC_URL": ("https://media.ito.ms", "https://media.ito.ms/files"),
    "INSTAGRAM_API_VERSION": ("v26.0", "v100.1"),
}
BY_NAME = {variable.name: variable for variable in VARIABLES}


def cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values]


def test_every_variable_has_its_bad_values() -> None:
    assert BAD.keys() == BY_NAME.keys()


@pytest.mark.parametrize(("name", "value"), cases(BAD))
def test_a_value_that_cannot_be_right_is_refused_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings({name: value}).text(BY_NAME[name])

    assert str(caught.value) == f"{name} does not have the expected form"
    assert value not in traceback.format_exception(caught.value)[-1]


@pytest.mark.parametrize(("name", "value"), cases(GOOD))
def test_a_sound_value_is_taken(name: str, value: str) -> None:
    assert Settings({name: value}).text(BY_NAME[name]) == value.strip()


@pytest.mark.parametrize("value", [None, "", "  \n"])
@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_what_is_not_set_has_its_default_or_is_named(variable: Variable, value: str | None) -> None:
    settings = Settings({} if value is None else {variable.name: value})

    if variable.default is not None:
        assert settings.text(variable) == variable.default
    else:
        with pytest.raises(Misconfigured, match=f"^{variable.name} is not set$"):
            settings.text(variable)


def test_no_secret_has_a_default() -> None:
    secrets = [variable for variable in VARIABLES if variable.secret]

    assert secrets
    assert not [variable.name for variable in secrets if variable.default]


@pytest.mark.parametrize("variable", [v for v in VARIABLES if v.default], ids=lambda variable: variable.name)
def test_a_wrong_value_never_falls_back_to_the_default(variable: Variable) -> None:
    with pytest.raises(Misconfigured):
        Settings({variable.name: "not right, is it?"}).text(variable)


def test_a_secret_variable_comes_as_one_that_hides_itself() -> None:
    held = Settings({"CRON_SECRET": "marker-" + "x" * 32}).secret(BY_NAME["CRON_SECRET"])

    assert "marker" not in repr(held)
    assert held.reveal().startswith("marker-")


def test_settings_are_read_on_demand() -> None:
    """A function that needs no Anthropic key works without one."""
    assert Settings({"APP_URL": "https://ito.ms"}).app_url == "https://ito.ms"


def test_only_the_settings_read_the_environment() -> None:
    """One module hands it over whole; a variable that is read elsewhere would be missing from every list of them."""
    readers = {
        file.relative_to(ROOT).as_posix()
        for folder in ("shared", "functions")
        for file in (ROOT / folder).rglob("*.py")
        if _reads_the_environment(file)
    }

    assert readers == {"shared/runtime.py"}


def _reads_the_environment(file: Path) -> bool:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return any(isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb") for node in nodes)
