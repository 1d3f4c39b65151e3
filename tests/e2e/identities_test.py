"""Question: is a phone known by each of its three ways, and nobody else?

TLS client certificate, Client-Cert header behind a proxy, Mdm-Signature; the
newest certificate only; a header that is trusted nowhere else.
"""

import plistlib
import unittest

import phone as raw
import pki
from harness import Case


class Identities(Case):

    def the_life_works(self, phone):
        answer = phone.connect()
        self.assertEqual(answer.status, 200)
        return answer

    def test_each_way_enrols_and_asks(self):
        for number, identity in enumerate(("tls", "proxy", "signature")):
            with self.subTest(identity=identity):
                serial = "VVKID00000%d" % number
                phone = self.enrolled_phone(serial, identity)
                self.assertEqual(self.cli.device(serial)["state"], "enrolled")
                self.the_life_works(phone)

    def test_a_phone_may_change_its_way(self):
        phone = self.enrolled_phone("VVKID0000010")
        for identity in ("proxy", "signature", "tls"):
            phone.identity = identity
            self.the_life_works(phone)

    def test_client_cert_header_is_nothing_on_the_tls_listener(self):
        phone = self.enrolled_phone("VVKID0000011")
        body = plistlib.dumps(phone.message(Status="Idle"))
        answer = raw.send(
            phone.mdm["ServerURL"], "PUT", body,
            {"Content-Type": raw.CONNECT,
             "Client-Cert": phone.key.client_cert_header()}, ca=self.server.ca)
        self.assertEqual(answer.status, 400, answer)

    def test_signature_of_another_body(self):
        phone = self.enrolled_phone("VVKID0000012", "signature")
        other = phone.key.sign_detached(b"something else")
        answer = phone.put(phone.mdm["ServerURL"],
                           phone.message(Status="Idle"), raw.CONNECT,
                           headers={"Mdm-Signature": other})
        self.assertEqual(answer.status, 400, answer)

    def test_certificate_of_another_phone(self):
        one = self.enrolled_phone("VVKID0000013")
        two = self.enrolled_phone("VVKID0000014")
        for identity in ("tls", "proxy", "signature"):
            with self.subTest(identity=identity):
                answer = one.put(one.mdm["ServerURL"],
                                 one.message(Status="Idle"), raw.CONNECT,
                                 identity=identity, key=two.key)
                self.assertIn(answer.status, (400, 500), answer)
                self.assertNotEqual(answer.status, 401)

    def test_certificate_of_nobody(self):
        phone = self.enrolled_phone("VVKID0000015")
        stranger = pki.Key(self.folder, "stranger")
        stranger.certificate = stranger.own
        for identity in ("tls", "proxy", "signature"):
            with self.subTest(identity=identity):
                answer = phone.put(phone.mdm["ServerURL"],
                                   phone.message(Status="Idle"), raw.CONNECT,
                                   identity=identity, key=stranger)
                self.assertEqual(answer.status, 400, answer)

    def test_former_certificate_dies_with_a_new_life(self):
        first = self.enrolled_phone("VVKID0000016")
        link = self.cli.link("VVKID0000016")
        second = raw.Phone(self.server, self.folder, "VVKID0000016")
        second.udid = first.udid
        second.enrol(link["url"])
        answer = first.put(first.mdm["ServerURL"],
                           first.message(Status="Idle"), raw.CONNECT)
        self.assertIn(answer.status, (400, 500), answer)
        self.the_life_works(second)

    def renewed(self, phone):
        """A new key and certificate, asked for by the present one."""
        fresh = pki.Key(self.folder, phone.serial + "-renewed")
        csr = fresh.request(None, phone.subject())
        request = pki.Request(phone.key, self.server.ca, None,
                              kind=pki.RENEWAL_REQ, csr=csr,
                              signer=phone.key.certificate)
        answer = phone.scep_send(request)
        self.assertEqual(answer.status, 200, answer)
        reply = request.read(answer.body)
        reply.check(self)
        self.assertEqual(reply.status, "0", reply.fail_info)
        fresh.set_certificate(reply.certificate())
        return fresh

    def test_renewal_takes_over_at_its_first_use(self):
        phone = self.enrolled_phone("VVKID0000017")
        old = phone.key
        fresh = self.renewed(phone)
        # The answer might have been lost: until it is used, the former holds.
        self.the_life_works(phone)
        phone.key = fresh
        self.the_life_works(phone)
        answer = phone.put(phone.mdm["ServerURL"],
                           phone.message(Status="Idle"), raw.CONNECT, key=old)
        self.assertIn(answer.status, (400, 500), answer)
        self.the_life_works(phone)


if __name__ == "__main__":
    unittest.main(verbosity=2)
