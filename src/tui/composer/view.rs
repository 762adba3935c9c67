//! Draws the composer: as whom and which way on top, the query, what stands beside it, and a line for what is wrong.

mod dry_run;
mod help;
mod panel;
pub mod panel_lines;
mod popup;
mod text;
mod window;

use super::layout::areas;
use super::rows::way_label;
use super::state::{Asked, Composer, Panel};
use super::window::Kind;
use crate::protocol::Origin;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::workspace::{Way, Weight};
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(state: &State, composer: &Composer, canvas: &mut Canvas, body: Rect) {
    let base = canvas.style(Role::Base);
    canvas.fill(body, base);
    let border = canvas.style(Role::BorderFocus);
    canvas.frame(body, border);
    draw_title(state, composer, canvas, body);
    if body.width < 12 || body.height < 4 {
        return;
    }
    let areas = areas(state, composer);
    draw_header(state, composer, canvas, areas.header);
    let faint = canvas.style(Role::Border);
    if areas.editor.y > areas.header.y + 1 {
        canvas.rule(areas.header.x, areas.header.y + 1, areas.header.width, faint);
        canvas.rule(areas.status.x, areas.status.y - 1, areas.status.width, faint);
    }
    text::draw(composer, canvas, &areas);
    if let Some(area) = areas.panel {
        if areas.beside {
            for y in area.top()..area.bottom() {
                let line = canvas.glyphs.vertical;
                canvas.put(area.x, y, 1, line, faint);
            }
        }
        let shift = if areas.beside { 2 } else { 1 };
        let inner = Rect::new(
            area.x + shift,
            area.y,
            area.width.saturating_sub(shift + 1),
            area.height,
        );
        panel::draw(state, composer, canvas, inner);
    }
    draw_status(state, composer, canvas, areas.status, areas.beside);
    if composer.in_panel {
        canvas.cursor = None;
    }
    if composer.popup.is_some() && !composer.in_panel {
        popup::draw(composer, canvas, &areas, body);
    }
    if let Some(window) = &composer.window {
        canvas.cursor = None;
        window::draw(state, composer, window, canvas, body);
    }
}

fn draw_title(state: &State, composer: &Composer, canvas: &mut Canvas, body: Rect) {
    let title = canvas.style(Role::TitleFocus);
    let used = canvas.put(
        body.x + 2,
        body.y,
        body.width.saturating_sub(4),
        " Query to ",
        title,
    );
    let index = state
        .instances
        .rows
        .iter()
        .position(|instance| instance.row.name == composer.instance);
    let style = index.map_or(title, |index| canvas.theme.instance(index));
    let name = format!("{} ", composer.instance);
    canvas.put(
        body.x + 2 + used,
        body.y,
        body.width.saturating_sub(4 + used),
        &name,
        style,
    );
}

/// As whom, in which profile, which way: as it will be.
fn identity(state: &State, composer: &Composer) -> (String, String, String) {
    let first = composer.way.first(&composer.instance);
    let row = state.instances.get(first.as_str()).map(|instance| &instance.row);
    let app_id = match (&composer.identity, row) {
        (Some(app_id), _) => app_id.to_string(),
        (None, Some(row)) => row.app_id.to_string(),
        (None, None) => "?".to_owned(),
    };
    let named = composer.identity.as_ref().and_then(|app_id| {
        state.credentials.rows().iter().find(|credential| {
            credential.app_id == *app_id && credential.instance == composer.instance.as_str()
        })
    });
    let profile = named
        .map(|credential| credential.profile)
        .or(row.map(|row| row.profile))
        .map_or_else(String::new, |profile| profile.to_string());
    let way = match (&composer.way, row) {
        (Way::Direct, Some(row)) => format!("direct to {}", row.endpoint),
        (way, _) => way_label(way, composer.instance.as_str()),
    };
    (app_id, profile, way)
}

fn draw_header(state: &State, composer: &Composer, canvas: &mut Canvas, area: Rect) {
    let (app_id, profile, way) = identity(state, composer);
    let (dim, strong, route) = (
        canvas.style(Role::Dim),
        canvas.style(Role::Strong),
        canvas.style(Role::Route),
    );
    let mut told = told(state, composer);
    let left: Vec<(String, _)> = vec![
        ("as ".to_owned(), dim),
        (app_id, strong),
        (
            format!(" {} {profile} {} ", canvas.glyphs.dot, canvas.glyphs.dot),
            dim,
        ),
        (way, route),
    ];
    let wide: u16 = left.iter().map(|(text, _)| width(text)).sum();
    let is_built_in = is_built_in(state, composer);
    if is_built_in && wide + width(&told) + 2 >= area.width {
        // Whose actions are checked against is said in any case where the instance itself did not say.
        told = "built-in actions".to_owned();
    }
    let told_room = width(&told) + 2;
    let fits = wide + told_room < area.width || is_built_in;
    let room = area.width.saturating_sub(if fits { told_room } else { 2 });
    canvas.spans(area.x + 1, area.y, room, &left);
    if fits {
        let faint = canvas.style(Role::Faint);
        canvas.put_right(area.x, area.y, area.width - 1, &told, faint);
    }
}

