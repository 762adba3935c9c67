//! What happens to the page when something happens.

use super::errand::{Errand, News};
use super::state::{AuditTrail, Walk};
use super::view;
use crate::command::Key;
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, type_into};
use crate::tui::state::{Load, State};

/// Opens the page of an instance.
pub fn open(state: &mut State, instance: InstanceName) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Audit(_)));
    // What is done on the page is done to what the top line names.
    if let Some(place) = state.instances.index(instance.as_str()) {
        state.instances.select(place);
    }
    let page = AuditTrail::new(instance.clone());
    state.layers.push(Layer::Audit(Box::new(page)));
    vec![Effect::Audit(Errand::Records(instance, None))]
}

fn top(state: &mut State) -> Option<&mut AuditTrail> {
    match state.layers.last_mut() {
        Some(Layer::Audit(page)) => Some(page),
        _ => None,
    }
}

/// The newest records of the page on top, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    match top(state) {
        Some(page) => vec![Effect::Audit(Errand::Records(page.instance.clone(), None))],
        None => Vec::new(),
    }
}

/// Takes what came.
pub fn on_news(state: &mut State, news: News) {
    let of = match &news {
        News::Records(instance, ..) | News::Verified(instance, _) => instance,
    };
    let found = state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Audit(page) if page.instance == *of => Some(page),
        _ => None,
    });
    let Some(page) = found else {
        return;
    };
    match news {
        News::Records(_, None, Ok(newest)) => page.take_newest(newest),
        News::Records(_, None, Err(failure)) => page.load = Load::Failed(failure),
        News::Records(_, Some(before), Ok(older)) => page.take_older(before, older),
        News::Records(_, Some(_), Err(failure)) => {
            page.older_failed();
            state.report_failure(&failure);
        }
        News::Verified(_, Ok(report)) => page.walk = Walk::Found(report),
        News::Verified(_, Err(failure)) => page.walk = Walk::Failed(failure),
    }
}

/// Selects the row that was clicked.
pub fn click(state: &mut State, x: u16, y: u16) {
    let area = view::rows_area(state.layout().body);
    let Some(page) = top(state).filter(|_| area.contains((x, y).into())) else {
        return;
    };
    page.cursor.click(usize::from(y - area.y), page.shown.len());
}

/// Keeps the selection in view, and asks for what is in view and not there yet.
pub fn settle(state: &mut State) -> Vec<Effect> {
    let height = usize::from(view::rows_area(state.layout().body).height);
    let wanted = top(state).and_then(|page| page.settle(height));
    wanted.map(Effect::Audit).into_iter().collect()
}

/// Has the whole trail walked.
pub fn verify(state: &mut State) -> Vec<Effect> {
    match top(state) {
        Some(page) if page.walk != Walk::Walking => {
            page.walk = Walk::Walking;
            vec![Effect::Audit(Errand::Verify(page.instance.clone()))]
        }
        _ => Vec::new(),
    }
}

/// Shows only what was refused or failed, then only what changes something, then everything again.
pub fn only(state: &mut State) -> Vec<Effect> {
    if let Some(page) = top(state) {
        page.only = page.only.next();
        page.choose();
    }
    Vec::new()
}

/// Lets words be typed, or takes those of a command line.
pub fn type_filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    if let Some(page) = top(state) {
        match argument {
            Some(words) => {
                page.text = words.into();
                page.choose();
            }
            None => page.typing = true,
        }
    }
    Vec::new()
}

/// A key while words are typed. None if the key is for the table of commands.
pub fn on_key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let page = top(state)?;
    if !type_into(&mut page.text, &mut page.typing, key) {
        return None;
    }
    page.choose();
    Some(Vec::new())
}
