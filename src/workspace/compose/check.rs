//! What is wrong with a query, before it is sent: each remark with its place in the text.

use super::blanks::{has_blank, unclear};
use crate::instance::LONGEST_BODY;
use crate::model::Grant;
use crate::protocol::json_text::{self, Member, Shape, Tree};
use crate::protocol::{Access, ActionInfo, Actions, BESIDE_PARAMETERS, Origin, ParameterInfo};
use crate::workspace::only_reads;
use serde::Serialize;
use serde_json::Value;
use std::ops::Range;

/// The longest query whose sealed body an instance of this program takes.
const LONGEST_QUERY: usize = (LONGEST_BODY - 1024) / 4 * 3;
/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It can be sent all the same, if a person means it.
    Warning,
    /// It is not sent.
    Stopper,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub weight: Weight,
    /// The bytes of the text that it is about.
    pub span: Range<usize>,
    /// What it is.
    pub message: String,
}

impl Finding {
    fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            weight: Weight::Warning,
            span,
            message: message.into(),
        }
    }

    fn stopper(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            weight: Weight::Stopper,
            span,
            message: message.into(),
        }
    }
}

/// What is known of where the query goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The actions of the instance.
    pub actions: Option<&'a Actions>,
    /// What the identity may do there.
    pub grant: Option<&'a Grant>,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

/// Whether an action changes nothing: as the instance says, or as far as is known without it.
fn reads(name: &str, known: Option<&ActionInfo>) -> bool {
    // What it reaches decides, and that may be a circuit that changes something.
    match known {
        Some(action) => !action.writes && name != "invoke_through_connection",
        None => only_reads(name),
    }
}

/// Everything that is wrong with a query, what stops it first, then as it stands in the text.
pub fn findings(text: &str, facts: &Facts) -> Vec<Finding> {
    if text.len() > LONGEST_BODY {
        let message = format!(
            "the query has {} bytes; an instance takes at most {LONGEST_QUERY}",
            text.len()
        );
        return vec![Finding::stopper(0..1, message)];
    }
    if text.trim().is_empty() {
        return vec![Finding::stopper(0..text.len(), "there is no query yet")];
    }
    if let Some(mistake) = json_text::mistake(text) {
        return vec![Finding::stopper(mistake.span, mistake.message)];
    }
    let tree = Tree::of(text);
    let mut found = Vec::new();
    look(text, &tree, facts, &mut found);
    if let Some(size) = over_the_limit(text) {
        let message = format!("the query has {size} bytes; an instance takes at most {LONGEST_QUERY}");
        found.push(Finding::stopper(0..1, message));
    }
    found.sort_by_key(|finding| (std::cmp::Reverse(finding.weight), finding.span.start));
    found
}

