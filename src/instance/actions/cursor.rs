//! The cursors of callers that see only some pointers.
//!
//! A cursor of the store says in the clear where a page ended: by the id and, in another order than that of creation, by
//! the sorted value of the last row that was looked at. That row may be one that the caller does not see; and whoever
//! could make cursors up would find hidden values by halving. So such callers get them sealed, under a key of the
//! instance's own, and each good only for the credential, the action and the order that it was made for. A rotation
//! changes the keys of a credential and not its name: lists that are being read go on.

use super::Call;
use crate::protocol::Problem;
use crate::seal::row;
use crate::store::{Order, SortBy, StoreError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a sealed cursor begins with.
const MARK: &str = "page-";
/// Bytes that a cursor is filled up to before it is sealed, so that its length says nothing of a hidden value: enough for
/// numbers, and for the 80 characters of a sorted text.
const OF_NUMBERS: usize = 48;
const OF_TEXTS: usize = 672;
/// Characters of a sealed cursor: more are not worth decoding.
const LONGEST: usize = 2_048;

/// The store's cursor, as this caller may have it.
pub fn seal(call: &Call<'_>, order: Order, cursor: &str) -> String {
    let block = match order.by {
        SortBy::Created | SortBy::Modified | SortBy::Address => OF_NUMBERS,
        SortBy::Description | SortBy::Tags => OF_TEXTS,
    };
    let mut filled = cursor.as_bytes().to_vec();
    filled.resize(filled.len().next_multiple_of(block), 0);
    let sealed = row::seal(call.instance.cursor_key(), &identity(call, order), &filled);
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(sealed))
}

/// The store's cursor in one that this caller was given.
pub fn open(call: &Call<'_>, order: Order, text: &str) -> Result<String, Problem> {
    let open = || {
        let sealed = text.strip_prefix(MARK).filter(|sealed| sealed.len() <= LONGEST)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let filled = row::open(call.instance.cursor_key(), &identity(call, order), &sealed).ok()?;
        let cursor = std::str::from_utf8(&filled).ok()?.trim_end_matches('\0');
        Some(cursor.to_owned())
    };
    open().ok_or_else(|| StoreError::BadCursor.into())
}

/// What a cursor belongs to. As JSON, so that no two are the same bytes.
fn identity(call: &Call<'_>, order: Order) -> Vec<u8> {
    let parts = (
        call.caller.app_id.as_str(),
        &call.caller.credential,
        call.query.action(),
        order.by.as_str(),
        order.descending,
    );
    serde_json::to_vec(&parts).expect("texts always serialise")
}
