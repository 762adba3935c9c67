//! `butterfly handshake …`: joining two instances, from either side.

mod accept;
mod allowed;
mod inspect;
mod offer;
mod offered;
mod request;
mod status;
mod verify;

use super::outcome::Outcome;
use super::session::Session;
use accept::Accept;
pub use allowed::network;
use clap::Subcommand;
use inspect::Inspect;
use offer::Offer;
use request::Ask;
use status::{Cancel, NewCode, Status};
use verify::Verify;

/// Join two instances: ask for a credential or offer one, accept it, compare words, see where it stands.
///
/// Whoever will be called offers; whoever will call accepts. Four ways to hand the credential over, best first:
/// a code (--by code), a request (--request FILE), a bundle under a passphrase, the plain values (--by plain).
/// Afterwards both sides compare seven words over the phone and say so with `handshake verify`; plain values have none.
#[derive(Debug, Subcommand)]
pub enum Handshake {
    Request(Ask),
    Offer(Offer),
    Inspect(Inspect),
    Accept(Accept),
    Verify(Verify),
    Status(Status),
    Cancel(Cancel),
    NewCode(NewCode),
}

impl Handshake {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Request(verb) => verb.run(session).await,
            Self::Offer(verb) => verb.run(session).await,
            Self::Inspect(verb) => verb.run(session).await,
            Self::Accept(verb) => verb.run(session).await,
            Self::Verify(verb) => verb.run(session).await,
            Self::Status(verb) => verb.run(session).await,
            Self::Cancel(verb) => verb.run(session).await,
            Self::NewCode(verb) => verb.run(session).await,
        }
    }
}