fn over_the_limit(text: &str) -> Option<usize> {
    if text.len() <= LONGEST_QUERY {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let size = value.to_string().len();
    (size > LONGEST_QUERY).then_some(size)
}

fn look(text: &str, tree: &Tree, facts: &Facts, found: &mut Vec<Finding>) {
    let outermost = tree.containers.first();
    let Some(object) = outermost.filter(|container| container.shape == Shape::Object) else {
        let whole = tree.tokens.first().map_or(0..0, |token| token.span.clone());
        found.push(Finding::stopper(
            whole,
            "a query is a JSON object with an \"action\"",
        ));
        return;
    };
    let Some(member) = object.member("action") else {
        let bracket = object.span.start..object.span.start + 1;
        found.push(Finding::stopper(bracket, "a query needs an \"action\""));
        return;
    };
    let place = member.value.clone().unwrap_or_else(|| member.name_span.clone());
    let Some(name) = tree.text_of(text, member) else {
        found.push(Finding::stopper(place, "\"action\" must be the name of one"));
        return;
    };
    if name.is_empty() {
        found.push(Finding::stopper(place, "the action is still to be named"));
        return;
    }
    for member in &object.members {
        braces(text, member, found);
    }
    let known = facts.actions.and_then(|actions| actions.find(&name));
    if facts.read_only && !reads(&name, known) {
        let message = format!("{name} may change something, and only reading is allowed here");
        found.push(Finding::stopper(place.clone(), message));
    }
    let Some(action) = known else {
        if let Some(actions) = facts.actions {
            found.push(Finding::warning(place, unknown(&name, actions)));
        }
        return;
    };
    granted(action, facts.grant, &place, found);
    let bracket = object.span.start..object.span.start + 1;
    for parameter in action.parameters.iter().filter(|parameter| parameter.required) {
        let given = object.member(&parameter.name);
        let is_null = |member: &Member| member.value.clone().is_some_and(|span| &text[span] == "null");
        if given.is_none_or(is_null) {
            let place = given.map_or(bracket.clone(), |member| member.name_span.clone());
            let message = format!("{name} needs {} ({})", parameter.name, parameter.kind.words());
            found.push(Finding::warning(place, message));
        }
    }
    for member in &object.members {
        parameter(text, action, member, found);
    }
}

fn unknown(name: &str, actions: &Actions) -> String {
    let nearest = nearest(name, actions.list.iter().map(|action| action.name.as_str()));
    let hint = nearest.map_or_else(String::new, |other| format!("; did you mean {other}?"));
    match actions.origin {
        Origin::Told => format!("the instance has no action {name:?}{hint}"),
        Origin::BuiltIn => format!("original instances are not known to have an action {name:?}{hint}"),
    }
}

fn granted(action: &ActionInfo, grant: Option<&Grant>, place: &Range<usize>, found: &mut Vec<Finding>) {
    let Some(grant) = grant else { return };
    let refusal = match action.access {
        Access::Owner if !grant.owner => Some("is for the instance's owner only"),
        Access::Granted if !grant.allows_action(&action.name) => Some("is not in this identity's grant"),
        _ if action.writes && !grant.writes => Some("changes something, and this identity may only read"),
        _ => None,
    };
    if let Some(refusal) = refusal {
        found.push(Finding::warning(
            place.clone(),
            format!("{} {refusal}", action.name),
        ));
    }
}

fn parameter(text: &str, action: &ActionInfo, member: &Member, found: &mut Vec<Finding>) {
    let Some(name) = member.name.as_deref() else {
        return;
    };
    if BESIDE_PARAMETERS.contains(&name) {
        return;
    }
    let Some(known) = action.parameter(name) else {
        let names = action.parameters.iter().map(|parameter| parameter.name.as_str());
        let hint = nearest(name, names).map_or_else(String::new, |other| format!("; did you mean {other}?"));
        let message = format!("{} has no parameter {name:?}{hint}", action.name);
        found.push(Finding::warning(member.name_span.clone(), message));
        return;
    };
    let Some((span, value)) = value_of(text, member) else {
        return;
    };
    if let Some(message) = misfit(known, &value) {
        found.push(Finding::warning(span, message));
    }
}

/// The value of a member, and where it stands.
fn value_of(text: &str, member: &Member) -> Option<(Range<usize>, Value)> {
    let span = member.value.clone()?;
    let value = serde_json::from_str(&text[span.clone()]).ok()?;
    Some((span, value))
}

/// What stands between double braces and is no blank was probably meant as one.
fn braces(text: &str, member: &Member, found: &mut Vec<Finding>) {
    let Some((span, value)) = value_of(text, member) else {
        return;
    };
    if let Some(written) = unclear(&value) {
        let message = format!(
            "{written} is sent as it is; a blank is {{{{name}}}}, {{{{name:json}}}} or {{{{action | jq expression}}}}"
        );
        found.push(Finding::warning(span, message));
    }
}

fn misfit(parameter: &ParameterInfo, value: &Value) -> Option<String> {
    // What will be there is not known before it is filled in.
    if value.is_null() || has_blank(value) {
        return None;
    }
    if !parameter.kind.fits(value) {
        return Some(format!("{} takes a {}", parameter.name, parameter.kind.words()));
    }
    if parameter.choices.is_empty() {
        return None;
    }
    let is_one = |text: &str| parameter.choices.iter().any(|choice| choice == text);
    let fits = match value {
        Value::String(text) => is_one(text),
        Value::Array(items) => items.iter().all(|item| item.as_str().is_some_and(is_one)),
        _ => true,
    };
    (!fits).then(|| format!("{} is one of {}", parameter.name, parameter.choices.join(", ")))
}

/// The name that was probably meant: one that differs in few letters.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = match name.chars().count() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    if name.len() > 64 {
        return None;
    }
    names
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// How many letters have to be changed, left out or put in (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, also) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *also);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests;
