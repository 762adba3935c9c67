//! The waterfall as lines: a ruler, a row for each hop and each of its phases, bars in patterns as well as
//! colours; without bars where the screen is narrow.

use super::Row;
use super::places::{Span, Spans};
use crate::protocol::{Phase, PhaseName};
use crate::tui::clock::duration;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::Line;

/// Columns for the names of phases.
const NAMES: usize = 22;
/// Columns for a duration, and for its share.
const FIGURE: usize = 10;
const SHARE: usize = 6;
/// With fewer columns than this for bars there are none.
const LEAST_BARS: usize = 16;

/// What is drawn of a waterfall.
pub(super) struct Made {
    pub(super) ruler: Line,
    pub(super) rows: Vec<Row>,
    pub(super) notes: Vec<Line>,
}

/// What a phase is work of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Sealing,
    Network,
    Checks,
    Work,
    Waiting,
}

impl Class {
    const ALL: [Self; 5] = [
        Self::Sealing,
        Self::Network,
        Self::Checks,
        Self::Work,
        Self::Waiting,
    ];

    fn of(name: PhaseName) -> Self {
        match name {
            PhaseName::Seal | PhaseName::Open => Self::Sealing,
            PhaseName::Connect | PhaseName::Tls | PhaseName::Send | PhaseName::Receive => Self::Network,
            PhaseName::Authenticate | PhaseName::Authorise | PhaseName::Audit => Self::Checks,
            PhaseName::Execute => Self::Work,
            PhaseName::Wait => Self::Waiting,
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Sealing => Role::PhaseSeal,
            Self::Network => Role::PhaseNet,
            Self::Checks => Role::PhaseCheck,
            Self::Work => Role::PhaseWork,
            Self::Waiting => Role::PhaseWait,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Sealing => "seal, open",
            Self::Network => "network",
            Self::Checks => "checks, audit",
            Self::Work => "work",
            Self::Waiting => "waiting",
        }
    }

    fn pattern(self, glyphs: &Glyphs) -> &'static str {
        glyphs.phases[Self::ALL.iter().position(|class| *class == self).unwrap_or(0)]
    }
}

/// The room of a row and the length of the axis.
#[derive(Clone, Copy)]
struct Scale {
    end: u64,
    names: usize,
    /// Columns for bars; 0 for none.
    bars: usize,
}

pub(super) fn make(spans: &Spans, glyphs: &Glyphs, width: u16) -> Made {
    if spans.hops.is_empty() {
        return Made {
            ruler: Line::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        };
    }
    let width = usize::from(width).saturating_sub(2);
    let names = NAMES.min(width / 2);
    let bars = width.saturating_sub(names + FIGURE + SHARE + 2);
    let scale = Scale {
        end: spans.end,
        names,
        bars: if bars < LEAST_BARS { 0 } else { bars },
    };
    let mut rows = Vec::new();
    for (index, span) in spans.hops.iter().enumerate() {
        if index > 0 {
            rows.push(Row {
                line: Line::new(),
                about: None,
            });
        }
        add_hop(span, glyphs, scale, &mut rows);
    }
    Made {
        ruler: ruler(glyphs, scale),
        rows,
        notes: notes(spans, glyphs),
    }
}

fn ruler(glyphs: &Glyphs, scale: Scale) -> Line {
    if scale.bars == 0 {
        return Line::of(format!("{} in all", duration(scale.end)), Role::Faint);
    }
    let mut text = " ".repeat(scale.names);
    let ticks: u64 = if scale.bars >= 60 { 4 } else { 2 };
    let room = scale.bars;
    let mut drawn = 0;
    for tick in 0..=ticks {
        let at = usize::try_from(tick * room as u64 / ticks).unwrap_or(0);
        let label = if tick == 0 {
            "0".to_owned()
        } else {
            duration(scale.end / ticks * tick)
        };
        let long = label.chars().count();
        let (start, label) = if tick == ticks {
            (at.saturating_sub(long), label)
        } else {
            (at, format!("{}{label}", glyphs.vertical))
        };
        if start < drawn {
            continue;
        }
        text.push_str(&" ".repeat(start - drawn));
        drawn = start + label.chars().count();
        text.push_str(&label);
    }
    Line::of(text, Role::Faint)
}

