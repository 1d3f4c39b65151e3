"""The npm packages standardwebhooks and postal-mime, asked line by line."""

import json
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
FILES = ("package.json", "package-lock.json", "judge.mjs")


def install(folder):
    """What the lock file names, once for each version of it; why not, or ''"""
    if not shutil.which("npm") or not shutil.which("node"):
        return "node and npm are not installed"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    done = folder / "installed"
    for name in FILES:
        shutil.copy(HERE / name, folder / name)
    if done.exists() and done.read_bytes() == lock:
        return ""
    run = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder, capture_output=True, text=True, timeout=240)
    if run.returncode != 0:
        return "npm ci: " + run.stderr.strip()[-300:]
    done.write_bytes(lock)
    return ""


class Judge:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["node", "judge.mjs"], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
