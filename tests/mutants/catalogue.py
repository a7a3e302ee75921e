"""Mistakes in Python that must not be made, each with the tests that must notice it.

Those of the database's functions are in tests/database/test_function_mutants.py, where they cost milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

VAULT = "tests/shared/test_vault.py::"
EGRESS = "tests/shared/test_egress.py::"
DESTINATIONS = "tests/shared/test_destinations.py"
LOGS = "tests/shared/test_logs.py::"
EVERY = "tests/functions/test_every_endpoint.py::"
OAUTH = "tests/functions/oauth/tiktok/test_callback.py::TestCallback::"
REFRESH = "tests/shared/connecting/test_refresh.py::"
STEPS = "tests/shared/publishing/test_advance.py::"
WEBHOOK = "tests/functions/webhooks/test_tiktok.py::"
SIGNED_REQUEST = "tests/shared/platforms/test_signed_request.py"
EVENTS = "tests/functions/webhooks/test_tiktok_events.py::"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands in the file exactly once: a mutant of code that has changed is an error, not a survivor."""

    name: str
    file: str
    old: str
    new: str
    killed_by: tuple[str, ...]


def of(name: str, file: str, old: str, new: str, *killed_by: str) -> Mutant:
    return Mutant(name, file, old, new, killed_by)


CUSTODY = (
    of(
        "nothing is bound to its place: no associated data",
        "shared/vault.py",
        'return b"".join([len(data := part.encode()).to_bytes(4) + data for part in parts])',
        'return b""',
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "a token opens in another connection",
        "shared/vault.py",
        "key_id, self.owner_id, self.platform, self.kind)",
        "key_id, self.platform, self.kind)",
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "a refresh token opens as an access token",
        "shared/vault.py",
        "key_id, self.owner_id, self.platform, self.kind)",
        "key_id, self.owner_id, self.platform)",
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "the parts of a place run into each other",
        "shared/vault.py",
        "[len(data := part.encode()).to_bytes(4) + data for part in parts]",
        "[part.encode() for part in parts]",
        f"{VAULT}test_characters_moved_between_two_parts_make_another_place",
    ),
    of(
        "every envelope has the same nonce",
        "shared/vault.py",
        "os.urandom(_NONCE_BYTES)",
        "bytes(_NONCE_BYTES)",
        f"{VAULT}test_every_envelope_has_a_fresh_nonce_of_96_bits",
    ),
    of(
        "a step takes a refresh token for an access token",
        "shared/publishing/work.py",
        'Place(account.connection_id, platform, "access")',
        'Place(account.connection_id, platform, "refresh")',
        f"{STEPS}test_an_expired_token_is_renewed_and_the_old_one_not_sent",
    ),
    of(
        "an upload address is opened for another publication",
        "shared/publishing/work.py",
        "return Place(self.publication.id,",
        'return Place("",',
        "tests/shared/publishing/test_work.py",
    ),
    of(
        "a Secret shows its text in a repr",
        "shared/secret.py",
        'return f"Secret({_MASK})"',
        'return f"Secret({self._text})"',
        "tests/shared/test_secret.py",
    ),
    of(
        "a Secret shows its text in a format",
        "shared/secret.py",
        "spec: str) -> str:\n        return _MASK",
        "spec: str) -> str:\n        return self._text",
        "tests/shared/test_secret.py",
    ),
    of(
        "a log line may hold any field",
        "shared/logs.py",
        "if unknown := fields.keys() - FIELDS:",
        "if unknown := set():",
        f"{LOGS}test_a_field_that_is_not_on_the_list_is_refused_and_not_written",
    ),
    of(
        "the log has room for captions",
        "shared/logs.py",
        '"count", "variable",',
        '"count", "variable", "caption",',
        f"{LOGS}test_the_list_has_no_room_for_people_or_free_text",
    ),
)

BOUNDS = (
    of(
        "redirects are followed",
        "shared/egress.py",
        "follow_redirects=False",
        "follow_redirects=True",
        f"{EGRESS}test_a_redirect_is_not_followed",
    ),
    of(
        "anybody is a recipient",
        "shared/egress.py",
        "recipient = admit(request.url, self._settings)",
        "recipient = RECIPIENTS[0]",
        DESTINATIONS,
    ),
    of(
        "a host that ends like a recipient's is a recipient's",
        "shared/subprocessors.py",
        'host.endswith(f".{self.hands_out}".encode())',
        "host.endswith(self.hands_out.encode())",
        DESTINATIONS,
    ),
    of(
        "what a recipient handed out may be called without TLS",
        "shared/subprocessors.py",
        'return below and (scheme, port) == ("https", 443)',
        "return below",
        DESTINATIONS,
    ),
    of(
        "an address may hold a password",
        "shared/subprocessors.py",
        "if known is None or known.userinfo:",
        "if known is None:",
        DESTINATIONS,
    ),
    of(
        "an answer may be a byte too large",
        "shared/egress.py",
        "if size > self._most_bytes:",
        "if size > self._most_bytes + 1:",
        f"{EGRESS}test_an_answer_that_is_too_large_is_cut_off",
    ),
    of(
        "the largest answer is refused",
        "shared/egress.py",
        "if size > self._most_bytes:",
        "if size >= self._most_bytes:",
        f"{EGRESS}test_the_largest_answer_that_is_allowed_is_read_whole",
    ),
    of(
        "a body may be a byte too large",
        "shared/web/endpoint.py",
        "if len(body) > MAX_BODY_BYTES:",
        "if len(body) > MAX_BODY_BYTES + 1:",
        f"{EVERY}test_a_body_over_a_megabyte_is_refused_though_it_does_not_say_so",
    ),
    of(
        "the largest body is refused",
        "shared/web/endpoint.py",
        "if len(body) > MAX_BODY_BYTES:",
        "if len(body) >= MAX_BODY_BYTES:",
        f"{EVERY}test_a_body_of_a_megabyte_is_looked_at",
    ),
)

