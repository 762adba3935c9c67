//! Draws the live test over the panes.

mod chart;
mod detail;
mod table;

use super::state::{LiveTest, Showing};
use crate::client::load::{Figures, Pace, Stage};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_line, draw_lines, wrap};
use ratatui::layout::Rect;

/// A route's details need so many columns to stand beside others.
const LANE: u16 = 38;
/// Columns of what stands beside them where there is no room above.
const BESIDE: u16 = 32;
/// Lines that it takes to have a chart above the details.
const TALL: u16 = 12;

/// Draws it.
pub fn draw(state: &State, test: &LiveTest, canvas: &mut Canvas, body: Rect) {
    let base = canvas.style(Role::Base);
    canvas.fill(body, base);
    let border = canvas.style(Role::BorderFocus);
    canvas.frame(body, border);
    let title = canvas.style(Role::TitleFocus);
    canvas.put(
        body.x + 2,
        body.y,
        body.width.saturating_sub(4),
        " Live test ",
        title,
    );
    if body.width < 20 || body.height < 6 {
        return;
    }
    let inner = Rect::new(body.x + 2, body.y + 1, body.width - 4, body.height - 2);
    match test.showing {
        Showing::Kept => super::kept::draw(state, test, canvas, inner),
        Showing::SetUp | Showing::Asking => draw_set_up(state, test, canvas, inner),
        Showing::Running | Showing::Finished => draw_figures(test, canvas, inner),
    }
    draw_note(test, canvas, inner);
}

fn draw_note(test: &LiveTest, canvas: &mut Canvas, inner: Rect) {
    let y = inner.bottom() - 1;
    let accent = canvas.style(Role::Accent);
    if let Some(input) = &test.naming {
        let used = canvas.put(inner.x, y, inner.width, "Keep as: ", accent);
        let style = canvas.style(Role::Input);
        let room = (inner.width - used).saturating_sub(1);
        canvas.fill(Rect::new(inner.x + used, y, inner.width - used, 1), style);
        let column = canvas.typed((inner.x + used, y), room, input, style);
        canvas.cursor = Some((inner.x + used + column, y));
    } else if let Some(note) = &test.note {
        canvas.put(inner.x, y, inner.width, note, accent);
    }
}

fn draw_set_up(state: &State, test: &LiveTest, canvas: &mut Canvas, inner: Rect) {
    let mut lines = Vec::new();
    match &test.prospects {
        Some(prospects) => {
            let colour = state
                .instances
                .rows
                .iter()
                .position(|row| row.row.name == prospects.instance);
            let ink = colour.map_or(Role::Strong.into(), crate::tui::widgets::text::Ink::Instance);
            lines.push(
                Line::of("Load ", Role::Dim)
                    .and(prospects.instance.to_string(), ink)
                    .and("  ", Role::Dim)
                    .and(prospects.label.clone(), Role::Strong),
            );
            lines.push(Line::of(format!("     action {}", prospects.action), Role::Dim));
        }
        None if test.failure.is_none() => {
            lines.push(Line::of("Looking at what is to be loaded…", Role::Changing))
        }
        None => {}
    }
    lines.push(Line::new());
    let mut rows = Vec::new();
    if let Some(prospects) = &test.prospects {
        for (index, prospect) in prospects.routes.iter().enumerate() {
            rows.push(lines.len());
            let checked = test.chosen.contains(&prospect.route);
            let (mark, role) = match (&prospect.missing, checked) {
                (Some(_), _) => (" - ", Role::Faint),
                (None, true) => ("[x]", Role::Good),
                (None, false) => ("[ ]", Role::Base),
            };
            let head = if index == 0 { "Routes" } else { "" };
            let text = prospect.missing.as_deref().unwrap_or(match prospect.route {
                crate::model::Route::Endpoint => "this console seals the query and calls the peer",
                crate::model::Route::Circuit => "this console posts the query as it was sealed",
                crate::model::Route::Relay => "the instance makes the call itself",
            });
            lines.push(
                Line::of(format!("{head:<12} "), Role::Dim)
                    .and(format!("{mark} "), role)
                    .and(format!("{:<10}", prospect.route.as_str()), Role::Route)
                    .and(text.to_owned(), Role::Dim),
            );
        }
    }
    for field in &test.fields {
        rows.push(lines.len());
        let ground = if field.id == "model" {
            Role::Accent
        } else {
            Role::Strong
        };
        let shown = format!("{:<18}", field.value());
        let line = Line::of(format!("{:<12} ", field.label), Role::Dim).and(shown, ground);
        lines.push(match &field.error {
            Some(error) => line.and(error.clone(), Role::Bad),
            None => line.and(field.hint.clone(), Role::Faint),
        });
    }
    lines.push(Line::new());
    add_warnings(test, inner.width, &mut lines);
    draw_lines(canvas, inner, &lines, 0);
    if let Some(row) = rows.get(test.at).filter(|_| test.showing == Showing::SetUp) {
        let y = inner.y + u16::try_from(*row).unwrap_or(0);
        if y < inner.bottom() {
            let selected = canvas.style(Role::Selected);
            let ground = ratatui::style::Style { fg: None, ..selected };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
            let accent = canvas.style(Role::Accent);
            canvas.put(inner.x - 1, y, 1, canvas.glyphs.mark, accent);
        }
    }
}

