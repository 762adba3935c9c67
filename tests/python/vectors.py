"""Seals, signs, opens and verifies with other people's libraries, one JSON line for each.

A line in is {"op": …, …}; the line out is what the operation gives, or {"refused": "…"} where the
library does not accept its input. Bytes travel as base64url. Headers and claims of what is to be
sealed or signed travel as lists of pairs where their order matters.
"""

import json
import sys

import jwt as pyjwt
from cryptography.fernet import Fernet
from joserfc import jwe
from joserfc import jwt as joserfc_jwt
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey

import age_file
import handshake
from native_client import BODIES, TOKEN, base64url, derive, key_for, unbase64url

# Seals what a client never would, for the other side to refuse.
ANYTHING = JWERegistry(BODIES.header_registry, ["dir", "A256GCM", "DEF"], strict_check_header=False)

# Seconds that a token may be over: a slow machine is not what is tested here.
LEEWAY = 3600


def key_of(line):
    return key_for(unbase64url(line["root"]), line["label"].encode())


def token_secret(line):
    """A native root, or the text that signs legacy tokens."""
    if "root" in line:
        return derive(unbase64url(line["root"]), TOKEN)
    return line["secret"].encode()


def jwe_seal(line):
    header = dict(line["header"])
    body = jwe.encrypt_compact(header, unbase64url(line["plaintext"]), key_of(line), registry=ANYTHING)
    return {"body": body}


def jwe_open(line):
    opened = jwe.decrypt_compact(line["body"], key_of(line), registry=BODIES)
    return {"header": opened.protected, "plaintext": base64url(opened.plaintext)}


def pyjwt_sign(line):
    """PyJWT sorts nothing, but puts `typ` and `alg` first."""
    header = dict(line["header"])
    token = pyjwt.encode(dict(line["claims"]), token_secret(line), algorithm="HS256", headers=header)
    return {"token": token}


def joserfc_sign(line):
    key = OctKey.import_key(token_secret(line))
    token = joserfc_jwt.encode(
        dict(line["header"]), dict(line["claims"]), key, algorithms=["HS256"], default_type=None
    )
    return {"token": token}


def pyjwt_verify(line):
    claims = pyjwt.decode(
        line["token"],
        token_secret(line),
        algorithms=["HS256"],
        audience=line.get("audience"),
        issuer=line.get("issuer"),
        leeway=LEEWAY,
        options={"require": line.get("require", ["exp"])},
    )
    return {"header": pyjwt.get_unverified_header(line["token"]), "claims": claims}


def joserfc_verify(line):
    key = OctKey.import_key(token_secret(line))
    token = joserfc_jwt.decode(line["token"], key, algorithms=["HS256"])
    joserfc_jwt.JWTClaimsRegistry(leeway=LEEWAY, exp={"essential": True}).validate(token.claims)
    return {"header": token.header, "claims": token.claims}


def fernet_seal(line):
    token = Fernet(line["key"]).encrypt_at_time(unbase64url(line["plaintext"]), line["now"])
    return {"body": token.decode()}


def fernet_open(line):
    fernet = Fernet(line["key"])
    token = line["body"].encode()
    plaintext = fernet.decrypt(token)
    return {"plaintext": base64url(plaintext), "now": fernet.extract_timestamp(token)}


def age_seal(line):
    lock = age_file.under_passphrase(line["passphrase"], line["work_factor"])
    file = age_file.encrypt(unbase64url(line["plaintext"]), lock)
    return {"file": base64url(age_file.armour(file) if line["armoured"] else file)}


def age_open(line):
    key = age_file.with_passphrase(line["passphrase"])
    return {"plaintext": base64url(age_file.decrypt(unbase64url(line["file"]), key))}


OPERATIONS = {
    operation.__name__: operation
    for operation in [
        jwe_seal,
        jwe_open,
        pyjwt_sign,
        joserfc_sign,
        pyjwt_verify,
        joserfc_verify,
        fernet_seal,
        fernet_open,
        age_seal,
        age_open,
        handshake.request_make,
        handshake.request_read,
        handshake.request_answer,
        handshake.request_receive,
        handshake.code_claim,
        handshake.code_confirm,
        handshake.code_receive,
        handshake.code_answer,
        handshake.code_hand_over,
    ]
}


def answer(line):
    operation = OPERATIONS[line["op"]]
    try:
        return operation(line)
    except Exception as error:  # the libraries share no base class; the caller judges by the name
        return {"refused": f"{type(error).__module__}.{type(error).__name__}: {error}"}


def main():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