CONNECTING = (
    of(
        "the hash of nothing is a cookie",
        "shared/connecting/connect.py",
        "_sha256(cookie) if _COOKIE.fullmatch(cookie) else None",
        "_sha256(cookie)",
        f"{OAUTH}test_who_starts_past_the_endpoint_cannot_do_without_a_cookie",
    ),
    of(
        "nobody looks whether a connect was started here",
        "shared/connecting/connect.py",
        'raise Refused("connect_not_started_here")',
        "started = {}",
        f"{OAUTH}test_a_made_up_state_connects_nothing",
    ),
    of(
        "a request that is cut off takes the renewed token with it",
        "shared/connecting/refresh.py",
        "await asyncio.shield(_save(runtime, platform, connection_id, version, tokens))",
        "await _save(runtime, platform, connection_id, version, tokens)",
        f"{REFRESH}test_a_request_that_is_cut_off_after_tiktoks_answer_stores_what_came",
    ),
)

SIGNED = (
    of(
        "TikTok's signature is not checked",
        "shared/publishing/tiktok_webhook.py",
        'if not hmac.compare_digest(expected, found["s"]):',
        "if False:",
        f"{WEBHOOK}test_what_tiktok_did_not_sign_is_refused_and_leaves_nothing",
    ),
    of(
        "TikTok's signature does not cover the time",
        "shared/publishing/tiktok_webhook.py",
        'found["t"].encode() + b"." + body',
        "body",
        f"{WEBHOOK}test_what_tiktok_signed_is_taken",
    ),
    of(
        "an old signature is as good as a new one",
        "shared/publishing/tiktok_webhook.py",
        "if age > int(",
        "if age > 1_000_000 * int(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "a signature is refused in the last second of the window",
        "shared/publishing/tiktok_webhook.py",
        "if age > int(",
        "if age >= int(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "a signature of tomorrow is good today",
        "shared/publishing/tiktok_webhook.py",
        "age = abs(",
        "age = float(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "Meta's signature is not checked",
        "shared/platforms/signed_request.py",
        "if not any(_fits(signature, parts[2], secret) for secret in secrets if secret):",
        "if False:",
        SIGNED_REQUEST,
    ),
    of(
        "Meta's signature fits whatever it is",
        "shared/platforms/signed_request.py",
        "return hmac.compare_digest(expected, signature)",
        "return len(expected) == len(signature)",
        SIGNED_REQUEST,
    ),
    of(
        "with an empty secret anybody signs for Meta",
        "shared/platforms/signed_request.py",
        "for secret in secrets if secret)",
        "for secret in secrets)",
        SIGNED_REQUEST,
    ),
    of(
        "the algorithm that Meta names is not looked at",
        "shared/platforms/signed_request.py",
        ' or said.get("algorithm") != "HMAC-SHA256"',
        "",
        SIGNED_REQUEST,
    ),
    of(
        "an old request of Meta's is as good as a new one",
        "shared/platforms/signed_request.py",
        " <= _OLDEST:",
        ":",
        SIGNED_REQUEST,
    ),
    of(
        "a request of Meta's is refused in its last second",
        "shared/platforms/signed_request.py",
        " <= _OLDEST:",
        " < _OLDEST:",
        SIGNED_REQUEST,
    ),
    of(
        "a request of Meta's comes from far ahead",
        "shared/platforms/signed_request.py",
        "if not -_AHEAD <= int(now.timestamp()) - issued_at <= _OLDEST:",
        "if not int(now.timestamp()) - issued_at <= _OLDEST:",
        SIGNED_REQUEST,
    ),
    of(
        "another app speaks of our posts",
        "shared/publishing/tiktok_webhook.py",
        "if envelope.client_key != runtime.settings.text(TIKTOK_CLIENT_KEY):",
        "if False:",
        f"{EVENTS}test_another_app_cannot_speak_of_our_post",
    ),
    of(
        "anybody is the scheduler",
        "shared/web/endpoint.py",
        "if not hmac.compare_digest(given.encode(), expected.encode()):",
        "if False:",
        f"{EVERY}test_without_the_schedulers_secret_nothing_runs",
    ),
)

MUTANTS = (*CUSTODY, *BOUNDS, *CONNECTING, *SIGNED)
