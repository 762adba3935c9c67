//! The foot of the screen: what was reported or is under way, and the keys that work here.

use super::key_text::shown;
use crate::command::{Command, Id, commands};
use crate::model::filter::{Comparison, Filter, Term, Test, Text, Value, kept_terms, without_kept};
use crate::tui::layers::{CommandLine, FilterLine, Layer};
use crate::tui::layout::Layout;
use crate::tui::state::{Level, Phase, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::filter::{filter_hint, filter_spans};
use crate::tui::widgets::typed::seen;
use ratatui::layout::Rect;

/// Draws both lines.
pub fn draw(state: &State, canvas: &mut Canvas, layout: &Layout) {
    draw_status(state, canvas, layout.status);
    let area = layout.footer;
    if area.height == 0 {
        return;
    }
    let bar = canvas.style(Role::Bar);
    canvas.fill(area, bar);
    match state.layers.last() {
        Some(Layer::Command(line)) => {
            match &line.search {
                Some((wanted, _)) => draw_line(canvas, area, "?", wanted),
                None => draw_line(canvas, area, ":", &line.input),
            }
            draw_line_status(line, canvas, layout.status);
        }
        Some(Layer::Filter(line)) => {
            draw_line(canvas, area, "/", &line.input);
            draw_filter(state, canvas, layout, line);
        }
        Some(Layer::Invoke(page)) if page.typing.is_some() => {
            draw_pairs(canvas, area, &crate::tui::invoke::keys(page).unwrap_or_default());
        }
        Some(Layer::Difference(page)) if page.seeking.typing => {
            let keys = crate::tui::invoke::keys_of_difference(page);
            draw_pairs(canvas, area, &keys.unwrap_or_default());
        }
        Some(layer) if layer.page_scope().is_none() => draw_pairs(canvas, area, &window_keys(layer)),
        _ if state.phase == Phase::Open => draw_keys(state, canvas, area),
        _ => {}
    }
}

fn draw_line(canvas: &mut Canvas, area: Rect, sign: &str, input: &tui_input::Input) {
    let style = canvas.style(Role::Bar).patch(canvas.style(Role::Strong));
    let key = canvas.style(Role::Bar).patch(canvas.style(Role::Key));
    canvas.put(area.x, area.y, 2, &format!(" {sign}"), key);
    let room = area.width.saturating_sub(4);
    let column = canvas.typed((area.x + 2, area.y), room, input, style);
    canvas.cursor = Some((area.x + 2 + column, area.y));
}

/// The terms in their colours; on the line above what is wrong, or what could come next.
fn draw_filter(state: &State, canvas: &mut Canvas, layout: &Layout, line: &FilterLine) {
    let (area, above) = (layout.footer, layout.status);
    let (input, fields) = (&line.input, line.rows.fields());
    let text = input.value();
    let (mut filter, wrong) = Filter::parse_typed(&without_kept(text), fields);
    let (_, unknown) = state.filters.expand(line.rows, text);
    let problem = wrong.or(unknown);
    // A kept filter is one term of those that are drawn.
    filter.terms.extend(kept_terms(text).into_iter().map(|kept| Term {
        span: kept.span,
        not: kept.not,
        test: Test::Field("saved", Comparison::Is, Value::Text(Text::new(kept.name))),
    }));
    let room = area.width.saturating_sub(4);
    let (hidden, _) = seen(input, room);
    let bar = canvas.style(Role::Bar);
    let mut skipped = 0;
    let spans: Vec<_> = filter_spans(text, &filter, problem.as_ref(), canvas)
        .into_iter()
        .map(|(part, style)| {
            let cut = hidden.saturating_sub(skipped).min(part.len());
            skipped += part.len();
            (part[cut..].to_owned(), bar.patch(style))
        })
        .collect();
    canvas.fill(Rect::new(area.x + 2, area.y, room + 1, 1), bar);
    canvas.spans(area.x + 2, area.y, room + 1, &spans);
    if above.height == 0 {
        return;
    }
    let base = canvas.style(Role::Base);
    canvas.fill(above, base);
    let (said, role) = match problem {
        Some(problem) => {
            let sign = canvas.glyphs.bad;
            (
                format!("{sign} {}; expected {}", problem.message, problem.expected),
                Role::Bad,
            )
        }
        None => (filter_hint(text, fields), Role::Dim),
    };
    let style = canvas.style(role);
    canvas.put(above.x + 2, above.y, above.width.saturating_sub(3), &said, style);
}

/// What is wrong with the line, or what the keys do in it.
fn draw_line_status(line: &CommandLine, canvas: &mut Canvas, area: Rect) {
    if area.height == 0 {
        return;
    }
    let base = canvas.style(Role::Base);
    canvas.fill(area, base);
    let room = area.width.saturating_sub(2);
    if let Some(error) = &line.error {
        let bad = canvas.style(Role::Bad);
        let text = format!("{} {error}", canvas.glyphs.bad);
        canvas.put(area.x + 1, area.y, room, &text, bad);
        return;
    }
    let dim = canvas.style(Role::Dim);
    let hint = match &line.search {
        Some(_) => "lines written before that contain this   ^R older   Enter take   Esc back",
        None => "Tab complete   Up lines before   ^R find one   Enter do it   Esc close",
    };
    canvas.put(area.x + 2, area.y, room, hint, dim);
}

fn draw_status(state: &State, canvas: &mut Canvas, area: Rect) {
    if area.height == 0 {
        return;
    }
    if let Some(running) = state.running.last() {
        let turn = canvas.glyphs.spinner[state.tick % 4];
        let changing = canvas.style(Role::Changing);
        let used = canvas.put(area.x + 1, area.y, area.width.saturating_sub(1), turn, changing);
        let more = match state.running.len() {
            1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        let text = format!("{}…{more}", running.words);
        canvas.put(
            area.x + 2 + used,
            area.y,
            area.width.saturating_sub(2 + used),
            &text,
            changing,
        );
        return;
    }
    let Some(report) = state.reports.back().filter(|_| state.report_shown) else {
        return;
    };
    let (glyph, role) = match report.level {
        Level::Good => (canvas.glyphs.good, Role::Good),
        Level::Info => (canvas.glyphs.dot, Role::Accent),
        Level::Warn => (canvas.glyphs.warn, Role::Warn),
        Level::Bad => (canvas.glyphs.bad, Role::Bad),
    };
    let room = area.width.saturating_sub(4);
    let mut spans = vec![
        (format!("{glyph} "), canvas.style(role)),
        (report.text.clone(), canvas.style(role)),
    ];
    if !report.remedy.is_empty() {
        spans.push((format!("   {}", report.remedy), canvas.style(Role::Dim)));
    }
    let wide: u16 = spans.iter().map(|(text, _)| width(text)).sum();
    if wide <= room {
        canvas.spans(area.x + 1, area.y, room, &spans);
        return;
    }
    // Cut, with the key that shows the whole.
    let hint = format!(" {} shows all ", state.key_for(Id::Messages));
    canvas.spans(area.x + 1, area.y, room.saturating_sub(width(&hint)), &spans);
    let key = canvas.style(Role::Dim);
    canvas.put_right(area.x + 1, area.y, room + 2, &hint, key);
}

/// The keys of windows, which are not in the table: each window says its own.
fn window_keys(layer: &Layer) -> Vec<(&'static str, &'static str)> {
    match layer {
        Layer::Help(_) => vec![
            ("type", "find"),
            ("↑↓", "choose"),
            ("⏎", "do it"),
            ("Tab", "with an argument"),
            ("Esc", "close"),
        ],
        Layer::Confirm(_) => vec![("y", "yes"), ("n", "no"), ("Esc", "no")],
        Layer::Columns(_) => super::overlays::columns::PAIRS.to_vec(),
        Layer::Menu(_) => vec![("↑↓", "choose"), ("⏎", "do it"), ("Esc", "close")],
        Layer::Form(form) if form.is_writing_circuit() => vec![
            ("Tab", "next field"),
            ("⇧Tab", "previous"),
            ("alt-u", "undo"),
            ("^Y", "redo"),
            ("^S", "send"),
            ("Esc", "close"),
        ],
        Layer::Form(_) => vec![
            ("Tab", "next"),
            ("⇧Tab", "previous"),
            ("←→", "choose"),
            ("^S", "send"),
            ("Esc", "close"),
        ],
        Layer::Notice(notice) if notice.secret.is_some() => {
            vec![
                ("v", "show or hide the secret"),
                ("↑↓", "scroll"),
                ("Esc", "close"),
            ]
        }
        Layer::Notice(_) | Layer::Reports(_) => vec![("↑↓", "scroll"), ("Esc", "close")],
        Layer::Wizard(wizard) => crate::tui::wizard::keys(wizard),
        Layer::Composer(composer) => crate::tui::composer::keys(composer),
        Layer::LiveTest(test) => crate::tui::livetest::keys(test),
        Layer::Steps(_) => vec![("Esc", "leave it working")],
        Layer::FirstRun(_) => vec![
            ("↑↓", "choose"),
            ("⏎", "begin"),
            ("p", "lock with a passphrase"),
            ("q", "quit"),
        ],
        _ => Vec::new(),
    }
}

/// As many as there is room for, and among them the way out, wherever it stands.
fn fitting<'pair>(
    canvas: &Canvas,
    room: u16,
    pairs: &[(&'pair str, &'pair str)],
) -> Vec<(&'pair str, &'pair str)> {
    let wide = |pairs: &[(&str, &str)]| -> u16 {
        let each = |(name, label): &(&str, &str)| width(&shown(name, canvas)) + 1 + width(label);
        let gaps = 3 * u16::try_from(pairs.len().saturating_sub(1)).unwrap_or(0);
        1 + pairs.iter().map(each).sum::<u16>() + gaps
    };
    let mut pairs = pairs.to_vec();
    while !pairs.is_empty() && wide(&pairs) >= room {
        let last = pairs.iter().rposition(|(name, _)| *name != "Esc");
        pairs.remove(last.unwrap_or(0));
    }
    pairs
}

fn draw_pairs(canvas: &mut Canvas, area: Rect, pairs: &[(&str, &str)]) {
    let (key, bar) = (
        canvas.style(Role::Bar).patch(canvas.style(Role::Key)),
        canvas.style(Role::Bar),
    );
    let pairs = fitting(canvas, area.width, pairs);
    let mut x = area.x + 1;
    for (name, label) in pairs {
        let name = &shown(&name, canvas);
        x += canvas.put(x, area.y, area.right() - x, name, key) + 1;
        x += canvas.put(x, area.y, area.right().saturating_sub(x), label, bar) + 3;
    }
}

/// The keys that deserve it most, as many as fit, in the order of the table.
fn draw_keys(state: &State, canvas: &mut Canvas, area: Rect) {
    let situation = state.situation();
    let scopes = state.scopes();
    let mut fitting: Vec<(usize, &Command)> = commands()
        .enumerate()
        .filter(|(_, command)| {
            command.weight > 0
                && command.is_available(&situation)
                && command.scopes.iter().any(|scope| scopes.contains(scope))
        })
        .collect();
    fitting.sort_by_key(|(_, command)| std::cmp::Reverse(command.weight));
    let room = area.width.saturating_sub(2);
    let mut used = 0;
    let mut chosen = Vec::new();
    for (place, command) in fitting {
        let Some(keys) = state.keymap.keys(command.id, scopes).next() else {
            continue;
        };
        let key = shown(keys, canvas);
        let wide = width(&key) + 1 + width(command.label) + 3;
        if used + wide > room + 3 {
            break;
        }
        used += wide;
        chosen.push((place, key, command.label));
    }
    chosen.sort_by_key(|(place, ..)| *place);
    let pairs: Vec<(&str, &str)> = chosen
        .iter()
        .map(|(_, key, label)| (key.as_str(), *label))
        .collect();
    draw_pairs(canvas, area, &pairs);
}
