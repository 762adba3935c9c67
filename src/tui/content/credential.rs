//! What the page about a credential says. No secret is ever among it.

use super::fields::{field, heading};
use crate::model::{Grant, Holder, Side};
use crate::tui::clock::count;
use crate::tui::layers::CredentialPage;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Ink, Line};

/// The lines of a credential's page.
pub fn credential_lines(state: &State, page: &CredentialPage, room: u16) -> Vec<Line> {
    let Some(row) = state.credentials.rows.iter().find(|row| row.name == page.name) else {
        return vec![Line::of("It is no longer there.", Role::Dim)];
    };
    let clock = &state.clock;
    let mut lines = Vec::new();
    field(&mut lines, "name", &row.name, Role::Strong, room);
    let side = match (row.side, row.holder) {
        (Side::Issued, _) => format!("issued by {}: it lets {} call in", row.instance, row.app_id),
        (Side::Held, Some(Holder::Instance)) => {
            format!(
                "held by an instance of yours, to call {} by itself (relay)",
                row.instance
            )
        }
        (Side::Held, _) => format!("held by this console, to call {}", row.instance),
    };
    field(&mut lines, "side", &side, Role::Base, room);
    let ink = state
        .instances
        .index(&row.instance)
        .map_or(Ink::Role(Role::Base), Ink::Instance);
    field(&mut lines, "instance", &row.instance, ink, room);
    field(&mut lines, "app_id", row.app_id.as_str(), Role::Base, room);
    field(&mut lines, "profile", row.profile.as_str(), Role::Base, room);
    if let Some(kid) = &row.kid {
        field(&mut lines, "key id", kid, Role::Address, room);
    }
    let usable = if row.state.is_usable() {
        Role::Good
    } else {
        Role::Bad
    };
    field(&mut lines, "state", row.state.as_str(), usable, room);
    let (verified, role) = if row.verified {
        ("yes: people on both sides compared words", Role::Good)
    } else {
        ("not yet: compare the seven words with the other side", Role::Warn)
    };
    field(&mut lines, "verified", verified, role, room);
    let lease = row.expires_at.map_or_else(
        || "without end".to_owned(),
        |end| format!("until {} ({})", clock.date_time(end), clock.distance(end)),
    );
    field(&mut lines, "lease", &lease, Role::Base, room);
    let used = row
        .last_used
        .map_or_else(|| "never".to_owned(), |moment| clock.date_time(moment));
    field(&mut lines, "last used", &used, Role::Base, room);
    if let Some(uses) = row.uses {
        field(&mut lines, "uses", &count(uses), Role::Base, room);
    }
    if let Some(attention) = &row.attention {
        field(&mut lines, "attention", attention, Role::Warn, room);
    }
    if let Some(grant) = &row.grant {
        add_grant(grant, &mut lines, room);
    }
    lines
}

fn add_grant(grant: &Grant, lines: &mut Vec<Line>, room: u16) {
    heading(lines, "It allows");
    if grant.owner {
        field(lines, "everything", "it is the owner's", Role::Warn, room);
        return;
    }
    let joined = |items: Vec<&str>| {
        if items.is_empty() {
            "none".to_owned()
        } else {
            items.join(", ")
        }
    };
    let actions = joined(grant.actions.iter().map(String::as_str).collect());
    field(lines, "actions", &actions, Role::Base, room);
    let scope = &grant.pointers;
    let pointers = if scope.all {
        "all".to_owned()
    } else {
        let mut parts: Vec<String> = scope.addresses.iter().map(ToString::to_string).collect();
        parts.extend(scope.tags.iter().map(|tag| format!("#{tag}")));
        parts.extend(scope.connections.iter().map(ToString::to_string));
        joined(parts.iter().map(String::as_str).collect())
    };
    field(lines, "pointers", &pointers, Role::Base, room);
    let (writes, role) = if grant.writes {
        ("yes", Role::Warn)
    } else {
        ("no", Role::Base)
    };
    field(lines, "writes", writes, role, room);
    let rate = grant
        .rate_per_minute
        .map_or_else(|| "not limited".to_owned(), |rate| format!("{rate} a minute"));
    field(lines, "rate", &rate, Role::Base, room);
    field(lines, "further hops", &grant.hops.to_string(), Role::Base, room);
    if let Some(sources) = &grant.sources {
        let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
        field(lines, "only from", &sources.join(", "), Role::Base, room);
    }
}
