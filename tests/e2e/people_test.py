"""Question: does a file of the HR system, and a real directory, become people
as said, and is a wrong one held with nothing changed?"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time
import unittest

import harness
from ports import free_port

DIRECTORY = os.environ.get("WORKPHONE_DIRECTORY_PROGRAM")
SLAPD = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
UNIT = (pathlib.Path(__file__).resolve().parents[2] /
        "server/directory/systemd/workphone-directory@.service")
SCHEMAS = pathlib.Path("/etc/ldap/schema")

MAP = """# The staff export
columns:
  key: Anst.nr
  first_name: Förnamn
  last_name: Efternamn
  mail: E-post
  unit: Enhet
  from: Anställd fr
  last_day: Anställd t
date: DD.MM.YYYY
"""
HEAD = "Anst.nr;Förnamn;Efternamn;E-post;Enhet;Anställd fr;Anställd t\n"


def rows(first, last, unit="Skolan"):
    return "".join(
        "%d;Ada%s;Berg;p%d@town.example;%s;01.02.2020;31.12.9999\n"
        % (n, "abcdefghij"[n % 10], n, unit) for n in range(first, last + 1))


class Files(harness.Case):
    def file(self, name, text, encoding="utf-8"):
        path = self.server.folder / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    def test_a_year_of_files(self):
        maps = self.file("hr.yaml", MAP)
        good = self.file("good.csv", HEAD + rows(1, 20), "latin-1")
        said = self.cli.run("people", "import", good, "--map", maps,
                            "--full").stdout
        self.assertIn("20 begin, 0 change, 0 as before.", said)
        self.assertIn("Nothing was changed yet", said)
        self.assertEqual(self.cli.json("people"), [])
        said = self.cli.run("people", "import", good, "--map", maps, "--full",
                            "--yes").stdout
        self.assertIn("Done.", said)
        self.assertEqual(len(self.cli.json("people")), 20)
        # The map is remembered; the same file says nothing new.
        said = self.cli.run("people", "import", good, "--full", "--yes").stdout
        self.assertIn("0 begin, 0 change, 20 as before.", said)
        # Half are missing: held, and lifted by its plan only.
        half = self.file("half.csv", HEAD + rows(1, 9))
        done = self.cli.run("people", "import", half, "--full", "--yes",
                            ok=False)
        self.assertEqual(done.returncode, 5, done)
        self.assertIn("STOP: 11 of the 20 people whom hr brought would leave",
                      done.stdout)
        plan = done.stderr.rsplit(" ", 1)[1].strip()
        done = self.cli.run("people", "import", half, "--full", "--yes",
                            "--accept-stop", "0123456789abcdef", ok=False)
        self.assertEqual(done.returncode, 5, done)
        self.assertIn("not the plan 0123456789abcdef", done.stderr)
        self.cli.run("people", "import", half, "--full", "--yes",
                     "--accept-stop", plan)
        # A map is YAML; the form of older versions learns it.
        for text, told in (
                ("# The export\nkey = Anst.nr\n", "map:2: \"word = heading\""),
                (MAP.replace("mail:", "post:"), "map:6: columns: unknown key "
                 "'post'")):
            done = self.cli.run("people", "import", good, "--map",
                                self.file("bad.yaml", text), ok=False)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(told, done.stderr)
        # A bad row, and nothing else, is changed.
        bad = self.file("bad.csv", HEAD + rows(1, 9, "Norr") +
                        "99;=CMD();X;x@town.example;Norr;01.02.2020;\n")
        done = self.cli.run("people", "import", bad, "--full", "--yes",
                            ok=False)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("line 11, column 2 (first_name): \"=CMD()\" is a "
                      "formula", done.stdout)
        self.assertIn("nothing was changed", done.stderr)
        self.assertNotIn("Norr", [u["name"] for u in self.cli.json("units")])

    def test_employments_of_somebody(self):
        """Each with its days, its unit and who says so; nobody else's."""
        file = self.file("eva.csv", HEAD + rows(9101, 9101, "Biblioteket") +
                         "9102;Eva;Alm;eva@town.example;Biblioteket;"
                         "01.02.2020;31.12.2030\n")
        self.cli.run("people", "import", file, "--map",
                     self.file("eva.yaml", MAP), "--source", "lib", "--yes")
        self.assertIn("There is no employment", self.cli.run(
            "employments", self.nobodys("Bo Gast")).stdout)
        self.cli.run("ledger", "apply", "-", "--yes", data=json.dumps(
            {"employment": {"person": "eva@town.example", "to": "2019-06-01",
                            "unit": "Biblioteket", "roles": ["manager"],
                            "from": "2019-01-01", "external_id": "A-7"}}))
        said = self.cli.run("employments", "eva@town.example").stdout
        for line in (r"Biblioteket +manager +2019-01-01 +2019-06-01 +A-7 +-",
                     r"Biblioteket +employee +2020-02-01 +2031-01-01 .* lib"):
            self.assertRegex(said, line)
        told = self.cli.json("employments", "Eva Alm")
        self.assertEqual(
            [(one["unit"], one["source"], one["from"], one["to"])
             for one in told],
            [("Biblioteket", None, "2019-01-01", "2019-06-01"),
             ("Biblioteket", "lib", "2020-02-01", "2031-01-01")])
        done = self.cli.run("employments", "nobody", ok=False)
        self.assertEqual(done.returncode, 3, done)

    def nobodys(self, name):
        self.cli.run("ledger", "apply", "-", "--yes",
                     data=json.dumps({"person": {"name": name}}))
        return name

    def test_one_fault_on_many_lines(self):
        """It is said once, with where it stands; each is in the JSON."""
        file = self.file("many.csv", HEAD + rows(1, 1200, "=X()") +
                         "1201;=Y();Berg;p1201@town.example;Skolan;"
                         "01.02.2020;\n")
        args = ("people", "import", file, "--map", self.file("m.yaml", MAP),
                "--source", "many")
        said = self.cli.run(*args, ok=False)
        self.assertEqual(said.returncode, 1, said)
        self.assertIn("  lines 2, 3, 4 and 997 more, column 5 (unit): "
                      "\"=X()\" is a formula, no value; export values\n",
                      said.stdout)
        self.assertEqual(said.stdout.count("is a formula"), 1)
        self.assertIn("--json names each line", said.stdout)
        self.assertIn("201 more faults", said.stdout)
        told = json.loads(self.cli.run(*args, "--json", ok=False).stdout)
        self.assertEqual(told["fault_count"], 1201)
        self.assertEqual([fault["line"] for fault in told["faults"]],
                         list(range(2, 1002)))
        few = self.file("few.csv", HEAD + rows(1, 2, "=X()") +
                        "3;=Y();Berg;p3@town.example;Skolan;01.02.2020;\n")
        said = self.cli.run("people", "import", few, *args[3:],
                            ok=False).stdout
        self.assertIn("  lines 2, 3, column 5 (unit): ", said)
        self.assertIn("  line 4, column 2 (first_name): ", said)
        self.assertNotIn("--json", said)

    def test_units_are_items(self):
        def led(key):
            return self.file("led.csv", "Anst.nr;Namn;Enhet;Chef\n" + "".join(
                "%d;%s;Hemtjänst;%d\n" % (n, name, key) for n, name in (
                    (501, "Märta Ålander"), (502, "Åsa Lindström"),
                    (503, "Ove Ek"))))

        maps = self.file("led.yaml", "columns:\n  key: Anst.nr\n"
                         "  name: Namn\n  unit: Enhet\n  manager: Chef\n")
        self.cli.run("people", "import", led(501), "--map", maps,
                     "--source", "led", "--full", "--yes")
        said = self.cli.run("people", "import", led(502), "--source", "led",
                            "--full").stdout
        self.assertIn("changes  unit Hemtjänst: led by Åsa Lindström (was "
                      "Märta Ålander)", said)
        self.assertIn("Nothing was changed yet", said)
        self.assertNotIn("There is nothing to change", said)
        item, = self.cli.json("people", "import", led(502), "--source", "led",
                              "--full")["items"]
        unit, = [u for u in self.cli.json("units")
                 if u["name"] == "Hemtjänst"]
        self.assertEqual(
            (item["kind"], item["effect"], item["unit_id"], item["words"]),
            ("unit", "changes", unit["id"],
             "led by Åsa Lindström (was Märta Ålander)"))
        # A part of a file leaves a unit its manager, and says so.
        said = self.cli.run("people", "import", led(502),
                            "--source", "led").stdout
        self.assertIn("1 unit keeps its manager", said)
        self.assertIn("There is nothing to change.", said)


