//! Python programs that send one query: written from the wire contract with other people's libraries, and run
//! against real instances by the tests.

use crate::client::ClientSettings;
use crate::protocol::{HeldCredential, HeldKeys, Spki};
use serde_json::Value;
use std::fmt::Write;

/// For the native profile: JWE and JWT by joserfc.
/// `export` is the command that prints its secret.
pub(super) fn native_program(credential: &HeldCredential, query: &Value, export: &str) -> String {
    let text = |value: Option<&str>| literal(&Value::from(value.unwrap_or_default()), 0);
    let way = Way::of(&credential.pins);
    format!(
        r#"# One sealed query of the native profile. Needs: pip install joserfc
# The secret comes from the environment: BUTTERFLY_ROOT is `root` in what
#     {export}
# prints. Do not write it into this file.
import base64, hashlib, hmac, json, os, time, urllib.error, urllib.request
{imports}from joserfc import jwe, jwt
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey
from joserfc.registry import HeaderParameter

ENDPOINT = {endpoint}
INSTANCE_ID = {instance_id}
APP_ID = {app_id}
KID = {kid}
QUERY = {query}

root = os.environ["BUTTERFLY_ROOT"]
root = base64.urlsafe_b64decode(root + "=" * (-len(root) % 4))


def key(purpose):
    extracted = hmac.new(b"", root, hashlib.sha256).digest()
    label = b"butterfly/v1 " + purpose + b"\x01"
    return OctKey.import_key(hmac.new(extracted, label, hashlib.sha256).digest())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


bodies = JWERegistry({{"irt": HeaderParameter("In Reply To", "str")}}, ["dir", "A256GCM"])
# Of its own accord joserfc opens 64 KiB; an instance sends much longer replies.
bodies.max_ciphertext_length = {longest}
header = {{"alg": "dir", "enc": "A256GCM", "kid": KID, "typ": "bfly-query+jwe"}}
body = jwe.encrypt_compact(header, json.dumps(QUERY).encode(), key(b"request"), registry=bodies)
now, jti = time.time(), base64url(os.urandom(16))
claims = {{
    "app_id": APP_ID, "iss": APP_ID, "aud": INSTANCE_ID,
    "iat": int(now), "exp": int(now) + 60, "jti": jti, "htm": "POST", "htu": ENDPOINT,
    "bsh": base64url(hashlib.sha256(body.encode()).digest()),
    "hop": 8, "path": [], "dl": int((now + 30) * 1000),
}}
token = jwt.encode({{"alg": "HS256", "kid": KID, "typ": "bfly-inv+jwt"}}, claims, key(b"token"), algorithms=["HS256"])
headers = {{"Authorization": "Bearer " + token, "Content-Type": "application/jose"}}
request = urllib.request.Request(ENDPOINT, body.encode(), headers, method="POST")
{pinned}try:
    response = {open}(request, timeout=30)
except urllib.error.HTTPError as error:
    response = error
answer = response.read().decode()
if response.headers.get_content_type() != "application/jose":
    raise SystemExit(f"HTTP {{response.status}}: {{answer}}")
reply = jwe.decrypt_compact(answer, key(b"reply"), registry=bodies)
if reply.protected.get("irt") != jti:
    raise SystemExit("the reply answers another request")
print(json.dumps(json.loads(reply.plaintext), indent=2))
"#,
        endpoint = text(Some(credential.endpoint.as_str())),
        instance_id = text(credential.instance_id().map(|id| id.as_str())),
        app_id = text(Some(credential.app_id.as_str())),
        kid = text(credential.kid().map(|kid| kid.as_str())),
        query = literal(query, 0),
        longest = ClientSettings::default().response_limit,
        imports = way.imports,
        pinned = way.pinned,
        open = way.open,
    )
}

