//! The handshake over a passphrase bundle: offering, inspecting, accepting.

use super::{AcceptRequest, Accepted, Failure, OfferMade, OfferRequest, Workspace};
use crate::seal::Passphrase;
use serde_json::Value;

impl Workspace {
    /// Makes credentials on an instance of ours and seals them into a bundle under a generated passphrase.
    pub async fn offer(&self, _request: OfferRequest) -> Result<OfferMade, Failure> {
        todo!()
    }

    /// What a bundle says, without keeping anything: with the passphrase its contents (no secrets), without it
    /// what can be seen from outside.
    pub async fn inspect_bundle(
        &self,
        _bundle: &[u8],
        _passphrase: Option<&Passphrase>,
    ) -> Result<Value, Failure> {
        todo!()
    }

    /// Opens a bundle and keeps its credentials: the console's in the vault, the instance's on one of ours.
    /// If anything fails, nothing is kept.
    pub async fn accept(&self, _request: AcceptRequest) -> Result<Accepted, Failure> {
        todo!()
    }

    /// Offers that an instance of ours has made.
    pub async fn offers(&self, _instance: &str) -> Result<Value, Failure> {
        todo!()
    }
}
