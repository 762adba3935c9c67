//! Looking at the text anew after every change: its structure, its blanks, what is wrong with it, and what of it is
//! still to be looked up.

use super::offer::wants_pointer;
use super::place::place;
use super::state::Composer;
use crate::model::PointerAddress;
use crate::protocol::json_text::{Member, Tree, meant_in_place};
use crate::tui::state::State;
use crate::workspace::{Facts, Finding, Weight, blank_spans, findings};
use std::ops::Range;

/// Pointers that are looked up at a time.
const LOOK_UPS: usize = 4;

/// Looks at the text anew.
pub fn look(state: &State, composer: &mut Composer) {
    composer.looked_at = Some(composer.editor.revision());
    composer.tree = Tree::of(composer.editor.text());
    composer.blanks = blanks(composer.editor.text(), &composer.tree);
    let knowledge = state
        .composer
        .of(&composer.instance, composer.identity.as_ref())
        .filter(|_| composer.knows);
    let through = composer.way.first(&composer.instance);
    let is_read_only = |name: &crate::model::InstanceName| {
        state
            .instances
            .get(name.as_str())
            .is_some_and(|instance| instance.row.read_only)
    };
    let direct = composer.way.through().is_none();
    let facts = Facts {
        actions: knowledge.map(|knowledge| &knowledge.actions),
        grant: knowledge
            .and_then(|knowledge| knowledge.grant.as_ref())
            .filter(|_| direct),
        read_only: state.read_only || is_read_only(through) || is_read_only(&composer.instance),
    };
    composer.findings = findings(composer.editor.text(), &facts);
    let missing = missing(composer);
    composer.findings.extend(missing);
}

/// Where blanks stand: in texts that are neither names nor an action.
fn blanks(text: &str, tree: &Tree) -> Vec<Range<usize>> {
    members(tree)
        .filter(|member| member.container.is_none() && member.name.as_deref() != Some("action"))
        .filter_map(|member| member.value.clone())
        .flat_map(|value| {
            let spans = blank_spans(&meant_in_place(&text[value.clone()]));
            spans
                .into_iter()
                .map(move |span| value.start + span.start..value.start + span.end)
        })
        .collect()
}

/// Everything that stands in an object or a list.
fn members(tree: &Tree) -> impl Iterator<Item = &Member> {
    tree.containers.iter().flat_map(|container| &container.members)
}

/// Pointers that are named, and are not there.
fn missing(composer: &Composer) -> Vec<Finding> {
    addresses(composer)
        .into_iter()
        .filter(|(address, _)| composer.pointers.get(address) == Some(&Some(false)))
        .map(|(address, span)| Finding {
            weight: Weight::Warning,
            span,
            message: format!("there is no pointer {address} on {}", composer.instance),
        })
        .collect()
}

/// The addresses of pointers that stand in the text as values.
fn addresses(composer: &Composer) -> Vec<(PointerAddress, Range<usize>)> {
    let text = composer.editor.text();
    members(&composer.tree)
        .filter_map(|member| {
            let span = member.value.clone()?;
            let raw = text[span.clone()].trim_matches('"');
            let address = PointerAddress::parse(raw).ok()?;
            Some((address, span))
        })
        .collect()
}

/// The word that pointers are to be searched by, where an address is typed.
pub fn word(state: &State, composer: &Composer) -> Option<String> {
    let knowledge = state
        .composer
        .of(&composer.instance, composer.identity.as_ref())?;
    let place = place(composer.editor.text(), &composer.tree, composer.editor.cursor())?;
    wants_pointer(&place, &knowledge.actions)?;
    let by_address = place.partial.starts_with("ptr_");
    (place.begun && !by_address).then(|| place.partial.clone())
}

/// Addresses that are still to be looked up.
pub fn to_look_up(composer: &mut Composer) -> Vec<PointerAddress> {
    if !composer.knows {
        return Vec::new();
    }
    let unknown: Vec<_> = addresses(composer)
        .into_iter()
        .map(|(address, _)| address)
        .filter(|address| !composer.pointers.contains_key(address))
        .take(LOOK_UPS)
        .collect();
    for address in &unknown {
        composer.pointers.insert(address.clone(), None);
    }
    unknown
}
