//! The runs that were kept: a list, and the figures of each as they were.

use super::begin::{begin, errand};
use super::errand::{Errand, Source};
use super::figures::{common, figures};
use super::state::{LiveTest, Showing};
use crate::client::load::{Distribution, Figures, Pace, Plan};
use crate::command::{Key, KeyCode};
use crate::tui::clock::duration;
use crate::tui::effect::Effect;
use crate::tui::inert::inert;
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_lines, wrap};
use crate::workspace::SavedLoad;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns from which on the routes are listed too.
const WITH_ROUTES: u16 = 96;

/// Opens the list.
pub fn open(state: &mut State) -> Vec<Effect> {
    let mut test = LiveTest::new(state.live_setup.as_deref());
    test.showing = Showing::Kept;
    let list = begin(state, &mut test, Errand::List);
    state.layers.push(Layer::LiveTest(Box::new(test)));
    vec![list]
}

/// A key while one is chosen.
pub(super) fn choose(test: &mut LiveTest, key: Key) -> (bool, Vec<Effect>) {
    let last = test.saved.len().saturating_sub(1);
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => return (false, Vec::new()),
        KeyCode::Down | KeyCode::Char('j') => test.at = (test.at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => test.at = test.at.saturating_sub(1),
        KeyCode::PageDown => test.at = (test.at + 10).min(last),
        KeyCode::PageUp => test.at = test.at.saturating_sub(10),
        KeyCode::End | KeyCode::Char('G') => test.at = last,
        KeyCode::Home => test.at = 0,
        KeyCode::Enter => {
            if let Some(saved) = test.saved.get(test.at) {
                test.lanes.clone_from(&saved.lanes);
                test.kept = Some(saved.clone());
                test.showing = Showing::Finished;
                test.lane = 0;
                test.before = None;
            }
        }
        _ => {}
    }
    (true, Vec::new())
}

/// A key while the figures of one are shown.
pub(super) fn look(state: &mut State, test: &mut LiveTest, key: Key) -> (bool, Vec<Effect>) {
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            test.kept = None;
            test.lanes.clear();
            test.showing = Showing::Kept;
        }
        KeyCode::Char('r' | 'e') => return (true, set_up(state, test)),
        KeyCode::Char('y') => return (true, vec![Effect::Copy(figures(test))]),
        _ => common(test, key),
    }
    (true, Vec::new())
}

/// The set-up of such a run, to make it again.
fn set_up(state: &mut State, test: &mut LiveTest) -> Vec<Effect> {
    let Some(saved) = &test.kept else {
        return Vec::new();
    };
    let Some(target) = saved.load_target() else {
        test.note = Some("what it called held secrets, which are not kept".to_owned());
        return Vec::new();
    };
    let source = Source::Kept(saved.instance.clone(), target);
    *test = LiveTest::new(Some(&remembered(&saved.plan)));
    vec![
        begin(state, test, Errand::Prepare(source)),
        errand(state, Errand::List),
    ]
}

/// A plan as the set-up is remembered.
fn remembered(plan: &Plan) -> String {
    let (kind, many) = match plan.pace {
        Pace::Open { rate, .. } => ("rate", rate.to_string()),
        Pace::Closed { callers } => ("callers", callers.to_string()),
    };
    let seconds = plan.duration.map_or(10.0, |duration| duration.as_secs_f64());
    format!("{kind} {many} {seconds} {}", plan.warm_up.as_secs_f64())
}

/// Draws the list.
pub(super) fn draw(state: &State, test: &LiveTest, canvas: &mut Canvas, inner: Rect) {
    if test.saved.is_empty() {
        let words = match test.ticket {
            Some(_) => "Looking for loads that were kept…",
            None => {
                "No load is kept yet: w keeps one when it is over, and so does `butterfly bench --save NAME`."
            }
        };
        let lines: Vec<Line> = wrap(words, inner.width)
            .into_iter()
            .map(|line| Line::of(line, Role::Dim))
            .collect();
        draw_lines(canvas, inner, &lines, 0);
        return;
    }
    let heading = Line::of(
        columns(["NAME", "KEPT", "INSTANCE", "LOAD", "P50", "P99", "ERRORS"]),
        Role::Heading,
    );
    draw_lines(canvas, Rect { height: 1, ..inner }, &[heading], 0);
    let rows = Rect::new(inner.x, inner.y + 1, inner.width, inner.height.saturating_sub(2));
    let high = usize::from(rows.height);
    let top = test.at.saturating_sub(high.saturating_sub(1));
    for (y, (index, saved)) in (rows.y..).zip(test.saved.iter().enumerate().skip(top).take(high)) {
        let line = Rect::new(rows.x, y, rows.width, 1);
        draw_lines(canvas, line, &[row(state, saved, inner.width)], 0);
        if index == test.at {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(line, ground);
            let accent = canvas.style(Role::Accent);
            canvas.put(inner.x - 1, y, 1, canvas.glyphs.mark, accent);
        }
    }
}

fn row(state: &State, saved: &SavedLoad, width: u16) -> Line {
    let mut latency = Distribution::default();
    let figures = saved.lanes.iter().map(|(_, figures)| figures);
    figures
        .clone()
        .for_each(|figures| latency.merge(&figures.latency));
    let failed: u64 = figures.map(Figures::failed).sum();
    let pace = match saved.plan.pace {
        Pace::Open { rate, .. } => format!("{rate}/s"),
        Pace::Closed { callers } => format!("{callers} callers"),
    };
    let labels: Vec<&str> = saved.lanes.iter().map(|(label, _)| label.as_str()).collect();
    let text = columns([
        &inert(&saved.name),
        &state.clock.date_time(saved.at),
        saved.instance.as_str(),
        &pace,
        &duration(latency.percentile(0.5)),
        &duration(latency.percentile(0.99)),
        &failed.to_string(),
    ]);
    let line = Line::of(text, Role::Base);
    if width < WITH_ROUTES {
        return line;
    }
    line.and(format!("  {}", inert(&labels.join(", "))), Role::Dim)
}

fn columns(cells: [&str; 7]) -> String {
    let [name, kept, instance, load, p50, p99, errors] = cells;
    format!("{name:<12.12} {kept:<16.16} {instance:<9.9} {load:<10.10} {p50:>8} {p99:>8} {errors:>6}")
}
