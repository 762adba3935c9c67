//! A table over a source of any length: only the rows that are visible are ever built.

use super::draw::{Canvas, both_ends_of, spans_width, width};
use crate::tui::theme::Role;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// The least width with which it is of use.
    pub least: u16,
    /// Its share of the room that is left over; 0 keeps it at its least.
    pub share: u16,
    /// Columns of a higher rank go first when room gets scarce; those of rank 0 stay.
    pub rank: u8,
    /// Whether its text ends at the right edge.
    pub right: bool,
    /// Whether it holds names, of which both ends are shown where they do not fit.
    pub both_ends: bool,
    /// Whether rows are sorted by it, and then whether the greatest comes first.
    pub sorted: Option<bool>,
}

impl Column {
    /// A column of fixed width.
    pub const fn fixed(title: &'static str, least: u16, rank: u8) -> Self {
        Self {
            title,
            least,
            share: 0,
            rank,
            right: false,
            both_ends: false,
            sorted: None,
        }
    }

    /// A column that grows.
    pub const fn growing(title: &'static str, least: u16, share: u16, rank: u8) -> Self {
        Self {
            title,
            least,
            share,
            rank,
            right: false,
            both_ends: false,
            sorted: None,
        }
    }

    /// The same, with names in it.
    pub const fn of_names(self) -> Self {
        Self {
            both_ends: true,
            ..self
        }
    }

    /// The same, aligned to the right.
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// What stands in one place of a row.
pub type Cell = Vec<(String, Style)>;

/// The widths of the columns in a room; 0 for those that have to go.
pub fn widths(columns: &[Column], room: u16) -> Vec<u16> {
    let mut shown = vec![true; columns.len()];
    let needed = |shown: &[bool]| -> u16 {
        let mut sum = 0u16;
        for (column, shown) in columns.iter().zip(shown) {
            if *shown {
                sum = sum.saturating_add(column.least + 1);
            }
        }
        sum.saturating_sub(1)
    };
    while needed(&shown) > room {
        let Some(out) = (0..columns.len())
            .filter(|index| shown[*index] && columns[*index].rank > 0)
            .max_by_key(|index| columns[*index].rank)
        else {
            break;
        };
        shown[out] = false;
    }
    let spare = room.saturating_sub(needed(&shown));
    let shares: u16 = columns
        .iter()
        .zip(&shown)
        .filter(|(_, shown)| **shown)
        .map(|(column, _)| column.share)
        .sum();
    // Where even those that stay need more, the last ones get what is left.
    let mut left = room;
    columns
        .iter()
        .zip(&shown)
        .map(|(column, shown)| {
            let wanted = match (*shown, shares) {
                (false, _) => return 0,
                (true, 0) => column.least,
                (true, shares) => {
                    let share = u32::from(spare) * u32::from(column.share) / u32::from(shares);
                    column.least + u16::try_from(share).unwrap_or(spare)
                }
            };
            let width = wanted.min(left);
            left = left.saturating_sub(width + 1);
            width
        })
        .collect()
}

/// The widths of the columns in a room, by what is to be seen in them: before a growing column is cut, those that are
/// blank give their room away, and growing ones what they do not need. Blank ones that may go at all go altogether if
/// that does not do.
pub fn fitted(columns: &[Column], needs: &[u16], room: u16) -> Vec<u16> {
    let mut given = widths(columns, room);
    let lack = |given: &[u16], place: usize| -> u16 {
        match given[place] > 0 && columns[place].share > 0 {
            true => needs[place].saturating_sub(given[place]),
            false => 0,
        }
    };
    let mut lacking: Vec<usize> = (0..columns.len())
        .filter(|place| lack(&given, *place) > 0)
        .collect();
    // As many as possible are whole.
    lacking.sort_by_key(|place| lack(&given, *place));
    let (mut blank, others): (Vec<usize>, Vec<usize>) =
        (0..columns.len()).partition(|place| needs[*place] == 0);
    let growing = others.iter().filter(|place| columns[**place].share > 0);
    let givers: Vec<usize> = blank.iter().chain(growing).copied().collect();
    blank.retain(|place| columns[*place].rank > 0);
    blank.sort_by_key(|place| std::cmp::Reverse(columns[*place].rank));
    for place in lacking {
        for giver in &givers {
            let kept = needs[*giver].max(width(columns[*giver].title));
            let gift = given[*giver].saturating_sub(kept).min(lack(&given, place));
            given[*giver] -= gift;
            given[place] += gift;
        }
        for giver in &blank {
            if given[*giver] > 0 && lack(&given, place) > 0 {
                // With the column goes the one between it and the next.
                given[place] += given[*giver] + 1;
                given[*giver] = 0;
            }
        }
    }
    given
}

/// What a table shows.
pub struct Table<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// How many rows there are.
    pub total: u64,
    /// The first row that is visible.
    pub top: u64,
    /// The row that is selected.
    pub selected: u64,
    /// Whether the pane has the focus.
    pub focused: bool,
    /// Whether the headings are shown.
    pub headings: bool,
    /// Whether there is a frame around it, on whose right side the scrollbar goes.
    pub framed: bool,
    /// Whether the widths follow what is visible; else they depend on the room alone.
    pub fits: bool,
}

