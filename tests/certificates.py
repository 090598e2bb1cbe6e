"""A certificate for the servers of the tests, and the context that trusts it alone."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = ("localhost", "pager.example")


@cache
def _pair() -> tuple[bytes, bytes]:
    """Certificate and key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests of Ascolto")])
    now = datetime.now(UTC)
    known = [x509.DNSName(one) for one in NAMES]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*known, x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, *form),
    )


def server_side() -> ssl.SSLContext:
    """For a server that is called by one of `NAMES`, or 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
        certificate.write_bytes(_pair()[0])
        key.write_bytes(_pair()[1])
        context.load_cert_chain(certificate, key)
    return context


def client_side() -> ssl.SSLContext:
    """Trusts that certificate, and no other."""
    return ssl.create_default_context(cadata=_pair()[0].decode())


def trusted_file(folder: Path) -> Path:
    """That certificate as a file, for what trusts a file (SSL_CERT_FILE)."""
    path = folder / "trusted.pem"
    path.write_bytes(_pair()[0])
    return path
