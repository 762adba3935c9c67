//! The plan of the house in `src/lib.rs` is what the code is: a room uses only rooms on floors below its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms, and the floor of each.
type Floors = BTreeMap<String, u32>;

/// The table in the documentation of the library: `| 8 | [`cli`]: what it is · … |`.
fn floors_in(plan: &str) -> Floors {
    let rows = plan.lines().filter_map(|line| line.strip_prefix("//! | "));
    let mut floors = Floors::new();
    for row in rows {
        let mut cells = row.split('|').map(str::trim);
        let Some(floor) = cells.next().and_then(|cell| cell.parse().ok()) else {
            continue;
        };
        let names = row.split("[`").skip(1).filter_map(|rest| rest.split('`').next());
        for room in names {
            assert!(
                floors.insert(room.to_owned(), floor).is_none(),
                "{room} is on two floors"
            );
        }
    }
    floors
}

/// Rooms that a source names by their path, comments left out: whoever writes of a room does not use it.
fn used_in(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(|code| code.split("crate::").skip(1))
        .filter_map(|rest| {
            rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
        })
}

fn sources_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project");
    let paths = entries.map(|entry| entry.expect("an entry of it").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources_under(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_room_is_on_the_plan() {
    let plan = text(&source_folder().join("lib.rs"));
    let declared = plan.lines().filter_map(|line| line.strip_prefix("pub mod "));
    let mut rooms: Vec<_> = declared.map(|rest| rest.trim_end_matches(';')).collect();
    rooms.sort_unstable();
    let planned = floors_in(&plan);
    assert_eq!(rooms, planned.keys().collect::<Vec<_>>());
}

#[test]
fn no_room_uses_one_that_is_not_below_it() {
    let folder = source_folder();
    let floors = floors_in(&text(&folder.join("lib.rs")));
    let mut looked_at = 0;
    for (room, floor) in &floors {
        for path in sources_under(&folder.join(room)) {
            looked_at += 1;
            for used in used_in(&text(&path)).filter(|used| used != room) {
                let below = floors
                    .get(used)
                    .unwrap_or_else(|| panic!("{}: crate::{used} is no room", path.display()));
                assert!(
                    below < floor,
                    "{}: {room} is on floor {floor} and uses {used}, which is on floor {below}",
                    path.display()
                );
            }
        }
    }
    assert!(looked_at > 500, "only {looked_at} files were looked at");
}

#[test]
fn what_is_used_is_seen_and_what_is_only_spoken_of_is_not() {
    let source = "use crate::model::Pointer; // not crate::vault\n/// See [`crate::tui`].\nlet a = crate::seal::hex(crate::store::X);";
    let used: Vec<_> = used_in(source).collect();
    assert_eq!(used, ["model", "seal", "store"]);
}
