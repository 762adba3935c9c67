//! `butterfly handshake …`: joining two instances.

use super::bundle::{Accept, Inspect};
use super::offer::Offer;
use super::outcome::Outcome;
use super::session::Session;
use clap::Subcommand;

/// Join two instances: offer a credential, look into a bundle, accept it.
#[derive(Debug, Subcommand)]
pub enum Handshake {
    Offer(Offer),
    Inspect(Inspect),
    Accept(Accept),
    /// List the offers that an instance of ours has made.
    Status {
        /// The instance.
        instance: String,
    },
}

impl Handshake {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Offer(verb) => verb.run(session).await,
            Self::Inspect(verb) => verb.run(session).await,
            Self::Accept(verb) => verb.run(session).await,
            Self::Status { instance } => {
                let offers = session.open_for(&instance).await?.offers(&instance).await?;
                session.show(&offers, || super::bundle::text(&offers))
            }
        }
    }
}
