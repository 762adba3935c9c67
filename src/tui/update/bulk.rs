//! The same done to many pointers: asked about where it destroys, and what came of it.

use super::begin::begin;
use crate::tui::clock::pointers;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Confirm, Layer, Notice, Then, places};
use crate::tui::pointer;
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{BulkAction, BulkReport, BulkTarget, Destruction};
use std::collections::BTreeSet;

/// After a yes, or where there is nothing to ask.
const INVOKE_ALL: BulkAction = BulkAction::Invoke { destroys: true };
/// Failures that the window shows; more than that nobody reads.
const SHOWN: usize = 200;

/// Does something to these pointers: at once, or after a question if it deletes.
pub fn bulk(state: &mut State, action: BulkAction, targets: Vec<BulkTarget>) -> Vec<Effect> {
    if targets.is_empty() {
        return Vec::new();
    }
    if action != BulkAction::Delete {
        return vec![begin(state, Work::Bulk(action, targets))];
    }
    let instances: BTreeSet<&str> = targets.iter().map(|target| target.instance.as_str()).collect();
    let only = instances.first().filter(|_| instances.len() == 1);
    let fate = match targets.as_slice() {
        [only] => format!(
            "It is deleted from {}, with its relationships. The data it refers to is not touched.",
            only.instance
        ),
        several => format!(
            "Deleted are {}, with their relationships. The data they refer to is not touched.",
            places(several)
        ),
    };
    let confirm = Confirm {
        title: format!("Delete {}?", pointers(targets.len() as u64)),
        text: format!("{}\n\n{fate}", state.pointers.naming(&targets)),
        instance: only.map(|name| (*name).to_owned()),
        dependents: Some((pointer::MARKED.to_owned(), None)),
        yes: if targets.len() == 1 {
            "delete it"
        } else {
            "delete them"
        },
        then: Then::Do(Work::Bulk(action, targets.clone())),
    };
    state.layers.push(Layer::Confirm(Box::new(confirm)));
    vec![Effect::Pointer(pointer::Errand::HangingOnMarked(targets))]
}

/// Invokes these: after a question if one of them destroys something, which is looked up first.
pub fn invoke_many(state: &mut State, targets: Vec<BulkTarget>) -> Vec<Effect> {
    if targets.is_empty() {
        return Vec::new();
    }
    if state.read_only {
        // What may change anything, and so whatever destroys, is refused by the workspace: there is nothing to ask.
        return vec![begin(state, Work::Bulk(INVOKE_ALL, targets))];
    }
    vec![begin(state, Work::InvokeMany(targets))]
}

/// Some of these would destroy something: asks, unless whoever wanted them invoked has gone on.
pub fn ask_to_invoke_many(
    state: &mut State,
    targets: Vec<BulkTarget>,
    found: &[Destruction],
    can_be_asked: bool,
) {
    if !can_be_asked {
        let many = pointers(targets.len() as u64);
        let text = format!("{many} not invoked: that destroys something, and you have gone on meanwhile");
        return state.report(Level::Warn, text, "do it again, and wait until you are asked");
    }
    let confirm = Confirm::before_invoking(targets.len(), found, Then::Do(Work::Bulk(INVOKE_ALL, targets)));
    state.layers.push(Layer::Confirm(Box::new(confirm)));
}

/// Says what came of it: in a line if all went well, else in a window with each failure and its remedy.
pub fn on_report(state: &mut State, report: &BulkReport) {
    state.pointers.ask_again();
    state.pointers.marks.remove(&report.done);
    let word = report.action.done();
    let total = report.done.len() + report.failed.len();
    if report.left > 0 {
        state.report(
            Level::Warn,
            format!(
                "stopped: {} {word}, {} failed, {} not touched",
                pointers(report.done.len() as u64),
                report.failed.len(),
                report.left
            ),
            "what was done stays done; the others are still marked",
        );
        if report.failed.is_empty() {
            return;
        }
    } else if report.failed.is_empty() {
        let into = match &report.action {
            BulkAction::Export { path, .. } => format!(" to {}", path.display()),
            _ => String::new(),
        };
        state.report(
            Level::Good,
            format!("{} {word}{into}", pointers(total as u64)),
            "",
        );
        return;
    } else {
        state.report(
            Level::Warn,
            format!(
                "{} of {} {word}, {} failed",
                report.done.len(),
                pointers(total as u64),
                report.failed.len()
            ),
            "",
        );
    }
    let mut lines = vec![
        Line::of(
            format!("{} {word}, {} not:", report.done.len(), report.failed.len()),
            Role::Base,
        ),
        Line::new(),
    ];
    for (target, failure) in report.failed.iter().take(SHOWN) {
        lines.push(
            Line::of(format!("{} ", state.look.glyphs.bad), Role::Bad)
                .and(target.address.to_string(), Role::Address)
                .and(format!(" on {}", target.instance), Role::Dim),
        );
        let said = wrap(&failure.message, 60)
            .into_iter()
            .map(|text| (text, Role::Base));
        let remedy = wrap(&state.remedy_here(&failure.remedy), 60)
            .into_iter()
            .map(|text| (text, Role::Good));
        lines.extend(
            said.chain(remedy)
                .map(|(text, role)| Line::of(format!("  {text}"), role)),
        );
    }
    if report.failed.len() > SHOWN {
        lines.push(Line::of(
            format!("and {} more", report.failed.len() - SHOWN),
            Role::Dim,
        ));
    }
    let title = format!("Not all were {word}");
    state
        .layers
        .push(Layer::Notice(Box::new(Notice::new(title, Level::Warn, lines))));
}
