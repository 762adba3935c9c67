//! `butterfly instance map`: who can call whom.

use super::super::outcome::{Outcome, write_line};
use super::super::session::Session;
use super::super::table::Table;
use crate::workspace::{Door, DoorState, FederationMap, PartyKind};
use clap::Args;
use std::fmt::Write;

/// Said where there is no door.
const NOBODY: &str =
    "Nobody can call anybody yet. Join two instances with `butterfly handshake`, or try `butterfly demo`.";

/// Show who can call whom: instances, callers and the credentials between them, with state and traffic.
#[derive(Debug, Args)]
pub struct Map {
    /// Print a graph in the language of Graphviz.
    #[arg(long, conflicts_with = "json")]
    dot: bool,
}

impl Map {
    pub async fn run(self, session: &Session) -> Outcome {
        let map = if session.home().has_vault() {
            session.open().await?.federation_map().await?
        } else {
            FederationMap::default()
        };
        for missing in &map.missing {
            session.note(&format!("not asked: {missing}"));
        }
        if self.dot {
            return write_line(dot(&map).trim_end());
        }
        session.show(&map, || match map.doors.is_empty() {
            true => session.here(NOBODY),
            false => words(&map),
        })
    }
}

fn words(map: &FederationMap) -> String {
    let mut table = Table::new([
        "CALLER",
        "",
        "CALLED",
        "STATE",
        "CREDENTIAL",
        "CONNECTION",
        ">CALLS",
    ]);
    for door in &map.doors {
        let gateways: Vec<&str> = door
            .gateways
            .iter()
            .map(|gateway| gateway.name.as_str())
            .collect();
        table.row([
            name(map, &door.from),
            "->".to_owned(),
            name(map, &door.to),
            door.state.as_str().to_owned(),
            door.credentials.join(", "),
            gateways.join(", "),
            door.uses.map(|uses| uses.to_string()).unwrap_or_default(),
        ]);
    }
    table.to_text()
}

fn name(map: &FederationMap, id: &str) -> String {
    let party = map.parties.iter().find(|party| party.id == id);
    party.map_or_else(|| id.to_owned(), |party| party.name.clone())
}

/// The graph for Graphviz: boxes for instances, other shapes for those known from one side only.
fn dot(map: &FederationMap) -> String {
    let mut text = "digraph federation {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for party in &map.parties {
        let shape = match party.kind {
            PartyKind::Local => "box",
            PartyKind::Remote => "box, style=rounded",
            PartyKind::Console => "house",
            PartyKind::Caller | PartyKind::Endpoint => "ellipse, style=dashed",
        };
        let _ = writeln!(
            text,
            "  {} [label={}, shape={shape}];",
            quoted(&party.id),
            quoted(&party.name)
        );
    }
    for door in &map.doors {
        let _ = writeln!(
            text,
            "  {} -> {} [label={}, style={}];",
            quoted(&door.from),
            quoted(&door.to),
            quoted(&label(door)),
            style(door.state)
        );
    }
    text.push_str("}\n");
    text
}

fn label(door: &Door) -> String {
    format!("{}: {}", door.app_id, door.state.as_str())
}

fn style(state: DoorState) -> &'static str {
    match state {
        DoorState::Active | DoorState::Due => "solid",
        _ => "dashed",
    }
}

/// A string as Graphviz reads it, whatever is in it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            other if other.is_control() => quoted.push('?'),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_name_stays_in_its_quotes() {
        assert_eq!(quoted("a\"b\\c\u{1b}"), "\"a\\\"b\\\\c?\"");
    }
}
