"""An IMAP server that misbehaves, over TLS on loopback, about 150 lines.

A scene is a function (session) that answers one connection; `honest()` answers
as a voicemail system of the OMTP or the Alcatel-Lucent dialect would, and the
others take one step of it and break it.
"""

import re
import socket
import ssl
import threading
import time

FETCHED = ("* 1 FETCH (UID 1 FLAGS ({flags}) BODY[HEADER.FIELDS "
           "(X-CNS-GREETING-TYPE)] {{{size}}}\r\n{header})\r\n")


def fetched(kind="normal-greeting", flags="\\Seen $CNS-Greeting-On"):
    header = f"X-CNS-Greeting-Type: {kind}\r\n\r\n"
    return FETCHED.format(flags=flags, size=len(header), header=header)


class Session:
    """One connection; a scene reads commands and writes what it likes."""

    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.file = connection.makefile("rb")

    def say(self, text):
        self.connection.sendall(
            text if isinstance(text, bytes) else text.encode())

    def hear(self):
        line = self.file.readline(65536)
        if not line:
            raise OSError("closed")
        tag, _, command = line.decode("latin-1").strip().partition(" ")
        self.server.heard.append(command)
        return tag, command

    def sleep(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.is_closing:
            time.sleep(0.05)


def honest(session, replies=None, capability="IMAP4rev1 AUTH=PLAIN SASL-IR"):
    """replies: {first word(s) of a command: function(session, tag, command)
    that answers it instead}."""
    session.say(f"* OK [CAPABILITY {capability}] ready\r\n")
    while True:
        tag, command = session.hear()
        upper = command.upper()
        chosen = next((reply for word, reply in (replies or {}).items()
                       if upper.startswith(word)), None)
        if chosen:
            if chosen(session, tag, command):
                return
        elif upper.startswith("AUTHENTICATE"):
            if len(command.split()) < 3:
                session.say("+ \r\n")
                session.file.readline(65536)
            session.say(f"{tag} OK in\r\n")
        elif upper.startswith("STATUS"):
            # OMTP VVM 1.2 section 1.1.11: not allowed on this folder.
            session.say(f"{tag} NO command not allowed\r\n")
        elif upper.startswith("CAPABILITY"):
            session.say(f"* CAPABILITY {capability}\r\n{tag} OK\r\n")
        elif upper.startswith("LIST"):
            session.say('* LIST (\\HasNoChildren) "/" INBOX\r\n'
                        '* LIST (\\HasNoChildren) "/" GREETINGS\r\n'
                        f"{tag} OK\r\n")
        elif re.match("(EXAMINE|SELECT) ", upper):
            session.say(f"* 1 EXISTS\r\n{tag} OK [READ-ONLY] done\r\n")
        elif upper.startswith("UID FETCH"):
            session.say(fetched() + f"{tag} OK\r\n")
        elif upper.startswith("LOGOUT"):
            session.say(f"* BYE\r\n{tag} OK\r\n")
            return
        else:
            session.say(f"{tag} BAD unknown\r\n")


class Imap:
    def __init__(self, crt, key, scene):
        self.scene, self.heard, self.is_closing = scene, [], False
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(crt, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.1)
        self.url = "imaps://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.is_closing:
            try:
                raw, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self.one, args=(raw,), daemon=True).start()

    def one(self, raw):
        try:
            raw.settimeout(30)
            with self.context.wrap_socket(raw, server_side=True) as connection:
                self.scene(Session(self, connection))
        except (OSError, ValueError):
            pass  # the client went away, as it should from most scenes

    def close(self):
        self.is_closing = True
        self.thread.join(5)
        self.listener.close()
