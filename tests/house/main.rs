//! The plan of the house in `src/lib.rs` is what the code is: a room uses only rooms on floors below its own, and no
//! file imports from another one that, by whatever detour, imports from it.

mod imports;

use imports::Imports;
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

#[test]
fn no_file_imports_from_one_that_imports_from_it() {
    let imports = Imports::of_crate(&source_folder());
    assert!(imports.len() > 500, "only {} files were looked at", imports.len());
    if let Some(circle) = imports.circle() {
        panic!("files that import from each other: {}", circle.join(" → "));
    }
}

#[test]
fn a_circle_is_found_behind_names_that_are_handed_on() {
    let source = |text: &str| text.to_owned();
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Vec<_>>();
    let with = |inner: &str| {
        Imports::of(BTreeMap::from([
            (
                module("room"),
                source("mod inner;\nmod other;\npub use inner::{\n    Thing, // and\n    More,\n};"),
            ),
            (module("room::inner"), source(inner)),
            (
                module("room::other"),
                source("pub(super) use crate::room::{Thing as It};"),
            ),
        ]))
    };
    assert_eq!(with("use std::fmt;").circle(), None);
    assert_eq!(
        with("// use super::other::Other;").circle(),
        None,
        "only spoken of"
    );
    let told = with("use super::{other::Other};").circle().unwrap();
    assert_eq!(told, ["room::inner", "room::other", "room::inner"]);
    assert_eq!(
        with("#[cfg(test)]\nmod tests {\n    use super::super::other::Other;\n}").circle(),
        None,
        "tests may"
    );
}