fn add_warnings(test: &LiveTest, width: u16, lines: &mut Vec<Line>) {
    if let Some(failure) = &test.failure {
        for part in wrap(&failure.to_string(), width) {
            lines.push(Line::of(part, Role::Bad));
        }
    }
    if test.showing == Showing::Asking
        && let Some(prospects) = &test.prospects
    {
        lines.push(Line::of(
            format!("Load {} all the same?", prospects.instance),
            Role::Danger,
        ));
        for caution in &prospects.cautions {
            for part in wrap(caution, width) {
                lines.push(Line::of(part, Role::Warn));
            }
        }
        lines.push(Line::of("y loads it, any other key does not", Role::Strong));
        return;
    }
    for part in wrap(
        "All routes are loaded at the same time. With calls a second, each latency counts from the moment at which its \
         call was due, so a stall shows in full. One call in twenty asks all hops for their phases.",
        width,
    ) {
        lines.push(Line::of(part, Role::Faint));
    }
}

fn draw_figures(test: &LiveTest, canvas: &mut Canvas, inner: Rect) {
    draw_head(test, canvas, inner);
    let lanes = &test.lanes;
    if lanes.is_empty() {
        return;
    }
    let many = u16::try_from(lanes.len()).unwrap_or(1);
    table::draw(
        test,
        canvas,
        Rect::new(inner.x, inner.y + 2, inner.width, many + 1).intersection(inner),
    );
    let mut y = inner.y + 4 + many;
    let left = inner.bottom().saturating_sub(y + 1);
    let high = (left / 3).clamp(4, 12);
    if left >= TALL {
        chart::draw(test, canvas, Rect::new(inner.x, y, inner.width, high));
        y += high + 1;
    }
    let rest = Rect::new(inner.x, y, inner.width, (inner.bottom() - 1).saturating_sub(y));
    let side_by_side = inner.width / many >= LANE;
    if left < TALL && (many == 1 || !side_by_side) && rest.width >= LANE + BESIDE {
        draw_one_beside(test, canvas, rest);
        return;
    }
    for (index, (label, figures)) in lanes.iter().enumerate() {
        let place = u16::try_from(index).unwrap_or(0);
        let wide = inner.width / many;
        let area = match (side_by_side, index == test.lane) {
            (true, _) => Rect::new(rest.x + place * wide, rest.y, wide.saturating_sub(2), rest.height),
            (false, true) => rest,
            (false, false) => continue,
        };
        let before = test.compared().and_then(|before| before.lane(label));
        detail::draw(label, figures, before, true, canvas, area);
    }
}

/// The selected route where there are few lines: what it was before and the chart stand beside it.
fn draw_one_beside(test: &LiveTest, canvas: &mut Canvas, rest: Rect) {
    let Some((label, figures)) = test.lanes.get(test.lane) else {
        return;
    };
    let before = test.compared().and_then(|before| before.lane(label));
    let own = Rect::new(rest.x, rest.y, rest.width - BESIDE - 2, rest.height);
    detail::draw(label, figures, before, false, canvas, own);
    let mut beside = Rect::new(own.right() + 2, rest.y, BESIDE, rest.height);
    if let Some(before) = before {
        let lines = detail::changes(before, figures, beside.width);
        draw_lines(canvas, beside, &lines, 0);
        let used = u16::try_from(lines.len() + 1)
            .unwrap_or(u16::MAX)
            .min(beside.height);
        beside = Rect::new(beside.x, beside.y + used, beside.width, beside.height - used);
    }
    if beside.height >= 5 {
        chart::draw(test, canvas, beside);
    }
}

