"""Makes a checkout ready: .venv, node_modules and local keys. Runs on any Python 3, to say what is missing.

Standard library only, and no syntax that an old Python 3 cannot read.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMP = ROOT / ".venv" / ".itoms-ready"
INPUTS = ("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json", "sandbox/stack/setup.py")
PYTHON = (3, 12)
NODE = 20
ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


class Missing(Exception):
    pass


def main():
    # type: () -> int
    try:
        python = find_python()
        node = find_node()
        if not is_ready(python, node):
            install(python)
            STAMP.write_text(stamp(python, node), encoding="utf-8")
    except Missing as problem:
        print("itoms: {}".format(problem), file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print("itoms: `{}` failed with {}".format(" ".join(failed.cmd), failed.returncode), file=sys.stderr)
        return 1
    return 0


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
    match = re.match(r"v(\d+)\.", version)
    if not match or int(match.group(1)) < NODE:
        found = "found {}".format(version) if version else "found none"
        raise Missing("Node.js 20 or newer is missing ({}): install it from nodejs.org or your system's packages.".format(found))
    if not shutil.which("npm"):
        raise Missing("npm is missing: it comes with Node.js, or install your system's npm package.")
    return version


def output(command):
    # type: (list) -> str
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=str(ROOT))
    except OSError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def is_ready(python, node):
    # type: (str, str) -> bool
    installed = (ROOT / "node_modules").is_dir() and (ROOT / ".local" / "env").is_file()
    return installed and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == stamp(python, node)


def stamp(python, node):
    # type: (str, str) -> str
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return "{} {} {} {}\n".format(digest.hexdigest(), output([python, "-c", ASK_VERSION]), node, ROOT)


def install(python):
    # type: (str) -> None
    packages = start_npm()
    shutil.rmtree(str(ROOT / ".venv"), ignore_errors=True)
    run([python, "-m", "venv", ".venv"])
    venv = str(ROOT / ".venv" / "bin" / "python")
    run([venv, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", "requirements-dev.txt", "-r", "requirements.txt"])
    if packages.wait():
        raise subprocess.CalledProcessError(packages.returncode, packages.args)
    run([venv, "-I", "sandbox/stack/keys.py"])


def start_npm():
    # type: () -> subprocess.Popen
    """Nothing here needs an install script, and none should run."""
    print("itoms: installing Python and Node packages (once)", flush=True)
    return subprocess.Popen(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=str(ROOT)
    )


def run(command):
    # type: (list) -> None
    subprocess.run(command, check=True, cwd=str(ROOT))


if __name__ == "__main__":
    sys.exit(main())
