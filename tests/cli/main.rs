//! The real binary, driven as a script drives it: exit codes, JSON, errors with their remedies, and two
//! administrators who join their instances through files.
#![cfg(unix)]

#[cfg(target_os = "linux")]
#[path = "../support/faults.rs"]
mod faults;

mod audit;
mod background;
mod backup;
mod binary;
mod certificates;
mod circuits;
mod doctor;
mod domains;
mod doors;
mod endings;
mod filters;
mod handshake;
mod hints;
mod home;
mod instances;
#[cfg(target_os = "linux")]
mod interrupted;
mod joining;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(target_os = "linux")]
mod link_order;
mod loads;
mod logs;
mod owner;
mod paths;
mod pointers;
mod pointers_many;
mod refused;
mod regrants;
mod secrets;
mod serving;
mod sides;
mod templates;
mod terminal;
mod transfers;
mod usage;
mod vault;

use binary::Ended;
use serde_json::Value;

/// Nothing listens here: port 1 of the loopback interface needs rights that tests do not use.
const NOWHERE: &str = "http://127.0.0.1:1/invoke";

/// What a failure says to scripts.
fn error(ended: &Ended) -> Value {
    ended.json()["error"].clone()
}

/// The element of a list that bears this name.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"] == name))
        .unwrap_or_else(|| panic!("no {name} in {list}"))
}