@unittest.skipUnless(DIRECTORY and SLAPD and SCHEMAS.is_dir(),
                     "SKIP: no slapd, or no workphone-directory")
class Ldap(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="workphone-slapd-"))
        cls.slapd = None
        cls.port = free_port()
        cls.make_certificates()
        cls.write_slapd()

    @classmethod
    def tearDownClass(cls):
        cls.stop()
        shutil.rmtree(cls.home)
        super().tearDownClass()

    @classmethod
    def openssl(cls, *args):
        subprocess.run(["openssl", *args], cwd=cls.home, check=True,
                       capture_output=True)

    @classmethod
    def make_certificates(cls):
        cls.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                    "3", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
                    "/CN=Directory CA")
        cls.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    "ldap.key", "-out", "ldap.csr", "-subj", "/CN=127.0.0.1")
        (cls.home / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        cls.openssl("x509", "-req", "-in", "ldap.csr", "-CA", "ca.pem",
                    "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                    "-extfile", "ext", "-out", "ldap.pem")
        cls.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                    "3", "-keyout", "x.key", "-out", "other.pem", "-subj",
                    "/CN=Another CA")

    @classmethod
    def write_slapd(cls):
        (cls.home / "db").mkdir()
        schemas = "".join("include %s/%s.schema\n" % (SCHEMAS, name)
                          for name in ("core", "cosine", "inetorgperson"))
        (cls.home / "slapd.conf").write_text(schemas + f"""
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {cls.home}/slapd.pid
TLSCertificateFile {cls.home}/ldap.pem
TLSCertificateKeyFile {cls.home}/ldap.key
TLSCACertificateFile {cls.home}/ca.pem
security simple_bind=128
database mdb
suffix "dc=town,dc=example"
rootdn "cn=reader,dc=town,dc=example"
rootpw correct-horse
directory {cls.home}/db
sizelimit size.soft=50 size.hard=50 size.prtotal=unlimited
""")

    def fill(self, count, more=""):
        """Anew, with this many people; more: lines of the last one."""
        self.stop()
        for file in (self.home / "db").iterdir():
            file.unlink()
        entries = ["dn: dc=town,dc=example\nobjectClass: dcObject\n"
                   "objectClass: organization\no: Town\ndc: town\n"]
        for n in range(count):
            entries.append(
                f"dn: uid=p{n},dc=town,dc=example\n"
                "objectClass: inetOrgPerson\n"
                f"uid: p{n}\ncn: Ada Berg\nsn: Berg\ngivenName: Ada\n"
                f"mail: p{n}@town.example\nemployeeNumber: {n + 1}\n"
                f"departmentNumber: Enhet {n % 7}\n"
                "telephoneNumber: +46 70 123 45 67\n"
                "manager: uid=p0,dc=town,dc=example\n")
        entries[-1] += more
        subprocess.run([SLAPD, "-T", "add", "-f",
                        str(self.home / "slapd.conf")],
                       input="\n".join(entries), text=True, check=True,
                       capture_output=True)
        self.start()

    @classmethod
    def start(cls):
        cls.slapd = subprocess.Popen(
            [SLAPD, "-d", "0", "-f", str(cls.home / "slapd.conf"), "-h",
             f"ldap://127.0.0.1:{cls.port}"], stderr=subprocess.DEVNULL)
        time.sleep(1)

    @classmethod
    def stop(cls):
        if cls.slapd:
            cls.slapd.terminate()
            cls.slapd.wait()
            cls.slapd = None

    def config(self, **changes):
        lines = {
            "url": f"ldap://127.0.0.1:{self.port}", "tls": "starttls",
            "ca_file": str(self.home / "ca.pem"),
            "bind_dn": "cn=reader,dc=town,dc=example",
            "password_file": str(self.home / "password"),
            "base": "dc=town,dc=example",
            "filter": "(objectClass=inetOrgPerson)", "page_size": 20,
            "timeout": "5s", "attributes": {
                "key": "employeeNumber", "name": "cn",
                "first_name": "givenName", "last_name": "sn", "mail": "mail",
                "number": "telephoneNumber", "unit": "departmentNumber",
                "manager": "manager"}}
        lines["attributes"].update(changes.pop("attributes", {}))
        lines.update(changes)
        path = self.home / "directory.yaml"
        path.write_text("".join(f"{k}: {json.dumps(v)}\n"
                                for k, v in lines.items()))
        return str(path)

    def password(self, text="correct-horse", mode=0o600):
        path = self.home / "password"
        path.write_text(text + "\n")
        path.chmod(mode)

    def read(self, **changes):
        return subprocess.run([DIRECTORY, "read", self.config(**changes)],
                              text=True, capture_output=True)

    def sync(self, lines, *args, ok=True):
        path = self.home / "roster"
        path.write_text(lines)
        return self.cli.run("people", "import", str(path), "--source", "ad",
                            "--full", "--yes", *args, ok=ok)

    def test_directory(self):
        self.password()
        self.fill(130)
        done = self.read()
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 131)  # seven pages, and the end
        self.assertEqual(lines[-1], '{"end":{"people":130}}')
        self.assertIn("130 begin", self.sync(done.stdout).stdout)
        self.assertIn("130 as before", self.sync(self.read().stdout).stdout)
        # Cut off on its way: at whichever line.
        for keep in (0, 1, 64, 130):
            cut = self.sync("\n".join(lines[:keep]) + "\n", ok=False)
            self.assertNotEqual(cut.returncode, 0)
        # Half of them are gone.
        self.fill(60)
        held = self.sync(self.read().stdout, ok=False)
        self.assertEqual(held.returncode, 5)
        self.assertIn("70 of the 130 people whom ad brought", held.stdout)

    def test_last_days(self):
        """What a directory says of the last day is read, or told."""
        self.password()
        days = {"from": "roomNumber", "last_day": "carLicense"}

        def said(last):
            self.fill(130, f"roomNumber: 20200101000000Z\n{last}")
            return self.read(attributes=days)

        for last, day in (("", ""), ("carLicense: 0\n", ""),
                          ("carLicense: 9223372036854775807\n", ""),
                          ("carLicense: 20301231225959Z\n", "2030-12-31"),
                          ("carLicense: 2030-12-31\n", "2030-12-31"),
                          ("carLicense: 134432352000000000\n",
                           "2026-12-31")):
            with self.subTest(last=last):
                done = said(last)
                self.assertEqual(done.returncode, 0, done.stderr)
                people = [json.loads(line)["person"] for line in
                          done.stdout.splitlines()[:-1]]
                one = [person["employments"][0] for person in people
                       if person["key"] == "130"]
                self.assertEqual(one, [{"unit": "Enhet 3",
                                        "from": "2020-01-01",
                                        "last_day": day}])
        # One is known, and a wrong one does not take it back.
        self.sync(said("carLicense: 2030-12-31\n").stdout)
        before = self.cli.json("people")
        for last, told in (
                ("carLicense: 31.12.2030\n", "carLicense is no day"),
                ("carLicense: 2030-02-30\n", "carLicense is no day"),
                ("carLicense:: IDIwMzAxMjMx\n", "carLicense is no day"),
                ("carLicense: 2030-12-31\ncarLicense: 2031-12-31\n",
                 "carLicense has more than one value")):
            with self.subTest(last=last):
                done = said(last)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("uid=p129,dc=town,dc=example: " + told,
                              done.stderr)
                self.assertNotEqual(
                    self.sync(done.stdout, ok=False).returncode, 0)
        self.assertEqual(self.cli.json("people"), before)
        self.fill(130, "roomNumber: 1 January\n")
        self.assertIn("uid=p129,dc=town,dc=example: roomNumber is no day",
                      self.read(attributes=days).stderr)

    def test_values_that_cannot_be_taken(self):
        self.password()
        self.fill(2, "description: " + 600 * "x" + "\naudio:: w/8=\n")
        for attribute, told in (("description", "is longer than"),
                                ("audio", "is no text in UTF-8")):
            done = self.read(attributes={"external_id": attribute})
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"uid=p1,dc=town,dc=example: {attribute} {told}",
                          done.stderr)

    def test_refusals(self):
        self.password("wrong")
        self.fill(3)
        self.assertIn("Invalid credentials", self.read().stderr)
        self.password(mode=0o644)
        self.assertIn("readable by others", self.read().stderr)
        self.password("")
        self.assertIn("is empty", self.read().stderr)
        self.password()
        done = self.read(ca_file=str(self.home / "other.pem"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("STARTTLS", done.stderr)
        # In the clear the directory itself refuses; far away, so do we.
        self.assertEqual(self.read(tls="none").returncode, 1)
        self.assertIn("directory.yaml:2: tls: none is for",
                      self.read(tls="none",
                                url="ldap://ldap.town.example").stderr)
        self.assertIn("No such object",
                      self.read(base="dc=nowhere").stderr)
        self.assertIn("has no roomNumber", self.read(attributes={"key": "roomNumber"})
                      .stderr)
        for name in ("wrong", "correct-horse"):
            self.assertNotIn(name, self.read().stderr)

    def unit_run(self, name, credentials):
        """What the unit would run as that instance, with our programs."""
        line = next(text for text in UNIT.read_text().splitlines()
                    if text.startswith("ExecStart="))
        line = line.split("=", 1)[1].replace("%i", name)
        for path, program in (("/usr/bin/workphone-directory", DIRECTORY),
                              ("/usr/bin/workphone ", harness.CLI + " "),
                              (f"/etc/workphone/directories/{name}.yaml",
                               str(self.home / "directory.yaml"))):
            self.assertIn(path, line)
            line = line.replace(path, str(program))
        return subprocess.run(shlex.split(line), text=True,
                              capture_output=True, env={
                                  "PATH": "/usr/bin:/bin",
                                  "CREDENTIALS_DIRECTORY": str(credentials),
                                  "WORKPHONE_TOKEN_FILE": "credential:token",
                                  **self.office()})

    def office(self):
        return {"WORKPHONE_URL": self.server.office_url,
                "WORKPHONE_CA_FILE": str(self.server.ca)}

    def test_unit(self):
        """As systemd runs it: a token and a password of a credential each."""
        self.fill(30)
        credentials = self.home / "credentials"
        credentials.mkdir()
        for name, text in (("password", "correct-horse"),
                           ("token", self.cli.run(
                               "token", "create", "--name", "ad", "--scope",
                               "people:write,units:write").stdout)):
            (credentials / name).write_text(text)
            (credentials / name).chmod(0o440)  # as its access list shows
        self.config(password_file="credential:password")
        done = self.unit_run("night", credentials)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("30 people stand in what night says", done.stdout)
        self.assertIn("Done.", done.stdout)
        # A directory that refuses is no empty one.
        (credentials / "password").chmod(0o600)
        (credentials / "password").write_text("wrong")
        done = self.unit_run("night", credentials)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Invalid credentials", done.stderr)
        self.assertNotIn("Done.", done.stdout)
        (credentials / "token").chmod(0o444)
        self.assertIn("owner's alone",
                      self.unit_run("night", credentials).stderr)

    def test_server_dies_in_the_middle(self):
        """Killed while the pages go: no end, so no roster."""
        self.password()
        self.fill(3000)
        reader = subprocess.Popen(
            [DIRECTORY, "read", self.config(page_size=1)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.3)
        self.slapd.kill()
        out, said = reader.communicate(timeout=60)
        self.slapd.wait()
        self.assertEqual(reader.returncode, 1, said)
        self.assertNotIn('"end"', out)
        self.assertIn("workphone-directory: ", said)
        self.assertNotEqual(self.read().returncode, 0)  # nobody is there


@unittest.skipUnless(shutil.which("systemd-analyze"),
                     "SKIP: no systemd-analyze")
@unittest.skipUnless(DIRECTORY, "SKIP: no workphone-directory")
class Units(unittest.TestCase):
    def test_systemd_takes_them(self):
        """An instance of each, with our programs: not a word of complaint."""
        with tempfile.TemporaryDirectory(prefix="workphone-units-") as folder:
            for path in sorted(UNIT.parent.iterdir()):
                text = path.read_text()
                text = text.replace("/usr/bin/workphone-directory", DIRECTORY)
                text = text.replace("/usr/bin/workphone ", harness.CLI + " ")
                made = pathlib.Path(folder) / path.name.replace("@", "@night")
                made.write_text(text)
                done = subprocess.run(
                    ["systemd-analyze", "verify", "--man=no", str(made)],
                    text=True, capture_output=True)
                said = [line for line in done.stderr.splitlines()
                        if made.name in line]
                self.assertEqual((done.returncode, said), (0, []),
                                 done.stderr)

    def test_hardened(self):
        """Its exposure, as systemd reckons it, stays that of the others."""
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes",
             "--threshold=25", str(UNIT)], text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
