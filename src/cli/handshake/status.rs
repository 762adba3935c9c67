//! `butterfly handshake status`, `cancel` and `new-code`: where every handshake stands, and ending or renewing one.

use super::offered;
use crate::cli::ask;
use crate::cli::domain::{items, text};
use crate::cli::inert::inert;
use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use crate::cli::table::{Table, pairs};
use crate::cli::words;
use crate::model::{Delivery, Side, Timestamp};
use crate::protocol::Code;
use crate::workspace::{Failure, HandshakeRow, Workspace};
use clap::Args;
use serde_json::{Value, json};
use std::sync::Arc;

/// Show where every handshake stands, and what comes next.
#[derive(Debug, Args)]
pub struct Status {
    /// Only the offers of this instance of ours, as the instance lists them.
    instance: Option<String>,
    /// Those that are over, too.
    #[arg(long, conflicts_with = "instance")]
    all: bool,
}

/// End a handshake that is not over: an offer is withdrawn, a request or what came of it is forgotten.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The handshake by its id.
    id: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

/// Make a new code for an offer whose code was burnt or is too old.
#[derive(Debug, Args)]
pub struct NewCode {
    /// The offer by its id.
    id: String,
}

impl Status {
    pub async fn run(self, session: &Session) -> Outcome {
        if let Some(instance) = &self.instance {
            let offers = session.open_for(instance).await?.offers(instance).await?;
            return session.show(&offers, || offers_table(&offers).to_text());
        }
        let (rows, failures) = match session.home().has_vault() {
            true => session.open().await?.handshakes(self.all).await?,
            false => (Vec::new(), Vec::new()),
        };
        for failure in &failures {
            session.tell(failure);
        }
        session.show(&rows, || match rows.as_slice() {
            [] => session.here(
                "No handshake is going on. Begin one with `butterfly handshake offer` or `butterfly handshake request`.",
            ),
            rows => rows.iter().map(describe).collect::<Vec<_>>().join("\n"),
        })
    }
}

impl Cancel {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("ending a handshake")?;
        let workspace = open(session, &self.id).await?;
        let row = workspace.handshake(&self.id).await?;
        let what = match (row.side, row.verified) {
            (Side::Issued, false) => "What was offered opens nothing any more.",
            (Side::Issued, true) => {
                "What was offered and is not in use yet opens nothing any more; what is in use ends with `butterfly \
                 credential revoke`."
            }
            (Side::Held, _) => "What came of it here is forgotten.",
        };
        ask::confirm(
            &format!("This ends the handshake with {}. {what}", inert(&row.peer)),
            self.yes,
        )?;
        workspace.cancel_handshake(&self.id).await?;
        session.show(&json!({"cancelled": row.id}), || {
            format!("The handshake with {} is ended.", inert(&row.peer))
        })
    }
}

impl NewCode {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a code")?;
        let offer = open(session, &self.id).await?.new_code(&self.id).await?;
        session.show_once(
            &offered::to_value(&offer),
            || offered::explain_code(session, &offer),
            format!("make another one with `butterfly handshake new-code {}`", self.id),
        )
    }
}

/// The open home, where a handshake is to be found: an empty home has none.
pub async fn open<'s>(session: &'s Session, id: &str) -> Result<&'s Arc<Workspace>, Failure> {
    if session.home().has_vault() {
        return session.open().await;
    }
    Err(Failure::new(
        Code::HandshakeNotFound,
        format!(
            "there is no handshake {id:?}: nothing was made in {} yet",
            session.home().root().display()
        ),
        "begin one with `butterfly handshake offer`, `request` or `accept`",
    ))
}

/// One handshake as a person reads it; what is alarming comes first.
fn describe(row: &HandshakeRow) -> String {
    let alarm = row
        .alarm
        .as_ref()
        .map(|alarm| format!("{}: {}", words::moment(alarm.at), alarm.kind.advice()));
    let what = match row.side {
        Side::Issued => "we offer",
        Side::Held => "we accept",
    };
    let way = match row.delivery {
        Delivery::Code => "by a code",
        Delivery::Request => "by a request",
        Delivery::Passphrase => "under a passphrase",
        Delivery::Plain => "in plain",
    };
    let verified = match (row.verified, row.verify_first) {
        _ if row.delivery == Delivery::Plain => "plain values have no words to compare",
        (true, _) => "the words were compared here",
        (false, true) => "nobody compared the words here; it opens nothing before that",
        (false, false) => "nobody compared the words here",
    };
    pairs([
        ("ALARM", alarm),
        ("handshake", Some(row.id.clone())),
        ("with", Some(format!("{} ({what}, {way})", row.peer))),
        ("instance", row.instance.clone()),
        ("state", Some(format!("{}; {verified}", row.state))),
        ("words", row.words.as_ref().map(|words| words.join(" "))),
        (
            "credentials",
            (!row.credentials.is_empty()).then(|| row.credentials.join(", ")),
        ),
        // Plain values are in use from the beginning, and end with their lease.
        (
            "ends",
            row.expires_at
                .filter(|_| row.delivery != Delivery::Plain)
                .map(words::moment),
        ),
        ("next", Some(row.next.clone())),
    ])
}

fn offers_table(offers: &Value) -> Table {
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
            moment_of(&offer["expires_at"]),
            joined("credentials", ", "),
            joined("words", " "),
        ]);
    }
    table
}

/// A moment as an instance tells it, as people read it.
fn moment_of(told: &Value) -> String {
    let Some(text) = told.as_str() else {
        return "-".to_owned();
    };
    Timestamp::parse(text).map_or_else(|| text.to_owned(), words::moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_offers_are_shown_like_all_others() {
        let offers = json!([{
            "id": "off_1",
            "label": "alpha",
            "state": "offered",
            "expires_at": "2026-11-29T18:16:09.036387+00:00",
            "credentials": [],
            "words": []
        }]);
        let shown = offers_table(&offers).to_text();
        assert!(shown.contains("2026-11-29 18:16:09Z"), "{shown}");
        assert!(!shown.contains("+00:00"), "{shown}");
        assert_eq!(moment_of(&json!(null)), "-");
    }
}
