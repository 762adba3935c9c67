//! The choice that an empty home begins with.

use crate::tui::layers::{Choice, FirstRun};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::wrap;
use crate::workspace::listed;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The butterfly, a line each.
const LOGO: [&str; 4] = ["  ▄▄   ▄▄  ", " ████▌▐████ ", "  ▀██▌▐██▀  ", "  ▄█▀  ▀█▄  "];

/// How much of it is shown: the more room, the more.
#[derive(Clone, Copy)]
struct Extent {
    logo: bool,
    welcome: bool,
    /// An empty line behind each choice.
    gaps: bool,
    /// What every choice means, and not of the selected one only.
    all_texts: bool,
    /// The other choices beside the selected one.
    others: bool,
}

/// Nothing but what is selected.
const LEAST: Extent = Extent {
    logo: false,
    welcome: false,
    gaps: false,
    all_texts: false,
    others: false,
};
const DENSE: Extent = Extent {
    others: true,
    ..LEAST
};
const PLAIN: Extent = Extent {
    welcome: true,
    ..DENSE
};
const AIRY: Extent = Extent { gaps: true, ..PLAIN };
const TOLD: Extent = Extent {
    all_texts: true,
    ..AIRY
};
/// From most to least.
const EXTENTS: [Extent; 7] = [
    Extent { logo: true, ..TOLD },
    TOLD,
    Extent { logo: true, ..AIRY },
    AIRY,
    PLAIN,
    DENSE,
    LEAST,
];

impl Extent {
    /// The lines that it takes: as many whatever is selected, so that nothing jumps.
    fn lines(self, texts: &[Vec<String>]) -> u16 {
        let lengths = texts.iter().map(Vec::len);
        let told = match self.all_texts {
            true => lengths.sum::<usize>(),
            false => lengths.max().unwrap_or(0),
        };
        let choices = if self.others { texts.len() } else { 1 };
        let gaps = if self.gaps { choices } else { 1 };
        let logo = if self.logo { LOGO.len() + 1 } else { 0 };
        let welcome = if self.welcome { 3 } else { 0 };
        // The last one is the lock's.
        u16::try_from(logo + welcome + choices + told + gaps + 1).unwrap_or(u16::MAX)
    }
}

/// Draws it.
pub fn draw(state: &State, first: &FirstRun, canvas: &mut Canvas, body: Rect) {
    let wide = 72.min(body.width);
    let choices = first.choices();
    let told = choices
        .iter()
        .map(|choice| wrap(choice.text(), wide.saturating_sub(8)));
    let texts: Vec<Vec<String>> = told.collect();
    let fits = |extent: &Extent| extent.lines(&texts) <= body.height;
    let extent = EXTENTS.into_iter().find(fits).unwrap_or(LEAST);
    let high = extent.lines(&texts).min(body.height);
    let area = Rect::new(
        body.x + (body.width - wide) / 2,
        body.y + (body.height - high) / 2,
        wide,
        high,
    );
    let mut y = area.y + draw_welcome(state, canvas, area, extent);
    for (index, (choice, text)) in choices.iter().zip(&texts).enumerate() {
        let is_selected = *choice == first.choice;
        if !extent.others && !is_selected {
            continue;
        }
        let is_told = extent.all_texts || is_selected;
        let shown = Shown {
            index,
            title: title(state, *choice),
            text: if is_told { text } else { &[] },
            is_selected,
        };
        let room = area.bottom().saturating_sub(y);
        y += draw_choice(canvas, Rect::new(area.x, y, area.width, room), &shown);
        y += u16::from(extent.gaps);
    }
    // Where it is whatever is selected.
    y = area.bottom().saturating_sub(1);
    draw_lock(first, canvas, Rect::new(area.x, y, area.width, 1));
    if let Some(report) = state.reports.back().filter(|_| state.report_shown) {
        let bad = canvas.style(Role::Bad);
        let lines = wrap(&format!("{}; {}", report.text, report.remedy), area.width);
        let rows = u16::try_from(lines.len().min(3)).unwrap_or(3);
        let top = (y + 2).min(body.bottom().saturating_sub(rows));
        for (row, line) in (0..rows).zip(&lines) {
            canvas.put(area.x, top + row, area.width, line, bad);
        }
    }
}

