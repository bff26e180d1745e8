"""The examples of docs/identity.md: its signer signs as everybody must, a server takes what it signs, and its commands do as they say."""

import doctest
import re
import subprocess

import pytest

from support.identity import Keyring, base64url
from support.owners import TOKEN_SECRET, token
from support.places import ROOT
from support.vectors import KEYS, V2

PAGE = (ROOT / "docs" / "identity.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def typed(block: str, folder) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def names():
    names = {}
    exec(blocks("python")[0], names)
    return names


@pytest.fixture(scope="module")
def sign(names):
    return names["sign"]


@pytest.mark.parametrize("number, vector", list(enumerate(V2, start=1)))
def test_the_signer_of_the_page_signs_as_the_vectors(sign, number, vector):
    key_id, timestamp, tenant, method, target, authorization, body, _, signature = vector
    nonce = base64url(bytes([number] * 16))
    assert sign(key_id, KEYS[key_id], tenant, method, target, authorization or "", body or b"", timestamp, nonce) == {
        "X-TB-Tenant-ID": tenant,
        "X-TB-Timestamp": str(timestamp),
        "X-TB-Nonce": nonce,
        "X-TB-Signature": f"v2;k={key_id};s={signature}",
    }


def test_what_the_page_shows_of_its_signer_is_so(names):
    _, shown = blocks("python")
    example = doctest.DocTestParser().get_doctest(shown, names.copy(), "identity.md", None, 0)
    assert doctest.DocTestRunner().run(example) == doctest.TestResults(failed=0, attempted=1)


def test_a_server_takes_what_the_page_signs_once(make_server, sign):
    ring = Keyring()
    (key_id, key), *_ = ring.keys.items()
    server = make_server(JWT_ALLOW_HS256="true", JWT_HS256_SECRET=TOKEN_SECRET, TENANT_HEADER_KEYS=str(ring)).start()
    authorization = f"Bearer {token('alice', TOKEN_SECRET)}"
    body = b'{"title":"Signed","content":""}'
    headers = [("Authorization", authorization), *sign(key_id, key, "org_A", "POST", "/v1/notes", authorization, body).items()]
    assert server.request("POST", "/v1/notes", body, headers, token=False).status == 201
    again = server.request("POST", "/v1/notes", body, headers, token=False)
    assert (again.status, again.json()["reason"]) == (401, "replayed")


def test_version_1_is_as_the_page_says(tmp_path):
    command, _ = blocks("sh")
    said, expected = typed(command, tmp_path), command.split("# → ")[1].strip()
    assert said.split()[0] == expected


def test_a_signing_key_is_changed_by_the_commands_of_the_page(make_server, tmp_path):
    typed(blocks("sh")[1], tmp_path)
    subprocess.run(["openssl", "genrsa", "-out", "old.pem", "2048"], cwd=tmp_path, capture_output=True, check=True)
    settings = {"JWT_ALLOW_HS256": "true", "JWT_HS256_SECRET": TOKEN_SECRET, "JWT_AUDIENCE": "https://api.test"}

    def published(name: str, key: str, key_id: str, further: str | None) -> str:
        more = {"JWT_BACKEND_PUBLIC_KEYS_FILE": str(tmp_path / further)} if further else {}
        key = {"JWT_BACKEND_RS256_PRIVATE_KEY_FILE": str(tmp_path / key), "JWT_BACKEND_KEY_ID": key_id}
        server = make_server(name, **settings, **key, **more).start()
        answer = server.request("GET", "/.well-known/jwks.json", token=False)
        assert answer.status == 200
        return answer.body.decode()

    both = published("before", "old.pem", "2026-11", "further.json")
    (tmp_path / "both.json").write_text(both)
    changed = published("after", "next.pem", "2026-12", "both.json")
    ids = [re.findall(r'"kid":"([^"]*)"', text) for text in (both, changed)]
    assert ids == [["2026-11", "2026-12"], ["2026-12", "2026-11"]]
    numbers = [dict(zip(re.findall(r'"kid":"([^"]*)"', text), re.findall(r'"n":"([^"]*)"', text))) for text in (both, changed)]
    assert numbers[0] == numbers[1]
