"""A throw-away certificate authority for localhost, kept so that a browser's exception outlives a restart."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature

VALID_FOR = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=7)


def ensure_certificates(folder: Path) -> tuple[Path, Path]:
    """(ca.pem to trust, server.pem with its key). Nobody keeps the authority's key: it signs once."""
    ca_file, server_file = folder / "ca.pem", folder / "server.pem"
    if not _still_serve(ca_file, server_file):
        folder.mkdir(parents=True, exist_ok=True)
        ca = trustme.CA(organization_name="Ringback demo")
        server = ca.issue_cert("localhost", "127.0.0.1", "::1", not_after=datetime.now(UTC) + VALID_FOR)
        with open(server_file, "wb", opener=_private) as file:
            file.write(b"".join(blob.bytes() for blob in [server.private_key_pem, *server.cert_chain_pems]))
        ca.cert_pem.write_to_path(ca_file)
    return ca_file, server_file


def _still_serve(ca_file: Path, server_file: Path) -> bool:
    try:
        ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
        server = x509.load_pem_x509_certificate(server_file.read_bytes())
        server.verify_directly_issued_by(ca)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return server.not_valid_after_utc > datetime.now(UTC) + RENEWED_BEFORE


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
