//! The list of functions that are put next to each other in the program.

use std::collections::BTreeSet;
use std::process::Command;

/// How much of the list may be about functions that are not there any more, in hundredths.
const STALE: usize = 10;

/// A name that nothing is called any more is passed over in silence by every linker: only this tells that the list
/// has become old.
#[test]
fn the_list_of_what_stands_together_names_functions_that_the_program_has() {
    let output = Command::new("nm")
        .arg("--defined-only")
        .arg(env!("CARGO_BIN_EXE_butterfly"))
        .output()
        .expect("nm comes with every C compiler");
    let symbols = String::from_utf8(output.stdout).unwrap();
    let names = symbols.lines().filter_map(|line| line.split(' ').nth(2));
    let there: BTreeSet<&str> = names.collect();

    let list = include_str!("../../assets/link-order.txt");
    let names = list.lines().filter_map(|line| line.strip_suffix('*'));
    let listed: Vec<&str> = names.map(|name| name.trim_start_matches("unlikely.")).collect();
    assert!(listed.len() > 1_000, "{} names", listed.len());
    let missing: Vec<&&str> = listed.iter().filter(|name| !begins_one(&there, name)).collect();
    assert!(
        missing.len() * 100 <= listed.len() * STALE,
        "{} of {} functions are not there any more; run the example `link_order`: {missing:#?}",
        missing.len(),
        listed.len()
    );
}

fn begins_one(names: &BTreeSet<&str>, beginning: &str) -> bool {
    let next = names.range(beginning..).next();
    next.is_some_and(|name| name.starts_with(beginning))
}
