//! What happens to the page when something happens.

use super::errand::{Errand, News};
use super::state::{AuditTrail, Only, Walk};
use super::view;
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{FilterLine, Layer, Rows};
use crate::tui::message::Message;
use crate::tui::state::{Level, State};
use crate::tui::update::expanded;
use std::time::Duration;

/// How long the keys rest before an instance is asked for what they say.
const REST: Duration = Duration::from_millis(150);

/// Opens the page of an instance.
pub fn open(state: &mut State, instance: InstanceName) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Audit(_)));
    // What is done on the page is done to what the top line names.
    if let Some(place) = state.instances.index(instance.as_str()) {
        state.instances.select(place);
    }
    let mut page = AuditTrail::new(instance);
    let errand = page.newest();
    state.layers.push(Layer::Audit(Box::new(page)));
    vec![Effect::Audit(errand)]
}

/// The page on top, also while its filter is typed.
fn top(state: &mut State) -> Option<&mut AuditTrail> {
    let is_typed = matches!(state.layers.last(), Some(Layer::Filter(line)) if line.rows == Rows::Audit);
    let place = state.layers.len().checked_sub(1 + usize::from(is_typed))?;
    match &mut state.layers[place] {
        Layer::Audit(page) => Some(page),
        _ => None,
    }
}

/// The newest records of the page on top, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    match top(state) {
        Some(page) => vec![Effect::Audit(page.newest())],
        None => Vec::new(),
    }
}

/// Takes what came.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    let of = match &news {
        News::Records(instance, ..) | News::Rested(instance, _) | News::Verified(instance, _) => instance,
    };
    let found = state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Audit(page) if page.instance == *of => Some(page),
        _ => None,
    });
    let Some(page) = found else {
        return Vec::new();
    };
    match news {
        News::Records(_, filter, None, Ok(newest)) => page.take_newest(filter, newest),
        News::Records(_, filter, Some(before), Ok(older)) => page.take_older(&filter, before, older),
        News::Records(_, filter, before, Err(failure)) => {
            page.note_failure(&filter, before, failure.clone());
            if before.is_some() {
                state.report_failure(&failure);
            }
        }
        News::Rested(_, generation) => {
            if generation == page.generation && page.is_unasked() {
                return vec![Effect::Audit(page.newest())];
            }
        }
        News::Verified(_, Ok(report)) => page.walk = Walk::Found(report),
        News::Verified(_, Err(failure)) => page.walk = Walk::Failed(failure),
    }
    Vec::new()
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
    let Some((text, only)) = top(state).map(|page| (page.text.clone(), page.only.next())) else {
        return Vec::new();
    };
    choose(state, &text, only)
}

/// Lets a filter be typed, or takes that of a command line.
pub fn filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let Some(text) = argument else {
        let line = FilterLine::over(Rows::Audit, &page.text);
        state.layers.push(Layer::Filter(line));
        return Vec::new();
    };
    let text = expanded(state, Rows::Audit, text);
    let effects = narrow(state, &text);
    let problem = top(state).and_then(|page| page.problem.clone());
    if let Some(problem) = problem {
        state.report(Level::Warn, problem.to_string(), "the rest of the filter holds");
    }
    effects
}

/// Another filter for the page on top.
pub fn narrow(state: &mut State, text: &str) -> Vec<Effect> {
    match top(state).map(|page| page.only) {
        Some(only) => choose(state, text, only),
        None => Vec::new(),
    }
}

/// What fits of what is there shows at once; the instance is asked once the filter rests.
fn choose(state: &mut State, text: &str, only: Only) -> Vec<Effect> {
    let now = state.clock.now();
    let Some(page) = top(state) else {
        return Vec::new();
    };
    if !page.choose(text, only, now) || !page.is_unasked() {
        return Vec::new();
    }
    let rested = News::Rested(page.instance.clone(), page.generation);
    vec![Effect::After(REST, Message::Audit(rested))]
}

/// Moves the selection.
pub fn step(state: &mut State, rows: i64) -> Vec<Effect> {
    if let Some(page) = top(state) {
        page.step(rows);
    }
    Vec::new()
}

/// Takes the filter of the page on top away, if it has one.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    let page = top(state)?;
    if page.text.is_empty() {
        return None;
    }
    Some(narrow(state, ""))
}
