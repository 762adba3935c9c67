//! A window on the invoke log, filtered or not, at whatever place.
//!
//! Places count from the oldest line on, so that what was fetched stays where it is while new lines come. In another
//! order than that of time they count from its last line on, and go up to the line that was the newest when it was asked
//! for first: the anchor.

use super::{LogIndex, parsed, row};
use crate::model::Timestamp;
use crate::model::filter::Filter;
use crate::vault::{Vault, VaultError};
use crate::workspace::{Failure, LogColumn, LogFilter, LogRow, Sorting, Workspace};
use std::sync::PoisonError;

/// Near the newest line a log without a filter is read from the vault; farther away it is worth having in memory.
const NEAR: u64 = 5_000;

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPlace {
    /// The newest.
    Newest,
    /// From this place on.
    From(u64),
    /// Around this line, or the newest if it is not among them.
    Around(u64),
}

/// What is asked of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogAsk {
    /// The filter as written.
    pub filter: String,
    /// When it was set: what `since:1h` counts from.
    pub as_of: Timestamp,
    /// Which lines.
    pub place: LogPlace,
    /// How many at most.
    pub limit: u64,
    /// A line up to which the lines are to be counted; in another order than that of time, up to which there are any.
    pub anchor: Option<u64>,
    /// In which order; none is newest first.
    pub sorting: Option<Sorting<LogColumn>>,
}

/// A run of lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogWindow {
    /// The place of the first of them.
    pub first: u64,
    /// The lines, oldest first.
    pub rows: Vec<LogRow>,
    /// How many lines the filter leaves.
    pub matched: u64,
    /// How many there are in all.
    pub total: u64,
    /// Another one than before: places moved, or marks or notes changed.
    pub epoch: u64,
    /// How many of them are not newer than the anchor, whether or not it is still there.
    pub up_to_anchor: Option<u64>,
    /// The newest of them.
    pub newest: Option<u64>,
}

impl LogWindow {
    /// Whether places may be others than in this epoch, and nothing tells by how much.
    pub fn is_moved(&self, epoch: u64) -> bool {
        self.epoch != epoch && self.up_to_anchor.is_none()
    }
}

impl Workspace {
    /// A window on the log.
    pub async fn log_window(&self, ask: &LogAsk) -> Result<LogWindow, Failure> {
        let filter = parsed(&ask.filter)?;
        let (ask, kept) = (ask.clone(), std::sync::Arc::clone(&self.log_index));
        self.in_vault_at_length(move |vault| {
            let mut index = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if filter.is_empty()
                && ask.sorting.is_none()
                && let Some(window) = near(vault, &ask)?
            {
                return Ok(window);
            }
            let filled = index.get_or_insert_default();
            filled.refresh(vault)?;
            let window = found(vault, filled, &filter, &ask)?;
            let_go_if_locked(vault, &mut index)?;
            Ok(window)
        })
        .await
    }

    /// Lines of the log in another order than that of time, as many as are wanted.
    pub(super) async fn sorted_log(
        &self,
        wanted: Filter,
        filter: LogFilter,
        sorting: Sorting<LogColumn>,
    ) -> Result<Vec<LogRow>, Failure> {
        let kept = std::sync::Arc::clone(&self.log_index);
        let as_of = Timestamp::now();
        self.in_vault_at_length(move |vault| {
            let mut index = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let filled = index.get_or_insert_default();
            filled.refresh(vault)?;
            filled.find(&wanted, as_of);
            filled.narrow(filter.instance.as_deref(), filter.before);
            filled.sort(Some(sorting), None);
            let first = filled.listed_count().saturating_sub(filter.limit);
            let lines = vault.log_lines(&filled.ids(first, filter.limit))?;
            filled.forget();
            let_go_if_locked(vault, &mut index)?;
            Ok(lines.into_iter().rev().map(row).collect())
        })
        .await
    }

    /// Gets the log into memory, so that the first letter of a filter does not wait for it.
    pub async fn prepare_log_filter(&self) -> Result<(), Failure> {
        let kept = std::sync::Arc::clone(&self.log_index);
        self.in_vault_at_length(move |vault| {
            let mut index = kept.lock().unwrap_or_else(PoisonError::into_inner);
            index.get_or_insert_default().refresh(vault)?;
            let_go_if_locked(vault, &mut index)
        })
        .await
    }

    /// The vault is locked: what was read from it is let go. Whoever is filling it right now does that himself.
    pub(in crate::workspace) fn forget_log_index(&self) {
        if let Ok(mut index) = self.log_index.try_lock() {
            *index = None;
        }
    }
}

/// The vault may have been locked while the log was read.
fn let_go_if_locked(vault: &Vault, index: &mut Option<LogIndex>) -> Result<(), VaultError> {
    vault.check_unlocked().inspect_err(|_| *index = None)
}

/// A window near the newest line of a log without a filter; none if it is farther away.
fn near(vault: &Vault, ask: &LogAsk) -> Result<Option<LogWindow>, VaultError> {
    let first = match ask.place {
        LogPlace::Newest => None,
        LogPlace::From(first) => Some(first),
        LogPlace::Around(_) => return Ok(None),
    };
    let lines = vault.log_state()?.lines;
    let is_far = first.is_some_and(|first| first + NEAR < lines);
    if is_far || ask.anchor.is_some_and(|anchor| anchor + NEAR < lines) {
        return Ok(None);
    }
    let span = vault.log_span(first, ask.limit, ask.anchor)?;
    let total = span.state.lines;
    Ok(Some(LogWindow {
        first: span.first,
        rows: span.lines.into_iter().map(row).collect(),
        matched: total,
        total,
        epoch: span.state.epoch,
        up_to_anchor: span.newer.map(|newer| total.saturating_sub(newer)),
        newest: span.newest,
    }))
}

fn found(
    vault: &Vault,
    index: &mut LogIndex,
    filter: &Filter,
    ask: &LogAsk,
) -> Result<LogWindow, VaultError> {
    index.find(filter, ask.as_of);
    index.sort(ask.sorting, ask.anchor);
    let last = index.listed_count().saturating_sub(ask.limit);
    let first = match ask.place {
        LogPlace::Newest => last,
        LogPlace::From(first) => first,
        LogPlace::Around(id) => index
            .place_of(id)
            .map_or(last, |place| place.saturating_sub(ask.limit / 2).min(last)),
    };
    let lines = vault.log_lines(&index.ids(first, ask.limit))?;
    Ok(LogWindow {
        first,
        rows: lines.into_iter().map(row).collect(),
        matched: index.matched(),
        total: index.total(),
        epoch: index.epoch(),
        up_to_anchor: ask.anchor.map(|id| index.up_to(id)),
        newest: index.newest(),
    })
}
