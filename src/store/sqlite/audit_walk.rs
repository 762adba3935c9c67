//! Walking the audit trail: the first record that somebody edited, took out, moved or put in.
//!
//! What the file itself cannot tell is whether all of it was written anew; for that, heads are kept elsewhere.

use super::audit_chain::{Chain, Hash};
use super::audit_rows::{COLUMNS, end, head, placed, record};
use crate::store::{AuditRecord, AuditVerdict, NewAuditRecord, StoreError};
use rusqlite::{Connection, Row};

/// A record that does not fit, by its number, and what is found there.
struct Misfit {
    sequence: u64,
    line: Option<AuditRecord>,
}

/// Walks the chain from where it begins to where it should end.
pub(super) fn verify(conn: &Connection) -> Result<AuditVerdict, StoreError> {
    let base = end(conn, "base")?;
    let mut walk = Walk {
        chain: base.clone(),
        end: head(conn)?,
        previous: base.as_previous(),
        names_base: base.sequence == 0,
        checked: 0,
    };
    let mut misfit = None;
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM records ORDER BY sequence"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        misfit = walk.step(row)?;
        if misfit.is_some() {
            break;
        }
    }
    let misfit = misfit.or_else(|| walk.missing(&base));
    let (first_bad, line) = match misfit {
        Some(misfit) => (Some(misfit.sequence), misfit.line),
        None => (None, None),
    };
    Ok(AuditVerdict {
        records: walk.checked,
        head: walk.chain.to_head(),
        first_bad,
        line,
    })
}

struct Walk {
    /// The last record that fits.
    chain: Chain,
    /// Where the trail should end.
    end: Chain,
    /// How the record that begins this segment names what came before.
    previous: String,
    names_base: bool,
    checked: u64,
}

impl Walk {
    /// Goes on by one row; what is wrong there, if anything.
    fn step(&mut self, row: &Row) -> Result<Option<Misfit>, StoreError> {
        // Nothing is ever numbered below 1: such a row was put in.
        let found = u64::try_from(row.get::<_, i64>(9)?).unwrap_or(0);
        let expected = self.chain.sequence + 1;
        if found > expected && expected <= self.end.sequence {
            return Ok(Some(Misfit {
                sequence: expected,
                line: None,
            }));
        }
        // A record that no longer even reads as one does not fit either.
        let next = record(row).ok().and_then(|record| self.fitting(row, &record));
        let Some(next) = next.filter(|_| found == expected && found <= self.end.sequence) else {
            return Ok(Some(Misfit {
                sequence: found,
                line: placed(row).ok(),
            }));
        };
        self.chain = next;
        self.checked += 1;
        Ok(None)
    }

    /// The chain with this record in it, if its hash says so too.
    fn fitting(&mut self, row: &Row, record: &NewAuditRecord) -> Option<Chain> {
        let mut next = self.chain.clone();
        next.append(record);
        let is_last = next.sequence == self.end.sequence;
        let fits = row.get::<_, Hash>(8).is_ok_and(|hash| hash == next.hash);
        if !fits || is_last && next.hash != self.end.hash {
            return None;
        }
        let names_base = |reason: &String| reason.ends_with(&self.previous);
        self.names_base |= record.reason.as_ref().is_some_and(names_base);
        Some(next)
    }

    /// What is missing though everything that is there fits: a tail, or a beginning that nobody cleared.
    fn missing(&self, base: &Chain) -> Option<Misfit> {
        let sequence = if self.chain.sequence < self.end.sequence {
            self.chain.sequence + 1
        } else if !self.names_base {
            base.sequence
        } else if self.chain != self.end {
            self.chain.sequence
        } else {
            return None;
        };
        Some(Misfit { sequence, line: None })
    }
}
