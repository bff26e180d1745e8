"""`toolbridge connect` tells a client of this server without harming what is in the client's file."""

import json
import subprocess

import pytest

from support.mcp import Stdio
from support.places import PROGRAM
from support.program import environment, run

CLIENTS = {
    "claude-desktop": (".config/Claude/claude_desktop_config.json", "mcpServers"),
    "vscode": (".config/Code/User/mcp.json", "servers"),
    "cursor": (".cursor/mcp.json", "mcpServers"),
}


def connect(home, client, *more):
    return run("connect", client, "--database", f"sqlite:{home}/d.db", *more, home=home)


@pytest.fixture(params=CLIENTS)
def client(request, tmp_path):
    """A client's name, the file it would have below this test's own home, and the member with its servers."""
    path, key = CLIENTS[request.param]
    path = tmp_path / path
    printed = connect(tmp_path, request.param)
    assert printed.returncode == 0
    if str(path) not in printed.stdout.decode():
        pytest.fail(f"the program would write outside of HOME: {printed.stdout.decode().splitlines()[0]}")
    return request.param, path, key


def test_it_prints_what_to_paste(client, tmp_path):
    name, path, key = client
    lines = connect(tmp_path, name).stdout.decode().splitlines()
    assert not path.exists()
    snippet = json.loads(lines[-1])
    entry = snippet[key]["toolbridge"]
    assert entry["command"] == str(PROGRAM.resolve())
    assert entry["args"] == ["stdio", "--database", f"sqlite:{tmp_path}/d.db", "--toolsets", "all"]
    assert (entry.get("type") == "stdio") == (name == "vscode")


def test_it_makes_a_file_that_starts_the_server(client, tmp_path):
    name, path, key = client
    assert connect(tmp_path, name, "--install").returncode == 0
    entry = json.loads(path.read_text())[key]["toolbridge"]
    process = subprocess.Popen(
        [entry["command"], *entry["args"]],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert len(Stdio(process).request("tools/list")["tools"]) == 66
        process.stdin.close()
        assert process.wait(timeout=6) == 0


OLD = [
    '{}',
    '{ }\n',
    '{"mcpServers":{},"servers":{}}',
    '{\r\n\t"é\\u00e9" : [1.0, 1E2 ,null],\r\n  "servers"  : {"other":{"command":"x" , "args":[]}} ,\n"mcpServers":{ "other" :{"url":"http:\\/\\/x"} }\n , "z":1 }\n\n',
    '{"inputs":[{"id":"a"}],"z":{"mcpServers":1,"servers":2}}',
]  # fmt: skip


@pytest.mark.parametrize("old", OLD, ids=range(len(OLD)))
def test_everything_else_in_the_file_stays_byte_for_byte(client, tmp_path, old):
    name, path, key = client
    path.parent.mkdir(parents=True)
    path.write_bytes(old.encode())
    assert connect(tmp_path, name, "--install").returncode == 0
    new = path.read_bytes()

    merged = json.loads(new)
    entry = merged[key].pop("toolbridge")
    assert entry["command"]
    before = json.loads(old)
    before.setdefault(key, {})
    assert merged == before

    # What was added is one stretch of bytes; around it nothing changed.
    kept = old.encode()
    front = 0
    while front < len(kept) and kept[front] == new[front]:
        front += 1
    back = 0
    while back < len(kept) - front and kept[-1 - back] == new[-1 - back]:
        back += 1
    assert front + back == len(kept), (old, new)

    backups = [file for file in path.parent.iterdir() if file != path]
    assert [file.read_bytes() for file in backups] == [old.encode()]

    # Once more changes nothing, and keeps no second backup.
    assert connect(tmp_path, name, "--install").returncode == 0
    assert path.read_bytes() == new
    assert len(list(path.parent.iterdir())) == 2


def test_an_entry_of_ours_is_replaced(client, tmp_path):
    name, path, key = client
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({key: {"a": 1, "toolbridge": {"command": "/old"}, "b": 2}}))
    assert connect(tmp_path, name, "--install").returncode == 0
    servers = json.loads(path.read_text())[key]
    assert list(servers) == ["a", "toolbridge", "b"] and servers["toolbridge"]["command"] == str(PROGRAM.resolve())


def test_an_empty_file_is_as_good_as_none(client, tmp_path):
    name, path, key = client
    path.parent.mkdir(parents=True)
    path.write_text("  \n")
    assert connect(tmp_path, name, "--install").returncode == 0
    assert "toolbridge" in json.loads(path.read_text())[key]


@pytest.mark.parametrize("old", [
    '{\n  // my servers\n  "mcpServers": {}, "servers": {}\n}', '{"mcpServers":{},"servers":{},}', "[]", "nonsense", '{"mcpServers":[],"servers":[]}',
    '{"mcpServers":null,"servers":null,"a":1,"a":2}', '\ufeff{}',
])  # fmt: skip
def test_a_file_that_is_not_plain_json_is_not_touched(client, tmp_path, old):
    name, path, _ = client
    path.parent.mkdir(parents=True)
    path.write_bytes(old.encode())
    done = connect(tmp_path, name, "--install")
    assert done.returncode > 0
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and str(path) in lines[0]
    assert path.read_bytes() == old.encode()
    assert list(path.parent.iterdir()) == [path]


def test_the_mode_of_the_file_and_a_link_to_it_are_kept(client, tmp_path):
    """People keep such files in a repository of their own and link to them."""
    name, path, key = client
    path.parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    real.chmod(0o640)
    path.symlink_to(real)
    assert connect(tmp_path, name, "--install").returncode == 0
    assert path.is_symlink() and "toolbridge" in json.loads(real.read_text())[key]
    assert real.stat().st_mode & 0o777 == 0o640
