#!/usr/bin/env python3
"""The Swift code in README and the articles stands, line by line, in a file under Examples/, which is built and driven by the tests.

A block may stand there deeper indented. `...` between two lines of a block is not allowed: what is shown is what compiles.
"""

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "Sources").glob("*/*.docc/**/*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```swift\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def without_margin(window: list[str]) -> list[str]:
    return lines(textwrap.dedent("\n".join(window)))


def stands_in(block: list[str], file: list[str]) -> bool:
    starts = (i for i, line in enumerate(file) if line.strip() == block[0].strip())
    return any(without_margin(file[i : i + len(block)]) == block for i in starts)


def main() -> int:
    examples = {path: lines(path.read_text()) for path in sorted((ROOT / "Examples").rglob("*.swift"))}
    wrong = 0
    for page in PAGES:
        text = page.read_text()
        for match in BLOCK.finditer(text):
            block = without_margin(lines(match.group(1)))
            if any(stands_in(block, file) for file in examples.values()):
                continue
            wrong += 1
            line = text.count("\n", 0, match.start()) + 1
            print(f"lint: {page.relative_to(ROOT)}:{line}: this code stands in no file under Examples/, so nothing builds it", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
