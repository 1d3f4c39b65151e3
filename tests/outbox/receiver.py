"""Receivers of webhooks, good and bad, over TLS on loopback."""

import http.server
import ssl
import threading
import time


class Receiver:
    """Keeps what it is sent. behaviour: a status, or slow, flood, redirect."""

    def __init__(self, keys, behaviour=204, location="", plain=False):
        self.behaviour = behaviour
        self.location = location
        self.requests = []
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                with receiver.lock:
                    receiver.requests.append(
                        (self.path, dict(self.headers.items()), body))
                receiver.answer(self)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if not plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{keys}/tls.crt", f"{keys}/tls.key")
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = "%s://127.0.0.1:%d/hook" % (
            "http" if plain else "https", self.port)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def answer(self, handler):
        what = self.behaviour
        if what == "slow":
            time.sleep(30)
            what = 204
        if what == "flood":
            handler.send_response(200)
            handler.end_headers()
            try:
                for _ in range(1 << 12):
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                pass
            return
        if what == "redirect":
            handler.send_response(302)
            handler.send_header("Location", self.location)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(what)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def seen(self):
        with self.lock:
            return list(self.requests)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
