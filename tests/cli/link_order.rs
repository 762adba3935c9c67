//! The list of functions that are put next to each other in the program.

use std::collections::BTreeSet;
use std::process::{Command, Output};

#[allow(dead_code)] // what cargo runs of it
#[path = "../../build.rs"]
mod build;

/// How much of the list may be about functions that are not there any more, in hundredths.
const STALE: usize = 10;

/// A name that nothing is called any more is passed over in silence by every linker: only this tells that the list
/// has become old.
#[test]
fn the_list_of_what_stands_together_names_functions_that_the_program_has() {
    // It comes with every C compiler.
    let program = env!("CARGO_BIN_EXE_butterfly");
    let symbols = run(Command::new("nm").arg("--defined-only").arg(program));
    let names = symbols.lines().filter_map(|line| line.split(' ').nth(2));
    let there: BTreeSet<&str> = names.collect();

    let list = include_str!("../../assets/link-order.txt");
    let names = list.lines().filter_map(|line| line.strip_suffix('*'));
    let listed: Vec<&str> = names
        .filter(|name| !is_of_one_build(name))
        .map(|name| name.trim_start_matches("unlikely."))
        .collect();
    assert!(listed.len() > 1_000, "{} names", listed.len());
    let missing: Vec<&&str> = listed.iter().filter(|name| !begins_one(&there, name)).collect();
    assert!(
        missing.len() * 100 <= listed.len() * STALE,
        "{} of {} functions are not there any more; run the example `link_order`: {missing:#?}",
        missing.len(),
        listed.len()
    );
}

/// Whether a name has the number in it that stands for types and compiler, and for how the program was built: with such a
/// name a function is in the program that is given to people, and not in the one that is tested.
fn is_of_one_build(name: &str) -> bool {
    let number = name.strip_suffix('E').and_then(|name| name.rsplit_once("17h"));
    number
        .is_some_and(|(_, digits)| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A program with one function, which the list is told of besides all the others.
#[test]
fn what_is_listed_is_put_before_everything_else() {
    let folder = tempfile::tempdir().unwrap();
    let [source, script, program] = ["one.rs", "order.ld", "one"].map(|name| folder.path().join(name));
    std::fs::write(
        &source,
        "#[unsafe(no_mangle)] #[inline(never)] pub extern \"C\" fn listed() {} fn main() { listed(); }",
    )
    .unwrap();
    let names = format!("{}listed\n", include_str!("../../assets/link-order.txt"));
    std::fs::write(&script, build::linker_script(&names)).unwrap();
    let mut compiler = Command::new("rustc");
    compiler
        .args(["--edition", "2024", "-o"])
        .arg(&program)
        .arg(&source);
    run(compiler.args(["-C", &format!("link-arg=-T{}", script.display())]));
    run(&mut Command::new(&program));

    let sections = run(Command::new("readelf").arg("-SW").arg(&program));
    let section = sections
        .lines()
        .find_map(|line| line.split_once(".text.start "))
        .unwrap_or_else(|| panic!("no section of its own: {sections}"));
    let numbers: Vec<u64> = section.1.split_whitespace().filter_map(hexadecimal).collect();
    let [begin, _, size, ..] = numbers[..] else {
        panic!("{sections}")
    };
    let symbols = run(Command::new("nm").arg(&program));
    let symbol = symbols.lines().find(|line| line.ends_with(" listed"));
    let place = hexadecimal(symbol.unwrap().split(' ').next().unwrap()).unwrap();
    assert!(begin <= place && place < begin + size, "{place:x} in {sections}");
}

fn hexadecimal(digits: &str) -> Option<u64> {
    u64::from_str_radix(digits, 16).ok()
}

/// What a command that ends well printed.
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it can be started");
    assert!(
        status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&stderr)
    );
    String::from_utf8(stdout).unwrap()
}

fn begins_one(names: &BTreeSet<&str>, beginning: &str) -> bool {
    let next = names.range(beginning..).next();
    next.is_some_and(|name| name.starts_with(beginning))
}
