//! A whole list, put together of pages, of an instance that may say anything: it has to come to an end, and may not take all
//! memory.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashSet;

/// How many of a list are asked for at a time.
pub(super) const PAGE: usize = 500;
/// Rows of a list, at most: nobody has so many.
const MOST_ROWS: usize = 100_000;
/// Bytes of a list, at most.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What came of it so far.
pub(super) struct WholeList<T> {
    rows: Vec<T>,
    ids: HashSet<String>,
    bytes: usize,
}

/// What a page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another page, from this row on.
    From(usize),
    /// That was the last one.
    End,
    /// It is no page of such a list.
    Unexpected,
    /// It is a page, but there is no end of them.
    Endless,
}

impl<T: DeserializeOwned> WholeList<T> {
    pub(super) fn new() -> Self {
        Self {
            rows: Vec::new(),
            ids: HashSet::new(),
            bytes: 0,
        }
    }

    /// Takes the page that stands under this name in a result.
    pub(super) fn take(&mut self, mut result: Value, list: &str) -> Next {
        let page = result.get_mut(list).map(Value::take).unwrap_or_default();
        let length = page.as_array().map_or(0, Vec::len);
        let is_new = self.note(&page);
        let Ok(rows) = serde_json::from_value::<Vec<T>>(page) else {
            return Next::Unexpected;
        };
        self.rows.extend(rows);
        let total = result.get("total").and_then(Value::as_u64).unwrap_or(0);
        // One that knows nothing of pages gives all of it at once, and says no more than that.
        if length != PAGE || self.rows.len() as u64 >= total {
            return Next::End;
        }
        if !is_new || self.rows.len() >= MOST_ROWS || self.bytes >= MOST_BYTES {
            return Next::Endless;
        }
        Next::From(self.rows.len())
    }

    /// All rows.
    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows
    }

    /// Counts what a page brings. False if it brings no row that had not come before.
    fn note(&mut self, page: &Value) -> bool {
        let mut is_new = false;
        for row in page.as_array().into_iter().flatten() {
            self.bytes += row.to_string().len();
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
            is_new |= self.ids.insert(id.to_owned());
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::super::DomainRow;
    use super::*;
    use serde_json::json;

    fn page(first: usize, length: usize, name: &str, total: u64) -> Value {
        let row = |number: usize| json!({"id": format!("dom_{number:012x}"), "name": name});
        let rows: Vec<Value> = (first..first + length).map(row).collect();
        json!({"domains": rows, "total": total})
    }

    fn read(pages: impl Iterator<Item = Value>) -> (Next, usize) {
        let mut list = WholeList::<DomainRow>::new();
        for page in pages {
            match list.take(page, "domains") {
                Next::From(_) => {}
                end => return (end, list.into_rows().len()),
            }
        }
        panic!("it was read on");
    }

    #[test]
    fn it_is_read_to_its_end() {
        let pages = [page(0, PAGE, "a", 700), page(PAGE, 200, "a", 700)];
        assert_eq!(read(pages.into_iter()), (Next::End, 700));
        let all_at_once = [page(0, 900, "a", 0)];
        assert_eq!(read(all_at_once.into_iter()), (Next::End, 900));
    }

    #[test]
    fn a_list_without_an_end_is_given_up() {
        let same = std::iter::repeat_with(|| page(0, PAGE, "a", u64::MAX));
        assert_eq!(read(same.take(10)), (Next::Endless, 2 * PAGE));
        let others = (0..1_000).map(|number| page(number * PAGE, PAGE, "a", u64::MAX));
        assert_eq!(read(others), (Next::Endless, MOST_ROWS));
        let long = "a".repeat(MOST_BYTES / PAGE / 2);
        let large = (0..1_000).map(|number| page(number * PAGE, PAGE, &long, u64::MAX));
        assert_eq!(read(large), (Next::Endless, 2 * PAGE));
    }

    #[test]
    fn what_is_no_list_is_told_so() {
        for result in [
            json!("x"),
            json!(7),
            json!(null),
            json!(true),
            json!([1]),
            json!({}),
            json!({"domains": 7}),
        ] {
            let mut list = WholeList::<DomainRow>::new();
            assert_eq!(list.take(result.clone(), "domains"), Next::Unexpected, "{result}");
        }
    }
}
