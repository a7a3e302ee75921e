"""The data register: what we hold of people, why, on which legal basis, how long, and what erasure does to it.

Every column of the schemas `public` and `private` has its entry, and so has what is held outside of them. The public
pages are made from it (`make pages`), and tests hold it against the live catalog: a column without an entry fails, an
entry without a column, a foreign key that does something else than the stated erasure, a time without a rule of the
purge, and a rule that removes a row too early or too late.

A new table is a few lines in the module of its area; what is not said of a column is as the table says:

    Table(
        name="public.remarks",
        holds="What you remarked on a content, and when.",
        columns="id project_id content_id text made_by created_at",
        purpose="To show it to those who work on the content with you.",
        basis=Basis.CONTRACT,
        retention=For("1 year", since="created_at", rule="purge_remarks"),
        erasure=WITH_PROJECT,
        differs=(Column(name="made_by", erasure=UNLINKED),),
    )

`rule` is a function that shared/purging.py calls. `Until("you ...", CASCADE)` is what a foreign key does, and
`Until("you ...", "some_function")` what a function of the schema `private` does.
"""

from __future__ import annotations

from shared.privacy.register import account, accountability, connections, outside, projects, publications, requests
from shared.privacy.register.model import Area, Entry, Table

IN_THE_DATABASE: tuple[Area, ...] = (
    account.AREA,
    projects.AREA,
    connections.AREA,
    publications.AREA,
    requests.AREA,
    accountability.AREA,
)
OUTSIDE: Area = outside.AREA
AREAS: tuple[Area, ...] = (*IN_THE_DATABASE, OUTSIDE)
TABLES: tuple[Table, ...] = tuple(table for area in IN_THE_DATABASE for table in area.tables)
ENTRIES: tuple[Entry, ...] = tuple(entry for table in TABLES for entry in table.entries())
