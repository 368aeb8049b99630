"""CMS EnvelopedData as KS' own library makes it: AES-256-CBC, the key wrapped by RSAES-OAEP with SHA-256.

By `openssl cms`, since Python's cryptography does not do OAEP in CMS (ARCHIVE-AND-DISPATCH 2.6).
"""

import ssl
import subprocess
import tempfile
from pathlib import Path

LONGEST_SECONDS = 120
OAEP = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256")


class NotEncrypted(Exception):
    """The content could not be encrypted. The text holds nothing of it."""


def encrypted(content: bytes, certificate: bytes) -> bytes:
    """`content` for the holder of `certificate` (PEM or DER) alone, in DER. Raises NotEncrypted.

    The content goes through pipes and never to a disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipient.pem"
        file.write_bytes(as_pem(certificate))
        options = [part for option in OAEP for part in ("-keyopt", option)]
        command = ["openssl", "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-recip", str(file), *options]
        try:
            done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=LONGEST_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotEncrypted(type(error).__name__) from None
    if done.returncode or not done.stdout:
        raise NotEncrypted(f"openssl {done.returncode}")
    return done.stdout


def as_pem(certificate: bytes) -> bytes:
    if b"-----BEGIN" in certificate:
        return certificate
    return ssl.DER_cert_to_PEM_cert(certificate).encode()
