//! What has to hold after every message: selections are in view, and what is in view is fetched.

use super::place;
use crate::model::InstanceName;
use crate::tui::content;
use crate::tui::effect::Effect;
use crate::tui::invoke;
use crate::tui::layers::{Kind, Layer};
use crate::tui::state::{Pane, Phase, State};
use crate::tui::tail;
use crate::tui::{audit, domains, map, pointer};

/// Scrolls the circuit of a form so that its cursor is seen.
fn settle_form(state: &mut State) {
    let Some(Layer::Form(form)) = state.layers.last() else {
        return;
    };
    let area = match form.fields.get(form.at).map(|field| &field.kind) {
        Some(Kind::Circuit(_)) => content::FormLayout::of(state, form).circuit(form.at),
        _ => return,
    };
    if let Some(Layer::Form(form)) = state.layers.last_mut()
        && let Some(field) = form.fields.get_mut(form.at)
        && let Kind::Circuit(circuit) = &mut field.kind
    {
        let room = content::circuit_room(area.width);
        circuit.editor.follow(room, usize::from(area.height));
    }
}

/// Brings everything into order; returns what is to be fetched.
pub fn settle(state: &mut State) -> Vec<Effect> {
    if !matches!(state.phase, Phase::Open | Phase::Stopping) {
        return Vec::new();
    }
    let mut effects = place::go_back(state);
    let layout = state.layout();
    let height = |pane| usize::from(layout.rows(pane).height);
    state.instances.settle(height(Pane::Instances));
    let credentials = state.credentials.len();
    state
        .credentials
        .cursor
        .settle(credentials, height(Pane::Credentials));
    state.log.settle(height(Pane::Log) as u64);
    settle_page(state);
    settle_form(state);
    map::settle(state);
    effects.extend(tail::settle(state));
    effects.extend(domains::settle(state));
    effects.extend(audit::settle(state));
    if let Some(ask) = state.log.wanted() {
        effects.push(Effect::LoadLog {
            generation: state.log.generation,
            ask,
        });
    }
    effects.extend(pointer::settle(state));
    effects.extend(settle_pointers(state, height(Pane::Pointers) as u64));
    effects
}

fn settle_pointers(state: &mut State, height: u64) -> Vec<Effect> {
    let all: Vec<InstanceName> = match state.pointers.merged {
        true => state
            .instances
            .rows
            .iter()
            .map(|instance| instance.row.name.clone())
            .collect(),
        false => Vec::new(),
    };
    state.pointers.show(&all, state.instances.selected_name());
    state.pointers.settle(height);
    select_its_instance(state);
    let generation = state.pointers.generation;
    let now = state.clock.now();
    state
        .pointers
        .wanted(height, now)
        .into_iter()
        .map(|(instance, page, query)| Effect::LoadPointers {
            instance,
            generation,
            page,
            query,
        })
        .collect()
}

/// Among the pointers of all instances, the instance of the selected one is the selected instance: keys act on
/// what the top line says.
fn select_its_instance(state: &mut State) {
    let pointers = &state.pointers;
    if !pointers.merged || state.focus != Pane::Pointers || !state.layers.is_empty() {
        return;
    }
    let name = pointers.instance_of(pointers.selected);
    if let Some(place) = name.and_then(|name| state.instances.index(name.as_str())) {
        state.instances.cursor.selected = place;
    }
}

/// Makes the lines of a page that is on top, and keeps its scrolling within them.
fn settle_page(state: &mut State) {
    let area = content::page_area(state);
    let (clock, glyphs) = (state.clock.clone(), state.look.glyphs);
    if let Some(Layer::Difference(page)) = state.layers.last_mut() {
        page.prepare(&clock, &glyphs, area.width, area.height);
        return;
    }
    if let Some(Layer::Invoke(_)) = state.layers.last() {
        invoke::settle(state);
        return;
    }
    let Some(total) = content::page_length(state, area.width) else {
        return;
    };
    let most = total.saturating_sub(usize::from(area.height));
    if let Some(scroll) = state.layers.last_mut().and_then(Layer::scroll_mut) {
        *scroll = (*scroll).min(most);
    }
}
