"""A whole client for instances of the native profile, in one short file.

It was written from the wire contract alone (profiles, token claims, query and reply), with the
standard library and one JOSE library, joserfc. Read it as the example of how to write a client in
another language.

    native_client.py CREDENTIAL QUERY

CREDENTIAL is a file with what `butterfly credential export NAME --plain --json` prints (`-` reads
it from standard input): endpoint, app_id, kid, root, instance_id. QUERY is JSON, for example
'{"action": "get_graph_stats"}'. The opened reply is printed as JSON. The process ends with 0 for a
success, 1 for an error reply, 3 where the instance refuses the credential or something else than a
reply to the query came back, 4 where nothing came back.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey
from joserfc.registry import HeaderParameter

REQUEST = b"butterfly/v1 request"
REPLY = b"butterfly/v1 reply"
TOKEN = b"butterfly/v1 token"

# A reply's header has one parameter that no RFC registers: the token id that it answers.
BODIES = JWERegistry({"irt": HeaderParameter("In Reply To", "str")}, ["dir", "A256GCM"])

# An instance fetches up to 64 MiB for a caller; in a reply, base64 in JSON in base64url, that is 16/9 as much. What is
# longer is not read. joserfc by itself opens 64 KiB only, and a protected header of 1 KiB, which is enough.
LONGEST_REPLY = 128 * 1024 * 1024
BODIES.max_ciphertext_length = LONGEST_REPLY


def base64url(data):
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derive(root, label):
    """HKDF-SHA256 (RFC 5869), empty salt, 32 bytes out: one block of the expansion is enough."""
    extracted = hmac.new(b"", root, hashlib.sha256).digest()
    return hmac.new(extracted, label + b"\x01", hashlib.sha256).digest()


def key_for(root, label):
    return OctKey.import_key(derive(root, label))


class Refused(Exception):
    """The instance does not accept the credential, or something else than a reply came back."""


class Client:
    """Calls one instance with one credential."""

    def __init__(self, credential):
        root = unbase64url(credential["root"])
        self.request_key = key_for(root, REQUEST)
        self.reply_key = key_for(root, REPLY)
        self.token_key = key_for(root, TOKEN)
        self.kid = credential["kid"]
        self.app_id = credential["app_id"]
        self.instance_id = credential["instance_id"]
        self.endpoint = credential["endpoint"]

    def seal(self, query):
        """The body: the query as JWE compact, direct encryption with AES-256-GCM."""
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.kid, "typ": "bfly-query+jwe"}
        return jwe.encrypt_compact(header, json.dumps(query).encode(), self.request_key, registry=BODIES)

    def sign(self, body, token_id, seconds=30):
        """The token that vouches for this body, at this endpoint, now."""
        now = time.time()
        header = {"alg": "HS256", "kid": self.kid, "typ": "bfly-inv+jwt"}
        claims = {
            "app_id": self.app_id,
            "iss": self.app_id,
            "aud": self.instance_id,
            "iat": int(now),
            "exp": int(now) + 60,
            "jti": token_id,
            "htm": "POST",
            "htu": self.endpoint,
            "bsh": base64url(hashlib.sha256(body.encode()).digest()),
            "hop": 8,
            "path": [],
            "dl": int((now + seconds) * 1000),
        }
        return jwt.encode(header, claims, self.token_key, algorithms=["HS256"])

    def open(self, body, token_id):
        """The reply, if it was sealed for this credential and answers this very request."""
        try:
            opened = jwe.decrypt_compact(body, self.reply_key, registry=BODIES)
        except (JoseError, ValueError) as error:
            raise Refused(f"what came back cannot be opened: {error!r}") from error
        header = opened.protected
        if header.get("typ") != "bfly-reply+jwe" or header.get("kid") != self.kid:
            raise Refused("what came back is not a reply to this credential")
        if header.get("irt") != token_id:
            raise Refused("the reply answers another request")
        return json.loads(opened.plaintext)

    def invoke(self, query):
        """Seals, posts, opens. Error replies are replies too, whatever their HTTP status."""
        body = self.seal(query)
        token_id = base64url(os.urandom(16))
        request = urllib.request.Request(
            self.endpoint,
            data=body.encode(),
            method="POST",
            headers={
                "Authorization": "Bearer " + self.sign(body, token_id),
                "Content-Type": "application/jose",
            },
        )
        try:
            response = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            answer = response.read(LONGEST_REPLY + 1).decode(errors="replace")
            if len(answer) > LONGEST_REPLY:
                raise Refused(f"more than {LONGEST_REPLY} bytes came back")
            if response.headers.get_content_type() != "application/jose":
                raise Refused(f"HTTP {response.status}: {answer}")
        return self.open(answer, token_id)


def main():
    _, credential, query = sys.argv
    with sys.stdin if credential == "-" else open(credential, encoding="utf-8") as file:
        client = Client(json.load(file))
    try:
        reply = client.invoke(json.loads(query))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 3
    except OSError as error:
        print(f"{client.endpoint} cannot be reached: {error}", file=sys.stderr)
        return 4
    print(json.dumps(reply))
    return 1 if reply["status"] == "error" else 0


if __name__ == "__main__":
    sys.exit(main())
