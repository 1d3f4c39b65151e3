"""Judges from npm, installed by their lock file, for tests that ask them."""

import shutil
import subprocess


def install(source, files, folder):
    """What the lock file names, once for each version of it; why not, or ''"""
    if not shutil.which("npm") or not shutil.which("node"):
        return "node and npm are not installed"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (source / "package-lock.json").read_bytes()
    done = folder / "installed"
    for name in files:
        shutil.copy(source / name, folder / name)
    if done.exists() and done.read_bytes() == lock:
        return ""
    run = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder, capture_output=True, text=True, timeout=240)
    if run.returncode != 0:
        return "npm ci: " + run.stderr.strip()[-300:]
    done.write_bytes(lock)
    return ""
