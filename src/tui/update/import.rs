//! An import: what the file would come to is asked about first, and said afterwards.

use crate::command::Id;
use crate::model::InstanceName;
use crate::tui::clock::{count, pointers};
use crate::tui::effect::Work;
use crate::tui::layers::{Confirm, Layer, Notice, Then};
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{ImportPreview, ImportReport};
use std::path::PathBuf;

/// Says what a file would come to, and asks whether it shall. Whoever has gone on meanwhile is told on the status line
/// only, because their next key is meant for something else.
pub fn on_previewed(
    state: &mut State,
    instance: InstanceName,
    path: PathBuf,
    preview: &ImportPreview,
    can_be_asked: bool,
) {
    let file = path.display().to_string();
    if preview.stopped {
        let text = format!(
            "stopped looking at {file} after {} rows; nothing was imported",
            count(preview.rows)
        );
        state.report(Level::Warn, text, "");
        return;
    }
    if !can_be_asked {
        let text = format!(
            "{file} was looked at, and nothing is imported yet: {}",
            what_is_in_it(preview)
        );
        let remedy = format!("{} asks about it again", state.key_for(Id::ImportPointers));
        state.report(Level::Info, text, remedy);
        return;
    }
    if preview.new == 0 {
        let lines = wrap(&what_is_in_it(preview), 60);
        let lines = lines.into_iter().map(|line| Line::of(line, Role::Base)).collect();
        let title = format!("Nothing to import from {file}");
        let notice = Notice::new(title, Level::Warn, lines);
        state.layers.push(Layer::Notice(Box::new(notice)));
        return;
    }
    let rest = match preview.rows - preview.new {
        0 => "All of them appear in one step.",
        _ => "The new ones appear in one step; the others are left out.",
    };
    state.layers.push(Layer::Confirm(Box::new(Confirm {
        title: match preview.new {
            1 => format!("Import one pointer into {instance}?"),
            many => format!("Import {} pointers into {instance}?", count(many)),
        },
        text: format!("{file} has {} {rest}", what_is_in_it(preview)),
        instance: Some(instance.to_string()),
        dependents: None,
        yes: "import",
        then: Then::Do(Work::Import {
            instance,
            path,
            skip_bad: preview.rows > preview.new,
            agreed: preview.file,
        }),
    })));
}

/// How many rows of each kind there are, and the first that is broken.
fn what_is_in_it(preview: &ImportPreview) -> String {
    let mut kinds = vec![format!("{} new", count(preview.new))];
    if preview.already_there > 0 {
        kinds.push(format!("{} there already", count(preview.already_there)));
    }
    if preview.broken > 0 {
        kinds.push(format!("{} broken", count(preview.broken)));
    }
    let first = match &preview.first_broken {
        Some(row) => format!(" The first broken one is line {}: {}.", row.line, row.reason),
        None => String::new(),
    };
    let nobody_s = match preview.not_taken_over {
        0 => String::new(),
        many => format!(" {}", runs_for_nobody(many)),
    };
    format!(
        "{} rows: {}.{first}{nobody_s}",
        count(preview.rows),
        kinds.join(", ")
    )
}

/// What is said of pointers that the owner has not taken over.
fn runs_for_nobody(many: u64) -> String {
    format!(
        "{} of the new ones do more than tell, or send a header anywhere; a file does not say who wrote that, so they run for \
         nobody until you take them over: `butterfly pointer update ADDRESS --data-reference`, or import with --take-over.",
        count(many)
    )
}

/// Says what an import came to: on the status line if every row was good or it was stopped, else with the bad ones
/// by their lines.
pub fn on_imported(state: &mut State, instance: &InstanceName, report: &ImportReport) {
    if report.stopped {
        let text = format!(
            "the import into {instance} is stopped after {} rows: nothing was taken",
            count(report.rows)
        );
        state.report(Level::Warn, text, "nothing of it is left there; U begins again");
        return;
    }
    let imported = format!("{} imported into {instance}", pointers(report.imported));
    if report.rejected == 0 && report.not_taken_over == 0 {
        state.report(Level::Good, imported, "");
        return;
    }
    let (level, title) = match report.imported {
        0 => (Level::Bad, format!("Nothing was imported into {instance}")),
        _ => (Level::Warn, imported),
    };
    let mut lines = left_out(report);
    if report.not_taken_over > 0 {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        let places: Vec<String> = report.not_taken_over_lines.iter().map(u64::to_string).collect();
        let text = format!(
            "{} Lines {}",
            runs_for_nobody(report.not_taken_over),
            places.join(", ")
        );
        lines.extend(wrap(&text, 60).into_iter().map(|line| Line::of(line, Role::Warn)));
    }
    let notice = Notice::new(title, level, lines);
    state.layers.push(Layer::Notice(Box::new(notice)));
}

/// The rows that were left out, by their lines.
fn left_out(report: &ImportReport) -> Vec<Line> {
    if report.rejected == 0 {
        return Vec::new();
    }
    let mut lines = vec![
        Line::of(
            format!("{} rows were left out:", count(report.rejected)),
            Role::Strong,
        ),
        Line::new(),
    ];
    for row in &report.rejected_rows {
        for (index, text) in wrap(&row.reason, 52).into_iter().enumerate() {
            let line = if index == 0 {
                format!("line {:<9}", row.line)
            } else {
                " ".repeat(14)
            };
            lines.push(Line::of(line, Role::Dim).and(text, Role::Warn));
        }
    }
    let untold = report.rejected.saturating_sub(report.rejected_rows.len() as u64);
    if untold > 0 {
        lines.push(Line::of(format!("and {} more", count(untold)), Role::Dim));
    }
    lines
}