fn is_built_in(state: &State, composer: &Composer) -> bool {
    let known = state.composer.of(&composer.instance, composer.identity.as_ref());
    composer.knows && known.is_some_and(|knowledge| knowledge.actions.origin == Origin::BuiltIn)
}

/// Where the actions come from that are completed and checked.
fn told(state: &State, composer: &Composer) -> String {
    if !composer.knows {
        return "its actions are not known here".to_owned();
    }
    let instance = &composer.instance;
    match state.composer.of(instance, composer.identity.as_ref()) {
        Some(knowledge) if knowledge.actions.origin == Origin::Told => {
            format!("{} actions, as {instance} tells", knowledge.actions.list.len())
        }
        Some(_) => "actions of the original system, built in".to_owned(),
        None if state.composer.unasked.contains_key(instance) => "its actions could not be had".to_owned(),
        None => "asking for its actions…".to_owned(),
    }
}

fn draw_status(state: &State, composer: &Composer, canvas: &mut Canvas, area: Rect, beside: bool) {
    if area.height == 0 {
        return;
    }
    let room = area.width.saturating_sub(2);
    let (glyph, role, text) = status(state, composer, beside, canvas);
    let style = canvas.style(role);
    let used = canvas.put(area.x + 1, area.y, room, glyph, style) + 1;
    let place = place(composer);
    let place_room = width(&place) + 2;
    canvas.put(
        area.x + 1 + used,
        area.y,
        room.saturating_sub(used + place_room),
        &text,
        style,
    );
    let faint = canvas.style(Role::Faint);
    canvas.put_right(area.x + 1, area.y, room, &place, faint);
}

fn place(composer: &Composer) -> String {
    let (line, column) = composer.editor.place(composer.editor.cursor());
    let bytes = crate::tui::clock::bytes(composer.editor.text().len() as u64);
    format!("{}:{} · {bytes}", line + 1, column + 1)
}

fn status(state: &State, composer: &Composer, beside: bool, canvas: &Canvas) -> (&'static str, Role, String) {
    let glyphs = canvas.glyphs;
    if let Some((note, is_refusal)) = &composer.note {
        return match is_refusal {
            true => (glyphs.warn, Role::Warn, note.clone()),
            false => (glyphs.good, Role::Good, note.clone()),
        };
    }
    if let Some(offer) = composer
        .popup
        .as_ref()
        .and_then(|popup| popup.offers.get(popup.selected))
    {
        return (
            glyphs.dot,
            Role::Dim,
            format!("{}: {}", offer.label, offer.detail),
        );
    }
    if let Some(finding) = composer.finding() {
        let more = match composer.findings.len() {
            1 => String::new(),
            many => format!("   (+{})", many - 1),
        };
        let (line, _) = composer.editor.place(finding.span.start);
        let text = format!("line {}: {}{more}", line + 1, finding.message);
        return match finding.weight {
            Weight::Stopper => (glyphs.bad, Role::Bad, text),
            Weight::Warning => (glyphs.warn, Role::Warn, text),
        };
    }
    // Without room beside, what the parameter takes is said here.
    if !beside && let Some(text) = help::in_one_line(state, composer) {
        return (glyphs.dot, Role::Dim, text);
    }
    (glyphs.good, Role::Good, "nothing to complain about".to_owned())
}

/// The keys that work now, for the last line of the screen.
pub fn keys(composer: &Composer) -> Vec<(&'static str, &'static str)> {
    if let Some(window) = &composer.window {
        return match window.kind {
            Kind::Name => vec![("⏎", "keep"), ("Esc", "back")],
            Kind::Blank => vec![("⏎", "go on"), ("Esc", "leave it")],
            Kind::Templates => vec![
                ("type", "find"),
                ("⏎", "use"),
                ("^S", "keep this query"),
                ("^X", "forget (twice)"),
                ("Esc", "close"),
            ],
            Kind::History => vec![("type", "find"), ("⏎", "use"), ("Esc", "close")],
            Kind::Ways => vec![("↑↓", "choose"), ("⏎", "take"), ("Esc", "close")],
        };
    }
    if composer.in_panel {
        let mut pairs = vec![("↑↓", "scroll"), ("←→", "tab"), ("⇧Tab", "back to the query")];
        if composer.panel == Panel::Reply && matches!(composer.reply, Asked::Here(_)) {
            pairs.insert(0, ("⏎", "whole invoke"));
        }
        return pairs;
    }
    if composer.popup.is_some() {
        return vec![("↑↓", "choose"), ("Tab", "take"), ("Esc", "no"), ("^S", "send")];
    }
    let mut pairs = vec![
        ("^S", "send"),
        ("^D", "dry run"),
        ("Tab", "offer"),
        ("^G", "way"),
        ("^T", "templates"),
        ("^R", "sent"),
        ("Esc", "close"),
        ("⇧Tab", "panel"),
        ("^O", "own editor"),
        ("^F", "lay out"),
        ("Alt-U", "undo"),
        ("^Y", "redo"),
    ];
    if composer.sending().is_some() {
        pairs[0] = ("^X", "cancel");
    }
    pairs
}
