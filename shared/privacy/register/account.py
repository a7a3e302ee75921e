"""The person: what they decided about their data, asked for, were told and may still do today."""

from __future__ import annotations

from shared.privacy.register.model import (
    CASCADE,
    MACHINERY,
    PSEUDONYM,
    UNLINKED,
    WITH_ACCOUNT,
    Area,
    Basis,
    Column,
    For,
    Table,
    Until,
    kept,
)

_LIMITS = "To keep one person from using up what all share."

AREA = Area(
    "You and your choices",
    "What is about you yourself, apart from what you make with itoms.",
    (
        Table(
            name="public.objections",
            holds="What you objected to (AI captions, analytics, publishing), and since when.",
            columns="user_id purpose created_at",
            purpose="To stop that processing on the server.",
            basis=Basis.DUTY,
            retention=Until("you take the objection back, or your account is deleted", CASCADE),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.restrictions",
            holds="That you asked us to keep your data and not to use it, and since when.",
            columns="user_id created_at",
            purpose="To stop every use of your data on the server.",
            basis=Basis.DUTY,
            retention=Until("you lift the restriction, or your account is deleted", CASCADE),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.profiles",
            holds="What you call yourself. Those who share a project with you see it, and those you invite; nobody else"
            " gets it.",
            columns="user_id display_name updated_at",
            purpose="To address you as you like, and to tell the people of a project who is in it.",
            basis=Basis.CONTRACT,
            retention=Until("your account is deleted", CASCADE),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.consents",
            holds="Which text you agreed to, in which version and when: TikTok's music terms for a post, for example.",
            columns="id user_id publication_id subject text_version given_at",
            purpose="To prove that you agreed before we acted on it.",
            basis=Basis.DUTY,
            retention=For("3 years", since="given_at", rule="purge_receipts"),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.notices",
            holds="What you have to be told: that an access ended, an account was removed, a post needs your word."
            " As codes, without names.",
            columns="id user_id project_id kind platform connection_id cause created_at read_at publication_id",
            purpose="To tell you what happened to accounts and posts of your projects.",
            basis=Basis.CONTRACT,
            retention=For("1 year", since="created_at", rule="purge_endings"),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.privacy_requests",
            holds="Your requests about your data: what you asked, when it is due, and what became of it. As codes and"
            " counts, without the data itself.",
            columns="id request_id kind event channel user_id person at due_at actor_kind operator detail",
            purpose="To answer within the time that the law and our Data Policy give, and to prove it.",
            basis=Basis.DUTY,
            retention=For("3 years", since="at", rule="purge_requests", shown="3 years after a request's last line"),
            erasure=kept("the proof that your request was answered, without your name."),
            differs=(
                Column(name="user_id", erasure=UNLINKED),
                Column(name="person", erasure=PSEUDONYM, exported="Means nothing outside of our own log."),
                Column(name="operator", exported="Names the person of ours who acted, not you."),
            ),
        ),
        Table(
            name="private.caption_usage",
            holds="How many AI captions you asked for on each day.",
            columns="user_id day used",
            purpose=_LIMITS,
            basis=Basis.INTEREST,
            retention=For("31 days", since="day", rule="purge"),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="private.rate_limits",
            holds="How much of each limit (connects, uploads, posts, ...) you have used just now: one moment each.",
            columns="user_id action arrival_at",
            purpose=_LIMITS,
            basis=Basis.INTEREST,
            retention=For("1 day", since="arrival_at", rule="purge_rate_limits"),
            erasure=WITH_ACCOUNT,
            exported=MACHINERY,
        ),
        Table(
            name="private.audit_people",
            holds="The pseudonym under which our log of actions knows you.",
            columns="user_id pseudonym",
            purpose="To let the log outlive your account without naming you.",
            basis=Basis.INTEREST,
            retention=Until("your account is deleted", CASCADE),
            erasure=WITH_ACCOUNT,
            exported="Means nothing outside of our own log.",
        ),
    ),
)