fn draw_head(test: &LiveTest, canvas: &mut Canvas, inner: Rect) {
    let label = test
        .prospects
        .as_ref()
        .map_or("", |prospects| prospects.label.as_str());
    let of_kept = test
        .kept
        .as_ref()
        .map(|saved| format!("{}, a kept load of {}", saved.name, saved.instance));
    let label = of_kept.as_deref().unwrap_or(label);
    let stage = test.lanes.first().map(|(_, figures)| figures.stage);
    let (glyph, role, word) = match stage {
        Some(Stage::Running) => (canvas.glyphs.up, Role::Good, "running"),
        Some(Stage::Paused) => (canvas.glyphs.stopped, Role::Warn, "paused"),
        Some(Stage::Finished) => (canvas.glyphs.good, Role::Good, "finished"),
        Some(Stage::Stopped) => (canvas.glyphs.stopped, Role::Warn, "stopped"),
        Some(Stage::WarmUp) | None => (canvas.glyphs.changing, Role::Changing, "warming up"),
    };
    let mut line = Line::of(format!("{glyph} {word}"), role);
    if let (Some(request), Some((_, first))) = (&test.request, test.lanes.first()) {
        let elapsed = first.elapsed_us as f64 / 1e6;
        let all = request
            .plan
            .duration
            .map_or(0.0, |duration| duration.as_secs_f64());
        let pace = match request.plan.pace {
            Pace::Open { rate, .. } => format!("{rate}/s by each route"),
            Pace::Closed { callers } => format!("{callers} callers at once by each route"),
        };
        let sum = |of: fn(&Figures) -> u64| test.lanes.iter().map(|(_, figures)| of(figures)).sum::<u64>();
        line = line.and(format!("  {elapsed:.0} of {all:.0} s  {pace}"), Role::Base);
        let (behind, lost) = (sum(|figures| figures.behind), sum(|figures| figures.not_started));
        if !first.stage.is_over() {
            let in_flight = sum(|figures| figures.in_flight);
            line = line.and(format!("  in flight {in_flight}"), Role::Dim);
            let role = if behind + lost > 0 { Role::Warn } else { Role::Dim };
            line = line.and(format!("  behind {behind}"), role);
        }
        if lost > 0 {
            line = line.and(format!("  never begun {lost}"), Role::Warn);
        }
    }
    draw_line(canvas, inner.x, inner.y, inner.width, &line);
    let strong = canvas.style(Role::Dim);
    canvas.put(inner.x, inner.y + 1, inner.width, label, strong);
}

/// The keys that work now, for the last line of the screen.
pub fn keys(test: &LiveTest) -> Vec<(&'static str, &'static str)> {
    if test.naming.is_some() {
        return vec![("⏎", "keep"), ("Esc", "do not")];
    }
    match test.showing {
        Showing::Kept => vec![("⏎", "look at it"), ("↑↓", "choose"), ("Esc", "leave")],
        Showing::Finished if test.kept.is_some() => vec![
            ("r", "again"),
            ("c", "compare"),
            ("y", "copy"),
            ("Tab", "route"),
            ("Esc", "back"),
        ],
        Showing::SetUp if test.at < test.routes() => {
            vec![
                ("⏎", "load"),
                ("Space", "check"),
                ("↑↓", "choose"),
                ("Esc", "leave"),
            ]
        }
        Showing::SetUp => vec![
            ("⏎", "load"),
            ("↑↓", "choose"),
            ("←→", "change"),
            ("Esc", "leave"),
        ],
        Showing::Asking => vec![("y", "load it"), ("Esc", "do not")],
        Showing::Running => vec![
            ("p", if test.paused { "go on" } else { "pause" }),
            ("s", "stop"),
            ("Tab", "next route"),
            ("c", "compare"),
        ],
        Showing::Finished => vec![
            ("r", "again"),
            ("e", "set up"),
            ("w", "keep"),
            ("c", "compare"),
            ("t", "slowest trace"),
            ("y", "copy"),
            ("Tab", "route"),
            ("Esc", "leave"),
        ],
    }
}
