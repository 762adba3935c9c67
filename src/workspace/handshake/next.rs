//! What comes next in a handshake, in words, and who does it.

use crate::model::{CredentialState, Delivery, Side, Timestamp};
use crate::workspace::HandshakeRow;

const COMPARE: &str = "compare the seven words with the other administrator, then say whether they match";
const OVER: &str = "nothing: it is over";
const IN_USE: &str = "nothing: it is in use";

/// What comes next. `is_mixed`: fresh keys were mixed in, or never will be. `is_refused`: the other side refused the
/// credentials when it was to go on last.
pub(super) fn next(
    row: &HandshakeRow,
    is_mixed: bool,
    is_refused: bool,
    code_ends: Option<Timestamp>,
) -> String {
    if let Some(alarm) = &row.alarm {
        return alarm.kind.advice().to_owned();
    }
    let was_to_go_on = row.side == Side::Held
        && match row.state {
            CredentialState::Verified | CredentialState::Active => row.verified && !is_mixed,
            state => state == CredentialState::Activated,
        };
    if is_refused && was_to_go_on {
        return format!(
            "the other side refused it when it was tried last: if it was withdrawn or revoked there, end it with \
             `butterfly handshake cancel {}` and ask for a new offer",
            row.id
        );
    }
    match row.side {
        Side::Held => held(row, is_mixed).to_owned(),
        Side::Issued => issued(row, is_mixed, code_ends).to_owned(),
    }
}

fn held(row: &HandshakeRow, is_mixed: bool) -> &'static str {
    match row.state {
        CredentialState::Requested => {
            "send the request to the other administrator, then accept the answer that comes back"
        }
        CredentialState::Offered | CredentialState::Delivered | CredentialState::Opened => COMPARE,
        CredentialState::Verified if row.verify_first && !is_mixed => {
            "the other side says that the words match; then fresh keys are mixed in"
        }
        CredentialState::Verified | CredentialState::Active if row.verified && !is_mixed => {
            "fresh keys are mixed in as soon as the other side can be reached"
        }
        CredentialState::Verified => "nothing: it can be used",
        CredentialState::Activated => "a first call, which is made as soon as the other side can be reached",
        CredentialState::Active | CredentialState::Rotating if !row.verified => {
            "it is in use, but nobody compared the words: compare them with the other administrator"
        }
        CredentialState::Active | CredentialState::Rotating => IN_USE,
        CredentialState::Suspended => "ask the other administrator to resume it",
        CredentialState::Revoked => OVER,
        CredentialState::Expired => "nothing: its time is over; ask for a new offer",
    }
}

fn issued(row: &HandshakeRow, is_mixed: bool, code_ends: Option<Timestamp>) -> &'static str {
    match row.state {
        CredentialState::Requested => "answer the request",
        CredentialState::Offered => match row.delivery {
            Delivery::Code if code_ends.is_none_or(|ends| ends <= Timestamp::now()) => {
                "the code is used up or too old: make a new one"
            }
            Delivery::Code => "read the code to the other administrator, who types it with your URL",
            Delivery::Request => "send the answer to the other administrator",
            Delivery::Passphrase => "send the bundle, and say its passphrase by another way",
            Delivery::Plain => "hand the values over, in a way that nobody else reads",
        },
        CredentialState::Delivered | CredentialState::Opened if !row.verified => COMPARE,
        CredentialState::Active | CredentialState::Rotating
            if !row.verified && row.delivery != Delivery::Plain =>
        {
            "it is in use, but nobody compared the words: compare them with the other administrator"
        }
        CredentialState::Delivered | CredentialState::Opened | CredentialState::Verified if !is_mixed => {
            "the other side says that the words match, and mixes fresh keys in"
        }
        CredentialState::Delivered | CredentialState::Opened | CredentialState::Verified => {
            "the other side makes its first call"
        }
        CredentialState::Activated => "the other side makes its first call under the fresh keys",
        CredentialState::Active | CredentialState::Rotating => IN_USE,
        CredentialState::Suspended => "resume it, or revoke it",
        CredentialState::Revoked => OVER,
        CredentialState::Expired => "nothing: its time is over; make a new offer",
    }
}
