//! What the page about a credential says. No secret is ever among it.

use super::fields::{field, heading};
use crate::model::{Delivery, Grant, Holder, Side};
use crate::tui::clock::{count, pointers};
use crate::tui::layers::CredentialPage;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::Dependent;

/// The lines of a credential's page.
pub fn credential_lines(state: &State, page: &CredentialPage, room: u16) -> Vec<Line> {
    let Some(row) = state.credentials.rows().iter().find(|row| row.name == page.name) else {
        return vec![Line::of("It is no longer there.", Role::Dim)];
    };
    let clock = &state.clock;
    let mut lines = Vec::new();
    if let Some(alarm) = &row.alarm {
        let told = format!("{} ({})", alarm.kind.advice(), clock.date_time(alarm.at));
        field(&mut lines, "ALARM", &told, Role::Bad, room);
        lines.push(Line::new());
    }
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
    let role = if row.verified { Role::Good } else { Role::Warn };
    field(&mut lines, "verified", row.comparison(), role, room);
    if let Some(delivery) = row.delivery {
        field(
            &mut lines,
            "handed over",
            delivery_words(delivery),
            Role::Base,
            room,
        );
        let (keys, role) = keys_words(row.generation, delivery);
        field(&mut lines, "keys", &keys, role, room);
    }
    if let Some(due) = row.rotation_due {
        let due = format!("rotate by {} ({})", clock.date_time(due), clock.distance(due));
        field(&mut lines, "due", &due, Role::Warn, room);
    }
    if let Some(until) = row.overlap_until {
        let until = format!(
            "answered until {} ({})",
            clock.date_time(until),
            clock.distance(until)
        );
        field(&mut lines, "older key", &until, Role::Warn, room);
    }
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
    if let Some(made) = row.created_at {
        field(&mut lines, "made", &clock.date_time(made), Role::Dim, room);
    }
    if let Some(ended) = row.ended_at {
        field(&mut lines, "revoked", &clock.date_time(ended), Role::Bad, room);
    }
    if let Some(attention) = row.attention.as_ref().filter(|_| row.alarm.is_none()) {
        field(&mut lines, "attention", attention, Role::Warn, room);
    }
    if let Some(grant) = &row.grant {
        add_grant(grant, &mut lines, room);
    }
    add_dependents(state, page, &mut lines, room);
    lines
}

const fn delivery_words(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Code => "by a one-time code",
        Delivery::Request => "in a bundle sealed to a request",
        Delivery::Passphrase => "in a bundle under a passphrase",
        Delivery::Plain => "as plain values: whoever saw them can use them",
    }
}

fn keys_words(generation: u32, delivery: Delivery) -> (String, Role) {
    match (generation, delivery) {
        (0, Delivery::Plain) => ("as they were handed over".to_owned(), Role::Base),
        (0, _) => (
            "as they were handed over: not activated yet, so a leaked bundle would open the same".to_owned(),
            Role::Warn,
        ),
        (1, _) => (
            "activated: fresh keys of both sides are mixed in".to_owned(),
            Role::Good,
        ),
        (2, _) => ("activated, and rotated once since".to_owned(), Role::Good),
        (more, _) => (
            format!("activated, and rotated {} times since", more - 1),
            Role::Good,
        ),
    }
}

fn add_dependents(state: &State, page: &CredentialPage, lines: &mut Vec<Line>, room: u16) {
    heading(lines, "What depends on it");
    match &page.dependents {
        None => lines.push(Line::of("looking …", Role::Dim)),
        Some(Err(failure)) => field(lines, "unknown", &failure.message, Role::Warn, room),
        Some(Ok(none)) if none.is_empty() => lines.push(Line::of("nothing that is known", Role::Dim)),
        Some(Ok(dependents)) => {
            for dependent in dependents {
                let kind = match dependent {
                    Dependent::Pointer { .. } => "pointer",
                    Dependent::Connection { .. } => "connection",
                    Dependent::Caller { .. } => "caller",
                    Dependent::Instance { .. } => "instance",
                };
                field(lines, kind, &dependent_words(state, dependent), Role::Base, room);
            }
        }
    }
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
        parts.extend(
            grant
                .domain
                .iter()
                .map(|domain| format!("those of {}", domain.domain_id)),
        );
        joined(parts.iter().map(String::as_str).collect())
    };
    field(lines, "pointers", &pointers, Role::Base, room);
    if let Some(domain) = &grant.domain {
        let permissions: Vec<&str> = domain.permissions.iter().map(|one| one.as_str()).collect();
        let bound = format!("{} with {}", domain.domain_id, permissions.join(", "));
        field(lines, "only in", &bound, Role::Base, room);
    }
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
    if grant.strict_replay {
        field(
            lines,
            "replays",
            "refused: each call is taken once",
            Role::Base,
            room,
        );
    }
}

/// What stops working, one to a line.
pub fn dependent_words(state: &State, dependent: &Dependent) -> String {
    match dependent {
        Dependent::Pointer {
            instance,
            address,
            description,
            route,
        } => format!("{address} on {instance} ({route}) “{description}”"),
        Dependent::Connection {
            instance,
            name,
            pointers: many,
            unharmed,
        } => {
            let relay = match many {
                0 => "nothing relays".to_owned(),
                1 => "one pointer relays".to_owned(),
                many => format!("{} relay", pointers(*many)),
            };
            let others = match unharmed {
                0 => String::new(),
                1 => "; another pointer goes on".to_owned(),
                many => format!("; {} other pointers go on", count(*many)),
            };
            format!("the connection “{name}” of {instance}, by which {relay}{others}")
        }
        Dependent::Caller {
            app_id,
            last_used,
            uses,
        } => match last_used {
            Some(moment) => format!(
                "{app_id}, which called {uses} times, last {}",
                state.clock.date_time(*moment)
            ),
            None => format!("{app_id}, which never called"),
        },
        Dependent::Instance { name } => format!("this console’s own way to {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fake::demo;

    /// The page about a credential that nobody handed over.
    fn page(name: &str) -> String {
        let state = demo((120, 36));
        let page = CredentialPage {
            name: name.to_owned(),
            dependents: None,
            scroll: 0,
        };
        let lines = credential_lines(&state, &page, 100);
        let texts = lines
            .iter()
            .map(|line| line.spans.iter().map(|(text, _)| text.as_str()).collect());
        texts.collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn of_an_owner_nobody_says_that_words_were_compared() {
        let owner = page("old-client");
        assert!(
            owner.contains("the instance made it for its own administrator"),
            "{owner}"
        );
        assert!(!owner.contains("compared"), "{owner}");
        assert!(page("beta/alpha-federation").contains("people compared the seven words"));
    }
}
