//! The table of attacks and faults: for each row what happens, and which tests show it. The page beside this file is
//! made from it and from the names of the tests, which begin with `threat_` (or `t` in the console's) and the number.
//!
//! `INSTA_UPDATE=always cargo test --test threats` writes the page anew.

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod clocks;
mod corpora;
mod crashes;
#[cfg(target_os = "linux")]
mod disks;
mod rows;
#[cfg(target_os = "linux")]
mod schemas;

use rows::ROWS;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Names of tests by the number of their row, each with its file.
type Shown = BTreeMap<u8, Vec<(String, String)>>;

#[test]
fn every_row_has_a_test_and_the_page_says_which() {
    let shown = tests_by_number();
    let lacking: Vec<u8> = ROWS
        .iter()
        .map(|row| row.number)
        .filter(|number| !shown.contains_key(number))
        .collect();
    assert!(lacking.is_empty(), "rows without a test: {lacking:?}");
    let unknown: Vec<&u8> = shown
        .keys()
        .filter(|number| ROWS.iter().all(|row| row.number != **number))
        .collect();
    assert!(unknown.is_empty(), "tests of no row: {unknown:?}");

    let path = root().join("tests/threats/THREATS.md");
    let page = page(&shown);
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert!(
        kept == page,
        "tests/threats/THREATS.md is not what the rows and tests say; write it anew with INSTA_UPDATE=always"
    );
}

#[test]
fn rows_are_in_order_and_none_is_there_twice() {
    assert!(ROWS.windows(2).all(|pair| pair[0].number < pair[1].number));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(shown: &Shown) -> String {
    let mut text = String::from(
        "# Attacks and faults\n\n\
         What happens in each case, and the tests that show it. Made from `tests/threats/rows.rs` and the names of the tests.\n\n\
         | # | case | what happens | tests |\n| --- | --- | --- | --- |\n",
    );
    for row in ROWS {
        let tests: Vec<String> = shown[&row.number]
            .iter()
            .map(|(file, name)| format!("`{name}` ({file})"))
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            row.number,
            row.case,
            row.happens,
            tests.join("<br>")
        );
    }
    text
}

fn tests_by_number() -> Shown {
    let mut shown = Shown::new();
    for folder in ["src", "tests"] {
        for file in sources(&root().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let place = file.strip_prefix(root()).unwrap().display().to_string();
            for name in text.lines().filter_map(test_name) {
                for number in numbers(name) {
                    shown
                        .entry(number)
                        .or_default()
                        .push((place.clone(), name.to_owned()));
                }
            }
        }
    }
    shown.values_mut().for_each(|tests| tests.sort());
    shown
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The name of a function, if this line begins one.
fn test_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split_once('(').map(|(name, _)| name)
}

/// The rows that a name is about: `threat_13_…`, `threat_26_and_27_…`, `t57_…`.
fn numbers(name: &str) -> Vec<u8> {
    let Some(rest) = name.strip_prefix("threat_").or_else(|| name.strip_prefix('t')) else {
        return Vec::new();
    };
    let mut parts = rest.split('_');
    let Some(first) = parts.next().and_then(two_digits) else {
        return Vec::new();
    };
    let mut numbers = vec![first];
    if parts.next() == Some("and") {
        numbers.extend(parts.next().and_then(two_digits));
    }
    numbers
}

fn two_digits(text: &str) -> Option<u8> {
    (text.len() == 2).then(|| text.parse().ok()).flatten()
}

#[test]
fn numbers_are_read_from_names() {
    assert_eq!(numbers("threat_13_a_swapped_body"), [13]);
    assert_eq!(numbers("threat_26_and_27_json"), [26, 27]);
    assert_eq!(numbers("t57_a_dead_one"), [57]);
    assert!(numbers("the_rest").is_empty());
    assert!(numbers("t5_of_nothing").is_empty());
}
