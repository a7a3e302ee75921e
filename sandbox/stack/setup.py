"""Makes a checkout ready: .venv, node_modules, local keys and the built web client.

Runs on any Python 3, to say what is missing. Standard library only, and no
syntax that an old Python 3 cannot read.
"""

import fcntl
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCAL = ROOT / ".local"
PYTHON_INPUTS = ("requirements.txt", "requirements-dev.txt")
NODE_INPUTS = ("package.json", "package-lock.json")
WEB = ROOT / "web"
WEB_INPUTS = ("web/package.json", "web/package-lock.json")
# Beside everything in web/src and web/build: what the build reads, and what it makes.
WEB_SOURCES = WEB_INPUTS + ("web/index.html", "web/vite.config.ts", "web/tsconfig.json", "public/openapi.json")
WEB_GENERATED = WEB / "src" / "api" / "schema.d.ts"
PYTHON = (3, 12)
NODE = (20, 19)
ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


class Missing(Exception):
    pass


def main():
    # type: () -> int
    try:
        with one_at_a_time():
            make_ready(find_python(), find_node())
    except Missing as problem:
        print("itoms: {}".format(problem), file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print("itoms: `{}` failed with {}".format(" ".join(failed.cmd), failed.returncode), file=sys.stderr)
        return 1
    return 0


@contextmanager
def one_at_a_time():
    # type: () -> Iterator[None]
    LOCAL.mkdir(exist_ok=True)
    with open(str(LOCAL / "setup.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_python():
    # type: () -> str
    for candidate in candidates():
        version = output([candidate, "-c", ASK_VERSION])
        if version and tuple(int(part) for part in version.split(".")) >= PYTHON:
            return candidate
    raise Missing("Python 3.12 or newer is missing: install it (python.org, your system's packages or pyenv).")


def candidates():
    # type: () -> list
    named = [shutil.which("python3.{}".format(minor)) for minor in (12, 13, 14)]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    installed = sorted(glob.glob(os.path.join(pyenv, "versions", "3.*", "bin", "python3")))
    return [found for found in named + [shutil.which("python3"), sys.executable] + installed if found]


def find_node():
    # type: () -> str
    version = output(["node", "--version"]) or ""
    match = re.match(r"v(\d+)\.(\d+)\.", version)
    if not match or tuple(int(part) for part in match.groups()) < NODE:
        found = "found {}".format(version) if version else "found none"
        advice = "install it from nodejs.org or your system's packages."
        raise Missing("Node.js 20.19 or newer is missing ({}): {}".format(found, advice))
    if not shutil.which("npm"):
        raise Missing("npm is missing: it comes with Node.js, or install your system's npm package.")
    return version


def output(command):
    # type: (list) -> str
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=str(ROOT), check=False)
    except OSError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def make_ready(python, node):
    # type: (str, str) -> None
    version = output([python, "-c", ASK_VERSION])
    parts = [
        Part(ROOT / "node_modules" / ".itoms-ready", fingerprint(NODE_INPUTS, node), lambda: start_npm(ROOT)),
        Part(WEB / "node_modules" / ".itoms-ready", fingerprint(WEB_INPUTS, node), lambda: start_npm(WEB)),
        Part(VENV / ".itoms-ready", fingerprint(PYTHON_INPUTS, version), lambda: start_pip(python, version)),
    ]
    stale = [part for part in parts if not part.is_ready()]
    if stale:
        print("itoms: installing packages (once)", flush=True)
    for part, process in [(part, part.start()) for part in stale]:
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, process.args)
        part.stamp.write_text(part.wanted, encoding="utf-8")
    build_web(node)
    if not (LOCAL / "env").is_file():
        run([str(VENV / "bin" / "python"), "-I", "sandbox/stack/keys.py"])


def build_web(node):
    # type: (str) -> None
    """Again when anything that it is made from has changed, or when what was made is gone."""
    folders = [file for name in ("src", "build") for file in sorted((WEB / name).rglob("*")) if file.is_file()]
    read = [file.relative_to(ROOT).as_posix() for file in folders if file != WEB_GENERATED]
    part = Part(LOCAL / "web-ready", fingerprint(WEB_SOURCES + tuple(read), node), None)
    if part.is_ready() and (ROOT / "public" / "index.html").is_file():
        return
    run(["npm", "run", "--silent", "build"], WEB)
    part.stamp.write_text(part.wanted, encoding="utf-8")


class Part:
    def __init__(self, stamp, wanted, start):
        # type: (Path, str, Callable) -> None
        self.stamp = stamp
        self.wanted = wanted
        self.start = start

    def is_ready(self):
        # type: () -> bool
        return self.stamp.is_file() and self.stamp.read_text(encoding="utf-8") == self.wanted


def fingerprint(names, version):
    # type: (tuple, str) -> str
    digest = hashlib.sha256()
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return "{} {} {}\n".format(digest.hexdigest(), version, ROOT)


def start_pip(python, version):
    # type: (str, str) -> subprocess.Popen
    """Into the .venv there is, if its Python is the wanted one: somebody may be using it."""
    venv = str(VENV / "bin" / "python")
    if output([venv, "-c", ASK_VERSION]) != version:
        shutil.rmtree(str(VENV), ignore_errors=True)
        run([python, "-m", "venv", ".venv"])
    quietly = [venv, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    return subprocess.Popen(quietly + ["-r", "requirements-dev.txt", "-r", "requirements.txt"], cwd=str(ROOT))


def start_npm(folder):
    # type: (Path) -> subprocess.Popen
    """Nothing here needs an install script, and none should run."""
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.Popen(["npm", "ci"] + quietly, cwd=str(folder), stdout=subprocess.DEVNULL)


def run(command, folder=ROOT):
    # type: (list, Path) -> None
    subprocess.run(command, check=True, cwd=str(folder), stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
