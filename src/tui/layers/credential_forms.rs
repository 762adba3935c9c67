//! The form about what an issued credential allows: its fields, what is wrong with what was typed, and what it leads to.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use super::limits::{hops_complaint, rate_complaint, sources};
use super::tag_words;
use crate::instance::actions::{Access, table};
use crate::model::{ConnectionId, PointerAddress, PointerScope, Profile, Timestamp};
use crate::tui::effect::Work;
use crate::workspace::{CredentialRow, GrantChange};
use std::collections::BTreeSet;

/// What is written where every pointer is meant.
const ALL: &str = "all";
/// Whether actions that change something may be called.
const MAY_CHANGE: [&str; 2] = ["no", "yes"];
/// What becomes of a call that was taken already.
const REPLAYS: [&str; 2] = ["taken", "refused"];
const DAY: i64 = 86_400;
/// How many letters two names begin with alike before one may have been meant for the other.
const ALIKE: usize = 6;

/// What stands in the fields of a credential's form, by their names.
pub(super) fn texts(row: &CredentialRow) -> [(&'static str, &'static str, String); 8] {
    let grant = row.grant.clone().unwrap_or_default();
    let sources = grant.sources.as_deref().unwrap_or_default();
    [
        ("actions", "Actions", joined(&grant.actions)),
        ("scope", "Pointers", scope_text(&grant.pointers)),
        (
            "may_change",
            "May change",
            MAY_CHANGE[usize::from(grant.writes)].to_owned(),
        ),
        ("rate", "Rate", number(grant.rate_per_minute)),
        ("hops", "Further hops", grant.hops.to_string()),
        ("sources", "From", joined(sources)),
        (
            "replays",
            "Replays",
            REPLAYS[usize::from(grant.strict_replay)].to_owned(),
        ),
        ("ends", "Ends", end_text(row.expires_at)),
    ]
}

fn joined<'a, T: ToString + 'a>(items: impl IntoIterator<Item = &'a T>) -> String {
    let words: Vec<String> = items.into_iter().map(ToString::to_string).collect();
    words.join(" ")
}

fn number(value: Option<u32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn scope_text(scope: &PointerScope) -> String {
    let all = scope.all.then(|| ALL.to_owned());
    let tags = scope
        .tags
        .iter()
        .map(|tag| format!("#{}", tag_words::written(tag)));
    let addresses = scope.addresses.iter().map(ToString::to_string);
    let connections = scope.connections.iter().map(ToString::to_string);
    let words: Vec<String> = all
        .into_iter()
        .chain(tags)
        .chain(addresses)
        .chain(connections)
        .collect();
    words.join(" ")
}

/// Reads which pointers are meant.
fn scope_of(text: &str) -> Result<PointerScope, String> {
    let mut scope = PointerScope::default();
    for word in tag_words::words(text) {
        let tag = Some(word.tag()).filter(|tag| word.is_marked && !tag.is_empty());
        let word = &text[word.start..word.end];
        if word == ALL {
            scope.all = true;
        } else if let Some(tag) = tag {
            scope.tags.insert(tag);
        } else if let Ok(address) = PointerAddress::parse(word) {
            scope.addresses.insert(address);
        } else if let Ok(connection) = ConnectionId::parse(word) {
            scope.connections.insert(connection);
        } else {
            return Err(format!("{word} is not all, #tag, ptr_… or conn_…"));
        }
    }
    Ok(scope)
}

/// The end of a lease as it is typed: a moment, by the second.
fn end_text(end: Option<Timestamp>) -> String {
    end.map(|end| format!("{end:.19}Z")).unwrap_or_default()
}

/// Reads when a lease ends: never, so many days from now, the end of a day, or a moment.
fn end_of(text: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok());
    let end = match days {
        Some(days) => Some(now.plus_seconds(i64::from(days) * DAY)),
        None => Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T23:59:59Z"))),
    };
    match end {
        None => Err("is not a day such as 2027-01-31, or days from now such as 90d".to_owned()),
        Some(end) if end <= now => Err("is past".to_owned()),
        Some(end) => Ok(Some(end)),
    }
}

fn actions_of(text: &str) -> BTreeSet<String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}

impl Form {
    /// What an issued credential allows, and when it ends.
    pub fn change_credential(row: &CredentialRow, now: Timestamp) -> Self {
        let is_bound = row.grant.as_ref().is_some_and(|grant| grant.domain.is_some());
        let is_there = |id: &str| match id {
            // They follow from the permissions in its domain.
            "actions" | "scope" | "may_change" => !is_bound,
            "replays" => row.profile == Profile::Legacy,
            _ => true,
        };
        let field = |(id, label, value): (&'static str, &'static str, String)| match id {
            "may_change" => chosen(id, label, &MAY_CHANGE, &value, hint(id)),
            "replays" => chosen(id, label, &REPLAYS, &value, hint(id)),
            _ => Field::text(id, label, value, hint(id)),
        };
        let fields = texts(row)
            .into_iter()
            .filter(|(id, ..)| is_there(id))
            .map(field)
            .collect();
        let intro = match is_bound {
            false => {
                "What you leave stays as it is, and so do its keys. The next call is let in by what is allowed then."
            }
            true => {
                "What you leave stays as it is, and so do its keys. What it may do follows from its permissions in its domain; another key is made on the page about domains."
            }
        };
        Self::of(
            Purpose::ChangeCredential(Box::new(row.clone()), now),
            format!("What {} allows", row.name),
            intro,
            "save",
            fields,
        )
    }

