"""Files of age, written from the format's specification (age-encryption.org/v1).

The Python packages for age are bindings to the very library that our program uses, and would prove
nothing. This is a second implementation on the primitives of `cryptography`, as far as bundles need
one: a passphrase (`scrypt`) or a single key (`X25519`), armoured or not.
"""

import base64
import functools
import os
import textwrap

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

VERSION = b"age-encryption.org/v1"
BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
CHUNK = 64 * 1024
TAG = 16
RECIPIENT = "age"
SECRET_KEY = "age-secret-key-"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class Damaged(Exception):
    """Not a file of this format, or changed, or under another passphrase or key."""


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


def under_passphrase(passphrase, log_n):
    """Wraps a file key as the one stanza of a file under a passphrase."""

    def wrap(file_key):
        salt = os.urandom(16)
        wrapped = wrapping_key(passphrase, salt, log_n).encrypt(bytes(12), file_key, None)
        return [b"-> scrypt %s %d" % (text(salt), log_n), text(wrapped)]

    return wrap


def to_recipient(recipient):
    """Wraps a file key for one key."""
    theirs = bech32_decode(RECIPIENT, recipient)

    def wrap(file_key):
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        wrapped = shared_key(ephemeral, theirs, share, theirs).encrypt(bytes(12), file_key, None)
        return [b"-> X25519 %s" % text(share), text(wrapped)]

    return wrap


def with_passphrase(passphrase):
    """Unwraps the file key of a file under a passphrase."""

    def unwrap(stanzas):
        if len(stanzas) != 1 or stanzas[0][0][0] != b"scrypt":
            raise Damaged("not under a passphrase alone")
        ((_, salt, log_n), wrapped) = stanzas[0]
        if not 1 <= int(log_n) <= 18 or str(int(log_n)).encode() != log_n:
            raise Damaged("a work factor that is not accepted")
        return wrapping_key(passphrase, untext(salt), int(log_n)).decrypt(bytes(12), wrapped, None)

    return unwrap


def with_key(secret_key):
    """Unwraps the file key of a file sealed to this key. What other stanzas there are is none of our business."""
    ours = X25519PrivateKey.from_private_bytes(bech32_decode(SECRET_KEY, secret_key.lower()))
    recipient = ours.public_key().public_bytes_raw()

    def unwrap(stanzas):
        for arguments, wrapped in stanzas:
            if arguments[0] != b"X25519":
                continue
            share = untext(arguments[1])
            return shared_key(ours, share, share, recipient).decrypt(bytes(12), wrapped, None)
        raise Damaged("not sealed to a key")

    return unwrap


def shared_key(secret, public, share, recipient):
    shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
    return ChaCha20Poly1305(derive(shared, share + recipient, b"age-encryption.org/v1/X25519"))


def generate_key():
    """A secret key and its recipient, as text."""
    secret = X25519PrivateKey.generate()
    return (
        bech32_encode(SECRET_KEY, secret.private_bytes_raw()).upper(),
        bech32_encode(RECIPIENT, secret.public_key().public_bytes_raw()),
    )


def encrypt(plaintext, wrap):
    """A binary file."""
    file_key, nonce = os.urandom(16), os.urandom(16)
    header = b"\n".join([VERSION, *wrap(file_key), b"---"])
    cipher = ChaCha20Poly1305(derive(file_key, nonce, b"payload"))
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext), CHUNK)] or [b""]
    sealed = [
        cipher.encrypt(chunk_nonce(index, index == len(chunks) - 1), chunk, None)
        for index, chunk in enumerate(chunks)
    ]
    return header + b" " + text(header_mac(file_key, header)) + b"\n" + nonce + b"".join(sealed)


def decrypt(file, unwrap):
    """What a file holds, armoured or binary."""
    if file.startswith(BEGIN):
        file = dearmour(file)
    try:
        stanzas, header, mac, payload = parse(file)
        file_key = unwrap(stanzas)
        if not constant_time.bytes_eq(header_mac(file_key, header), mac):
            raise Damaged("the header was changed")
        return open_payload(file_key, payload)
    except (ValueError, InvalidTag) as error:
        raise Damaged(type(error).__name__) from None


def parse(file):
    """Stanzas as pairs of arguments and body, the header's bytes up to its MAC, the MAC, and what follows."""
    version, rest = file.split(b"\n", 1)
    if version != VERSION:
        raise Damaged("not an age file")
    stanzas = []
    while not rest.startswith(b"---"):
        first, rest = rest.split(b"\n", 1)
        if not first.startswith(b"-> "):
            raise Damaged("not a stanza")
        body = b""
        while True:
            line, rest = rest.split(b"\n", 1)
            body += line
            if len(line) < 64:
                break
        stanzas.append((first.split(b" ")[1:], untext(body)))
    header = file[: len(file) - len(rest) + 3]
    if not rest.startswith(b"--- "):
        raise Damaged("no MAC")
    mac, payload = rest[4:].split(b"\n", 1)
    return stanzas, header, untext(mac), payload


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


def bech32_encode(prefix, data):
    """Bech32 (BIP 173), which age uses without its limit of 90 characters."""
    values = regroup(data, 8, 5, True)
    checksum = polymod(expanded(prefix) + values + [0] * 6) ^ 1
    values += [(checksum >> 5 * (5 - index)) & 31 for index in range(6)]
    return prefix + "1" + "".join(BECH32[value] for value in values)


def bech32_decode(prefix, encoded):
    if not encoded.startswith(prefix + "1"):
        raise Damaged("not a key of this kind")
    values = [BECH32.index(character) for character in encoded[len(prefix) + 1 :]]
    if polymod(expanded(prefix) + values) != 1:
        raise Damaged("the checksum is wrong")
    return bytes(regroup(values[:-6], 5, 8, False))


def expanded(prefix):
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def polymod(values):
    generator = [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for index in range(5):
            checksum ^= generator[index] if (top >> index) & 1 else 0
    return checksum


def regroup(data, size_in, size_out, pads):
    """The same bits in groups of another size."""
    accumulator, bits, groups = 0, 0, []
    for value in data:
        accumulator, bits = accumulator << size_in | value, bits + size_in
        while bits >= size_out:
            bits -= size_out
            groups.append(accumulator >> bits & ((1 << size_out) - 1))
    if pads and bits:
        groups.append(accumulator << (size_out - bits) & ((1 << size_out) - 1))
    return groups
