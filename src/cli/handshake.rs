//! `butterfly handshake …`: joining two instances.

use super::bundle::{Accept, Inspect};
use super::domain::{items, text};
use super::offer::Offer;
use super::outcome::Outcome;
use super::session::Session;
use super::table::Table;
use clap::Subcommand;
use serde_json::Value;

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
                session.show(&offers, || table(&offers).to_text())
            }
        }
    }
}

fn table(offers: &Value) -> Table {
    let mut table = Table::new(["ID", "FOR", "STATE", "EXPIRES", "CREDENTIALS", "WORDS"]);
    for offer in offers.as_array().into_iter().flatten() {
        let joined = |name: &str, by: &str| {
            let items: Vec<&str> = items(offer, name).iter().filter_map(Value::as_str).collect();
            items.join(by)
        };
        table.row([
            text(offer, "id"),
            text(offer, "label"),
            text(offer, "state"),
            text(offer, "expires_at"),
            joined("credentials", ", "),
            joined("words", " "),
        ]);
    }
    table
}
