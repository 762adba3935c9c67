//! The pane with the instances: local and remote ones, each with its state, round trip, recent looks and last trouble.

use super::rows::{table, without_rows};
use crate::command::Id;
use crate::model::{InstanceKind, InstanceState};
use crate::tui::content::{InstanceLine, LOOKS, columns, state_glyph, state_role};
use crate::tui::layout::has_headings;
use crate::tui::state::{Branch, Instance, Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::Cell;
use crate::workspace::listed;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

pub(super) fn instances(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.instances;
    if list.rows.is_empty() && !state.unknown.is_empty() {
        let (are, them) = match state.unknown.len() {
            1 => ("is", "it"),
            _ => ("are", "them"),
        };
        let what = format!("{} {are} on disk, unknown to this home", listed(&state.unknown));
        let way = format!("{} takes {them} over", state.key_for(Id::TakeOver));
        without_rows(state, canvas, area, &list.load, (&what, &way));
        return;
    }
    if list.rows.is_empty() {
        let ways = format!(
            "{} hosts one here, {} adds a remote, :demo makes two",
            state.key_for(Id::InitInstance),
            state.key_for(Id::AddRemote)
        );
        without_rows(state, canvas, area, &list.load, ("No instances yet", &ways));
        return;
    }
    let rows = state.layout().rows(Pane::Instances);
    let tree = list.tree(usize::from(rows.height));
    if tree.is_empty() {
        let way = format!("{} shows all of them", state.key_for(Id::ClearFilter));
        without_rows(state, canvas, area, &list.load, ("Nothing matches", &way));
        return;
    }
    table(
        &columns(state, Pane::Instances),
        tree.len() as u64,
        list.cursor.top,
        list.selected_line(&tree),
        state.focus == Pane::Instances,
        area,
        framed,
    )
    .draw(canvas, area, |index, canvas| {
        match usize::try_from(index).ok().and_then(|line| tree.get(line)) {
            Some(Branch::Instance(place)) => list
                .rows
                .get(*place)
                .map_or_else(Vec::new, |instance| cells(state, instance, *place, canvas)),
            _ => Vec::new(),
        }
    });
    let first = area.y + u16::from(has_headings(area));
    for (y, line) in (first..area.bottom()).zip(tree.iter().skip(list.cursor.top)) {
        if let Branch::Heading(kind, members) = line {
            draw_heading(
                state,
                canvas,
                Rect::new(area.x, y, area.width, 1),
                *kind,
                *members,
            );
        }
    }
}

/// A heading over a group, with what its members are like while they are folded away.
fn draw_heading(state: &State, canvas: &mut Canvas, line: Rect, kind: InstanceKind, members: usize) {
    let is_folded = state.instances.is_folded(kind);
    let sign = if is_folded {
        canvas.glyphs.folded
    } else {
        canvas.glyphs.unfolded
    };
    let title = match kind {
        InstanceKind::Local => "Local",
        InstanceKind::Remote => "Remote",
    };
    let list = &state.instances;
    let is_up = |instance: &&Instance| instance.row.kind == kind && instance.row.state == InstanceState::Up;
    let shown = list.shown().into_iter().filter_map(|place| list.rows.get(place));
    let up = shown.filter(is_up).count();
    let note = if up == members {
        format!("  {members}")
    } else {
        format!("  {members}, {up} up")
    };
    // The ground under a selected heading stays.
    let plain = |role: Role, canvas: &Canvas| Style {
        bg: None,
        ..canvas.style(role)
    };
    let spans = [
        (format!("{sign} "), plain(Role::Faint, canvas)),
        (
            title.to_owned(),
            plain(Role::Heading, canvas).add_modifier(Modifier::BOLD),
        ),
        (note, plain(Role::Faint, canvas)),
    ];
    canvas.spans(line.x + 1, line.y, line.width.saturating_sub(2), &spans);
}

fn cells(state: &State, instance: &Instance, place: usize, canvas: &Canvas) -> Vec<Cell> {
    let line = InstanceLine::of(state, instance);
    let role = state_role(instance);
    let before = instance.is_from_before();
    let figure = canvas.style(if before { Role::Faint } else { Role::Base });
    let glyph = if instance.is_waited_for() {
        canvas.glyphs.changing
    } else {
        state_glyph(instance.row.state, canvas.glyphs)
    };
    let colour = canvas.theme.instance(state.instances.colour_at(place));
    let (trouble, trouble_role) = line.trouble;
    vec![
        vec![(glyph.to_owned(), canvas.style(role))],
        vec![(line.name, colour), (line.sign, canvas.style(Role::Warn))],
        vec![(line.word, canvas.style(role))],
        vec![(line.trip, figure)],
        match line.has_looks {
            true => looks(instance, canvas),
            false => Vec::new(),
        },
        vec![(line.pointers, figure)],
        vec![(line.version, figure)],
        vec![
            (line.since, canvas.style(Role::Dim)),
            (trouble, canvas.style(trouble_role)),
        ],
        vec![(line.endpoint, canvas.style(Role::Dim))],
    ]
}

/// The newest looks as heights.
fn looks(instance: &Instance, canvas: &Canvas) -> Cell {
    instance
        .history
        .spark(usize::from(LOOKS))
        .into_iter()
        .map(|look| match look {
            None => (" ".to_owned(), canvas.style(Role::Base)),
            Some(None) => (canvas.glyphs.unreachable.to_owned(), canvas.style(Role::Bad)),
            Some(Some(level)) => {
                let role = if level >= 5 { Role::Warn } else { Role::Good };
                (
                    canvas.glyphs.sparks[usize::from(level)].to_owned(),
                    canvas.style(role),
                )
            }
        })
        .collect()
}
