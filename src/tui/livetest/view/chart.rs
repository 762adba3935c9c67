//! Throughput over time.

use super::LiveTest;
use crate::tui::theme::{ASCII, Role};
use crate::tui::widgets::draw::Canvas;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget};

/// The colour of a route.
pub fn role(index: usize) -> Role {
    [Role::Accent, Role::Good, Role::Warn][index % 3]
}

/// The sign of a route where there is nothing but ASCII.
pub fn sign(index: usize) -> &'static str {
    ["*", "o", "+"][index % 3]
}

/// Draws it, all routes in one picture.
pub fn draw(test: &LiveTest, canvas: &mut Canvas, area: Rect) {
    let series: Vec<Vec<(f64, f64)>> = test
        .lanes
        .iter()
        .map(|(_, figures)| {
            let width = figures.windows.width_us as f64 / 1e6;
            // The last stretch is not over yet.
            let whole = usize::try_from(figures.elapsed_us / figures.windows.width_us).unwrap_or(0);
            let rates = figures.windows.rates().into_iter().take(whole).enumerate();
            rates
                .map(|(index, rate)| ((index as f64 + 0.5) * width, rate))
                .collect()
        })
        .collect();
    let most = series.iter().flatten().map(|point| point.1).fold(1.0, f64::max) * 1.1;
    let all = test.request.as_ref().and_then(|request| request.plan.duration);
    let end = all.map_or(1.0, |all| all.as_secs_f64()).max(1.0);
    let (dim, base) = (canvas.style(Role::Dim), canvas.style(Role::Base));
    let title = "calls/s over time";
    canvas.put(area.x, area.y, area.width, title, dim);
    let area = Rect::new(area.x, area.y + 1, area.width, area.height.saturating_sub(1));
    if *canvas.glyphs == ASCII {
        plain(canvas, area, &series, most, end);
        return;
    }
    let sets = series.iter().enumerate().map(|(index, points)| {
        Dataset::default()
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(canvas.theme.style(role(index)))
            .data(points)
    });
    Chart::new(sets.collect())
        .style(base)
        .x_axis(
            Axis::default()
                .style(dim)
                .bounds([0.0, end])
                .labels(["0".to_owned(), format!("{end:.0} s")]),
        )
        .y_axis(
            Axis::default()
                .style(dim)
                .bounds([0.0, most])
                .labels(["0".to_owned(), format!("{most:.0}")]),
        )
        .render(area.intersection(*canvas.buffer.area()), canvas.buffer);
}

fn plain(canvas: &mut Canvas, area: Rect, series: &[Vec<(f64, f64)>], most: f64, end: f64) {
    let dim = canvas.style(Role::Dim);
    canvas.put(area.x, area.y, 6, &format!("{most:.0}"), dim);
    canvas.put(area.x, area.bottom() - 1, 6, "0", dim);
    let (left, wide) = (area.x + 7, area.width.saturating_sub(8));
    for (index, points) in series.iter().enumerate() {
        let style = canvas.style(role(index));
        for (x, y) in points {
            let column = left + ((x / end).min(1.0) * f64::from(wide)) as u16;
            let row = ((y / most).min(1.0) * f64::from(area.height - 1)).round() as u16;
            canvas.put(column, area.bottom() - 1 - row, 1, sign(index), style);
        }
    }
}
