//! The same done to many pointers: asked about where it destroys, and what came of it.

use super::begin::begin;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Confirm, Layer, Notice, Then, places};
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{BulkAction, BulkReport, BulkTarget};
use std::collections::BTreeSet;

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
    let confirm = Confirm {
        title: format!("Delete {} pointers?", targets.len()),
        text: format!(
            "Deleted are {}, with their relationships. The data they refer to is not touched.",
            places(&targets)
        ),
        instance: only.map(|name| (*name).to_owned()),
        dependents: None,
        yes: "delete them",
        then: Then::Do(Work::Bulk(action, targets)),
    };
    state.layers.push(Layer::Confirm(Box::new(confirm)));
    Vec::new()
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
                "stopped: {} pointers {word}, {} failed, {} not touched",
                report.done.len(),
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
        state.report(Level::Good, format!("{total} pointers {word}{into}"), "");
        return;
    } else {
        state.report(
            Level::Warn,
            format!(
                "{} of {total} pointers {word}, {} failed",
                report.done.len(),
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
