//! What is known of the selected row, in words.

use super::state::{Domains, Row};
use super::words::{allowed, standing, status};
use crate::model::{ConnectionStatus, DomainPermission, FederationStatus};
use crate::tui::clock::count;
use crate::tui::content::{field, heading};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;
use crate::workspace::DomainRow;

/// The lines of the panel.
pub fn lines(state: &State, page: &Domains, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    match page.selected() {
        None => {}
        Some(Row::Domain(place)) => domain(state, page, place, &mut lines, room),
        Some(Row::Connection(..)) => connection(state, page, &mut lines, room),
        Some(Row::Key(domain, place)) => key(state, page, (domain, place), &mut lines, room),
        Some(Row::Federation(_, place)) => federation(state, page, place, &mut lines, room),
    }
    lines
}

fn domain(state: &State, page: &Domains, place: usize, lines: &mut Vec<Line>, room: u16) {
    let Some(domain) = page.tree.domains.get(place) else {
        return;
    };
    heading(lines, &format!("Domain {}", domain.name));
    field(lines, "owns", &owns(page, place, domain), Role::Base, room);
    if let Some(owner) = &domain.owner_app_id {
        field(lines, "owned by", owner.as_str(), Role::Base, room);
    }
    field(lines, "id", domain.id.as_str(), Role::Address, room);
    if let Some(made) = domain.created_at {
        field(lines, "made", &state.clock.date_time(made), Role::Dim, room);
    }
    if let Some(Err(failure)) = page.keys.get(&domain.id) {
        let text = format!("cannot be seen: {}", failure.message);
        field(lines, "access keys", &text, Role::Warn, room);
    }
    if let Some(failure) = &page.tree.hidden {
        let text = format!("cannot be seen: {}", failure.message);
        field(lines, "federations", &text, Role::Warn, room);
    }
}

/// How much a domain owns, as far as it is known.
fn owns(page: &Domains, place: usize, domain: &DomainRow) -> String {
    let many = |number: usize, what: &str| match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        number => Some(format!("{} {what}s", count(number as u64))),
    };
    let keys = match page.keys.get(&domain.id) {
        None => Some("its access keys are looked for".to_owned()),
        Some(_) => many(page.keys_of(&domain.id).len(), "access key"),
    };
    let all = [
        many(page.connections_at(place).count(), "connection"),
        keys,
        many(page.federations_of(&domain.id).count(), "federation"),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    match all.is_empty() {
        true => "nothing".to_owned(),
        false => all.join(", "),
    }
}

fn connection(state: &State, page: &Domains, lines: &mut Vec<Line>, room: u16) {
    let Some(connection) = page.connection() else {
        return;
    };
    heading(lines, &format!("Connection {}", connection.name));
    let (words, role) = status(connection.status, &state.look.glyphs);
    let words = match connection.status {
        ConnectionStatus::Active => format!("{words}: calls go through"),
        ConnectionStatus::Disabled => format!("{words}: calls are refused"),
    };
    field(lines, "state", &words, role, room);
    if !connection.description.is_empty() {
        field(lines, "for", &connection.description, Role::Base, room);
    }
    if let Some(held) = &connection.held_credential {
        field(lines, "relays with", held, Role::Base, room);
    }
    if let Some(Some(number)) = page.counts.get(&connection.id) {
        let text = match number {
            0 => "none is assigned to it".to_owned(),
            number => count(*number),
        };
        field(lines, "pointers", &text, Role::Base, room);
    }
    field(lines, "id", connection.id.as_str(), Role::Address, room);
    let domain = page.name_of(&connection.domain_id);
    field(lines, "domain", domain, Role::Base, room);
    if let Some(made) = connection.created_at {
        field(lines, "made", &state.clock.date_time(made), Role::Dim, room);
    }
}

fn key(state: &State, page: &Domains, place: (usize, usize), lines: &mut Vec<Line>, room: u16) {
    let Some(key) = page.key(place.0, place.1) else {
        return;
    };
    heading(lines, &format!("Access key {}", key.id));
    let (sign, role) = if key.state.is_usable() {
        (state.look.glyphs.good, Role::Good)
    } else {
        (state.look.glyphs.bad, Role::Bad)
    };
    field(lines, "state", &format!("{sign} {}", key.state), role, room);
    let opens = page.name_of(&key.domain_id);
    field(lines, "opens", opens, Role::Base, room);
    let text = format!("whoever has it {}", meaning(&key.permissions));
    field(lines, "allows", &text, Role::Base, room);
    let used = match (key.uses, key.last_used) {
        (Some(0) | None, None) => "never".to_owned(),
        (uses, last) => {
            let times = uses.map_or_else(String::new, |uses| format!("{} times", count(uses)));
            let last = last.map_or_else(String::new, |last| {
                format!(", the last time {}", state.clock.date_time(last))
            });
            format!("{times}{last}")
        }
    };
    field(lines, "used", &used, Role::Base, room);
    let ends = key
        .expires_at
        .map_or_else(|| "not by itself".to_owned(), |end| state.clock.date_time(end));
    field(lines, "ends", &ends, Role::Base, room);
    if let Some(made) = key.created_at {
        field(lines, "made", &state.clock.date_time(made), Role::Dim, room);
    }
}

fn federation(state: &State, page: &Domains, place: usize, lines: &mut Vec<Line>, room: u16) {
    let Some(one) = page.tree.federations.get(place) else {
        return;
    };
    let (from, to) = (
        page.name_of(&one.source_domain_id),
        page.name_of(&one.target_domain_id),
    );
    heading(lines, &format!("Federation of {from} and {to}"));
    let (words, role) = standing(one.status, &state.look.glyphs);
    let words = match one.status {
        FederationStatus::Pending => format!("{words}: {to} has not accepted it yet"),
        FederationStatus::Accepted | FederationStatus::Revoked => words,
    };
    field(lines, "state", &words, role, room);
    let permissions: Vec<DomainPermission> = one.permissions.iter().copied().collect();
    let text = format!("the people of {from} in {to} {}", meaning(&permissions));
    field(lines, "allows", &text, Role::Base, room);
    field(lines, "id", one.id.as_str(), Role::Address, room);
    field(
        lines,
        "asked for",
        &state.clock.date_time(one.created_at),
        Role::Dim,
        room,
    );
    if let Some(accepted) = one.accepted_at {
        field(
            lines,
            "accepted",
            &state.clock.date_time(accepted),
            Role::Dim,
            room,
        );
    }
}

/// What is allowed, in words and in the original's word for it.
fn meaning(permissions: &[DomainPermission]) -> String {
    let words = match permissions.iter().max_by_key(|permission| permission.role()) {
        Some(DomainPermission::ReadPointers) => "to see and invoke pointers",
        Some(DomainPermission::ReadWrite) => "to see, invoke and change pointers",
        Some(DomainPermission::AdminDomain) => "to change pointers and to administer the domain",
        None => return "nothing".to_owned(),
    };
    format!("{words} ({})", allowed(permissions))
}
