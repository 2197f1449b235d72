"""Servers' certificates, by an authority of their own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Authority:
    """Who says who a server is; `file` has its own certificate."""

    file: Path
    _key: ec.EllipticCurvePrivateKey
    _name: x509.Name

    def server(self, name: str, ended: timedelta = timedelta(days=-1)) -> ssl.SSLContext:
        """What a server of that name has; its certificate ended so long ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = datetime.now(UTC) - ended
        made = (
            _begun(key, _named(name), self._name, end)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(_of_issuer(self._key), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self.file.with_name(f"{name}-{made.serial_number}.pem")
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority(folder: Path, name: str) -> Authority:
    """A new one, whose files are in that folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(key, _named(name), _named(name), datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    return Authority(file, key, _named(name))


def _begun(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, end: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    begin = end - timedelta(days=2)
    return x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), begin, end).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(public), critical=False
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _of_issuer(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
