//! Which rows may match a search, gathered from the indexes before any row is looked at.
//!
//! A search wants rows in an order, and an index that finds them knows nothing of it. So the ids are gathered from all
//! indexes that can tell, as sets; what is in all of them is then looked at in the order that is wanted.

use super::conditions;
use super::digits::Addresses;
use super::driven::has_trigram;
use super::ids::{Ids, TOO_MANY};
use super::text_search::TextSearch;
use crate::store::sqlite::tags;
use crate::store::{PointerQuery, StoreError, TagMatch};
use rusqlite::{Connection, params};

/// A tag that fewer bear is gathered even where that may turn out to be in vain.
const FEW_BEARERS: usize = if cfg!(test) { 4 } else { 50_000 };
/// From so few candidates on it is cheaper to look at each than to gather another set.
pub(super) const FEW: usize = if cfg!(test) { 2 } else { 5_000 };
/// Words that more descriptions hold are not gathered where a tag has narrowed the search already.
const FEW_HOLDERS: usize = if cfg!(test) { 8 } else { 150_000 };

/// Whether some index may be able to tell which rows match: known without asking one.
pub(super) fn may_tell(query: &PointerQuery) -> bool {
    names_tags_or_digits(query) || !words(query).is_empty()
}

/// Whether a connection or relations narrow a search.
pub(super) fn is_somewhere(query: &PointerQuery) -> bool {
    query.connection.is_some() || query.federated_only || query.isolated_only
}

fn names_tags_or_digits(query: &PointerQuery) -> bool {
    !query.tags.is_empty()
        || query.bearing.is_some()
        || conditions::names_tags(&query.filter)
        || conditions::digits(&query.filter).is_some()
}

/// The words of a search that the trigram index can find.
fn words(query: &PointerQuery) -> Vec<&str> {
    let mut words = conditions::words(&query.filter);
    words.extend(query.term.as_deref());
    words.retain(|word| has_trigram(word));
    words
}

/// The indexes that can tell which rows may match.
pub(super) struct Lists<'a> {
    addresses: &'a Addresses,
    /// What descriptions in memory tell. Where there are any, the trigram index is not asked.
    texts: Option<&'a TextSearch>,
    /// The words of the descriptions, as one expression of the trigram index.
    words: Option<String>,
    /// Tags that each match bears.
    tags: Vec<i64>,
    /// Digits that each address holds.
    digits: Option<String>,
}

impl<'a> Lists<'a> {
    /// Those of a search.
    pub(super) fn of(
        conn: &Connection,
        query: &PointerQuery,
        addresses: &'a Addresses,
        texts: Option<&'a TextSearch>,
    ) -> Result<Self, StoreError> {
        let mut found = conditions::needed_tags(conn, &query.filter)?;
        if query.tag_match == TagMatch::All || query.tags.len() == 1 {
            for pattern in &query.tags {
                if let [only] = tags::matching(conn, pattern, 2)?.as_slice() {
                    found.push(*only);
                }
            }
        }
        if let Some(tag) = &query.bearing {
            found.extend(tags::id(conn, tag)?);
        }
        found.sort_unstable();
        found.dedup();
        let digits = conditions::digits(&query.filter);
        // Where something else narrows the search, one trigram of a word is enough.
        let of_each = if found.is_empty() && digits.is_none() {
            3
        } else {
            1
        };
        let words = match texts {
            Some(_) => None,
            None => expression(&words(query), of_each),
        };
        Ok(Self {
            addresses,
            texts,
            words,
            tags: found,
            digits,
        })
    }

    /// Whether no index can tell anything.
    pub(super) fn is_empty(&self) -> bool {
        !self.name_texts() && self.tags.is_empty() && self.digits.is_none()
    }

    /// Whether nothing but descriptions can tell.
    pub(super) fn name_only_texts(&self) -> bool {
        self.tags.is_empty() && self.digits.is_none()
    }

