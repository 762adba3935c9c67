//! What happens to the page when something happens.

use super::errand::Errand;
use super::page::{Band, PointerPage};
use super::sections::sheet;
use super::sheet::{Destination, Sheet};
use crate::model::{InstanceName, Pointer, PointerAddress};
use crate::tui::content::page_area;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Load, State};
use crate::tui::update::{open_credential_page, show_pointers_of};
use crate::workspace::NeighborPage;

/// Neighbours that are asked for at a time.
const PAGE: u64 = 20;
/// So near to the end of what was fetched, more is asked for.
const AHEAD: usize = 6;

/// Opens the page about a pointer, as it stands in a list.
pub fn open(state: &mut State, instance: InstanceName, pointer: &Pointer) -> Vec<Effect> {
    let page = PointerPage::of(instance, pointer);
    let effect = load(&page);
    state.layers.push(Layer::Pointer(Box::new(page)));
    vec![effect]
}

fn load(page: &PointerPage) -> Effect {
    Effect::LoadPointer(page.instance.clone(), page.address.clone())
}

fn top(state: &mut State) -> Option<&mut PointerPage> {
    match state.layers.last_mut() {
        Some(Layer::Pointer(page)) => Some(page),
        _ => None,
    }
}

/// Moves over the page on top. False if there is another one on top.
pub fn step(state: &mut State, rows: i64) -> bool {
    let Some((sheet, height)) = drawn(state) else {
        return false;
    };
    if let Some(page) = top(state) {
        page.step(rows, &sheet, height);
    }
    true
}

/// The page on top as it is drawn now, and how many lines of it fit.
fn drawn(state: &State) -> Option<(Sheet, usize)> {
    let Some(Layer::Pointer(page)) = state.layers.last() else {
        return None;
    };
    let area = page_area(state);
    Some((sheet(state, page, area.width), usize::from(area.height)))
}

/// Goes where the selected link goes.
pub fn go(state: &mut State) -> Vec<Effect> {
    let Some((sheet, _)) = drawn(state) else {
        return Vec::new();
    };
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let Some(to) = page.link(&sheet).cloned() else {
        return Vec::new();
    };
    match to {
        Destination::Pointer(address, told) => {
            let next = PointerPage {
                told,
                ..PointerPage::new(page.instance.clone(), address)
            };
            let effect = load(&next);
            page.walk_to(next);
            vec![effect]
        }
        Destination::Credential(name) => open_credential_page(state, name),
        Destination::Instance(name) => show_pointers_of(state, &name, None),
        Destination::Connection(id) => {
            let instance = page.instance.clone();
            show_pointers_of(state, &instance, Some(&format!("conn:{id}")))
        }
    }
}

/// Goes back to the pointer that one came from. False if one came from none.
pub fn walk_back(state: &mut State) -> bool {
    top(state).is_some_and(PointerPage::walk_back)
}

/// A pointer was deleted: its page goes, back to where one came from.
pub fn deleted(state: &mut State, instance: &InstanceName, address: &PointerAddress) {
    for layer in &mut state.layers {
        if let Layer::Pointer(page) = layer {
            page.trail.retain(|before| !before.is_about(instance, address));
            if page.is_about(instance, address) {
                page.walk_back();
            }
        }
    }
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Pointer(page) if page.is_about(instance, address)));
}

/// Everything on the page, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    page.related = Band::default();
    page.near = Band::default();
    vec![load(page)]
}

/// Neighbours came, by coordinates or stored ones, from this place on; those without words are asked about.
pub(super) fn take_neighbours(
    state: &mut State,
    instance: InstanceName,
    address: &PointerAddress,
    computed: bool,
    offset: u64,
    outcome: Outcome<NeighborPage>,
) -> Vec<Effect> {
    let mut is_open = false;
    change_pages(state, &instance, address, |page| {
        is_open = true;
        let band = if computed {
            &mut page.near
        } else {
            &mut page.related
        };
        match &outcome {
            Ok(found) => band.take(offset, found),
            Err(failure) => band.fail(offset, failure),
        }
    });
    let Some(found) = outcome.ok().filter(|_| is_open) else {
        return Vec::new();
    };
    let unknown = found
        .neighbors
        .into_iter()
        .filter(|neighbour| neighbour.description.is_none());
    let unknown: Vec<PointerAddress> = unknown.map(|neighbour| neighbour.address).collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    vec![Effect::Pointer(Errand::Describe(instance, unknown))]
}

/// Words came for neighbours that had none.
pub(super) fn take_words(state: &mut State, instance: &InstanceName, told: &[(PointerAddress, String)]) {
    change_all(state, &mut |page| {
        if page.instance == *instance {
            describe(&mut page.related, told);
            describe(&mut page.near, told);
        }
    });
}

/// Changes every page about this pointer: open, or one that a page that is open leads back to.
pub fn change_pages(
    state: &mut State,
    instance: &InstanceName,
    address: &PointerAddress,
    mut change: impl FnMut(&mut PointerPage),
) {
    change_all(state, &mut |page| {
        if page.is_about(instance, address) {
            change(page);
        }
    });
}

fn change_all(state: &mut State, change: &mut dyn FnMut(&mut PointerPage)) {
    for layer in &mut state.layers {
        if let Layer::Pointer(page) = layer {
            page.change_all(change);
        }
    }
}

fn describe(band: &mut Band, told: &[(PointerAddress, String)]) {
    for row in &mut band.rows {
        if let Some((_, words)) = told.iter().find(|(address, _)| *address == row.address) {
            row.description = Some(words.clone());
        }
    }
}

/// What is in view and not there yet is asked for; what one nears the end of, too.
pub fn settle(state: &mut State) -> Vec<Effect> {
    let Some((sheet, height)) = drawn(state) else {
        return Vec::new();
    };
    let Some(page) = top(state) else {
        return Vec::new();
    };
    page.scroll = page.scroll.min(sheet.lines.len().saturating_sub(height));
    if page.is_gone() || matches!(page.load, Load::Waiting) && page.detail.is_none() {
        return Vec::new();
    }
    let bottom = page.scroll + height;
    let wants = |band: &Band, end: usize| {
        let first = band.is_untouched() && matches!(band.load, Load::Waiting);
        let next = band.more && !band.asked && band.load == Load::Ready && bottom + AHEAD >= end;
        first || next
    };
    let (related, near) = (
        wants(&page.related, sheet.near_from),
        wants(&page.near, sheet.lines.len()) && sheet.near_from < bottom,
    );
    let mut effects = Vec::new();
    for (wanted, computed) in [(related, false), (near, true)] {
        let band = if computed {
            &mut page.near
        } else {
            &mut page.related
        };
        if !wanted {
            continue;
        }
        band.asked = true;
        effects.push(Effect::Pointer(Errand::Neighbors {
            instance: page.instance.clone(),
            address: page.address.clone(),
            computed,
            offset: band.rows.len() as u64,
            limit: PAGE,
        }));
    }
    effects
}
