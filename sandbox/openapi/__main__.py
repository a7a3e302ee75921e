"""Writes the documents into the repository, from where they are served."""

from __future__ import annotations

from sandbox.openapi import document, export_schema, reasons
from sandbox.stack.paths import ROOT


def main() -> None:
    for made in (document, export_schema, reasons):
        made.FILE.parent.mkdir(exist_ok=True)
        made.FILE.write_text(made.as_text(), encoding="utf-8")
        print(f"wrote {made.FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
