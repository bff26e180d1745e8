"""What an image is made of runs as one: as another user, on a read-only root, with nothing else there."""

import json
import os
import random
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import DEPLOY, run
from image import OWNER, TOKEN, free_port, in_sandbox, program, running, tree

KINDS = ["full", "mcp"]
# Gates, in bytes; the targets of a release (Scripts/release.sh, which optimises for size) are 75 and 40 MB.
LARGEST = {"full": (115_000_000, 42_000_000), "mcp": (50_000_000, 20_000_000)}


@pytest.fixture(scope="session")
def built():
    """The programs by kind, each linked once."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:

        def program_of(kind):
            if kind not in found:
                found[kind] = program(kind, Path(folder))
            return found[kind]

        yield program_of


@pytest.fixture
def image(built, tmp_path):
    return lambda kind: tree(kind, built(kind), tmp_path)


def serving(kind: str, port: int, **more) -> tuple[dict, list]:
    """Settings and arguments of the server that an image is for."""
    if kind == "mcp":
        settings = {"TOOLBRIDGE_HOST": "127.0.0.1", "TOOLBRIDGE_PORT": str(port), "TOOLBRIDGE_GO_API_BASE_URL": "http://127.0.0.1:9"}
        settings["TOOLBRIDGE_TENANT_ID"] = "acme"
        return settings | {"TOOLBRIDGE_METRICS_ADDR": f"127.0.0.1:{free_port()}"} | more, ["mcp"]
    settings = {"HTTP_ADDR": f"127.0.0.1:{port}", "DATABASE_URL": "sqlite:/data/toolbridge.db", "TOOLBRIDGE_LOCAL_TOKEN": TOKEN}
    return settings | {"TOOLBRIDGE_METRICS_ADDR": f"127.0.0.1:{free_port()}"} | more, ["serve"]


def files(root: Path) -> dict:
    return {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tree_has_the_program_its_libraries_certificates_and_little_else(image, kind):
    root = image(kind)
    names = {name for name in files(root) if not name.startswith("licenses/")}
    libraries = [line for line in (DEPLOY / f"docker/libraries-{kind}.txt").read_text().split("\n") if line and not line.startswith("#")]
    expected = {"toolbridge", "etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/ssl/certs/ca-certificates.crt"}
    assert {name for name in names if not name.startswith("lib")} == expected
    assert sorted(re.sub(r"^ld-linux.*", "ld-linux", Path(name).name) for name in names if name.startswith("lib")) == libraries
    assert len(names - {"etc/ssl/certs/ca-certificates.crt"}) <= 12
    assert not any(os.access(path, os.X_OK) for name, path in files(root).items() if not name.startswith(("toolbridge", "lib")))
    assert (root / "etc/passwd").read_text() == f"toolbridge:x:{OWNER}:{OWNER}:toolbridge:/data:/nonexistent\n"
    for name in ("data", "tmp"):
        status = (root / name).stat()
        assert status.st_mode & 0o7777 == 0o700
        assert os.getuid() != 0 or (status.st_uid, status.st_gid) == (OWNER, OWNER)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tree_is_as_small_as_its_gate(image, tmp_path, kind):
    root = image(kind)
    unpacked, packed = LARGEST[kind]
    size = sum(path.stat().st_size for path in files(root).values())
    subprocess.run(["tar", "-C", root, "-czf", tmp_path / "layer.tgz", "."], check=True)
    compressed = (tmp_path / "layer.tgz").stat().st_size
    print(f"{kind}: {size / 1e6:.1f} MB, {compressed / 1e6:.1f} MB compressed")
    assert size <= unpacked and compressed <= packed


def test_the_gateway_has_no_formatter_of_full_foundation(built):
    names = subprocess.run(["nm", "--demangle", built("mcp")], capture_output=True, text=True).stdout
    mangled = subprocess.run(["nm", built("mcp")], capture_output=True, text=True, check=True).stdout
    assert "Main" in mangled or "_main" in mangled, "without symbols this sees nothing"
    assert "10Foundation13DateFormatter" not in mangled and "NSDateFormatter" not in mangled and "Foundation.DateFormatter" not in names


def test_a_program_with_another_library_is_refused(tmp_path):
    result = run(DEPLOY / "docker/rootfs.sh", "mcp", "/bin/ls", tmp_path / "root", check=False)
    assert result.returncode == 1 and "> libselinux.so.1" in result.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("devices", [True, False], ids=["with-dev", "without-dev"])
def test_it_serves_as_another_user_on_a_read_only_root(image, kind, devices):
    root, port = image(kind), free_port()
    before = {name: (path.stat().st_mtime_ns, path.stat().st_size) for name, path in files(root).items()}
    settings, arguments = serving(kind, port)
    with running(in_sandbox(root, settings, *arguments, devices=devices), port) as process:
        status = Path(f"/proc/{server_of(process.pid)}/status").read_text()
        assert os.getuid() != 0 or re.search(rf"^Uid:\t{OWNER}\t{OWNER}", status, re.M), status
        if kind == "full":
            uids = {create_note(port) for _ in range(50)}
            # Version 4 or 7, the right variant, and none twice, though there may be no /dev/urandom.
            assert len(uids) == 50 and all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uid) for uid in uids), uids
    after = {name: (path.stat().st_mtime_ns, path.stat().st_size) for name, path in files(root).items() if not name.startswith("data/")}
    assert after == before


def server_of(pid: int) -> int:
    """The process inside the sandbox: the last descendant."""
    while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children[0])
    return pid


def create_note(port: int) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/notes", b'{"title":"x"}', {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["uid"]


def test_data_anywhere_else_than_on_the_volume_stops_the_start(image):
    root, port = image("full"), free_port()
    settings, arguments = serving("full", port, DATABASE_URL="sqlite:/elsewhere/toolbridge.db")
    result = subprocess.run(in_sandbox(root, settings, *arguments), capture_output=True, text=True, timeout=30)
    assert result.returncode not in (0, -9) and "/elsewhere" in result.stdout + result.stderr, result
    assert not (root / "elsewhere").exists()


@pytest.mark.parametrize("trusted", [True, False], ids=["its-authority-in-the-bundle", "not-in-it"])
def test_a_name_resolves_and_a_call_over_tls_trusts_the_bundle(image, tmp_path, trusted):
    """By the issuer's key set: the name comes from a DNS server of ours, the certificate from an authority of ours."""
    root, port = image("full"), free_port()
    name = "issuer.toolbridge.test"
    certificate(tmp_path, name)
    bundle = tmp_path / "bundle.crt"
    bundle.write_bytes((root / "etc/ssl/certs/ca-certificates.crt").read_bytes() + ((tmp_path / "cert.pem").read_bytes() if trusted else b""))
    with KeySet(tmp_path) as issuer, NameServer(name) as names:
        resolver = tmp_path / "resolv.conf"
        resolver.write_text(f"nameserver {names.address}\noptions timeout:1 attempts:2\n")
        url = f"https://{name}:{issuer.port}"
        settings, arguments = serving("full", port, JWT_ISSUER=url, JWT_JWKS_URL=f"{url}/jwks", JWT_AUDIENCE="api")
        del settings["TOOLBRIDGE_LOCAL_TOKEN"]
        for file in (bundle, resolver):
            file.chmod(0o644)
        command = in_sandbox(root, settings, *arguments, instead={"/etc/ssl/certs/ca-certificates.crt": bundle, "/etc/resolv.conf": resolver})
        with running(command, port) as process:
            assert issuer.done.wait(20), process.log()
            assert names.asked, "nobody asked for the name"
            assert issuer.paths == (["/jwks"] if trusted else []), process.log()


