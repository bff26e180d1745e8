#!/usr/bin/env python3
"""Writes the bill of materials of a program (CycloneDX 1.5) and the licences of all that is in it: Scripts/sbom.py PRODUCT OBJECTS FOLDER

OBJECTS is the list of object files that the program was linked from (PRODUCT.product/Objects.LinkFileList), so that packages count only if something of theirs is on board.
FOLDER gets sbom.cdx.json and a folder for each package.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Other people's code inside packages: the module that carries it, its name, its licence, where it is from.
CARRIED = [
    ("CCryptoBoringSSL", "BoringSSL", "OpenSSL", "https://boringssl.googlesource.com/boringssl"),
    ("CNIOBoringSSL", "BoringSSL", "OpenSSL", "https://boringssl.googlesource.com/boringssl"),
    ("CNIOLLHTTP", "llhttp", "MIT", "https://github.com/nodejs/llhttp"),
    ("CXKCP", "XKCP", "CC0-1.0", "https://github.com/XKCP/XKCP"),
    ("CNIOExtrasZlib", "zlib", "Zlib", "https://zlib.net"),
    ("GRDB", "ICU (Foundation)", "Unicode-3.0", "https://github.com/swiftlang/swift-foundation-icu"),
]
# What the images bring beside the program; rootfs.sh takes the same files.
DEBIAN = {"libc6": "LGPL-2.1-or-later", "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1", "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1"}
DEBIAN_FULL = {"libsqlite3-0": "blessing"}
DEBIAN_DATA = {"ca-certificates": "MPL-2.0"}


def packages(objects: Path) -> tuple[set[str], list[Path]]:
    """The modules that were linked, and the checked-out packages that they are from."""
    lines = objects.read_text().splitlines()
    modules = {match[1] for line in lines if (match := re.search(r"/([^/]+)\.build/", line))}
    scratch = Path(re.match(r"(.*?/\.build[^/]*)/", lines[0])[1])
    own = {path.name for path in (ROOT / "Sources").iterdir()}
    found, known = [], set(own)
    for checkout in sorted((scratch / "checkouts").iterdir()):
        theirs = {path.name for folder in (checkout, checkout / "Sources") if folder.is_dir() for path in folder.iterdir() if path.is_dir()}
        for manifest in checkout.glob("Package*.swift"):
            theirs |= set(re.findall(r'arget\(\s*name: "(\w+)"', manifest.read_text()))
        if modules & (theirs - own):
            found.append(checkout)
            known |= theirs
    lost = modules - known
    if lost:
        sys.exit(f"sbom: nobody knows whose these modules are: {', '.join(sorted(lost))}")
    return modules, found


def licence_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and re.match(r"(LICEN[CS]E|NOTICE|COPYING)", path.name))


def licence(folder: Path) -> str:
    texts = " ".join(path.read_text() for path in licence_files(folder) if path.name.startswith("LICEN"))
    if "Apache License" in texts:
        return "Apache-2.0 WITH Swift-exception" if "Runtime Library Exception" in texts else "Apache-2.0"
    if "Permission is hereby granted, free of charge" in texts:
        return "MIT"
    sys.exit(f"sbom: {folder.name} has a licence that is not known here")


def component(name: str, version: str, expression: str, purl: str | None = None, url: str | None = None) -> dict:
    result = {"type": "library", "name": name, "version": version, "licenses": [{"expression": expression}]}
    if purl:
        result |= {"purl": purl, "bom-ref": purl}
    if url:
        result["externalReferences"] = [{"type": "website", "url": url}]
    return result


def debian(package: str, expression: str) -> dict:
    version, _, architecture = output("dpkg-query", "-W", "-f", "${Version} ${Architecture}", package).partition(" ")
    return component(package, version, expression, f"pkg:deb/debian/{package.replace('+', '%2B')}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}")


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    product, objects, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    modules, checkouts = packages(objects)
    pins = {pin["identity"]: pin for pin in json.loads((objects_root(objects) / "Package.resolved").read_text())["pins"]}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    components = []
    for checkout in checkouts:
        pin = pins[checkout.name.lower()]
        place = re.sub(r"^https://|\.git$", "", pin["location"])
        version = pin["state"]["version"]
        components.append(component(checkout.name, version, licence(checkout), f"pkg:swift/{place}@{version}"))
        (folder / checkout.name).mkdir()
        for path in licence_files(checkout):
            shutil.copy(path, folder / checkout.name / path.name)
    for name, expression, url in dict.fromkeys(part[1:] for part in CARRIED if part[0] in modules):
        components.append(component(name, "as carried by its package", expression, url=url))
    swift = re.search(r"Swift version (\S+)", output("swift", "--version"))[1]
    components.append(component("swift-runtime", swift, "Apache-2.0 WITH Swift-exception", url="https://github.com/swiftlang/swift"))
    compiler = Path(shutil.which("swiftc")).resolve()
    for path in compiler.parents[1].glob("share/swift/LICENSE.txt"):
        (folder / "swift-runtime").mkdir()
        shutil.copy(path, folder / "swift-runtime/LICENSE.txt")
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    for name, expression in {**DEBIAN, **(DEBIAN_FULL if "SQLiteDriver" in modules else {}), **DEBIAN_DATA}.items():
        components.append(debian(name, expression))
    version = re.search(r'current = "([^"]+)"', (ROOT / "Sources/Program/Life/Version.swift").read_text())[1]
    subject = {"type": "application", "name": product, "version": version, "bom-ref": product, "licenses": [{"expression": "MIT"}]}
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": subject}, "components": components}
    (folder / "sbom.cdx.json").write_text(json.dumps(bill, indent=2) + "\n")
    print(f"{folder / 'sbom.cdx.json'}: {len(components)} components")


def objects_root(objects: Path) -> Path:
    """The folder of the package that was built: it has the versions that were taken."""
    for folder in objects.resolve().parents:
        if (folder / "Package.resolved").is_file():
            return folder
    return ROOT


if __name__ == "__main__":
    main()
