"""The npm packages standardwebhooks and postal-mime, asked line by line."""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FILES = ("package.json", "package-lock.json", "judge.mjs")

sys.path.insert(0, str(HERE.parent))
import npm_modules  # noqa: E402


def install(folder):
    return npm_modules.install(HERE, FILES, folder)


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