def certificate(folder: Path, name: str) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(command, check=True, capture_output=True)


class KeySet:
    """An issuer's keys over TLS: `done` is set once somebody has connected, `paths` are what was asked for."""

    def __init__(self, folder: Path):
        self.done, self.paths = threading.Event(), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.paths.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"keys":[]}')
                outer.done.set()

            def log_message(self, *_):
                pass

        class Server(HTTPServer):
            def get_request(self):
                plain, address = self.socket.accept()
                try:
                    return context.wrap_socket(plain, server_side=True), address
                except (ssl.SSLError, OSError):
                    outer.done.set()
                    raise OSError("no handshake")

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class NameServer:
    """Answers one name with 127.0.0.1, on an address of the loopback network where no other test listens."""

    def __init__(self, name: str):
        self.wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
        self.asked = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        try:
            self.socket.bind((self.address, 53))
        except PermissionError:
            pytest.skip("only root may listen on port 53, where resolvers ask")

    def __enter__(self):
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()
        return self

    def answer(self):
        while True:
            query, client = self.socket.recvfrom(512)
            if not query:
                return
            if len(query) < 17 or not query[12:].startswith(self.wire):
                continue
            self.asked = True
            end = 12 + len(self.wire) + 4
            is_ipv4 = query[end - 4 : end - 2] == b"\0\1"
            head = query[:2] + b"\x85\x80\0\1" + (b"\0\1" if is_ipv4 else b"\0\0") + b"\0\0\0\0"
            record = b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\x04\x7f\0\0\1" if is_ipv4 else b""
            self.socket.sendto(head + query[12:end] + record, client)

    def __exit__(self, *_):
        # An empty datagram is the end.
        self.socket.sendto(b"", (self.address, 53))
        self.thread.join(5)
        self.socket.close()
