"""Keys, certificates, CMS and SCEP by the openssl program (RFC 8894)."""

import base64
import os
import pathlib
import subprocess

import der

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
SHA256 = "2.16.840.1.101.3.4.2.1"
RSA = "1.2.840.113549.1.1.1"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SCEP = "2.16.840.1.113733.1.9."
MESSAGE_TYPE, PKI_STATUS, FAIL_INFO = SCEP + "2", SCEP + "3", SCEP + "4"
SENDER_NONCE, RECIPIENT_NONCE, TRANSACTION = SCEP + "5", SCEP + "6", SCEP + "7"

PKCS_REQ, RENEWAL_REQ = "19", "17"


def openssl(*args, data=None, ok=True):
    done = subprocess.run(["openssl", *map(str, args)], input=data,
                          capture_output=True, timeout=60)
    if ok and done.returncode != 0:
        raise AssertionError("openssl %s: %s" % (
            args, done.stderr.decode("utf-8", "replace")))
    return done.stdout if ok else done


class Key:
    """An RSA key with a certificate: self-signed until one is issued."""

    def __init__(self, folder, name, bits=2048):
        self.folder = pathlib.Path(folder)
        self.key = self.folder / (name + ".key")
        self.own = self.folder / (name + ".self.pem")
        self.certificate = self.folder / (name + ".pem")
        openssl("genrsa", "-out", self.key, bits)
        openssl("req", "-x509", "-new", "-key", self.key, "-days", "2",
                "-subj", "/CN=" + name, "-out", self.own)

    def request(self, challenge, subject="phone"):
        """PKCS#10 with a challenge password, DER."""
        lines = ["[req]", "distinguished_name=dn", "prompt=no"]
        if challenge is not None:
            lines += ["attributes=attrs"]
        lines += ["[dn]", "CN=" + subject]
        if challenge is not None:
            lines += ["[attrs]", "challengePassword=" + challenge]
        config = self.key.with_suffix(".cnf")
        config.write_text("\n".join(lines) + "\n")
        return openssl("req", "-new", "-key", self.key, "-config", config,
                       "-outform", "DER")

    def set_certificate(self, data):
        openssl("x509", "-inform", "DER", "-out", self.certificate, data=data)

    def certificate_der(self):
        return openssl("x509", "-in", self.certificate, "-outform", "DER")

    def client_cert_header(self):
        """RFC 9440: a byte sequence of structured fields."""
        return ":" + base64.b64encode(self.certificate_der()).decode() + ":"

    def sign_detached(self, body, certificate=None, digest="sha256"):
        """Mdm-Signature: detached CMS over the body, one line of base64."""
        signature = openssl(
            "cms", "-sign", "-binary", "-outform", "DER", "-md", digest,
            "-signer", certificate or self.certificate, "-inkey", self.key,
            data=body)
        return base64.b64encode(signature).decode()


def attribute(name, value):
    return der.wrap(der.SEQUENCE, der.oid(name), der.wrap(der.SET, value))


def printable(text):
    return der.wrap(der.PRINTABLE, text.encode("ascii"))


def algorithm(name):
    return der.wrap(der.SEQUENCE, der.oid(name), der.wrap(der.NULL))


