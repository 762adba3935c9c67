//! One route in detail: the histogram of its latencies, who took the time, errors, and what it was before.

use crate::client::load::{Figures, Pace, Verdict, compare};
use crate::tui::clock::duration;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_lines};
use ratatui::layout::Rect;

/// Columns for what stands before a bar.
const NAMES: u16 = 11;

/// A remark is left out where it would be cut.
const ROOMY: u16 = 56;

/// Draws it; with what changed against the run before, unless that stands elsewhere.
pub fn draw(
    label: &str,
    figures: &Figures,
    before: Option<&Figures>,
    with_changes: bool,
    canvas: &mut Canvas,
    area: Rect,
) {
    let mut lines = vec![head(label, figures, area.width)];
    let mut tail = Vec::new();
    add_shares(figures, area.width, canvas, &mut tail);
    for (code, count) in &figures.errors {
        tail.push(Line::of(format!("{count} "), Role::Bad).and(code.clone(), Role::Bad));
    }
    if let Some(before) = before.filter(|_| with_changes) {
        tail.extend(changes(before, figures, area.width));
    }
    let room = usize::from(area.height).saturating_sub(1 + tail.len()).max(3);
    add_histogram(figures, before, area.width, room, canvas, &mut lines);
    lines.append(&mut tail);
    draw_lines(canvas, area, &lines, 0);
}

fn head(label: &str, figures: &Figures, width: u16) -> Line {
    let what = match figures.pace {
        _ if width < ROOMY => "",
        Pace::Open { .. } => "latency from when due; ",
        Pace::Closed { .. } => "latency, corrected; ",
    };
    let alone = duration(figures.service.percentile(0.99));
    Line::of(label.to_owned(), Role::TitleFocus).and(format!("  {what}p99 by itself {alone}"), Role::Dim)
}

fn add_histogram(
    figures: &Figures,
    before: Option<&Figures>,
    width: u16,
    room: usize,
    canvas: &Canvas,
    lines: &mut Vec<Line>,
) {
    let mut bars: Vec<(u64, u64, u64)> = figures
        .latency
        .buckets()
        .iter()
        .map(|bucket| (bucket.from_us, bucket.to_us, bucket.count))
        .collect();
    while bars.len() > room {
        bars = bars
            .chunks(2)
            .map(|pair| {
                let (first, last) = (pair[0], pair[pair.len() - 1]);
                let count = pair.iter().map(|bar| bar.2).sum();
                (first.0, last.1, count)
            })
            .collect();
    }
    let old = before.map(|before| (before.latency.buckets(), before.latency.count().max(1)));
    let was = |from: u64, to: u64| -> Option<u64> {
        let (buckets, all) = old.as_ref()?;
        let then: u64 = buckets
            .iter()
            .filter(|bucket| bucket.from_us >= from && bucket.from_us < to)
            .map(|bucket| bucket.count)
            .sum();
        Some(then * figures.latency.count() / all)
    };
    let remark = |from: u64, to: u64, count: u64| -> (String, String) {
        let now = format!(" {count}");
        (
            now,
            was(from, to).map_or_else(String::new, |was| format!("  was {was}")),
        )
    };
    let most = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
    let widest = bars
        .iter()
        .map(|(from, to, count)| {
            let (now, was) = remark(*from, *to, *count);
            now.len() + was.len()
        })
        .max()
        .unwrap_or(0);
    let long = usize::from(width.saturating_sub(NAMES))
        .saturating_sub(widest)
        .max(4);
    for (from, to, count) in bars {
        let eighths = usize::try_from(u128::from(count) * long as u128 * 8 / u128::from(most)).unwrap_or(0);
        let mut bar = canvas.glyphs.bars[7].repeat(eighths / 8);
        if count > 0 && (eighths % 8 > 0 || eighths == 0) {
            bar.push_str(canvas.glyphs.bars[(eighths % 8).max(1) - 1]);
        }
        let (now, was) = remark(from, to, count);
        lines.push(
            Line::of(format!("{:>9}  ", duration(from)), Role::Dim)
                .and(bar, Role::Accent)
                .and(now, Role::Faint)
                .and(was, Role::Warn),
        );
    }
}

fn add_shares(figures: &Figures, width: u16, canvas: &Canvas, lines: &mut Vec<Line>) {
    let whole: u64 = figures.shares.iter().map(|share| share.total_us).sum();
    if whole == 0 {
        return;
    }
    lines.push(Line::of(
        format!("time by hop, {} traced calls", figures.traced),
        Role::Dim,
    ));
    let long = u64::from(width.saturating_sub(NAMES + 14).max(6));
    for share in &figures.shares {
        let bar = canvas.glyphs.bars[7].repeat(usize::try_from(share.total_us * long / whole).unwrap_or(0));
        let mean = duration(share.total_us / figures.traced.max(1));
        let role = if share.place == "network" {
            Role::PhaseNet
        } else {
            Role::PhaseWork
        };
        let percent = share.total_us as f64 * 100.0 / whole as f64;
        let name: String = share.place.chars().take(9).collect();
        lines.push(
            Line::of(format!("{name:>9}  "), Role::Dim)
                .and(bar, role)
                .and(format!(" {percent:.0} %  {mean}"), Role::Base),
        );
    }
}

/// What changed against a run that was kept: each figure before and now, and whether that is more than noise.
pub fn changes(before: &Figures, figures: &Figures, width: u16) -> Vec<Line> {
    let remark = if width < ROOMY {
        "before, now"
    } else {
        "before, now; noise is within 3 standard errors"
    };
    let mut lines = vec![Line::of(remark, Role::Dim)];
    for change in compare(before, figures) {
        let shown = |value: f64| match change.what.as_str() {
            "rate" => format!("{value:.1}"),
            "errors" => format!("{value:.0}"),
            _ => duration(value as u64),
        };
        let (role, word) = match change.verdict {
            Verdict::Differs => (Role::Warn, "differs"),
            Verdict::Noise => (Role::Dim, "noise"),
            Verdict::TooFew => (Role::Faint, "too few"),
        };
        lines.push(
            Line::of(format!("{:>6} ", change.what), Role::Dim)
                .and(
                    format!("{:>8} {:>8} ", shown(change.before), shown(change.after)),
                    Role::Base,
                )
                .and(word, role),
        );
    }
    lines
}
