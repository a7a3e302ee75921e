from __future__ import annotations

from collections.abc import Callable

import httpx
import psycopg
import pytest

from sandbox.stack.clients import SandboxControl, Supabase, User
from sandbox.stack.stack import Stack

MakeUser = Callable[[], User]


def test_a_real_sign_up_can_read_its_own_rows_only(supabase: Supabase, make_user: MakeUser) -> None:
    user = supabase.sign_up("real@itoms.test", "correct horse battery")
    again = supabase.sign_in("real@itoms.test", "correct horse battery")

    assert again.id == user.id
    assert supabase.as_user(user).get("/projects").status_code == 200


def test_a_made_user_is_as_good_as_a_signed_up_one(supabase: Supabase, stack: Stack, make_user: MakeUser) -> None:
    user = make_user()

    answer = httpx.get(
        f"{supabase.url}/auth/v1/user", headers={"apikey": stack.keys["SUPABASE_PUBLISHABLE_KEY"], **user.headers}
    )

    assert answer.json()["id"] == user.id
    assert supabase.as_user(user).get("/projects").json() == []


def test_the_data_api_refuses_a_wrong_key(stack: Stack) -> None:
    url = f"{stack.addresses.supabase}/rest/v1/projects"

    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"apikey": "sb_secret_wrong"}).status_code == 401


def test_private_schemas_are_not_exposed(supabase: Supabase) -> None:
    for schema in ("private", "auth", "supabase_migrations"):
        answer = supabase.as_service().get("/users", headers={"accept-profile": schema})
        assert answer.status_code == 406, schema


def test_only_the_secret_key_deletes_a_user(
    supabase: Supabase, stack: Stack, make_user: MakeUser, db: psycopg.Connection
) -> None:
    user = make_user()
    url = f"{supabase.url}/auth/v1/admin/users/{user.id}"
    secret = {"apikey": stack.keys["SUPABASE_SECRET_KEY"]}

    assert httpx.delete(url, headers={"apikey": stack.keys["SUPABASE_PUBLISHABLE_KEY"]}).status_code == 403
    assert httpx.delete(url, headers=user.headers).status_code in (401, 403)
    assert httpx.delete(url, headers=secret).status_code == 200
    assert httpx.delete(url, headers=secret).status_code == 404
    assert db.execute("select 1 from auth.users where id = %s", (user.id,)).fetchone() is None


def test_objects_are_public_where_the_platforms_look(stack: Stack) -> None:
    import boto3

    store = boto3.client(
        "s3",
        endpoint_url=stack.env["R2_ENDPOINT"],
        aws_access_key_id=stack.env["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.env["R2_SECRET_ACCESS_KEY"],
        region_name="auto",
    )
    store.put_object(Bucket=stack.env["R2_BUCKET"], Key="probe/one.txt", Body=b"one", ContentType="text/plain")

    assert httpx.get(f"{stack.addresses.r2}/{stack.env['R2_BUCKET']}/probe/one.txt").content == b"one"


def test_the_sandbox_answers(sandbox: SandboxControl) -> None:
    before = sandbox.now()

    assert sandbox.advance(60) >= before + 60
    with pytest.raises(ValueError, match="nonsense"):
        sandbox.settings(nonsense=True)
