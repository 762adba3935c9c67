//! Windows over whatever is there.

use crate::command::Key;
use crate::tui::content::{inside, level_role, notice_lines, report_lines, window};
use crate::tui::layers::{Confirm, Field, Form, Help, Kind, Layer, Menu, Notice, Steps};
use crate::tui::state::{Phase, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::{Line, draw_lines, wrap};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws a window.
pub fn draw(state: &State, layer: &Layer, canvas: &mut Canvas, body: Rect) {
    match layer {
        Layer::Help(help) => draw_help(state, help, canvas),
        Layer::Confirm(confirm) => draw_confirm(state, confirm, canvas),
        Layer::Menu(menu) => draw_menu(state, menu, canvas),
        Layer::Form(form) => draw_form(state, form, canvas),
        Layer::Notice(notice) => draw_notice(state, notice, canvas),
        Layer::Reports(reports) => {
            let lines = report_lines(state, 94);
            let area = window(state, 100, lines.len().max(3));
            frame(canvas, area, "Messages", Role::OverlayBorder);
            overlay_lines(canvas, inside(area), &lines, reports.scroll);
        }
        Layer::Steps(steps) => draw_steps(state, steps, canvas),
        Layer::Wizard(wizard) => crate::tui::wizard::draw(state, wizard, canvas, body),
        Layer::FirstRun(first) => super::first_run::draw(state, first, canvas, body),
        _ => {}
    }
}

/// A style on the ground of windows.
pub(super) fn on_overlay(canvas: &Canvas, role: Role) -> Style {
    canvas.style(Role::Overlay).patch(canvas.style(role))
}

pub(super) fn frame(canvas: &mut Canvas, area: Rect, title: &str, border: Role) {
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let style = on_overlay(canvas, border);
    canvas.frame(area, style);
    let strong = on_overlay(canvas, Role::TitleFocus);
    canvas.put(
        area.x + 2,
        area.y,
        area.width.saturating_sub(4),
        &format!(" {title} "),
        strong,
    );
}

fn overlay_lines(canvas: &mut Canvas, area: Rect, lines: &[Line], top: usize) {
    let ground = Style {
        fg: None,
        ..canvas.style(Role::Overlay)
    };
    draw_lines(canvas, area, lines, top);
    canvas.tint(area, ground);
    let bar = Rect::new(area.x, area.y, area.width + 3, area.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
    canvas.tint(Rect::new(area.right() + 2, area.y, 1, area.height), ground);
}

/// The keys of a window in its last line.
pub(super) fn keys(canvas: &mut Canvas, area: Rect, pairs: &[(&str, &str)]) {
    if area.height < 4 {
        return;
    }
    let y = area.bottom() - 2;
    let mut x = area.x + 3;
    for (key, label) in pairs {
        let (strong, dim) = (on_overlay(canvas, Role::Key), on_overlay(canvas, Role::Dim));
        let room = (area.right() - 1).saturating_sub(x);
        if width(key) + 1 + width(label) > room {
            break;
        }
        x += canvas.put(x, y, room, key, strong) + 1;
        x += canvas.put(x, y, (area.right() - 1).saturating_sub(x), label, dim) + 3;
    }
}

fn draw_help(state: &State, help: &Help, canvas: &mut Canvas) {
    let entries = help.entries(state.scopes(), &state.situation());
    let mut lines: Vec<(Option<usize>, String)> = Vec::new();
    let mut scope = None;
    for (index, entry) in entries.iter().enumerate() {
        if help.shows_all() && scope != Some(entry.scope) {
            if scope.is_some() {
                lines.push((None, String::new()));
            }
            scope = Some(entry.scope);
            lines.push((None, entry.scope.title().to_owned()));
        }
        lines.push((Some(index), String::new()));
    }
    let (_, height) = state.size;
    let area = window(state, 84, usize::from(height.saturating_sub(8)).min(38));
    frame(
        canvas,
        area,
        "Everything that can be done here",
        Role::OverlayBorder,
    );
    let inner = inside(area);
    canvas.search(inner, &help.input);
    let list = Rect::new(
        inner.x,
        inner.y + 2.min(inner.height),
        inner.width,
        inner.height.saturating_sub(2) + 1,
    );
    let place = lines
        .iter()
        .position(|(index, _)| *index == Some(help.selected))
        .unwrap_or(0);
    let shown = usize::from(list.height).max(1);
    let top = place
        .saturating_sub(shown / 2)
        .min(lines.len().saturating_sub(shown));
    for (row, (index, heading)) in (0..list.height).zip(lines.iter().skip(top)) {
        let y = list.y + row;
        let Some(entry) = index.and_then(|index| entries.get(index)) else {
            let style = on_overlay(canvas, Role::Accent);
            canvas.put(list.x, y, list.width, heading, style);
            continue;
        };
        draw_help_entry(canvas, list, y, entry, *index == Some(help.selected));
    }
    if entries.is_empty() {
        let dim = on_overlay(canvas, Role::Dim);
        canvas.put(
            list.x,
            list.y,
            list.width,
            "Nothing like that can be done here.",
            dim,
        );
    }
    let bar = Rect::new(list.x, list.y, list.width + 3, list.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
}

fn draw_help_entry(
    canvas: &mut Canvas,
    list: Rect,
    y: u16,
    entry: &crate::tui::layers::Entry,
    selected: bool,
) {
    let command = entry.command;
    let shown: Vec<String> = command
        .keys
        .iter()
        .filter_map(|text| Key::parse(text))
        .map(|key| key.to_string())
        .collect();
    let (key, name, doc) = (
        on_overlay(canvas, Role::Key),
        on_overlay(canvas, Role::Strong),
        on_overlay(canvas, Role::Dim),
    );
    let keys = shown.join(" ");
    canvas.put_right(list.x, y, 14, &keys, key);
    let wide = list.width.saturating_sub(16);
    let names = wide.min(18);
    canvas.put(list.x + 16, y, names, command.name, name);
    canvas.put(
        list.x + 16 + names + 1,
        y,
        wide.saturating_sub(names + 1),
        command.doc,
        doc,
    );
    if selected {
        let style = canvas.style(Role::Selected);
        let ground = Style { fg: None, ..style };
        canvas.tint(Rect::new(list.x.saturating_sub(1), y, list.width + 2, 1), ground);
    }
}

/// Most dependents that a question lists; how many more there are is said.
const MOST_DEPENDENTS: usize = 6;

/// What stops working with a yes.
fn dependent_lines(confirm: &Confirm) -> Vec<String> {
    let mut lines = match &confirm.dependents {
        None => return Vec::new(),
        Some((_, None)) => vec!["Looking for what depends on it …".to_owned()],
        Some((_, Some(none))) if none.is_empty() => vec!["Nothing that is known depends on it.".to_owned()],
        Some((_, Some(dependents))) => {
            let mut lines = vec!["This stops working:".to_owned()];
            for dependent in dependents.iter().take(MOST_DEPENDENTS) {
                for (index, part) in wrap(dependent, 52).into_iter().enumerate() {
                    lines.push(format!("{} {part}", if index == 0 { "-" } else { " " }));
                }
            }
            if dependents.len() > MOST_DEPENDENTS {
                lines.push(format!("- and {} more", dependents.len() - MOST_DEPENDENTS));
            }
            lines
        }
    };
    lines.insert(0, String::new());
    lines
}

fn draw_confirm(state: &State, confirm: &Confirm, canvas: &mut Canvas) {
    let mut text = wrap(&confirm.text, 54);
    text.extend(dependent_lines(confirm));
    let extra = usize::from(confirm.instance.is_some()) * 2;
    let area = window(state, 54, text.len() + extra);
    frame(canvas, area, &confirm.title, Role::Bad);
    let inner = inside(area);
    let mut y = inner.y;
    if let Some(name) = &confirm.instance {
        let place = state.instances.index(name).unwrap_or(0);
        let style = canvas
            .style(Role::Overlay)
            .patch(canvas.theme.instance(place))
            .add_modifier(ratatui::style::Modifier::BOLD);
        let dim = on_overlay(canvas, Role::Dim);
        let used = canvas.put(inner.x, y, inner.width, "on ", dim);
        canvas.put(inner.x + used, y, inner.width.saturating_sub(used), name, style);
        y += 2;
    }
    let base = canvas.style(Role::Overlay);
    for line in text {
        if y > inner.bottom() {
            break;
        }
        canvas.put(inner.x, y, inner.width, &line, base);
        y += 1;
    }
    if area.height < 4 {
        return;
    }
    let danger = canvas.style(Role::Danger);
    let y = area.bottom() - 2;
    let used = canvas.put(inner.x, y, inner.width, &format!(" y  {} ", confirm.yes), danger);
    let (key, dim) = (on_overlay(canvas, Role::Key), on_overlay(canvas, Role::Dim));
    let used = used + canvas.put(inner.x + used + 3, y, inner.width, "Esc", key) + 4;
    canvas.put(
        inner.x + used,
        y,
        inner.width.saturating_sub(used),
        "leave it",
        dim,
    );
}

fn draw_menu(state: &State, menu: &Menu, canvas: &mut Canvas) {
    let area = window(state, 76, menu.items.len());
    frame(canvas, area, &menu.title, Role::OverlayBorder);
    let inner = inside(area);
    for (row, item) in (0..inner.height).zip(&menu.items) {
        let y = inner.y + row;
        let (key, label, doc) = (
            on_overlay(canvas, Role::Key),
            on_overlay(canvas, Role::Strong),
            on_overlay(canvas, Role::Dim),
        );
        canvas.put(inner.x + 1, y, 1, &item.key.to_string(), key);
        canvas.put(inner.x + 4, y, 22.min(inner.width), &item.label, label);
        canvas.put(inner.x + 26, y, inner.width.saturating_sub(26), &item.doc, doc);
        if usize::from(row) == menu.selected {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
        }
    }
    keys(
        canvas,
        area,
        &[("↑↓", "choose"), ("⏎", "do it"), ("Esc", "close")],
    );
}

/// Columns for the labels of a form.
const LABELS: u16 = 16;

fn draw_form(state: &State, form: &Form, canvas: &mut Canvas) {
    let room = 78u16.min(state.size.0.saturating_sub(6)).max(20);
    let intro = wrap(&form.intro, room);
    let failure: Vec<String> = form.failure.as_ref().map_or_else(Vec::new, |failure| {
        let mut lines = wrap(&failure.message, room);
        lines.extend(wrap(&failure.remedy, room));
        lines
    });
    let tight = usize::from(state.size.1) < intro.len() + form.fields.len() * 2 + failure.len() + 10;
    let step: u16 = if tight { 1 } else { 2 };
    let gap = usize::from(!failure.is_empty());
    let lines =
        intro.len() + 1 + form.fields.len() * usize::from(step) + gap + failure.len() + usize::from(tight);
    let area = window(state, room, lines);
    frame(canvas, area, &form.title, Role::OverlayBorder);
    let inner = inside(area);
    let bottom = area.bottom().saturating_sub(2);
    let mut y = inner.y;
    let dim = on_overlay(canvas, Role::Dim);
    if !tight || inner.height as usize > form.fields.len() + intro.len() {
        for line in &intro {
            canvas.put(inner.x, y, inner.width, line, dim);
            y += 1;
        }
        y += 1;
    }
    for (index, field) in form.fields.iter().enumerate() {
        if y >= bottom {
            break;
        }
        let here = index == form.at;
        draw_field(
            canvas,
            Rect::new(inner.x, y, inner.width, 1),
            field,
            here,
            form.ticket.is_some(),
        );
        if !tight && y + 1 < bottom {
            draw_hint(canvas, Rect::new(inner.x, y + 1, inner.width, 1), field, here);
        }
        y += step;
    }
    if tight && y < bottom {
        if let Some(field) = form.fields.get(form.at) {
            draw_hint(canvas, Rect::new(inner.x, y, inner.width, 1), field, true);
        }
        y += 1;
    }
    let bad = on_overlay(canvas, Role::Bad);
    for line in failure {
        if y < bottom {
            canvas.put(inner.x, y, inner.width, &line, bad);
            y += 1;
        }
    }
    if form.ticket.is_some() || state.phase == Phase::Opening {
        let text = format!("{} one moment…", canvas.glyphs.spinner[state.tick % 4]);
        let changing = on_overlay(canvas, Role::Changing);
        canvas.put(
            inner.x,
            area.bottom().saturating_sub(2),
            inner.width,
            &text,
            changing,
        );
        canvas.cursor = None;
        return;
    }
    let last = form.at + 1 == form.fields.len();
    let enter = if last { form.verb } else { "next" };
    let mut pairs = vec![("⏎", enter)];
    if !last {
        pairs.push(("^S", form.verb));
    }
    if matches!(
        form.fields.get(form.at).map(|field| &field.kind),
        Some(Kind::Choice(..))
    ) {
        pairs.push(("←→", "choose"));
    }
    pairs.push(("Esc", "close"));
    keys(canvas, area, &pairs);
}

fn draw_field(canvas: &mut Canvas, line: Rect, field: &Field, here: bool, waiting: bool) {
    let label = on_overlay(canvas, if here { Role::Strong } else { Role::Dim });
    canvas.put(line.x, line.y, LABELS, field.label, label);
    let room = line.width.saturating_sub(LABELS);
    let x = line.x + LABELS;
    if let Kind::Choice(options, at) = &field.kind {
        let mut used = 0;
        for (index, option) in options.iter().enumerate() {
            let style = match (index == *at, here) {
                (true, true) => canvas.style(Role::Brand),
                (true, false) => canvas.style(Role::Input),
                (false, _) => on_overlay(canvas, Role::Dim),
            };
            used += canvas.put(
                x + used,
                line.y,
                room.saturating_sub(used),
                &format!(" {option} "),
                style,
            );
        }
        return;
    }
    let style = if here {
        canvas.style(Role::Input)
    } else {
        on_overlay(canvas, Role::Base).patch(Style {
            bg: canvas.style(Role::Base).bg,
            ..Style::default()
        })
    };
    canvas.fill(Rect::new(x, line.y, room, 1), style);
    let inner = room.saturating_sub(2);
    let cursor = match &field.kind {
        Kind::Text(input) => {
            let scroll = input.visual_scroll(usize::from(inner));
            let visible: String = input.value().chars().skip(scroll).collect();
            canvas.put(x + 1, line.y, inner + 1, &visible, style);
            input.visual_cursor().saturating_sub(scroll)
        }
        Kind::Secret(secret) => {
            let dots = secret.count().min(usize::from(inner));
            canvas.put(x + 1, line.y, inner, &"•".repeat(dots), style);
            dots
        }
        Kind::Choice(..) => 0,
    };
    if here && !waiting {
        let column = u16::try_from(cursor).unwrap_or(inner).min(inner);
        canvas.cursor = Some((x + 1 + column, line.y));
    }
}

/// Under a field: what is wrong with it once it was left, or else what to write there.
fn draw_hint(canvas: &mut Canvas, line: Rect, field: &Field, here: bool) {
    let room = line.width.saturating_sub(LABELS + 1);
    let empty = field.value().is_empty();
    let (text, role) = match &field.error {
        Some(error) if field.touched || !empty => (error.as_str(), Role::Bad),
        _ if here => (field.hint.as_str(), Role::Dim),
        _ => return,
    };
    let style = on_overlay(canvas, role);
    canvas.put(line.x + LABELS + 1, line.y, room, text, style);
}

fn draw_notice(state: &State, notice: &Notice, canvas: &mut Canvas) {
    let lines = notice_lines(notice, state.clock.now());
    let area = window(state, 68, lines.len());
    frame(canvas, area, &notice.title, level_role(notice.level));
    overlay_lines(canvas, inside(area), &lines, notice.scroll);
    let mut pairs = vec![("Esc", "close")];
    if notice.secret.is_some() {
        pairs.insert(
            0,
            (
                "v",
                if notice.reveal.is_on(state.clock.now()) {
                    "hide it"
                } else {
                    "show the passphrase"
                },
            ),
        );
    }
    keys(canvas, area, &pairs);
}

fn draw_steps(state: &State, steps: &Steps, canvas: &mut Canvas) {
    let area = window(state, 64, 10);
    frame(canvas, area, &steps.title, Role::OverlayBorder);
    let inner = inside(area);
    let shown = usize::from(inner.height);
    let first = steps.steps.len().saturating_sub(shown);
    let last = steps.steps.len().saturating_sub(1);
    for (row, (index, step)) in (0..inner.height).zip(steps.steps.iter().enumerate().skip(first)) {
        let (sign, role, text) = if index == last {
            (
                canvas.glyphs.spinner[state.tick % 4],
                Role::Changing,
                Role::Strong,
            )
        } else {
            (canvas.glyphs.good, Role::Good, Role::Dim)
        };
        let (mark, words) = (on_overlay(canvas, role), on_overlay(canvas, text));
        canvas.put(inner.x, inner.y + row, 1, sign, mark);
        canvas.put(
            inner.x + 2,
            inner.y + row,
            inner.width.saturating_sub(2),
            step,
            words,
        );
    }
    keys(canvas, area, &[("Esc", "look around meanwhile")]);
}

/// While hosted instances are being stopped.
pub fn stopping(state: &State, canvas: &mut Canvas) {
    let hosted = state.hosted();
    let text = if hosted.is_empty() {
        "Leaving…".to_owned()
    } else {
        format!("Stopping {}…", hosted.join(", "))
    };
    moment(
        state,
        canvas,
        &text,
        "Nothing acknowledged is lost. ^C again leaves at once.",
    );
}

/// While the home is being made or opened.
pub fn opening(state: &State, canvas: &mut Canvas) {
    moment(state, canvas, "Opening the home…", &state.home);
}

fn moment(state: &State, canvas: &mut Canvas, text: &str, below: &str) {
    let area = window(state, 52, 2);
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let border = on_overlay(canvas, Role::OverlayBorder);
    canvas.frame(area, border);
    let (strong, dim) = (on_overlay(canvas, Role::Strong), on_overlay(canvas, Role::Dim));
    let turn = canvas.glyphs.spinner[state.tick % 4];
    let inner = inside(area);
    canvas.put(inner.x, inner.y, inner.width, &format!("{turn} {text}"), strong);
    canvas.put(inner.x, inner.y + 1, inner.width, below, dim);
}
