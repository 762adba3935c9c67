//! What is typed and picked at each step: what is wrong with it, and how it becomes answers.

use super::fields::NONE;
use super::options::{REFUSED, holders_of, purpose};
use super::state::Wizard;
use crate::handshake::OneTimeCode;
use crate::handshake::guide::{Purpose, Source, Step};
use crate::model::{AppId, Delivery, Endpoint, EndpointError, Holder, InstanceName, Route, Side};
use crate::protocol::Query;
use crate::seal::{FernetKey, TokenSecret};
use crate::tui::layers::{Field, hops_complaint, rate_complaint, sources};
use crate::tui::state::State;

/// As much of a wrong value as is said again.
const LONGEST_ECHO: usize = 40;

/// Says of each field of the present step what is wrong with it.
pub fn check(state: &State, wizard: &mut Wizard) {
    let step = wizard.step();
    let complaints: Vec<Option<String>> = wizard
        .fields()
        .iter()
        .map(|field| complaint(state, wizard, step, field))
        .collect();
    if let Some(fields) = wizard.pages.get_mut(&step) {
        for (field, complaint) in fields.iter_mut().zip(complaints) {
            field.error = complaint;
        }
    }
}

fn complaint(state: &State, wizard: &Wizard, step: Step, field: &Field) -> Option<String> {
    let value = field.value();
    let empty = || value.trim().is_empty().then(|| "is needed".to_owned());
    let skipped = step == Step::Pointer && wizard.typed(step, "make") != "yes";
    match field.id {
        "app_id" => empty().or_else(|| {
            AppId::parse(value)
                .err()
                .and_then(|_| wrong(AppId::parse(&begun(value))))
        }),
        "tag" => empty(),
        "lease" if value.is_empty() => None,
        "lease" => match value.parse::<u32>() {
            Ok(1..=3650) => None,
            _ => Some("is not a number of days from 1 to 3650".to_owned()),
        },
        "rate" => rate_complaint(value),
        "hops" => hops_complaint(value),
        "sources" => sources(value).err(),
        "request" if !wizard.course.answers.request.is_empty() => None,
        "request" => empty(),
        "bundle" if matches!(wizard.course.answers.bundle, Some(Source::Text(_))) => None,
        "bundle" => empty(),
        "url" => empty().or_else(|| not_an_address(value)),
        "code" => empty().or_else(|| wrong(OneTimeCode::parse(value))),
        "words" => empty().or_else(|| words(value)),
        "jwt_secret" => empty().or_else(|| wrong(TokenSecret::parse(value))),
        "encryption_key" => empty().or_else(|| wrong(FernetKey::parse(value))),
        "name" if value.is_empty() && wizard.course.answers.delivery != Delivery::Plain => None,
        "name" => empty().or_else(|| wrong(InstanceName::parse(value))).or_else(|| {
            let taken = state.instances.get(value).is_some();
            taken.then(|| format!("is taken: there is an instance {value} in this home"))
        }),
        "query" if !skipped => empty().or_else(|| wrong(Query::parse(value.as_bytes()))),
        _ => None,
    }
}

/// How many words there are, and whether each can be one of a generated passphrase.
fn words(value: &str) -> Option<String> {
    let count = value
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
        .count();
    (count < 7).then(|| format!("are {count} of 7 so far"))
}

/// What is wrong with an address.
fn not_an_address(value: &str) -> Option<String> {
    match Endpoint::parse(value) {
        Err(EndpointError::NotAUrl(_)) => Some(EndpointError::NotAUrl(begun(value)).to_string()),
        parsed => wrong(parsed),
    }
}

/// What is said of a value that is not what it should be. A long one may be a secret in the wrong field: no more than its
/// beginning.
fn begun(value: &str) -> String {
    if value.chars().count() <= LONGEST_ECHO {
        return value.to_owned();
    }
    value.chars().take(8).chain(['…']).collect()
}

/// The complaint of a parser.
fn wrong<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Option<String> {
    parsed.err().map(|error| error.to_string())
}

/// Takes what was typed and picked into the answers. False if something is wrong; the cursor goes there.
pub fn take(state: &State, wizard: &mut Wizard) -> bool {
    check(state, wizard);
    let step = wizard.step();
    if let Some(place) = wizard.fields().iter().position(|field| field.error.is_some()) {
        wizard.at = place;
        if let Some(field) = wizard.pages.get_mut(&step).and_then(|page| page.get_mut(place)) {
            field.touched = true;
        }
        return false;
    }
    note(wizard);
    true
}

/// Notes what was typed and picked so far, right or not yet.
pub fn note(wizard: &mut Wizard) {
    let step = wizard.step();
    let typed = |id: &str| wizard.typed(step, id).to_owned();
    let picked = wizard.list.picked.clone();
    let current = wizard
        .list
        .current()
        .map(|item| item.key.clone())
        .unwrap_or_default();
    let offers = wizard.course.side() == Side::Issued;
    let mut answers = wizard.course.answers.clone();
    match step {
        Step::Instance => answers.instance = InstanceName::parse(&current).ok().or(answers.instance),
        Step::Who => answers.app_id = AppId::parse(&typed("app_id")).ok(),
        Step::Purpose => answers.purpose = purpose(&current),
        Step::Scope => match answers.purpose {
            Purpose::Summary => {
                answers.addresses = picked.iter().filter_map(|key| key.parse().ok()).collect()
            }
            Purpose::Tag => typed("tag").trim_start_matches('#').clone_into(&mut answers.tag),
            Purpose::Connection => {
                answers.connections = picked.iter().filter_map(|key| key.parse().ok()).collect();
            }
            Purpose::Custom => answers.actions = picked.into_iter().collect(),
            Purpose::Everything => {}
        },
        Step::Limits => {
            answers.lease_days = typed("lease").parse().ok();
            answers.rate_per_minute = typed("rate").parse().ok();
            answers.writes = typed("writes") == "yes";
            answers.hops = typed("hops").parse().unwrap_or(0);
            answers.sources = sources(&typed("sources")).unwrap_or_default();
        }
        Step::Holders => answers.holders = holders_of(&current),
        Step::Delivery | Step::Way => {
            answers.delivery = Delivery::parse(&current).unwrap_or(answers.delivery);
            if offers && answers.delivery == Delivery::Plain {
                // One set of values is one caller.
                answers.holders = vec![Holder::Console];
            }
        }
        Step::Replays => answers.strict_replay = current == REFUSED,
        Step::File => answers.file = typed("file"),
        Step::Code | Step::Plain => {
            answers.url = typed("url");
            answers.app_id = AppId::parse(&typed("app_id")).ok();
        }
        Step::Ask => {
            answers.relay = InstanceName::parse(&typed("relay"))
                .ok()
                .filter(|name| name.as_str() != NONE);
            answers.holders = match &answers.relay {
                Some(_) => holders_of(&typed("holders")),
                None => vec![Holder::Console],
            };
            answers.app_id = AppId::parse(&typed("app_id")).ok();
            answers.file = typed("file");
        }
        Step::Bundle => {
            if let Some(source) = Source::of(&typed("bundle")) {
                answers.bundle = Some(source);
            }
        }
        Step::Keep => {
            answers.name = InstanceName::parse(&typed("name")).ok();
            answers.relay = InstanceName::parse(&typed("relay"))
                .ok()
                .filter(|name| name.as_str() != NONE);
        }
        Step::Pointer => answers.route = Route::parse(&typed("route")).unwrap_or(answers.route),
        _ => {}
    }
    wizard.course.answers = answers;
}
