"""Writes the document into the repository, from where it is served."""

from __future__ import annotations

from sandbox.openapi.document import FILE, as_text
from sandbox.stack.paths import ROOT


def main() -> None:
    FILE.write_text(as_text(), encoding="utf-8")
    print(f"wrote {FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
