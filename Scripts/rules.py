#!/usr/bin/env python3
"""Each numbered rule of the protocol's contract is cited by a test, or docs/mcp-rules.md says why not.

A test cites rules where its name, or the label of one of its cases, begins with an id: "H9 unknown method is 404", "T4, T5 …", "W10–W12 …",
`test_w17_w18_…`. The contract lies beside this checkout; without it there is nothing to compare with.
"""

import ast
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT.parent / "shared" / "contract" / "mcp.md"
REASONS = ROOT / "docs" / "mcp-rules.md"

ID = r"[A-Z]{1,3}\d{1,3}"
ITEM = re.compile(rf"\b({ID})(?:[–-]({ID}))?(?!\w)")
SWIFT_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def rules_of(contract: str) -> list[str]:
    """In their order: bold ids of paragraphs, and the ids of the decision tables' rows."""
    found = re.findall(rf"\*\*({ID})\*\*|^\| (W\d+) \|", contract, re.MULTILINE)
    return list(dict.fromkeys(bold or row for bold, row in found))


def expand(text: str) -> set[str]:
    """The ids in a text that begins with one, ranges included."""
    ids: set[str] = set()
    for first, last in ITEM.findall(text) if ITEM.match(text) else []:
        ids.add(first)
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", first).groups()
        if last and last.startswith(letters):
            ids.update(f"{letters}{n}" for n in range(int(number), int(last.removeprefix(letters)) + 1))
    return ids


def cited_in_swift(text: str) -> set[str]:
    return set().union(*(expand(literal) for literal in SWIFT_TEXT.findall(text)))


def cited_in_python(text: str) -> set[str]:
    ids: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for word in node.name.removeprefix("test_").split("_"):
                if not re.fullmatch(ID, word.upper()):
                    break
                ids.add(word.upper())
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            ids |= expand(node.value)
    return ids


def excused(text: str) -> set[str]:
    """The ids of lines such as `- **AS1–AS8** …`."""
    return set().union(*(expand(ids) for ids in re.findall(r"^- \*\*([^*]+)\*\*", text, re.MULTILINE)))


def main() -> int:
    if not CONTRACT.exists():
        print("rules: not compared with the contract, which is not on this machine")
        return 1 if os.environ.get("CI") == "true" else 0
    rules = rules_of(CONTRACT.read_text())
    cited = set().union(*(cited_in_swift(path.read_text()) for path in (ROOT / "Tests").rglob("*.swift")))
    cited |= set().union(*(cited_in_python(path.read_text()) for path in (ROOT / "Acceptance").rglob("test_*.py")))
    reasons = excused(REASONS.read_text()) if REASONS.exists() else set()
    missing = [rule for rule in rules if rule not in cited and rule not in reasons]
    if missing:
        print(f"rules: {len(missing)} of {len(rules)} have no test and no reason in {REASONS.relative_to(ROOT)}: {' '.join(missing)}", file=sys.stderr)
    if unknown := sorted(reasons - set(rules)):
        print(f"rules: {REASONS.relative_to(ROOT)} gives reasons for what is no rule: {' '.join(unknown)}", file=sys.stderr)
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