    /// What descriptions in memory tell.
    pub(super) fn texts(&self) -> Option<&'a TextSearch> {
        self.texts
    }

    fn name_texts(&self) -> bool {
        self.texts.is_some() || self.words.is_some()
    }

    /// Whether no index alone gives the rows: where words and a tag must come together, neither of the two narrows the
    /// search well, and digits within addresses are in no index.
    pub(super) fn are_several(&self) -> bool {
        self.digits.is_some() || self.name_texts() && !self.tags.is_empty()
    }

    /// What may match, where that can be said cheaply: where some tag is borne by few, or there are digits.
    pub(super) fn gather_cheaply(&self, conn: &Connection) -> Result<Option<Ids>, StoreError> {
        let mut found = self.holding_digits(conn)?;
        for tag in &self.tags {
            if is_many(found.as_ref())
                && let Some(bearers) = bearers(conn, *tag, FEW_BEARERS)?
            {
                meet(&mut found, bearers);
            }
        }
        let Some(mut found) = found else {
            return Ok(None);
        };
        if found.len() > FEW
            && let Some(words) = &self.words
            && let Some(holders) = holders(conn, words, FEW_HOLDERS)?
        {
            found.intersect(&holders);
        }
        Ok(Some(found))
    }

    /// What may match, where an index says that those are not more than so many.
    pub(super) fn gather_up_to(&self, conn: &Connection, most: usize) -> Result<Option<Ids>, StoreError> {
        let mut found = self.holding_digits(conn)?;
        for tag in &self.tags {
            if is_many(found.as_ref())
                && let Some(bearers) = bearers(conn, *tag, most)?
            {
                meet(&mut found, bearers);
            }
        }
        if found.is_none() {
            found = self.holding_texts(conn, most)?;
        }
        Ok(found)
    }

    /// What may match, whatever it costs, where it could not be said cheaply.
    pub(super) fn gather_the_rest(&self, conn: &Connection) -> Result<Option<Ids>, StoreError> {
        let mut found = self.holding_texts(conn, usize::MAX)?;
        for tag in &self.tags {
            if is_many(found.as_ref())
                && let Some(bearers) = bearers(conn, *tag, usize::MAX)?
            {
                meet(&mut found, bearers);
            }
        }
        Ok(found)
    }

    fn holding_texts(&self, conn: &Connection, most: usize) -> Result<Option<Ids>, StoreError> {
        match (self.texts, &self.words) {
            (Some(texts), _) => Ok(texts.up_to(most)),
            (None, Some(words)) => holders(conn, words, most),
            (None, None) => Ok(None),
        }
    }

    fn holding_digits(&self, conn: &Connection) -> Result<Option<Ids>, StoreError> {
        let digits = self.digits.as_deref();
        digits
            .map(|digits| self.addresses.holding(conn, digits))
            .transpose()
    }
}

/// Whether it is worth while to gather another set.
fn is_many(found: Option<&Ids>) -> bool {
    found.is_none_or(|found| found.len() > FEW)
}

fn meet(found: &mut Option<Ids>, others: Ids) {
    match found {
        Some(found) => found.intersect(&others),
        None => *found = Some(others),
    }
}

/// The pointers that bear a tag; none where they are more than so many.
fn bearers(conn: &Connection, tag: i64, most: usize) -> Result<Option<Ids>, StoreError> {
    let sql = "SELECT gathered(pointer_id, ?2) FROM pointer_tags WHERE tag_id = ?1";
    up_to(most, |most| {
        conn.prepare_cached(sql)?
            .query_row(params![tag, most], |row| row.get(0))
    })
}

/// The pointers whose description may hold these words; none where they are more than so many.
fn holders(conn: &Connection, words: &str, most: usize) -> Result<Option<Ids>, StoreError> {
    let sql = "SELECT gathered(rowid, ?2) FROM pointer_search WHERE pointer_search MATCH ?1";
    up_to(most, |most| {
        conn.prepare_cached(sql)?
            .query_row(params![words, most], |row| row.get(0))
    })
}

/// What a query gathers that takes a limit; none where there is more.
fn up_to(most: usize, gather: impl Fn(i64) -> rusqlite::Result<Ids>) -> Result<Option<Ids>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    match gather(most) {
        Ok(ids) => Ok(Some(ids)),
        Err(error) if error.sqlite_error_code() == Some(TOO_MANY) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All descriptions that hold these patterns hold all of these trigrams. Of a long word some are enough, one or three: what
/// they let through is looked at anyway.
fn expression(words: &[&str], of_each: usize) -> Option<String> {
    let mut trigrams: Vec<String> = Vec::new();
    for run in words.iter().flat_map(|word| word.split(['%', '_'])) {
        let letters: Vec<char> = run.chars().collect();
        let Some(last) = letters.len().checked_sub(3) else {
            continue;
        };
        let places = [last / 2, 0, last];
        for place in &places[..of_each] {
            let place = *place;
            let trigram: String = letters[place..place + 3].iter().collect();
            let quoted = format!("\"{}\"", trigram.replace('"', "\"\""));
            if !trigrams.contains(&quoted) {
                trigrams.push(quoted);
            }
        }
    }
    (!trigrams.is_empty()).then(|| trigrams.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_down_to_some_of_their_trigrams() {
        assert_eq!(expression(&["os"], 3), None);
        assert_eq!(expression(&["osl"], 3), Some("\"osl\"".to_owned()));
        assert_eq!(
            expression(&["harbour", "a\"b"], 3),
            Some("\"rbo\" AND \"har\" AND \"our\" AND \"a\"\"b\"".to_owned())
        );
        assert_eq!(expression(&["harbour"], 1), Some("\"rbo\"".to_owned()));
        assert_eq!(expression(&["ab%cde_f"], 3), Some("\"cde\"".to_owned()));
    }
}
