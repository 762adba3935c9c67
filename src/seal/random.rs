//! Random values from the operating system.

use super::{AccessKey, FernetKey, RootKey, TokenSecret};
use crate::model::{ConnectionId, DomainId, InstanceId, KeyId, PointerAddress};

/// Random bytes; a machine that cannot give any cannot run this program (panics).
pub fn bytes<const N: usize>() -> [u8; N] {
    todo!()
}
/// 128 random bits as 22 characters of base64url: a token's `jti`.
pub fn jti() -> String {
    todo!()
}
/// A new instance id.
pub fn instance_id() -> InstanceId {
    todo!()
}
/// A new pointer address.
pub fn pointer_address() -> PointerAddress {
    todo!()
}
/// A new connection id.
pub fn connection_id() -> ConnectionId {
    todo!()
}
/// A new domain id.
pub fn domain_id() -> DomainId {
    todo!()
}
/// A new key id: `kid_` and 16 hexadecimal digits.
pub fn key_id() -> KeyId {
    todo!()
}
/// A new root.
pub fn root_key() -> RootKey {
    todo!()
}
/// A new legacy token secret: 43 characters of base64url (256 bits).
pub fn token_secret() -> TokenSecret {
    todo!()
}
/// A new Fernet key.
pub fn fernet_key() -> FernetKey {
    todo!()
}
/// A new access key.
pub fn access_key() -> AccessKey {
    todo!()
}
