//! Doors that this home has closed itself. A held credential opens nothing where its issued end, which is ours as well, is
//! suspended or over, nor where the connections that relay through it are closed: its row says so.

use super::CredentialRow;
use crate::model::{Connection, ConnectionStatus, CredentialState, Profile, Side};

/// What was issued here and opens nothing any more stands so on the side that holds it, too.
pub(super) fn heed_issued_ends(rows: &mut [CredentialRow]) {
    let (mut shut, mut open) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| row.side == Side::Issued) {
        match row.state {
            CredentialState::Suspended | CredentialState::Revoked | CredentialState::Expired => {
                shut.push(row.clone());
            }
            _ => open.push(row.clone()),
        }
    }
    for held in rows.iter_mut().filter(|row| row.side == Side::Held) {
        if open.iter().any(|issued| are_ends_of_one(issued, held)) {
            continue;
        }
        let Some(issued) = shut.iter().find(|issued| are_ends_of_one(issued, held)) else {
            continue;
        };
        let words = format!(
            "{} refuses it: there it is {}, as {}",
            issued.instance, issued.state, issued.name
        );
        close(held, issued.state, words);
    }
}

/// A credential that an instance of ours holds, with the connections of that instance that relay through it.
pub(super) fn heed_connections(mut row: CredentialRow, through: &[&Connection]) -> CredentialRow {
    let is_closed = |connection: &&Connection| connection.status != ConnectionStatus::Active;
    if through.is_empty() || !through.iter().all(is_closed) {
        return row;
    }
    let names: Vec<&str> = through
        .iter()
        .map(|connection| connection.name.as_str())
        .collect();
    let words = format!(
        "nothing is relayed with it: closed here {} the connection {}",
        if names.len() == 1 { "is" } else { "are" },
        names.join(", ")
    );
    close(&mut row, CredentialState::Suspended, words);
    row
}

/// What is over already, or stands under an alarm, has worse to tell.
fn close(row: &mut CredentialRow, state: CredentialState, words: String) {
    if !row.state.is_usable() {
        return;
    }
    row.state = state;
    if row.alarm.is_none() {
        row.attention = Some(words);
    }
}

/// Whether both rows are of one credential: by its key, or where a legacy one has none by its name on the instance.
fn are_ends_of_one(issued: &CredentialRow, held: &CredentialRow) -> bool {
    match (&issued.kid, &held.kid) {
        (Some(issued), Some(held)) => issued == held,
        (None, None) => {
            (issued.profile, held.profile) == (Profile::Legacy, Profile::Legacy)
                && issued.instance == held.instance
                && issued.app_id == held.app_id
        }
        _ => false,
    }
}