/// What it is; returns the lines that this took.
fn draw_welcome(state: &State, canvas: &mut Canvas, area: Rect, extent: Extent) -> u16 {
    if !extent.welcome {
        return 0;
    }
    let (strong, dim, accent) = (
        canvas.style(Role::Strong),
        canvas.style(Role::Dim),
        canvas.style(Role::Accent),
    );
    let mut y = area.y;
    if extent.logo {
        for line in LOGO {
            if *canvas.glyphs == crate::tui::theme::UNICODE {
                canvas.put_centred(area.x, y, area.width, line, accent);
            }
            y += 1;
        }
        y += 1;
    }
    canvas.put_centred(area.x, y, area.width, "Welcome to butterfly", strong);
    let asked = match state.unknown.is_empty() {
        true => "This home is empty. How would you like to begin?",
        false => "Instances lie here that no vault knows. How would you like to begin?",
    };
    canvas.put_centred(area.x, y + 1, area.width, asked, dim);
    y + 3 - area.y
}

/// A choice in a few words; of instances that lie there, their names as long as one takes them in at a glance.
fn title(state: &State, choice: Choice) -> String {
    match (choice, state.unknown.as_slice()) {
        (Choice::TakeOver, names @ [_] | names @ [_, _] | names @ [_, _, _]) => {
            format!("Take over {}", listed(names))
        }
        (Choice::TakeOver, names) => format!("Take over {} instances", names.len()),
        _ => choice.title().to_owned(),
    }
}

/// A choice as it is shown.
struct Shown<'a> {
    index: usize,
    title: String,
    text: &'a [String],
    is_selected: bool,
}

/// One of the choices; returns the lines it took.
fn draw_choice(canvas: &mut Canvas, area: Rect, shown: &Shown<'_>) -> u16 {
    if area.height == 0 {
        return 0;
    }
    let lines = (1 + u16::try_from(shown.text.len()).unwrap_or(0)).min(area.height);
    let (key, title, dim) = (
        canvas.style(Role::Key),
        canvas.style(if shown.is_selected {
            Role::Strong
        } else {
            Role::Base
        }),
        canvas.style(Role::Dim),
    );
    canvas.put(area.x + 3, area.y, 1, &(shown.index + 1).to_string(), key);
    let room = area.width.saturating_sub(6);
    canvas.put(area.x + 6, area.y, room, &shown.title, title);
    for (row, line) in (1..lines).zip(shown.text) {
        canvas.put(area.x + 6, area.y + row, area.width.saturating_sub(8), line, dim);
    }
    if shown.is_selected {
        let ground = Style {
            fg: None,
            ..canvas.style(Role::Selected)
        };
        let mark = canvas.glyphs.mark;
        canvas.tint(Rect::new(area.x, area.y, area.width, lines), ground);
        let accent = canvas.style(Role::Accent).patch(ground);
        for row in 0..lines {
            canvas.put(area.x, area.y + row, 1, mark, accent);
        }
    }
    lines
}

fn draw_lock(first: &FirstRun, canvas: &mut Canvas, line: Rect) {
    let (dim, strong) = (canvas.style(Role::Dim), canvas.style(Role::Accent));
    let lock = if first.passphrase {
        "a passphrase, asked for next"
    } else {
        "a key file in the home"
    };
    let x = line.x + 6;
    let used = canvas.put(x, line.y, line.width, "Vault locked with ", dim);
    let used = used + canvas.put(x + used, line.y, line.width, lock, strong);
    canvas.put(
        x + used,
        line.y,
        line.width.saturating_sub(used + 6),
        " (p changes it)",
        dim,
    );
}
