"""Dovecot as the mail server of a voicemail system: its own configuration in a
folder, on loopback, never as a service of the system.
"""

import email.message
import grp
import imaplib
import os
import pathlib
import pwd
import shutil
import socket
import ssl
import subprocess
import time

from ports import free_port

PROGRAM = shutil.which("dovecot") or (
    "/usr/sbin/dovecot" if os.path.exists("/usr/sbin/dovecot") else None)

CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{crt}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
mail_home = {base}/mail/%u
mail_location = sdbox:~/box
mail_attribute_dict = file:~/attributes
auth_failure_delay = 0
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/masters
  master = yes
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  imap_metadata = yes
}}
"""


class Dovecot:
    def __init__(self, folder, crt, key, users, masters=()):
        self.base = pathlib.Path(folder)
        self.base.mkdir(parents=True)
        self.base.chmod(0o755)
        (self.base / "mail").mkdir()
        (self.base / "users").write_text(
            "".join(f"{name}:{word}\n" for name, word in users.items()))
        (self.base / "masters").write_text(
            "".join(f"{name}:{word}\n" for name, word in dict(masters).items()))
        self.port = free_port()
        uid, gid, user, login = self.accounts()
        config = self.base / "dovecot.conf"
        config.write_text(CONFIG.format(
            base=self.base, crt=crt, key=key, port=self.port, uid=uid, gid=gid,
            user=user, group=grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name,
            login=login))
        self.url = f"imaps://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(config)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.wait()
        except BaseException:
            self.close()
            raise

    def accounts(self):
        """Whose the mail is, and who the processes are: Dovecot wants neither
        to be root; without root all are oneself."""
        me = pwd.getpwuid(os.getuid())
        if me.pw_uid != 0:
            return me.pw_uid, me.pw_gid, me.pw_name, me.pw_name
        mail = pwd.getpwnam("nobody")
        os.chown(self.base / "mail", mail.pw_uid, mail.pw_gid)
        self.base.parent.chmod(0o711)  # the test's own folder
        return mail.pw_uid, mail.pw_gid, "dovecot", "dovenull"

    def wait(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise AssertionError("dovecot does not answer: " + self.log())

    def log(self):
        log = self.base / "log"
        text = log.read_text(errors="replace") if log.exists() else ""
        if self.process.poll() is not None and not self.process.stderr.closed:
            text += self.process.stderr.read().decode(errors="replace")
        return text[-3000:]

    def client(self, user, password, ca):
        context = ssl.create_default_context(cafile=str(ca))
        box = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context,
                                timeout=20)
        box.login(user, password)
        return box

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()


def greeting(kind, seconds=14):
    """A message as a voicemail system keeps a greeting."""
    message = email.message.EmailMessage()
    message["From"] = "+46701234567@vvm.example"
    message["X-CNS-Greeting-Type"] = kind
    message["Content-Duration"] = str(seconds)
    message.set_content("no recording\n")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def record(box, folder, kind, is_on):
    """Leaves a greeting in the folder; on: the one that plays."""
    flags = "($CNS-Greeting-On)" if is_on else "()"
    status, said = box.append(folder, flags, None, greeting(kind))
    assert status == "OK", said
