//! The headers of what we seal and sign, as we spell them: encoded once for each credential, and known again without a
//! parser. Pure, and about key ids only; [`super::jwe`] and [`super::token`] say what a header must be to be accepted.

use super::base64url;
use crate::model::KeyId;

/// `alg` of a sealed body: the key is used directly (RFC 7518, section 4.5).
pub(super) const ALGORITHM: &str = "dir";
/// `enc` of a sealed body (RFC 7518, section 5.3).
pub(super) const ENCRYPTION: &str = "A256GCM";
/// `typ` of a sealed query.
pub(super) const QUERY_TYPE: &str = "bfly-query+jwe";
/// `typ` of a sealed reply.
pub(super) const REPLY_TYPE: &str = "bfly-reply+jwe";
/// `typ` of a native token.
pub(super) const TOKEN_TYPE: &str = "bfly-inv+jwt";

/// A token's header up to its key id, and after it.
const BEFORE_KID: &str = r#"{"alg":"HS256","kid":""#;
const AFTER_KID: &str = r#"","typ":"bfly-inv+jwt"}"#;

/// The encoded header of the tokens that we sign.
pub(super) fn token_header(kid: &KeyId) -> String {
    base64url::encode(format!("{BEFORE_KID}{kid}{AFTER_KID}").as_bytes())
}

/// The key id in a token's header that is spelled as ours are; spares the parser.
pub(super) fn kid_of_token_header(encoded: &str) -> Option<KeyId> {
    let json = String::from_utf8(base64url::decode(encoded.as_bytes())?).ok()?;
    let kid = json.strip_prefix(BEFORE_KID)?.strip_suffix(AFTER_KID)?;
    KeyId::parse(kid).ok()
}

/// The encoded protected header of the queries that we seal.
pub(super) fn query_header(kid: &KeyId) -> String {
    base64url::encode(common_header(kid, QUERY_TYPE, "}").as_bytes())
}

/// The members that both kinds of body have. A key id needs no escaping: its grammar sees to that.
fn common_header(kid: &KeyId, typ: &str, end: &str) -> String {
    format!(r#"{{"alg":"{ALGORITHM}","enc":"{ENCRYPTION}","kid":"{kid}","typ":"{typ}"{end}"#)
}

/// The encoded protected header of the replies that we seal, as far as it is always the same.
pub(super) struct ReplyHeader {
    /// As many bytes as base64 encodes without regard to what follows.
    encoded: String,
    /// The bytes between that and the value of `irt`.
    rest: Vec<u8>,
}

impl ReplyHeader {
    /// For a key.
    pub(super) fn new(kid: &KeyId) -> Self {
        let json = common_header(kid, REPLY_TYPE, r#","irt":"#);
        let (whole, rest) = json.as_bytes().split_at(json.len() / 3 * 3);
        Self {
            encoded: base64url::encode(whole),
            rest: rest.to_vec(),
        }
    }

    /// The whole header of the reply to one request.
    pub(super) fn to(&self, in_reply_to: &str) -> String {
        let mut end = Vec::with_capacity(self.rest.len() + in_reply_to.len() + 3);
        end.extend_from_slice(&self.rest);
        serde_json::to_writer(&mut end, in_reply_to).expect("a text is written to memory");
        end.push(b'}');
        let mut header = String::with_capacity(self.encoded.len() + base64url::encoded_len(end.len()));
        header.push_str(&self.encoded);
        base64url::append(&end, &mut header);
        header
    }
}
