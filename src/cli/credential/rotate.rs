//! `butterfly credential rotate` and `end-overlap`: fresh keys, without a call that fails.

use super::dependents;
use super::home::open;
use crate::cli::arguments::span;
use crate::cli::ask;
use crate::cli::outcome::Outcome;
use crate::cli::plain_values::values_text;
use crate::cli::session::Session;
use crate::cli::words;
use crate::model::{Delivery, Profile, Side};
use crate::workspace::{CredentialRow, Rotated};
use clap::Args;
use serde_json::{Value, json};

/// Rotate a credential's keys; the old one is answered for a while longer, so that no call fails.
///
/// One that we hold gets fresh keys at once, and circuits are sealed anew. For one that an instance of ours issued, its
/// holder is asked to do that, and its present key works until its holder has done so: if that key leaked, suspend or
/// revoke the credential. Plain and legacy ones get new values, which must be handed over again; those that their holder
/// has go on working for the overlap, also if you rotate once more before the new ones were used.
#[derive(Debug, Args)]
pub struct Rotate {
    /// Its name.
    name: String,
    /// How long the old key is answered: 90s, 30m, 24h, 7d.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = span)]
    overlap: u32,
    /// The old key is not answered any more, from now on. Not for one that an instance of ours issued and whose holder mixes
    /// its keys.
    #[arg(long, conflicts_with = "overlap")]
    now: bool,
    /// Do not ask before new values are shown.
    #[arg(short, long)]
    yes: bool,
}

/// End the overlap of a rotation now: the old key is not answered any more. Its present key is, as before.
#[derive(Debug, Args)]
pub struct EndOverlap {
    /// The credential's name.
    name: String,
}

impl Rotate {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("rotating a credential")?;
        let workspace = open(session, &self.name).await?;
        let row = workspace.credential(&self.name).await?;
        if is_handed_over_again(&row) {
            ask::confirm(
                &format!(
                    "{} gets new values, which will stand here in plain text: whoever sees them can call {} as {}.",
                    row.name, row.instance, row.app_id
                ),
                self.yes,
            )?;
        }
        let overlap = if self.now { 0 } else { self.overlap };
        let rotated = workspace.rotate_credential(&row.name, overlap).await?;
        session.show_once(
            &to_value(&rotated),
            || session.here(&explain(&rotated)),
            format!(
                "see where it stands with `butterfly credential show {}`, and rotate it once more",
                row.name
            ),
        )
    }
}

impl EndOverlap {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("ending an overlap")?;
        let workspace = open(session, &self.name).await?;
        let row = workspace.end_overlap(&self.name).await?;
        session.show(&row, || {
            format!(
                "{} is {}; its old key is not answered any more, only its present one.",
                row.name, row.state
            )
        })
    }
}

/// Whether its new values are secrets that people must carry.
fn is_handed_over_again(row: &CredentialRow) -> bool {
    row.side == Side::Issued && (row.profile == Profile::Legacy || row.delivery == Some(Delivery::Plain))
}

/// New values are here because whoever rotates must pass them on.
fn to_value(rotated: &Rotated) -> Value {
    let mut value = json!({
        "credential": rotated.row,
        "overlap_until": rotated.overlap_until,
        "resealed": dependents::resealed(&rotated.resealed),
        "due": rotated.due,
    });
    if let Some(form) = &rotated.form {
        value["plain"] = form.expose_value();
    }
    value
}

fn explain(rotated: &Rotated) -> String {
    let row = &rotated.row;
    let mut text = match rotated.due {
        Some(due) => format!(
            "{name} is {}: its holder is asked to mix fresh keys in, by {}. Its present key is answered until the holder has \
             done so, also after that.\nIf that key leaked: `butterfly credential suspend {name}`, or revoke it.\n",
            row.state,
            words::moment(due),
            name = row.name,
        ),
        None => format!("{} has fresh keys and is {}.\n", row.name, row.state),
    };
    if let Some(until) = rotated.overlap_until {
        text.push_str(&format!(
            "The {} is answered until {}; {}.\n",
            match rotated.due {
                Some(_) => "key before its present one",
                None => "old key",
            },
            words::moment(until),
            match row.side {
                Side::Issued => format!(
                    "end that sooner with `butterfly credential end-overlap {}`",
                    row.name
                ),
                Side::Held =>
                    "the side that issued it can end that sooner, with `credential end-overlap`".to_owned(),
            }
        ));
    }
    if !rotated.resealed.is_empty() {
        text.push_str(&format!(
            "Circuits sealed anew:\n{}\n",
            dependents::resealed_lines(&rotated.resealed)
        ));
    }
    if let Some(form) = &rotated.form {
        text.push_str(&format!(
            "Hand these over where nobody else reads them, then clear this screen and its scrollback:\n\n{}",
            values_text(form).as_str()
        ));
    }
    text
}