    /// What is wrong with what was typed of a grant.
    pub(super) fn grant_complaint(&self, id: &str, value: &str) -> Option<String> {
        let Purpose::ChangeCredential(row, now) = &self.purpose else {
            return None;
        };
        let is_as_it_was = texts(row).iter().any(|(of, _, text)| *of == id && text == value);
        match id {
            // What was granted once stays what it is, whether or not there is such an action.
            _ if is_as_it_was => None,
            "actions" => actions_complaint(value),
            "scope" => scope_of(value).err(),
            "rate" => rate_complaint(value),
            "hops" => hops_complaint(value),
            "sources" => sources(value).err(),
            "ends" => end_of(value, *now).err(),
            _ => None,
        }
    }

    /// What the form leads to: only what is otherwise than it was seen is changed.
    pub(super) fn grant_work(&self) -> Option<Work> {
        let Purpose::ChangeCredential(row, now) = &self.purpose else {
            return None;
        };
        let seen = texts(row);
        // What was typed, where there is a field and it is otherwise.
        let typed = |id: &str| {
            let value = self.field(id)?.value();
            let before = seen.iter().find(|(of, ..)| *of == id)?;
            (value != before.2.trim()).then_some(value)
        };
        let grant = row.grant.clone().unwrap_or_default();
        let named = typed("sources").map(|value| sources(value).unwrap_or_default());
        let mut change = GrantChange {
            actions: typed("actions").map(actions_of),
            pointers: typed("scope").and_then(|value| scope_of(value).ok()),
            writes: typed("may_change").map(|value| value == MAY_CHANGE[1]),
            rate_per_minute: typed("rate").map(|value| value.parse().ok()),
            hops: typed("hops").and_then(|value| value.parse().ok()),
            sources: named.map(|sources| (!sources.is_empty()).then_some(sources)),
            strict_replay: typed("replays").map(|value| value == REPLAYS[1]),
            lease_ends: typed("ends").and_then(|value| end_of(value, *now).ok()),
            if_still: Some(row.as_seen()),
        };
        if change.is_empty() {
            // Something has to be said, or there would be nothing to do.
            change.hops = Some(grant.hops);
        }
        Some(Work::ChangeCredential(row.name.clone(), Box::new(change)))
    }
}

const fn hint(id: &str) -> &'static str {
    match id.as_bytes() {
        b"actions" => "those that may be called, separated by blanks",
        b"scope" => "all, or any of #tag, ptr_…, conn_…, separated by blanks",
        b"may_change" => "whether actions that change something are allowed at all",
        b"rate" => "calls a minute; empty for as many as they like",
        b"hops" => "0: what they ask ends here; up to 8: pointers here may lead them on",
        b"sources" => "addresses such as 10.1.0.0/16; empty for anywhere",
        b"replays" => "refused: each call is taken once, and sealed circuits do not work",
        _ => "a day such as 2027-01-31 (in UTC), or days such as 90d; empty: never",
    }
}

/// A name that no action has, with the one that begins most like it.
fn actions_complaint(value: &str) -> Option<String> {
    let granted = || table::ALL.iter().filter(|action| action.access != Access::Owner);
    let names = actions_of(value);
    let unknown = names
        .iter()
        .find(|name| !granted().any(|action| action.name == **name))?;
    let alike = |name: &str| {
        let pairs = name.bytes().zip(unknown.bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let near = granted().max_by_key(|action| alike(action.name));
    Some(match near.filter(|near| alike(near.name) >= ALIKE) {
        Some(near) => format!("{unknown} is no action that can be granted; {} is", near.name),
        None => format!("{unknown} is no action that can be granted"),
    })
}

/// A choice with one of its options chosen.
fn chosen(id: &'static str, label: &'static str, options: &[&str], option: &str, hint: &str) -> Field {
    let place = options.iter().position(|other| *other == option).unwrap_or(0);
    let options = options.iter().map(|&option| option.to_owned()).collect();
    Field::choice(id, label, options, hint).at(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_000_000);

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in [
            "#wet ptr_0123456789ab conn_0123456789ab",
            "#\"a,b\" #\"open data\" #wet",
        ] {
            assert_eq!(scope_text(&scope_of(text).unwrap()), text);
        }
        let scope = scope_of("#\"open data\"").unwrap();
        assert!(scope.tags.contains("open data"));
        assert!(scope_of("\"open data\"").is_err());
        assert!(scope_of("all").unwrap().all);
        assert!(scope_of("ptr_1").unwrap_err().contains("ptr_1"));
        assert_eq!(scope_of("").unwrap(), PointerScope::default());
    }

    #[test]
    fn an_end_is_a_day_days_from_now_or_a_moment() {
        let end = |text: &str| end_of(text, NOW).map(end_text);
        assert_eq!(end("").unwrap(), "");
        assert_eq!(end("2027-01-31").unwrap(), "2027-01-31T23:59:59Z");
        assert_eq!(end("2027-01-31T10:00:00Z").unwrap(), "2027-01-31T10:00:00Z");
        assert_eq!(end_of("2d", NOW), Ok(Some(NOW.plus_seconds(2 * DAY))));
        assert_eq!(end("2020-01-01").unwrap_err(), "is past");
        assert!(end("soon").is_err());
    }

    #[test]
    fn an_action_that_there_is_not_is_noticed_while_one_types() {
        let said = |typed: &str| actions_complaint(typed).unwrap_or_default();
        assert_eq!(
            said("get_pointer frobnicate"),
            "frobnicate is no action that can be granted"
        );
        assert_eq!(
            said("whoami_"),
            "whoami_ is no action that can be granted; whoami is"
        );
        assert_eq!(said("get_pointer, list_pointers"), "");
    }
}
