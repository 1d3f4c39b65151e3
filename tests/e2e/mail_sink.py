"""A real mail server (aiosmtpd) that keeps what it gets: for the tests here.

As a program it is that server; as a module it starts one, by an interpreter
that has the package (python3-aiosmtpd). What it does with the next mail stands
in the file `mode`: take, later (451), never (550), hang (no answer after the
data), drop (connection closed after the data).
"""

import argparse
import asyncio
import base64
import json
import pathlib
import ssl
import subprocess
import sys
import time

USER, PASSWORD = "workphone", "hemligt på riktigt"


def interpreter():
    """One that has aiosmtpd; None."""
    for name in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run([name, "-c", "import aiosmtpd"],
                                  capture_output=True, timeout=60)
        except OSError:
            continue
        if done.returncode == 0:
            return name
    return None


class Sink:
    """The server as tests see it; certificate: folder with tls.crt, tls.key."""

    def __init__(self, folder, port, keys, tls="starttls", auth=True):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.port, self.keys, self.tls, self.auth = port, keys, tls, auth
        self.process = None
        self.set_mode("take")

    def set_mode(self, mode):
        (self.folder / "mode").write_text(mode)

    def start(self):
        self.process = subprocess.Popen(
            [interpreter(), __file__, "--folder", str(self.folder),
             "--port", str(self.port), "--keys", str(self.keys),
             "--tls", self.tls] + (["--auth"] if self.auth else []),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line.strip() != "ready":
            raise AssertionError("the mail server does not start: " + line)
        return self

    def stop(self):
        if self.process:
            self.process.stdin.close()  # it ends with its input
            self.process.wait(30)
            self.process.stdout.close()
            self.process = None

    def mails(self):
        """Envelopes with their bytes, in the order they came."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            mail = json.loads(path.read_text())
            mail["content"] = base64.b64decode(mail["content"])
            found.append(mail)
        return found

    def clear(self):
        for path in self.folder.glob("*.json"):
            path.unlink()


def serve(options):
    from aiosmtpd.smtp import SMTP, AuthResult

    folder = pathlib.Path(options.folder)

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            mode = (folder / "mode").read_text()
            if mode == "later":
                return "451 4.7.1 greylisted, come back"
            if mode == "never":
                return "550 5.1.1 no such mailbox"
            number = time.time_ns()
            text = json.dumps({
                "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "tls": session.ssl is not None, "mode": mode,
                "hello": session.host_name,
                "user": session.auth_data,
                "content": base64.b64encode(envelope.content).decode()})
            part = folder / f"{number}.part"
            part.write_text(text)
            part.rename(folder / f"{number}.json")
            if mode == "hang":
                await asyncio.sleep(3600)
            if mode == "drop":
                server.transport.abort()
            return "250 2.0.0 taken"

    def check(server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == (
            USER, PASSWORD)
        return AuthResult(success=good, handled=False,
                          auth_data=data.login.decode())

    context = None
    if options.tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{options.keys}/tls.crt",
                                f"{options.keys}/tls.key")

    def factory():
        starttls = context if options.tls == "starttls" else None
        return SMTP(Handler(), tls_context=starttls,
                    require_starttls=starttls is not None,
                    auth_require_tls=options.tls == "starttls",
                    auth_required=options.auth,
                    authenticator=check if options.auth else None)

    async def run():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            factory, "127.0.0.1", options.port,
            ssl=context if options.tls == "tls" else None)
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        server.close()

    asyncio.run(asyncio.wait_for(run(), 900))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys", required=True)
    parser.add_argument("--tls", default="starttls")
    parser.add_argument("--auth", action="store_true")
    import os
    try:
        serve(parser.parse_args())
    finally:
        os._exit(0)  # hanging sessions do not keep it
