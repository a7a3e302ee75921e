"""Connected accounts: what sections 1.1 and 1.2 of the Data Policy list, and the custody of the tokens."""

from __future__ import annotations

from shared.privacy.register.model import (
    CASCADE,
    MACHINERY,
    NAMES_NOBODY,
    NO_SECRETS,
    UNLINKED,
    WITH_ACCOUNT,
    WITH_PROJECT,
    Area,
    Basis,
    Column,
    For,
    Table,
    Until,
)
from shared.subprocessors import META, SUPABASE, TIKTOK

_PLATFORMS = (SUPABASE, META, TIKTOK)
_DISCONNECTED = Until("the account is disconnected", "disconnect_connection")
_DELETED_BY_DISCONNECT = Until("the account is disconnected, or its access ends on the platform", CASCADE)

AREA = Area(
    "Connected accounts",
    "What itoms keeps of an Instagram or TikTok account that you connect. Nothing of it outlives the connection; the"
    " receipts that stay name no account.",
    (
        Table(
            name="public.connections",
            holds="The account's name, its id on the platform, Instagram's type of account, and whether its access"
            " still works.",
            columns="id project_id platform platform_account_id callback_ids display_name account_type status"
            " status_reason connected_by connected_at updated_at status_since",
            purpose="To show which account is connected, and to publish to that account.",
            basis=Basis.CONTRACT,
            retention=_DISCONNECTED,
            also=(
                For(
                    "30 days",
                    since="status_since",
                    rule="purge_endings",
                    shown="30 days for an account whose access ended and that nobody connected again",
                ),
            ),
            erasure=WITH_PROJECT,
            differs=(
                Column(name="platform_account_id", purpose="Calls to publish name it.", recipients=_PLATFORMS),
                Column(
                    name="callback_ids",
                    purpose="To recognise the account when its platform tells us that an access ended.",
                ),
                Column(name="account_type", purpose="To see that Instagram lets this account publish."),
                Column(name="connected_by", erasure=UNLINKED),
            ),
        ),
        Table(
            name="private.connection_tokens",
            holds="The tokens that let itoms publish for you, encrypted with a key that the database does not hold.",
            columns="connection_id access_token refresh_token access_expires_at refresh_expires_at issued_at version"
            " refresh_lease_until",
            purpose="To call the platform in your name when you publish, and to renew the access before it ends.",
            basis=Basis.CONTRACT,
            retention=_DELETED_BY_DISCONNECT,
            also=(
                For(
                    "0 seconds",
                    since="access_expires_at",
                    rule="purge",
                    shown="at once when it can no longer be used or renewed",
                ),
            ),
            erasure=WITH_PROJECT,
            exported=NO_SECRETS,
            recipients=(SUPABASE,),
            differs=(
                # In clear to the platform that issued it; to Supabase only sealed.
                Column(name="access_token", recipients=_PLATFORMS),
                Column(name="refresh_token", recipients=(SUPABASE, TIKTOK)),
            ),
        ),
        Table(
            name="private.oauth_states",
            holds="That you began to connect an account: who, for which project, when. Its secrets as hashes only.",
            columns="id state_hash cookie_hash user_id project_id platform created_at expires_at consumed_at",
            purpose="To know that who comes back from the platform is who left, and that nobody forged it.",
            basis=Basis.INTEREST,
            retention=For("0 seconds", since="expires_at", rule="purge", shown="10 minutes, or until it is used"),
            erasure=WITH_ACCOUNT,
            exported=MACHINERY,
        ),
        Table(
            name="public.disconnections",
            holds="The receipt of each disconnect: when, by whom, how many tokens were deleted, and what the platform"
            " answered. Names no account.",
            columns="id connection_id project_id platform disconnected_by disconnected_at tokens_deleted revocation"
            " revocation_at cause",
            purpose="To prove that the tokens are gone, and to notice one that comes back with a backup.",
            basis=Basis.DUTY,
            retention=For("3 years", since="disconnected_at", rule="purge_receipts"),
            erasure=WITH_PROJECT,
            differs=(Column(name="disconnected_by", erasure=UNLINKED),),
        ),
        Table(
            name="public.access_endings",
            holds="The receipt of tokens that were deleted because the access ended, not by a click. Names no account.",
            columns="id connection_id project_id platform cause tokens_deleted ended_at",
            purpose="To prove that the tokens are gone, and why.",
            basis=Basis.DUTY,
            retention=For("3 years", since="ended_at", rule="purge_receipts"),
            erasure=WITH_PROJECT,
        ),
        Table(
            name="private.call_budgets",
            holds="When we last called what a platform counts per account: the times of a minute.",
            columns="connection_id call taken_at",
            purpose="To stay within the platform's limits.",
            basis=Basis.INTEREST,
            retention=For("1 day", since="taken_at", rule="purge_receipts"),
            erasure=WITH_PROJECT,
            exported=MACHINERY,
        ),
        Table(
            name="private.pauses",
            holds="Until when a platform wants no more calls, for an account or for all.",
            columns="id platform connection_id ends_at",
            purpose="To leave a platform in peace when it asks for it.",
            basis=Basis.INTEREST,
            retention=For("0 seconds", since="ends_at", rule="purge_publishing", shown="until the pause is over"),
            erasure=WITH_PROJECT,
            exported=MACHINERY,
        ),
        Table(
            name="private.platform_deletions",
            holds="What became of a request to delete that Meta handed on, for the page behind its confirmation code."
            " Holds no id of the person.",
            columns="confirmation_code digest platform received_at outcome tokens_deleted publications_cleared",
            purpose="To let who asked see what was deleted, as Meta wants it.",
            basis=Basis.DUTY,
            retention=For("1 year", since="received_at", rule="purge_endings"),
            erasure=NAMES_NOBODY,
            exported="Belongs to nobody that we know.",
        ),
    ),
)
