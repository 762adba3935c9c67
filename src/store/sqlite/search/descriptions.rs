//! Descriptions in memory, one after the other, and where among them something stands.

use super::wording::Wording;
use crate::store::StoreError;
use crate::store::sqlite::rows::all;
use memchr::memmem::Finder;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;

/// From so many on a search is shared.
const WORTH_SHARING: usize = if cfg!(test) { 4 } else { 32_768 };
const FEWEST_PROCESSORS: usize = if cfg!(test) { 3 } else { 1 };

/// Descriptions in the order of their pointers' ids, in small letters, each with a NUL at its end: none of them holds one,
/// so that nothing is found across two.
#[derive(Default, Clone)]
pub(super) struct Descriptions {
    ids: Vec<i64>,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    /// The places of those that may be other ones by now.
    changed: BTreeSet<usize>,
}

impl Descriptions {
    /// Reads those that were made since.
    pub(super) fn read_on(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let sql = "SELECT id, description FROM pointers WHERE id > ?1 ORDER BY id";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([self.last_id()])?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(1)?.as_bytes().unwrap_or_default();
            // What LIKE looks at ends here, too.
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            self.bytes.extend(text.iter().map(u8::to_ascii_lowercase));
            self.bytes.push(0);
            self.ends.push(self.bytes.len());
            self.ids.push(row.get(0)?);
        }
        Ok(())
    }

    /// Whether some were made since.
    pub(super) fn are_more(&self, conn: &Connection) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM pointers WHERE id > ?1 LIMIT 1";
        let more = all(conn, sql, [self.last_id()], |row| Ok(row.get::<_, i64>(0)?))?;
        Ok(!more.is_empty())
    }

    /// These are other ones now.
    pub(super) fn mark_changed(&mut self, ids: &[i64]) {
        let places: Vec<usize> = ids.iter().filter_map(|id| self.place_of(*id)).collect();
        self.changed.extend(places);
    }

    /// The pointers' ids, the smallest first.
    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How many may be other ones.
    pub(super) fn how_many_changed(&self) -> usize {
        self.changed.len()
    }

    pub(super) fn is_changed(&self, place: usize) -> bool {
        self.changed.contains(&place)
    }

    fn last_id(&self) -> i64 {
        self.ids.last().copied().unwrap_or(0)
    }

    /// Where a pointer's description stands.
    pub(super) fn place_of(&self, id: i64) -> Option<usize> {
        let (first, last) = (*self.ids.first()?, *self.ids.last()?);
        if id < first || id > last {
            return None;
        }
        // It would be here if none before it were gone, and is not further before than there are gone in all.
        let here = usize::try_from(id - first).ok()?;
        let gone = usize::try_from(last - first).ok()? + 1 - self.ids.len();
        if gone == 0 {
            return Some(here);
        }
        let from = here.saturating_sub(gone);
        let found = self.ids[from..(here + 1).min(self.ids.len())]
            .binary_search(&id)
            .ok()?;
        Some(from + found)
    }

    /// The description at a place.
    pub(super) fn text(&self, place: usize) -> &[u8] {
        &self.bytes[self.start(place)..self.ends[place] - 1]
    }

    fn start(&self, place: usize) -> usize {
        place.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The places of these where the pointer may be meant.
    pub(super) fn within(&self, places: Range<usize>, wording: &Wording) -> Vec<usize> {
        let mut found = self.holding(places.clone(), wording);
        let before = found.len();
        found.extend(self.changed.range(places));
        if found.len() > before {
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// The places of these that hold what is wanted. Of many, each processor looks through a part.
    fn holding(&self, places: Range<usize>, wording: &Wording) -> Vec<usize> {
        if places.len() < WORTH_SHARING {
            return self.holding_here(places, wording);
        }
        let size = places.len().div_ceil(processors());
        let first = places.start..places.start + size;
        thread::scope(|scope| {
            let others: Vec<_> = (first.end..places.end)
                .step_by(size)
                .map(|from| {
                    scope.spawn(move || self.holding_here(from..places.end.min(from + size), wording))
                })
                .collect();
            let mut found = self.holding_here(first, wording);
            for other in others {
                found.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            found
        })
    }

    fn holding_here(&self, places: Range<usize>, wording: &Wording) -> Vec<usize> {
        match wording.seldom() {
            Some(word) => self.around(word, places, wording),
            None => wording.among(places.map(|place| (place, self.text(place)))),
        }
    }

    /// Goes from one place that holds a word to the next one, without a look at those between them.
    fn around(&self, word: &Finder<'_>, places: Range<usize>, wording: &Wording) -> Vec<usize> {
        let mut found = Vec::new();
        let Some(last) = places.end.checked_sub(1).filter(|last| places.start <= *last) else {
            return found;
        };
        let start = self.start(places.start);
        let mut place = places.start;
        for at in word.find_iter(&self.bytes[start..self.ends[last]]) {
            if start + at < self.start(place) {
                // Once more in the one before.
                continue;
            }
            place = self.place_at(start + at, place..places.end);
            if wording.holds_besides_seldom(self.text(place)) {
                found.push(place);
            }
            place += 1;
        }
        found
    }

    /// The one of these places at which a byte stands. It is sought from the first one on, in steps that become longer.
    fn place_at(&self, byte: usize, places: Range<usize>) -> usize {
        let (mut from, mut step) = (places.start, 1);
        while from + step < places.end && self.ends[from + step - 1] <= byte {
            from += step;
            step *= 2;
        }
        let to = (from + step).min(places.end);
        from + self.ends[from..to].partition_point(|end| *end <= byte)
    }
}

/// Processors that share one search. Asking the system takes longer than a search of few.
fn processors() -> usize {
    static PROCESSORS: LazyLock<usize> = LazyLock::new(|| {
        let here = thread::available_parallelism().map_or(1, |here| here.get());
        here.clamp(FEWEST_PROCESSORS, 4)
    });
    *PROCESSORS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STORED_POINTER_FIELDS;
    use crate::model::filter::Filter;
    use crate::store::sqlite::search::table::{add, table};
    use proptest::prelude::*;

    fn descriptions(rows: &[(i64, String)]) -> Descriptions {
        let conn = table();
        for (id, description) in rows {
            add(&conn, Some(*id), 0, description);
        }
        let mut descriptions = Descriptions::default();
        descriptions.read_on(&conn).unwrap();
        assert!(!descriptions.are_more(&conn).unwrap());
        descriptions
    }

    fn some_rows() -> impl Strategy<Value = Vec<(i64, String)>> {
        let rows = prop::collection::btree_map(1..60_i64, "[abcA\0é ]{0,9}", 1..30);
        rows.prop_map(|rows| rows.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_word_leads_to_the_places_that_a_look_at_each_finds(
            rows in some_rows(),
            words in prop::collection::vec("[abcé]{1,3}", 1..3),
            (from, to) in (0..30_usize, 0..30_usize),
            changed in prop::collection::vec(1..60_i64, 0..3),
        ) {
            let mut descriptions = descriptions(&rows);
            descriptions.mark_changed(&changed);
            let filter = Filter::parse(&words.join(" "), STORED_POINTER_FIELDS).unwrap();
            let wording = Wording::of(&filter).unwrap();
            let (from, to) = (from.min(to).min(rows.len()), from.max(to).min(rows.len()));
            let places = from..to;
            let slow = descriptions.within(places.clone(), &wording);
            for word in &words {
                let word_first = format!("{word} {}", words.join(" "));
                let mut wording = Wording::of(&Filter::parse(&word_first, STORED_POINTER_FIELDS).unwrap()).unwrap();
                wording.learn([&b"none of them"[..]; 8].into_iter());
                prop_assert_eq!(wording.seldom().map(Finder::needle), Some(word.as_bytes()));
                prop_assert_eq!(&descriptions.within(places.clone(), &wording), &slow);
            }
            let expected: Vec<usize> = places
                .filter(|place| {
                    let text = rows[*place].1.split('\0').next().unwrap_or("").to_ascii_lowercase();
                    words.iter().all(|word| text.contains(word)) || changed.contains(&rows[*place].0)
                })
                .collect();
            prop_assert_eq!(slow, expected);
        }

        #[test]
        fn each_pointer_is_found_at_its_place(rows in some_rows()) {
            let descriptions = descriptions(&rows);
            for id in 0..70 {
                let expected = rows.iter().position(|row| row.0 == id);
                prop_assert_eq!(descriptions.place_of(id), expected);
            }
        }
    }
}
