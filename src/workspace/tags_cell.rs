//! Tags in one cell of a CSV file: separated by `;`, as people write them; as a JSON list where one of them could not be
//! read again that way.

use crate::protocol::strict_json;
use serde::Deserialize;

/// The cell.
pub(super) fn written(tags: &[String]) -> String {
    let plain = tags.join(";");
    if read(&plain) == tags {
        return plain;
    }
    serde_json::to_string(tags).expect("texts become JSON")
}

/// What stands in a cell.
pub(super) fn read(cell: &str) -> Vec<String> {
    listed(cell).unwrap_or_else(|| {
        cell.split(';')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect()
    })
}

/// A cell that is a JSON list of texts.
fn listed(cell: &str) -> Option<Vec<String>> {
    if !cell.trim_start().starts_with('[') {
        return None;
    }
    let value = strict_json::parse(cell.trim().as_bytes()).ok()?;
    Vec::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_tags_are_written_are_read_again(
            tags in prop::collection::vec("[ a;\\[\\]\",\\\\]{0,4}|\\PC{0,8}", 0..5)
        ) {
            prop_assert_eq!(read(&written(&tags)), tags);
        }
    }

    #[test]
    fn cells_are_plain_where_that_can_be_read_again() {
        let cell = |tags: &[&str]| written(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(cell(&["sea", "open data"]), "sea;open data");
        assert_eq!(cell(&[]), "");
        assert_eq!(cell(&["semi;colon"]), r#"["semi;colon"]"#);
        assert_eq!(cell(&[" sp ", "sea"]), r#"[" sp ","sea"]"#);
    }

    #[test]
    fn files_of_before_and_of_people_are_read_as_they_were() {
        assert_eq!(read("sea; tides ;;ice"), ["sea", "tides", "ice"]);
        assert_eq!(read("[draft];sea"), ["[draft]", "sea"]);
        assert_eq!(read("[1]"), ["[1]"]);
    }
}