fn add_hop(span: &Span, glyphs: &Glyphs, scale: Scale, rows: &mut Vec<Row>) {
    let indent = "  ".repeat(span.place.depth);
    let arrow = if span.place.depth == 0 { "" } else { glyphs.tee[1] };
    let gap = if arrow.is_empty() { "" } else { " " };
    let head = format!("{indent}{arrow}{gap}{}", span.instance);
    let named = fitted(&head, scale.names);
    let start = span.place.start;
    let frame = bar(start, span.length, scale, glyphs.horizontal);
    rows.push(Row {
        line: Line::of(named, Role::TitleFocus)
            .and(frame, Role::Border)
            .and(figures(span.length, scale), Role::Strong),
        about: Some(format!(
            "{}: {} in all, {} of its own, {} of the call{}",
            span.instance,
            duration(span.length),
            duration(span.own),
            share(span.own, scale.end),
            beyond(span)
        )),
    });
    for phase in &span.phases {
        rows.push(phase_row(span, phase, &indent, glyphs, scale));
    }
    if let Some(code) = &span.failed {
        rows.push(Row {
            line: Line::of(format!("{indent}  {} ended here: {code}", glyphs.bad), Role::Bad),
            about: Some(format!("{}: the call ended here: {code}", span.instance)),
        });
    }
    for (at, long) in &span.gaps {
        let text = bar(start.saturating_add(*at), *long, scale, glyphs.dot);
        rows.push(Row {
            line: Line::of(
                fitted(&format!("{indent}  unaccounted"), scale.names),
                Role::Faint,
            )
            .and(text, Role::Faint)
            .and(figures(*long, scale), Role::Faint),
            about: Some(format!(
                "{}: {} that no phase accounts for, from {}, {} of the call",
                span.instance,
                duration(*long),
                duration(start.saturating_add(*at)),
                share(*long, scale.end)
            )),
        });
    }
}

fn phase_row(span: &Span, phase: &Phase, indent: &str, glyphs: &Glyphs, scale: Scale) -> Row {
    let class = Class::of(phase.name);
    let start = span.place.start.saturating_add(phase.start_us);
    let name = fitted(&format!("{indent}  {}", phase.name.as_str()), scale.names);
    Row {
        line: Line::of(name, Role::Dim)
            .and(
                bar(start, phase.duration_us, scale, class.pattern(glyphs)),
                class.role(),
            )
            .and(figures(phase.duration_us, scale), Role::Base),
        about: Some(format!(
            "{}, {}: {} from {} to {}, {} of the call",
            span.instance,
            phase.name.as_str(),
            duration(phase.duration_us),
            duration(start),
            duration(start.saturating_add(phase.duration_us)),
            share(phase.duration_us, scale.end)
        )),
    }
}

/// What is to be said where a hop claims more time than its caller waited for it.
fn beyond(span: &Span) -> String {
    match span.place.waited {
        Some(waited) if waited < span.length => {
            format!(
                "; it reports more than the {} its caller waited",
                duration(waited)
            )
        }
        Some(waited) => format!("; {} on the way there and back", duration(waited - span.length)),
        None => String::new(),
    }
}

/// A name in its room.
fn fitted(name: &str, room: usize) -> String {
    let mut text: String = name.chars().take(room.saturating_sub(1)).collect();
    let used = text.chars().count();
    text.push_str(&" ".repeat(room - used.min(room)));
    text
}

fn figures(micros: u64, scale: Scale) -> String {
    format!(
        "{:>FIGURE$}{:>SHARE$}",
        duration(micros),
        share(micros, scale.end)
    )
}

/// A part of the whole in per cent.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        0..100 => format!("{}.{}%", tenths / 10, tenths % 10),
        _ => format!("{}%", tenths / 10),
    }
}

/// A bar of a pattern from `start` on, with the blanks around it; the shortest is still seen.
fn bar(start: u64, length: u64, scale: Scale, pattern: &str) -> String {
    if scale.bars == 0 {
        return String::new();
    }
    let column = |micros: u64| {
        let exact = u128::from(micros) * scale.bars as u128 / u128::from(scale.end);
        usize::try_from(exact).unwrap_or(usize::MAX).min(scale.bars)
    };
    let first = column(start).min(scale.bars - 1);
    let last = column(start.saturating_add(length)).clamp(first + 1, scale.bars);
    let mut text = " ".repeat(first);
    text.push_str(&pattern.repeat(last - first));
    text.push_str(&" ".repeat(scale.bars - last));
    text
}

fn notes(spans: &Spans, glyphs: &Glyphs) -> Vec<Line> {
    let mut legend = Line::new();
    for class in Class::ALL {
        legend = legend
            .and(class.pattern(glyphs).repeat(2), class.role())
            .and(format!(" {}   ", class.words()), Role::Dim);
    }
    let mut notes = vec![legend];
    if spans.hops.len() > 1 {
        notes.push(Line::of(
            "Clocks are not compared: each hop stands in the middle of its caller's wait.",
            Role::Faint,
        ));
    }
    notes
}
