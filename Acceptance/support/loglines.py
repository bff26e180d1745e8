"""Lines of the log, each looked at as the schema beside this says."""

import json
from pathlib import Path

import jsonschema

SCHEMA = json.loads(Path(__file__).with_name("log-line.schema.json").read_text())
ORDER = list(SCHEMA["properties"])
_validator = jsonschema.Draft202012Validator(SCHEMA)


def read(text: bytes) -> list[dict]:
    """All lines; each is one JSON object of the schema, with its members in the schema's order."""
    assert text.endswith(b"\n")
    lines = []
    for raw in text.split(b"\n")[:-1]:
        assert len(raw) < 16_384
        line = json.loads(raw.decode())
        _validator.validate(line)
        names = list(line)
        assert names == [name for name in ORDER if name in line], names
        assert not any(ord(character) < 0x20 or character in "\x7f\x85\u2028\u2029\u202e" for character in raw.decode()), raw
        lines.append(line)
    return lines