impl Table<'_> {
    /// Draws it; `row` is asked for the cells of visible rows only.
    pub fn draw(&self, canvas: &mut Canvas, area: Rect, row: impl Fn(u64, &Canvas) -> Vec<Cell>) {
        if area.height == 0 || area.width < 3 {
            return;
        }
        // A column at the left marks the selection without colour, one at the right keeps off the scrollbar.
        let inner = Rect::new(area.x + 1, area.y, area.width - 2, area.height);
        let has_headings = self.headings && area.height > 1;
        let y = inner.y + u16::from(has_headings);
        let body = Rect::new(area.x, y, area.width, area.bottom() - y);
        let last = self.total.min(self.top + u64::from(body.height));
        let rows: Vec<(u64, Vec<Cell>)> = (self.top..last)
            .map(|index| (index, row(index, canvas)))
            .collect();
        let widths = match self.fits {
            true => fitted(self.columns, &self.needs(&rows), inner.width),
            false => widths(self.columns, inner.width),
        };
        if has_headings {
            self.draw_headings(canvas, inner, &widths);
        }
        for (y, (index, cells)) in (body.y..).zip(rows) {
            draw_row(canvas, inner, y, &widths, self.columns, &cells);
            if index == self.selected {
                self.mark(canvas, Rect::new(area.x, y, area.width - 1, 1));
            }
        }
        let bar = Rect::new(body.x, body.y, body.width + u16::from(self.framed), body.height);
        canvas.scrollbar(bar, self.top, self.total);
    }

    /// The widest that stands in each column.
    fn needs(&self, rows: &[(u64, Vec<Cell>)]) -> Vec<u16> {
        let widest = |place: usize| {
            rows.iter()
                .filter_map(|(_, cells)| cells.get(place))
                .map(|cell| spans_width(cell))
                .max()
        };
        (0..self.columns.len())
            .map(|place| widest(place).unwrap_or(0))
            .collect()
    }

    fn draw_headings(&self, canvas: &mut Canvas, inner: Rect, widths: &[u16]) {
        let style = canvas.style(Role::Heading);
        let mut x = inner.x;
        for (column, room) in self.columns.iter().zip(widths).filter(|(_, room)| **room > 0) {
            let arrow = column
                .sorted
                .map(|descending| canvas.glyphs.sorted[usize::from(descending)]);
            let title = match arrow {
                Some(arrow) => with_arrow(column.title, arrow, *room, canvas.glyphs.ellipsis),
                None => column.title.to_owned(),
            };
            if column.right {
                canvas.put_right(x, inner.y, *room, &title, style);
            } else {
                canvas.put(x, inner.y, *room, &title, style);
            }
            x += room + 1;
        }
    }

    fn mark(&self, canvas: &mut Canvas, line: Rect) {
        let (role, mark) = if self.focused {
            (Role::Selected, canvas.glyphs.mark)
        } else {
            (Role::SelectedIdle, " ")
        };
        let style = canvas.style(role);
        // The colours of what is written stay; a theme's selection may set the ground alone or both.
        let ground = Style { fg: None, ..style };
        canvas.tint(line, ground);
        let accent = canvas.style(Role::Accent).patch(ground);
        canvas.put(line.x, line.y, 1, mark, accent);
    }
}

/// A heading with the arrow of what is sorted by, which is there whatever becomes of the heading.
fn with_arrow(title: &str, arrow: &str, room: u16, ellipsis: &str) -> String {
    let room = usize::from(room.saturating_sub(width(arrow)));
    let letters = title.chars().count();
    if letters < room && letters > 0 {
        return format!("{title} {arrow}");
    }
    if letters <= room {
        return format!("{title}{arrow}");
    }
    let kept: String = title.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}{ellipsis}{arrow}")
}

