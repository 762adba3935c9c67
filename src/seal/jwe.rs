//! Sealed bodies of the native profile: JWE compact serialisation (RFC 7516) with `alg` `dir` and
//! `enc` `A256GCM` (RFC 7518), nothing else.

use super::NativeKeys;
use zeroize::Zeroizing;

/// A body could not be opened. One reason for all causes: whoever probes learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed body cannot be opened with this credential")]
pub struct OpenError;

/// Seals a query: protected header `{"alg":"dir","enc":"A256GCM","kid":…,"typ":"bfly-query+jwe"}`.
pub fn seal_query(_keys: &NativeKeys, _plaintext: &[u8]) -> String {
    todo!()
}
/// Opens a query sealed by the other side.
pub fn open_query(_keys: &NativeKeys, _body: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    todo!()
}
/// Seals a reply to the request whose token had this `jti`: `typ` `bfly-reply+jwe`, and `irt`.
pub fn seal_reply(_keys: &NativeKeys, _in_reply_to: &str, _plaintext: &[u8]) -> String {
    todo!()
}
/// Opens a reply, refusing one to any other request.
pub fn open_reply(
    _keys: &NativeKeys,
    _in_reply_to: &str,
    _body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    todo!()
}
/// The `kid` that a body claims, before anything is authenticated: for finding the credential only.
pub fn claimed_kid(_body: &[u8]) -> Option<crate::model::KeyId> {
    todo!()
}
