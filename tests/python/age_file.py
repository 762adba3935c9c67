"""Files of age under a passphrase, written from the format's specification (age-encryption.org/v1).

The Python packages for age are bindings to the very library that our program uses, and would prove
nothing. This is a second implementation on the primitives of `cryptography`, as far as bundles need
one: a single `scrypt` recipient, armoured or not.
"""

import base64
import functools
import os
import textwrap

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

VERSION = b"age-encryption.org/v1"
BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
CHUNK = 64 * 1024
TAG = 16


class Damaged(Exception):
    """Not a file of this format, or changed, or under another passphrase."""


def text(data):
    """Base64 without padding, as in headers."""
    return base64.b64encode(data).rstrip(b"=")


def untext(data):
    decoded = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    if text(decoded) != data:
        raise Damaged("base64 that is not canonical")
    return decoded


def derive(secret, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


@functools.lru_cache
def wrapping_key(passphrase, salt, log_n):
    scrypt = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 2**log_n, 8, 1)
    return ChaCha20Poly1305(scrypt.derive(passphrase.encode()))


def header_mac(file_key, header):
    mac = hmac.HMAC(derive(file_key, b"", b"header"), hashes.SHA256())
    mac.update(header)
    return mac.finalize()


def chunk_nonce(index, last):
    return index.to_bytes(11, "big") + bytes([last])


def encrypt(plaintext, passphrase, log_n):
    """A binary file."""
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = wrapping_key(passphrase, salt, log_n).encrypt(bytes(12), file_key, None)
    stanza = b"-> scrypt %s %d" % (text(salt), log_n)
    header = b"\n".join([VERSION, stanza, text(wrapped), b"---"])
    cipher = ChaCha20Poly1305(derive(file_key, nonce, b"payload"))
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext), CHUNK)] or [b""]
    sealed = [
        cipher.encrypt(chunk_nonce(index, index == len(chunks) - 1), chunk, None)
        for index, chunk in enumerate(chunks)
    ]
    return header + b" " + text(header_mac(file_key, header)) + b"\n" + nonce + b"".join(sealed)


def decrypt(file, passphrase):
    """What a file holds, armoured or binary."""
    if file.startswith(BEGIN):
        file = dearmour(file)
    try:
        version, stanza, body, rest = file.split(b"\n", 3)
        kind, recipient, salt, log_n = stanza.split(b" ")
        final, mac_and_payload = rest[:4], rest[4:]
        mac, payload = mac_and_payload.split(b"\n", 1)
        if (version, kind, recipient, final) != (VERSION, b"->", b"scrypt", b"--- "):
            raise Damaged("not an age file under a passphrase")
        if not 1 <= int(log_n) <= 18 or str(int(log_n)).encode() != log_n:
            raise Damaged("a work factor that is not accepted")
        wrapped = wrapping_key(passphrase, untext(salt), int(log_n))
        file_key = wrapped.decrypt(bytes(12), untext(body), None)
        header = b"\n".join([version, stanza, body, b"---"])
        if not constant_time.bytes_eq(header_mac(file_key, header), untext(mac)):
            raise Damaged("the header was changed")
        return open_payload(file_key, payload)
    except (ValueError, InvalidTag) as error:
        raise Damaged(type(error).__name__) from None


def open_payload(file_key, payload):
    cipher = ChaCha20Poly1305(derive(file_key, payload[:16], b"payload"))
    sealed = payload[16:]
    size = CHUNK + TAG
    chunks = [sealed[at : at + size] for at in range(0, len(sealed), size)]
    opened = [
        cipher.decrypt(chunk_nonce(index, index == len(chunks) - 1), chunk, None)
        for index, chunk in enumerate(chunks)
    ]
    if not opened:
        raise Damaged("no payload")
    return b"".join(opened)


def armour(file):
    lines = textwrap.wrap(base64.b64encode(file).decode(), 64)
    return b"\n".join([BEGIN, *(line.encode() for line in lines), END, b""])


def dearmour(armoured):
    begin, *lines, end = armoured.strip().split(b"\n")
    if (begin, end) != (BEGIN, END):
        raise Damaged("the armour is incomplete")
    try:
        return base64.b64decode(b"".join(lines), validate=True)
    except ValueError as error:
        raise Damaged(str(error)) from None
