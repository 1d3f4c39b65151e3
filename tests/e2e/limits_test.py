"""Question: do the limits of the configuration hold in the running server?

Slow senders are cut by absolute deadlines, connections are counted by address,
and nobody else waits for them.
"""

import socket
import ssl
import time
import unittest

from harness import Case

HEAD = (b"PUT /mdm/connect HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/x-apple-aspen-mdm\r\n")


class Slow(Case):

    CHANGES = {"deadlines": {"handshake": "1s", "header": "1s", "body": "1s",
                             "idle": "2s"}}

    def address(self, url=None):
        host, port = (url or self.server.url).split("//")[1].split(":")
        return host, int(port)

    def tls(self):
        context = ssl.create_default_context(cafile=str(self.server.ca))
        plain = socket.create_connection(self.address(), 20)
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

    def trickle(self, line, text):
        """Sends a byte now and then until cut; (seconds, what came back)."""
        began = time.monotonic()
        line.settimeout(0.2)
        answer = b""
        for byte in text * 100:
            if time.monotonic() - began > 15:
                break
            try:
                line.sendall(bytes([byte]))
                part = line.recv(4096)
                if not part:
                    break
                answer += part
            except (TimeoutError, ssl.SSLWantReadError):
                continue
            except OSError:
                break
        return time.monotonic() - began, answer

    def counted(self, event):
        name = 'workphone_http_events_total{event="%s"}' % event
        return self.server.metrics()[name]

    def is_cut(self, event, line, text):
        before = self.counted(event)
        with line:
            seconds, answer = self.trickle(line, text)
        self.assertLess(seconds, 8)
        self.assertGreater(self.counted(event), before)
        return answer

    def test_silent_before_the_handshake(self):
        with socket.create_connection(self.address(), 20) as line:
            began = time.monotonic()
            self.assertEqual(line.recv(1), b"")
            self.assertLess(time.monotonic() - began, 8)

    def test_slow_header(self):
        answer = self.is_cut("timeout_header", self.tls(), HEAD)
        self.assertIn(answer[:12], (b"", b"HTTP/1.1 408"))

    def test_slow_body(self):
        line = self.tls()
        line.sendall(HEAD + b"Content-Length: 3000\r\n\r\n")
        answer = self.is_cut("timeout_body", line, b"x")
        self.assertIn(answer[:12], (b"", b"HTTP/1.1 408"))

    def test_idle(self):
        with self.tls() as line:
            line.sendall(b"GET /scep?operation=GetCACaps HTTP/1.1\r\n"
                         b"Host: x\r\n\r\n")
            self.assertIn(b"200", line.recv(4096)[:15])
            began = time.monotonic()
            while line.recv(4096):
                pass
            self.assertLess(time.monotonic() - began, 8)

    def test_others_do_not_wait(self):
        phone = self.enrolled_phone("VVKSLO000001")
        lines = [self.tls() for _ in range(30)]
        try:
            for line in lines:
                line.sendall(HEAD[:20])
            began = time.monotonic()
            self.assertEqual(phone.connect().status, 200)
            self.assertLess(time.monotonic() - began, 5)
        finally:
            for line in lines:
                line.close()


class Many(Case):

    CHANGES = {"limits": {"connections_per_address": 8}}

    def test_connections_of_one_address(self):
        host, port = self.server.url.split("//")[1].split(":")
        lines = [socket.create_connection((host, int(port)), 20)
                 for _ in range(20)]
        closed = 0
        for line in lines:
            line.settimeout(0.3)
            try:
                closed += line.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                closed += 1
        self.assertEqual(closed, 12)
        # Those who watch the server are another listener's guests, also while
        # the eight stay.
        self.assertEqual(self.server.ops("/healthz")[0], 200)
        for line in lines:
            line.close()


class Ambiguous(Case):
    """What could be read in two ways is refused, at the door."""

    def test_ambiguous_requests(self):
        context = ssl.create_default_context(cafile=str(self.server.ca))
        host, port = self.server.url.split("//")[1].split(":")
        body = b"0\r\n\r\n"
        for name, text in {
            "length and chunked": b"Content-Length: 5\r\n"
                                  b"Transfer-Encoding: chunked\r\n",
            "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
            "signed length": b"Content-Length: +5\r\n",
            "negative length": b"Content-Length: -1\r\n",
            "length above 64 bits": b"Content-Length: 18446744073709551619\r\n",
            "unknown coding": b"Transfer-Encoding: xchunked\r\n",
            "blank before colon": b"Content-Length : 5\r\n",
            "folded line": b"X: a\r\n b\r\nContent-Length: 5\r\n",
            "bare line feed": b"X: a\nContent-Length: 5\r\n",
            "NUL": b"X: a\0b\r\nContent-Length: 5\r\n",
            "second host": b"Host: y\r\nContent-Length: 5\r\n",
        }.items():
            with self.subTest(case=name), \
                    socket.create_connection((host, int(port)), 20) as plain, \
                    context.wrap_socket(plain,
                                        server_hostname=host) as line:
                line.sendall(HEAD + text + b"\r\n" + body)
                answer = b""
                while True:
                    part = line.recv(4096)
                    if not part:
                        break
                    answer += part
                self.assertRegex(answer, rb"^HTTP/1\.1 (400|411|413|501) ")
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1,
                                 "one request, one answer, then closed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
