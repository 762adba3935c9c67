"""Both sides of the handshake, written from its description on other people's libraries.

Requests and their answers: Ed25519 of `cryptography`, files of age. One-time codes: SPAKE2 of `spake2`,
HMAC, HKDF and AES-GCM of `cryptography`. What a side must remember from one step to the next is kept
here: there is one conversation for each process.
"""

import base64
import hashlib
import hmac
import json
import os
import textwrap

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from spake2 import SPAKE2_A, SPAKE2_B

import age_file
from native_client import base64url, unbase64url

BEGIN = "-----BEGIN BUTTERFLY REQUEST-----"
END = "-----END BUTTERFLY REQUEST-----"
REQUEST = b"butterfly/v1 handshake request"
BUNDLE = b"butterfly/v1 handshake bundle"
CLAIMANT = b"butterfly/v1 claimant"
OFFERER = b"butterfly/v1 offerer "

kept = {}


def counted(part):
    return len(part).to_bytes(8, "big") + part


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sign(identity, purpose, message):
    return base64url(identity.sign(counted(purpose) + message))


def verify(key, purpose, message, signature):
    public = Ed25519PublicKey.from_public_bytes(unbase64url(key))
    public.verify(unbase64url(signature), counted(purpose) + message)


def identity():
    """An Ed25519 key, and its public half as text."""
    secret = Ed25519PrivateKey.generate()
    return secret, base64url(secret.public_key().public_bytes_raw())


def request_make(line):
    """A request of ours; the members that are not about keys are given."""
    secret, public = identity()
    kept["key"], recipient = age_file.generate_key()
    given = line["request"]
    request = {
        "version": 1,
        "id": given["id"],
        "recipient": recipient,
        "identity": public,
        **{member: given[member] for member in ["instance", "name", "app_id", "holders"]},
        "requested_at": given["requested_at"],
        "expires_at": given["expires_at"],
    }
    signed = {"request": request, "signature": sign(secret, REQUEST, compact(request))}
    body = textwrap.wrap(base64.b64encode(json.dumps(signed).encode()).decode(), 76)
    return {"text": "\n".join([BEGIN, *body, END])}


def request_read(line):
    """A request of theirs, its signature checked."""
    body = line["text"].split(BEGIN)[1].split(END)[0]
    signed = json.loads(base64.b64decode("".join(body.split()), validate=True))
    request = signed["request"]
    verify(request["identity"], REQUEST, compact(request), signed["signature"])
    return {"request": request}


def request_answer(line):
    """A bundle of ours, for a request of theirs. The identity that signs must be in the bundle: see `{identity}`."""
    secret, public = identity()
    bundle = line["bundle"].replace("{identity}", public)
    message = line["request"]["id"].encode() + b"\0" + bundle.encode()
    answer = {"bundle": bundle, "signature": sign(secret, BUNDLE, message)}
    file = age_file.encrypt(compact(answer), age_file.to_recipient(line["request"]["recipient"]))
    return {"file": base64url(age_file.armour(file))}


def request_receive(line):
    """A bundle of theirs, for the request that we made."""
    answer = json.loads(age_file.decrypt(unbase64url(line["file"]), age_file.with_key(kept["key"])))
    bundle = json.loads(answer["bundle"])
    message = bundle["requester"]["request"].encode() + b"\0" + answer["bundle"].encode()
    verify(bundle["instance"]["identity"], BUNDLE, message, answer["signature"])
    return {"bundle": answer["bundle"]}


def begin(side, line):
    nameplate, words = line["code"].split("-", 1)
    kept["talk"] = side(
        words.encode(), idA=CLAIMANT, idB=OFFERER + f"{line['instance']} {nameplate}".encode()
    )
    kept["context"] = [line["instance"], nameplate]
    return nameplate, base64url(kept["talk"].start())


def finish(theirs, claimant, offerer, claimant_identity):
    shared = kept["talk"].finish(unbase64url(theirs))
    transcript = hashlib.sha256(counted(b"butterfly/v1 code transcript"))
    for part in [claimant, offerer, *kept["context"], claimant_identity or ""]:
        transcript.update(counted(part.encode()))
    kept["transcript"] = transcript.digest()
    kept["keys"] = {
        purpose: HKDF(
            hashes.SHA256(), 32, kept["transcript"], f"butterfly/v1 code {purpose}".encode()
        ).derive(shared)
        for purpose in ["claimant", "offerer", "handover"]
    }


def proof(of):
    return base64url(hmac.new(kept["keys"][of], kept["transcript"], hashlib.sha256).digest())


def check(of, shown):
    if not hmac.compare_digest(proof(of), shown):
        raise ValueError("the other side does not know the code")


def code_claim(line):
    nameplate, message = begin(SPAKE2_A, line)
    kept["claim"] = {"nameplate": nameplate, "message": message, "identity": line["identity"]}
    return {"claim": kept["claim"]}


def code_confirm(line):
    theirs, claim = line["answer"]["message"], kept["claim"]
    finish(theirs, claim["message"], theirs, claim["identity"])
    return {"confirmation": {"nameplate": claim["nameplate"], "proof": proof("claimant")}}


def code_receive(line):
    check("offerer", line["handover"]["proof"])
    sealed = unbase64url(line["handover"]["bundle"])
    opened = AESGCM(kept["keys"]["handover"]).decrypt(sealed[:12], sealed[12:], kept["transcript"])
    return {"plaintext": base64url(opened)}


def code_answer(line):
    claim = line["claim"]
    _, message = begin(SPAKE2_B, line)
    finish(claim["message"], claim["message"], message, claim["identity"])
    return {"answer": {"message": message}}


def code_hand_over(line):
    check("claimant", line["confirmation"]["proof"])
    nonce = os.urandom(12)
    sealed = AESGCM(kept["keys"]["handover"]).encrypt(
        nonce, unbase64url(line["plaintext"]), kept["transcript"]
    )
    return {"handover": {"proof": proof("offerer"), "bundle": base64url(nonce + sealed)}}
