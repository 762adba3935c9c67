//! A held credential under fresh keys: what activation and rotation come to on the side that holds it, whether a
//! console or an instance keeps it.

use crate::model::KeyId;
use crate::protocol::{HeldCredential, HeldKeys};
use crate::seal::{AgreementError, AgreementKey, AgreementSecret, Mixing};

/// What the issuer answered to our fresh key.
#[derive(Debug, Clone, Copy)]
pub struct Agreement<'a> {
    /// Which generation of keys comes out.
    pub generation: u32,
    /// The issuer's fresh key.
    pub issuer: &'a AgreementKey,
    /// The key id that the issuer came to.
    pub kid: &'a KeyId,
}

/// Why no fresh keys come of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenewalError {
    /// Legacy credentials have no keys to mix into.
    #[error("the credential here is not native")]
    NotNative,
    /// The issuer's key contributes nothing.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// The issuer came to other keys than we did.
    #[error("it came to other keys than this side")]
    OtherKeys,
}

/// The credential under the next keys; everything else about it stays.
pub fn renew(
    credential: &HeldCredential,
    ours: &AgreementSecret,
    agreement: Agreement<'_>,
) -> Result<HeldCredential, RenewalError> {
    let HeldKeys::Native {
        instance_id,
        root,
        keys,
    } = &credential.keys
    else {
        return Err(RenewalError::NotNative);
    };
    let mixing = Mixing {
        kid: keys.kid(),
        generation: agreement.generation,
        holder: &ours.key(),
        issuer: agreement.issuer,
    };
    let (kid, next) = mixing.mix(root, ours)?;
    if kid != *agreement.kid {
        return Err(RenewalError::OtherKeys);
    }
    let mut renewed = HeldCredential::native(
        credential.app_id.clone(),
        credential.endpoint.clone(),
        instance_id.clone(),
        kid,
        next,
    );
    renewed.pins.clone_from(&credential.pins);
    Ok(renewed)
}
