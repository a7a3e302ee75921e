"""`make pages`: writes the pages into the repository, from where they are served."""

from __future__ import annotations

from sandbox.privacy_pages.pages import pages
from sandbox.stack.paths import ROOT


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
