//! Random values from the operating system.

use super::{AccessKey, FernetKey, RootKey, TokenSecret, base64url, hex};
use crate::model::{ConnectionId, DomainId, FederationId, InstanceId, KeyId, PointerAddress};
use zeroize::Zeroizing;

/// Random bytes; a machine that cannot give any cannot run this program (panics).
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 128 random bits as 22 characters of base64url: a token's `jti`.
pub fn jti() -> String {
    base64url::encode(&bytes::<16>())
}

/// A new instance id.
pub fn instance_id() -> InstanceId {
    InstanceId::parse(&prefixed_hex::<6>("inst_")).expect("written by its grammar")
}

/// A new pointer address.
pub fn pointer_address() -> PointerAddress {
    PointerAddress::parse(&prefixed_hex::<6>("ptr_")).expect("written by its grammar")
}

/// A new connection id.
pub fn connection_id() -> ConnectionId {
    ConnectionId::parse(&prefixed_hex::<6>("conn_")).expect("written by its grammar")
}

/// A new domain id.
pub fn domain_id() -> DomainId {
    DomainId::parse(&prefixed_hex::<6>("dom_")).expect("written by its grammar")
}

/// A new id of a federation of domains.
pub fn federation_id() -> FederationId {
    FederationId::parse(&prefixed_hex::<6>("fed_")).expect("written by its grammar")
}

/// What lets whoever administers the other domain accept a federation: `fed_req_` and 32 hexadecimal digits.
pub fn request_key() -> Zeroizing<String> {
    Zeroizing::new(prefixed_hex::<16>("fed_req_"))
}

/// A new key id: `kid_` and 16 hexadecimal digits.
pub fn key_id() -> KeyId {
    KeyId::parse(&prefixed_hex::<8>("kid_")).expect("written by its grammar")
}

/// A name for a vault in a keyring: `vault_` and 16 hexadecimal digits.
pub fn vault_id() -> String {
    prefixed_hex::<8>("vault_")
}

/// A new root.
pub fn root_key() -> RootKey {
    RootKey::from_bytes(*Zeroizing::new(bytes()))
}

/// A new legacy token secret: 43 characters of base64url (256 bits).
pub fn token_secret() -> TokenSecret {
    let text = Zeroizing::new(base64url::encode(&*Zeroizing::new(bytes::<32>())));
    TokenSecret::parse(&text).expect("43 characters are not empty")
}

/// A new Fernet key.
pub fn fernet_key() -> FernetKey {
    FernetKey::from_bytes(*Zeroizing::new(bytes()))
}

/// A new access key.
pub fn access_key() -> AccessKey {
    let text = Zeroizing::new(prefixed_hex::<16>("key_"));
    AccessKey::parse(&text).expect("written by its form")
}

/// The name of a backup: `bak_` and 12 hex digits.
pub fn backup_id() -> String {
    prefixed_hex::<6>("bak_")
}

/// The name of an offer: `offer_` and 12 hex digits.
pub fn offer_id() -> String {
    prefixed_hex::<6>("offer_")
}

/// The name of a request for credentials: `req_` and 12 hex digits.
pub fn request_id() -> String {
    prefixed_hex::<6>("req_")
}

/// `prefix` and `N` random bytes in lower-case hexadecimal.
fn prefixed_hex<const N: usize>(prefix: &str) -> String {
    format!("{prefix}{}", hex(Zeroizing::new(bytes::<N>()).as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_form_and_differ() {
        assert_eq!(jti().len(), 22);
        assert_ne!(jti(), jti());
        assert_ne!(instance_id(), instance_id());
        assert_ne!(pointer_address(), pointer_address());
        assert_ne!(connection_id(), connection_id());
        assert_ne!(domain_id(), domain_id());
        assert_ne!(federation_id(), federation_id());
        assert_eq!(request_key().len(), 40);
        assert_eq!(key_id().as_str().len(), 20);
        assert_eq!(token_secret().expose_text().len(), 43);
        assert!(!token_secret().is_weak());
        assert_ne!(root_key().expose_bytes(), root_key().expose_bytes());
        assert_ne!(fernet_key().expose_bytes(), fernet_key().expose_bytes());
        assert_eq!(access_key().expose_text().len(), 36);
    }
}