class Request:
    """One pkiMessage, ready to be sent and its answer to be read."""

    def __init__(self, key, ca, challenge, kind=PKCS_REQ, signer=None,
                 cipher="-aes-128-cbc", csr=None, transaction=None,
                 subject="phone"):
        self.key = key
        self.ca = ca
        self.signer = signer or key.own
        self.signer_key = key.key
        self.transaction = transaction or os.urandom(16).hex()
        self.nonce = os.urandom(16)
        self.kind = kind
        csr = key.request(challenge, subject) if csr is None else csr
        self.envelope = openssl("cms", "-encrypt", "-binary", "-outform", "DER",
                                cipher, ca, data=csr)

    def encode(self):
        content = self.envelope
        digest = openssl("dgst", "-sha256", "-binary", data=content)
        attributes = sorted([
            attribute(CONTENT_TYPE, der.oid(DATA)),
            attribute(MESSAGE_DIGEST, der.wrap(der.OCTETS, digest)),
            attribute(MESSAGE_TYPE, printable(self.kind)),
            attribute(TRANSACTION, printable(self.transaction)),
            attribute(SENDER_NONCE, der.wrap(der.OCTETS, self.nonce)),
        ])
        signature = openssl("dgst", "-sha256", "-sign", self.signer_key,
                            "-binary", data=der.wrap(der.SET, *attributes))
        certificate = openssl("x509", "-in", self.signer, "-outform", "DER")
        info = der.wrap(
            der.SEQUENCE, der.integer(1), issuer_and_serial(certificate),
            algorithm(SHA256), der.wrap(0xA0, *attributes), algorithm(RSA),
            der.wrap(der.OCTETS, signature))
        signed = der.wrap(
            der.SEQUENCE, der.integer(1),
            der.wrap(der.SET, algorithm(SHA256)),
            der.wrap(der.SEQUENCE, der.oid(DATA),
                     der.wrap(0xA0, der.wrap(der.OCTETS, content))),
            der.wrap(0xA0, certificate), der.wrap(der.SET, info))
        return der.wrap(der.SEQUENCE, der.oid(SIGNED_DATA),
                        der.wrap(0xA0, signed))

    def read(self, answer):
        return Reply(self, answer)


def issuer_and_serial(certificate):
    fields = der.children(der.children(certificate)[0][1])
    if fields[0][0] == 0xA0:
        fields = fields[1:]
    serial, issuer = fields[0][1], fields[2][1]
    return der.wrap(der.SEQUENCE, issuer, serial)


class Reply:
    """A CertRep: its attributes, and the certificate when there is one."""

    def __init__(self, request, data):
        self.request = request
        self.data = data
        self.attributes = signed_attributes(data)
        self.status = self.text(PKI_STATUS)
        self.fail_info = self.text(FAIL_INFO)

    def text(self, name):
        value = self.attributes.get(name)
        return value.decode("ascii") if value is not None else None

    def check(self, test):
        """What holds for success and failure alike."""
        test.assertEqual(self.text(MESSAGE_TYPE), "3")
        test.assertEqual(self.text(TRANSACTION), self.request.transaction)
        test.assertEqual(self.attributes[RECIPIENT_NONCE], self.request.nonce)
        # Signed by the CA whose certificate we hold.
        openssl("cms", "-verify", "-inform", "DER", "-binary", "-noverify",
                "-certfile", self.request.ca, "-nointern", data=self.data)

    def certificate(self):
        """DER of the certificate issued to the requester."""
        content = openssl("cms", "-verify", "-inform", "DER", "-binary",
                          "-noverify", data=self.data)
        bag = openssl("cms", "-decrypt", "-inform", "DER", "-binary", "-recip",
                      self.request.signer, "-inkey", self.request.signer_key,
                      data=content)
        pem = openssl("pkcs7", "-inform", "DER", "-print_certs", data=bag)
        return openssl("x509", "-outform", "DER", data=pem)


def signed_attributes(data):
    """Attributes of the only signer, by object identifier."""
    signed = der.children(der.children(data)[1][1])[0][1]
    info = der.children(der.children(signed)[-1][1])[0][1]
    names = {der.oid(name): name for name in (
        MESSAGE_TYPE, PKI_STATUS, FAIL_INFO, SENDER_NONCE, RECIPIENT_NONCE,
        TRANSACTION, CONTENT_TYPE, MESSAGE_DIGEST)}
    found = {}
    for tag, _, content in der.children(info):
        if tag != 0xA0:
            continue
        for _, whole, _ in der.split(content):
            name, values = der.children(whole)
            value = der.split(values[2])[0]
            if name[1] in names:
                found[names[name[1]]] = value[2]
    return found