/// A cell with a name, of which both ends stay, and whole what stands behind it after a blank, such as a sign.
fn named(cell: &Cell, room: u16, ellipsis: &str) -> Cell {
    let is_behind = |(text, _): &(String, Style)| text.starts_with(' ');
    let (name, behind) = cell.split_at(cell.iter().position(is_behind).unwrap_or(cell.len()));
    let taken: u16 = behind.iter().map(|(text, _)| width(text)).sum();
    let mut spans = both_ends_of(name, room.saturating_sub(taken), ellipsis);
    spans.extend_from_slice(behind);
    spans
}

fn draw_row(canvas: &mut Canvas, inner: Rect, y: u16, widths: &[u16], columns: &[Column], cells: &[Cell]) {
    let mut x = inner.x;
    for ((column, room), cell) in columns.iter().zip(widths).zip(cells) {
        if *room == 0 {
            continue;
        }
        let taken: u16 = cell.iter().map(|(text, _)| width(text)).sum();
        let shift = if column.right {
            room.saturating_sub(taken)
        } else {
            0
        };
        if column.both_ends {
            let cell = named(cell, *room, canvas.glyphs.ellipsis);
            canvas.spans(x + shift, y, room - shift, &cell);
        } else {
            canvas.spans(x + shift, y, room - shift, cell);
        }
        x += room + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::fixed("a", 4, 0),
        Column::growing("b", 10, 1, 0),
        Column::fixed("c", 8, 1),
    ];

    #[test]
    fn what_is_least_needed_goes_first_and_the_rest_is_shared() {
        assert_eq!(widths(&COLUMNS, 40), [4, 26, 8]);
        assert_eq!(widths(&COLUMNS, 20), [4, 15, 0]);
        assert_eq!(widths(&COLUMNS, 9), [4, 4, 0], "none leaves the table");
        assert_eq!(widths(&COLUMNS, 3), [3, 0, 0]);
    }

    #[test]
    fn the_arrow_of_what_is_sorted_by_stays_however_narrow_the_column_is() {
        let shown = |title, room| with_arrow(title, "^", room, "~");
        assert_eq!(shown("pointers", 10), "pointers ^");
        assert_eq!(shown("pointers", 9), "pointers^");
        assert_eq!(shown("version", 7), "versi~^");
        assert_eq!(shown("", 1), "^");
    }

    #[test]
    fn a_sign_behind_a_name_stays_and_so_do_both_ends() {
        let style = Style::default();
        let cell = |parts: &[&str]| {
            parts
                .iter()
                .map(|part| ((*part).to_owned(), style))
                .collect::<Cell>()
        };
        let shown = |parts: &[&str], room| -> String {
            let spans = named(&cell(parts), room, "…");
            spans.into_iter().map(|(text, _)| text).collect()
        };
        assert_eq!(shown(&["production-east", " ◌"], 9), "pro…ast ◌");
        assert_eq!(shown(&["production-east", ""], 9), "prod…east");
        assert_eq!(shown(&["production-east", " ◌"], 17), "production-east ◌");
        // What was looked for is in a colour of its own.
        assert_eq!(shown(&["prod", "uct", "ion-east"], 9), "prod…east");
        assert_eq!(shown(&["production", "-east"], 9), "prod…east");
        for room in 0..18 {
            let wide = width(&shown(&["production", "-east", " ◌"], room));
            assert!(wide <= room.max(3), "{wide} in {room}");
        }
    }

    const GROWING: [Column; 4] = [
        Column::growing("action", 10, 1, 0),
        Column::fixed("pointer", 10, 2),
        Column::growing("outcome", 10, 1, 0),
        Column::growing("note", 10, 2, 0),
    ];

    #[test]
    fn what_is_blank_gives_its_room_away_before_anything_is_cut() {
        let shared = widths(&GROWING, 63);
        assert_eq!(shared, [15, 10, 15, 20]);
        assert_eq!(fitted(&GROWING, &[15, 10, 8, 20], 63), shared, "nothing is cut");
        assert_eq!(
            fitted(&GROWING, &[10, 10, 25, 0], 63),
            [15, 10, 25, 10],
            "what is blank gives first"
        );
        assert_eq!(
            fitted(&GROWING, &[10, 0, 40, 0], 63),
            [10, 0, 47, 4],
            "down to the headings, then what others do not need, then all"
        );
        assert_eq!(
            fitted(&GROWING, &[17, 10, 25, 90], 63),
            shared,
            "nobody has anything to give"
        );
        assert_eq!(
            fitted(&GROWING, &[17, 0, 8, 90], 63),
            [17, 0, 8, 36],
            "as many as possible are whole"
        );
    }
}
