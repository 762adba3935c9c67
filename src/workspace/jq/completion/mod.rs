//! What can go on where the cursor stands in an expression: the members of what really is there, asked of the reply itself
//! by running what was written so far, and the filters of jq by their names.

mod definition;
mod filters;
mod levels;
mod place;

use super::{Answer, Limits};
pub use place::{JqPlace, place};
use place::{Slot, is_plain};
use serde::Deserialize;
use std::time::Duration;

/// Values that are looked at for their members, members of each, and letters of a text that are shown.
const VALUES: usize = 20;
const MEMBERS: usize = 300;
const SHOWN: usize = 48;

/// Something that can be taken where the cursor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JqOffer {
    /// What is written from the place's `from` on.
    pub text: String,
    /// What it is, in short.
    pub shown: String,
}

/// What stands where an expression leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    members: Vec<Member>,
    /// How many items it has, if it is a list.
    items: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    shown: String,
    is_list: bool,
}

/// A value in few words, as the question has jq tell it.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    name: String,
    kind: String,
    #[serde(default)]
    length: u64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    members: Vec<Told>,
}

impl Told {
    fn shown(&self) -> String {
        match self.kind.as_str() {
            "object" => object_in_short(self.length),
            "array" => list_in_short(self.length),
            _ => self.text.clone(),
        }
    }
}

/// An object in a few words.
pub fn object_in_short(members: u64) -> String {
    format!("{{…}} with {}", counted(members, "member"))
}

/// A list in a few words.
pub fn list_in_short(items: u64) -> String {
    format!("[…] with {}", counted(items, "item"))
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

impl JqPlace {
    /// The expression that tells what is there. It is the same as long as only what is begun grows.
    pub fn question(&self) -> Option<String> {
        if matches!(self.slot, Slot::Filter | Slot::Variable) {
            return None;
        }
        let text = format!(
            "if type == \"string\" then (if length > {SHOWN} then .[:{SHOWN}] + \"…\" else . end) else tojson end"
        );
        let of = &self.of;
        Some(format!(
            "[limit({VALUES}; ({of})?) \
             | if type == \"object\" then {{kind: \"object\", members: [limit({MEMBERS}; to_entries[]) \
             | {{name: .key}} + (.value | type as $kind | {{kind: $kind}} \
             + if $kind == \"object\" or $kind == \"array\" then {{length: length}} else {{text: ({text})}} end)]}} \
             elif type == \"array\" then {{kind: \"array\", length: length}} else empty end]"
        ))
    }

    /// How far the question may go: it is asked between two keystrokes.
    pub fn limits() -> Limits {
        Limits {
            time: Duration::from_secs(1),
            bytes: 1024 * 1024,
            ..Limits::default()
        }
    }

    /// What can be taken, what fits best first.
    pub fn offers(&self, standing: &Standing) -> Vec<JqOffer> {
        let mut offers = match self.slot {
            Slot::Step | Slot::First => self.steps(standing),
            Slot::Index => indices(standing),
            Slot::Name => names(standing),
            Slot::Filter => self.callable(),
            Slot::Variable => self.named(),
            Slot::Anything => {
                let mut all = self.steps(standing);
                all.extend(self.named());
                all.extend(self.callable());
                all
            }
        };
        let begun = self.begun.to_lowercase();
        let bare = begun.trim_start_matches('.');
        let rank = |offer: &JqOffer| {
            let text = offer.text.to_lowercase();
            match text.find(bare) {
                Some(_) if text.starts_with(&begun) => Some(0),
                Some(_) => Some(1),
                None => None,
            }
        };
        offers.retain(|offer| rank(offer).is_some() && offer.text != self.begun);
        offers.sort_by_key(rank);
        offers
    }

    /// What can be called: what the expression defines, the newest first, then what jq has. A name that is defined
    /// once more is another function.
    fn callable(&self) -> Vec<JqOffer> {
        let mut offers: Vec<JqOffer> = Vec::new();
        for name in self.functions.iter().rev() {
            if offers.iter().all(|offer| offer.text != *name) {
                offers.push(offer(name.clone(), "defined before"));
            }
        }
        let own = filters::offers();
        offers.extend(own.into_iter().filter(|own| !self.functions.contains(&own.text)));
        offers
    }

    /// Values by the names that they were given, the newest first; what is named once more is another value.
    fn named(&self) -> Vec<JqOffer> {
        let mut offers: Vec<JqOffer> = Vec::new();
        for name in self.variables.iter().rev() {
            if offers.iter().all(|offer| offer.text != *name) {
                offers.push(offer(name.clone(), "named before"));
            }
        }
        offers
    }

    fn steps(&self, standing: &Standing) -> Vec<JqOffer> {
        let mut offers = Vec::new();
        if standing.items.is_some() {
            let dot = if self.slot == Slot::Step { "" } else { "." };
            offers.extend(brackets(standing).map(|(text, shown)| offer(format!("{dot}[{text}"), shown)));
        }
        for member in &standing.members {
            let step = step(&member.name);
            // A list that is written to its end goes on with what is in it.
            if member.is_list && step == self.begun {
                offers.push(offer(format!("{step}[]"), ALL_ITEMS));
                offers.push(offer(format!("{step}[0]"), FIRST_ITEM));
            }
            offers.push(offer(step, &member.shown));
        }
        offers
    }
}

const ALL_ITEMS: &str = "each item";
const FIRST_ITEM: &str = "the first item";
const LAST_ITEM: &str = "the last item";

fn brackets(standing: &Standing) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [("]", ALL_ITEMS), ("0]", FIRST_ITEM), ("-1]", LAST_ITEM)];
    all.into_iter().filter(|_| standing.items.is_some())
}

fn indices(standing: &Standing) -> Vec<JqOffer> {
    let items = brackets(standing).map(|(text, shown)| offer(text.to_owned(), shown));
    let members = standing.members.iter();
    items
        .chain(members.map(|member| offer(format!("{}]", quoted(&member.name)), &member.shown)))
        .collect()
}

fn names(standing: &Standing) -> Vec<JqOffer> {
    let name = |member: &Member| match is_plain(&member.name) {
        true => member.name.clone(),
        false => quoted(&member.name),
    };
    let members = standing.members.iter();
    members.map(|member| offer(name(member), &member.shown)).collect()
}

fn offer(text: String, shown: &str) -> JqOffer {
    JqOffer {
        text,
        shown: shown.to_owned(),
    }
}

/// The step to the member of this name.
pub fn step(name: &str) -> String {
    match is_plain(name) {
        true => format!(".{name}"),
        false => format!(".{}", quoted(name)),
    }
}

/// A text as jq reads it: JSON's escapes are jq's, and what begins an interpolation is escaped with them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the question's answer says. Of several values, each member counts once, as it is where it was met first.
pub fn standing(answer: &Answer) -> Standing {
    let told = answer.results.first();
    let told: Vec<Told> = told
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let mut standing = Standing::default();
    for value in told {
        if value.kind == "array" {
            standing.items.get_or_insert(value.length);
        }
        for member in value.members {
            if standing.members.iter().any(|known| known.name == member.name) {
                continue;
            }
            standing.members.push(Member {
                shown: member.shown(),
                is_list: member.kind == "array",
                name: member.name,
            });
        }
    }
    standing
}

#[cfg(test)]
mod tests;