/// For the legacy profile: Fernet by cryptography, JWT by PyJWT.
/// `export` is the command that prints its secrets.
pub(super) fn legacy_program(credential: &HeldCredential, query: &Value, export: &str) -> String {
    let way = Way::of(&credential.pins);
    let (more, key) = if has_access_key(credential) {
        (
            ", BUTTERFLY_ACCESS_KEY",
            r#", "access_key": os.environ["BUTTERFLY_ACCESS_KEY"]"#,
        )
    } else {
        ("", "")
    };
    format!(
        r#"# One sealed query of the legacy profile. Needs: pip install cryptography pyjwt
# The secrets come from the environment: JWT_SECRET_KEY, BUTTERFLY_ENCRYPTION_KEY{more}, as in what
#     {export}
# prints. Do not write them into this file.
import json, os, time, urllib.error, urllib.request
{imports}import jwt
from cryptography.fernet import Fernet

ENDPOINT = {endpoint}
QUERY = {query}

fernet = Fernet(os.environ["BUTTERFLY_ENCRYPTION_KEY"].encode())
claims = {{"app_id": {app_id}, "exp": int(time.time()) + 60{key}}}
token = jwt.encode(claims, os.environ["JWT_SECRET_KEY"], algorithm="HS256")
headers = {{"Authorization": f"Bearer {{token}}", "Content-Type": "text/plain"}}
request = urllib.request.Request(ENDPOINT, fernet.encrypt(json.dumps(QUERY).encode()), headers, method="POST")
{pinned}try:
    response = {open}(request, timeout=30)
except urllib.error.HTTPError as error:
    if error.code == 401:
        raise SystemExit(f"HTTP 401: {{error.read().decode()}}")
    response = error
print(json.dumps(json.loads(fernet.decrypt(response.read())), indent=2))
"#,
        endpoint = literal(&Value::from(credential.endpoint.as_str()), 0),
        app_id = literal(&Value::from(credential.app_id.as_str()), 0),
        query = literal(query, 0),
        imports = way.imports,
        pinned = way.pinned,
        open = way.open,
    )
}

/// How a program opens its connection: with a certificate that an authority signed, or with a key that is pinned.
struct Way {
    /// What it imports for that.
    imports: &'static str,
    /// What it does before, in whole lines.
    pinned: String,
    /// What opens a request.
    open: &'static str,
}

impl Way {
    fn of(pins: &[Spki]) -> Self {
        if pins.is_empty() {
            return Self {
                imports: "",
                pinned: String::new(),
                open: "urllib.request.urlopen",
            };
        }
        // Pads and the standard alphabet do not make it another key.
        let pins = pins
            .iter()
            .map(|pin| pin.0.trim_end_matches('=').replace('+', "-").replace('/', "_"));
        Self {
            imports: "import base64, hashlib, http.client, ssl\nfrom cryptography import x509\n\
                      from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat\n",
            pinned: PINNED.replace("{pins}", &literal(&pins.collect(), 0)),
            open: "opener.open",
        }
    }
}

/// The key alone decides, as it does for this program; it is looked at before anything is sent.
const PINNED: &str = r#"
# The instance made its certificate itself: its key must be one of these (SHA-256 of the public key, base64url).
PINS = {pins}
anybody = ssl.create_default_context()
anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE


class Pinned(http.client.HTTPSConnection):
    def connect(self):
        super().connect()
        shown = x509.load_der_x509_certificate(self.sock.getpeercert(binary_form=True)).public_key()
        spki = shown.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        pin = base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).rstrip(b"=").decode()
        if pin not in PINS:
            raise SystemExit(f"nothing was sent: the instance shows the key {pin}, which is not pinned")


class ByPin(urllib.request.HTTPSHandler):
    def https_open(self, request):
        return self.do_open(Pinned, request, context=anybody)


opener = urllib.request.build_opener(ByPin)
"#;

/// A value as Python writes it.
fn literal(value: &Value, depth: usize) -> String {
    let indent = "    ".repeat(depth + 1);
    let end = "    ".repeat(depth);
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().fold(String::new(), |mut text, item| {
                let _ = writeln!(text, "{indent}{},", literal(item, depth + 1));
                text
            });
            format!("[\n{items}{end}]")
        }
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter().fold(String::new(), |mut text, (name, member)| {
                let name = literal(&Value::from(name.as_str()), 0);
                let _ = writeln!(text, "{indent}{name}: {},", literal(member, depth + 1));
                text
            });
            format!("{{\n{members}{end}}}")
        }
        // JSON's strings and numbers are Python's too.
        other => other.to_string(),
    }
}

/// Whether an access key takes the place of the name in a token.
pub(super) fn has_access_key(credential: &HeldCredential) -> bool {
    matches!(
        &credential.keys,
        HeldKeys::Legacy {
            access_key: Some(_),
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_as_python_does() {
        let value = json!({"a": [true, null, 1.5, "it's \"so\" \\ \u{7f}é"], "b": {}, "c": []});
        assert_eq!(
            literal(&value, 0),
            "{\n    \"a\": [\n        True,\n        None,\n        1.5,\n        \"it's \\\"so\\\" \\\\ \u{7f}é\",\n    ],\n    \
             \"b\": {},\n    \"c\": [],\n}"
        );
    }
}
