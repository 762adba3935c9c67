//! The one way in which text gets onto the screen: inert, cut to its room, in its columns.

use crate::tui::inert::inert;
use crate::tui::theme::{Glyphs, Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What drawing needs to know, beside what is drawn.
pub struct Canvas<'a> {
    /// What is drawn on.
    pub buffer: &'a mut Buffer,
    /// How it looks.
    pub theme: &'a Theme,
    /// With which signs.
    pub glyphs: &'a Glyphs,
    /// Where the terminal's cursor goes, if anywhere.
    pub cursor: Option<(u16, u16)>,
}

/// How many columns spans take together.
pub fn spans_width<T>(spans: &[(String, T)]) -> u16 {
    let widths = spans.iter().map(|(text, _)| width(text));
    widths.fold(0, u16::saturating_add)
}

/// How many columns a text takes.
pub fn width(text: &str) -> u16 {
    let columns = match is_plain(text) {
        true => text.len(),
        false => inert(text).width(),
    };
    u16::try_from(columns).unwrap_or(u16::MAX)
}

/// Whether each byte of a text is a letter of one column: most of what is drawn is, and need not be taken apart.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A name in at most `room` columns, of which both ends stay: names of one family differ at their ends.
pub fn both_ends(name: &str, room: u16, ellipsis: &str) -> String {
    let name = inert(name);
    match ends(&name, room) {
        None => name.into_owned(),
        Some((head, tail)) => format!("{}{ellipsis}{}", &name[..head], &name[tail..]),
    }
}

/// The same for a name in several styles.
pub fn both_ends_of(name: &[(String, Style)], room: u16, ellipsis: &str) -> Vec<(String, Style)> {
    let parts: Vec<_> = name.iter().map(|(text, style)| (inert(text), *style)).collect();
    let whole: String = parts.iter().map(|(text, _)| text.as_ref()).collect();
    let Some((head, tail)) = ends(&whole, room) else {
        return name.to_vec();
    };
    let (mut from, mut spans) = (0, Vec::new());
    for (text, style) in parts {
        let within = |place: usize| place.clamp(from, from + text.len()) - from;
        let (before, after) = (&text[..within(head)], &text[within(tail)..]);
        let is_cut = (from..from + text.len()).contains(&head);
        let sign = if is_cut { ellipsis } else { "" };
        spans.push((format!("{before}{sign}{after}"), style));
        from += text.len();
    }
    spans
}

/// Where the first part of what is shown of a name ends, and where the last one begins; none if all of it fits.
fn ends(name: &str, room: u16) -> Option<(usize, usize)> {
    let room = usize::from(room);
    if name.width() <= room {
        return None;
    }
    let within = |room: usize, graphemes: &mut dyn Iterator<Item = &str>| -> usize {
        let mut used = 0;
        graphemes
            .take_while(|grapheme| {
                used += grapheme.width();
                used <= room
            })
            .map(str::len)
            .sum()
    };
    // What a name ends with tells more of its family apart.
    let tail_room = room.saturating_sub(1) * 3 / 5;
    let tail = within(tail_room, &mut name.graphemes(true).rev());
    let head_room = room.saturating_sub(1 + tail_room);
    let head = within(head_room, &mut name.graphemes(true));
    Some((head, name.len() - tail))
}

/// A style on the ground of windows.
pub fn on_overlay(canvas: &Canvas, role: Role) -> Style {
    canvas.style(Role::Overlay).patch(canvas.style(role))
}

impl Canvas<'_> {
    /// How something of this role looks.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Writes a text into at most `room` columns; what does not fit is cut with an ellipsis. Returns the columns used.
    pub fn put(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let area = *self.buffer.area();
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || room == 0 {
            return 0;
        }
        let room = room.min(area.right() - x);
        let inert = inert(text);
        let text = self.glyphs.spelled(&inert);
        if is_plain(&text) {
            return self.put_plain((x, y), room, &text, style);
        }
        if text.width() <= usize::from(room) {
            let (end, _) = self.buffer.set_stringn(x, y, &text, usize::from(room), style);
            return end - x;
        }
        let mut used = 0;
        let mut end = x;
        for grapheme in text.graphemes(true) {
            let columns = u16::try_from(grapheme.width()).unwrap_or(2);
            if used + columns > room - 1 {
                break;
            }
            (end, _) = self
                .buffer
                .set_stringn(end, y, grapheme, usize::from(columns), style);
            used += columns;
        }
        let (end, _) = self.buffer.set_stringn(end, y, self.glyphs.ellipsis, 1, style);
        end - x
    }

    /// The same for a text of letters that take a byte and a column each.
    fn put_plain(&mut self, (x, y): (u16, u16), room: u16, text: &str, style: Style) -> u16 {
        let fits = text.len() <= usize::from(room);
        let whole = if fits { text.len() } else { usize::from(room) - 1 };
        for (column, letter) in (x..).zip(text[..whole].chars()) {
            self.buffer[(column, y)].set_char(letter).set_style(style);
        }
        let end = x + u16::try_from(whole).unwrap_or(u16::MAX);
        if fits {
            return end - x;
        }
        let (end, _) = self.buffer.set_stringn(end, y, self.glyphs.ellipsis, 1, style);
        end - x
    }

    /// Writes spans one after the other. Where they end too early, an ellipsis says so, also between two of them.
    pub fn spans(&mut self, x: u16, y: u16, room: u16, spans: &[(String, Style)]) -> u16 {
        let mut used = 0;
        for (place, (text, style)) in spans.iter().enumerate() {
            let rest = room.saturating_sub(used);
            let more = spans[place + 1..]
                .iter()
                .any(|(later, _)| !later.trim().is_empty());
            if more && width(text) == rest {
                let longer = format!("{text}{}", self.glyphs.ellipsis);
                return used + self.put(x + used, y, rest, &longer, *style);
            }
            used += self.put(x + used, y, rest, text, *style);
        }
        used
    }

    /// Writes a text so that it ends at the right edge of `room`.
    pub fn put_right(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let columns = width(text).min(room);
        self.put(x + room - columns, y, columns, text, style)
    }

    /// Writes a text in the middle of `room`.
    pub fn put_centred(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) {
        let columns = width(text).min(room);
        self.put(x + (room - columns) / 2, y, columns, text, style);
    }

    /// Fills an area with blanks of a style.
    pub fn fill(&mut self, area: Rect, style: Style) {
        let area = area.intersection(*self.buffer.area());
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                let cell = &mut self.buffer[(x, y)];
                cell.reset();
                cell.set_style(style);
            }
        }
    }

    /// Lays a style over what is there.
    pub fn tint(&mut self, area: Rect, style: Style) {
        self.buffer
            .set_style(area.intersection(*self.buffer.area()), style);
    }

    /// A frame around an area.
    pub fn frame(&mut self, area: Rect, style: Style) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let glyphs = *self.glyphs;
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left() + 1..right {
            self.put(x, area.top(), 1, glyphs.horizontal, style);
            self.put(x, bottom, 1, glyphs.horizontal, style);
        }
        for y in area.top() + 1..bottom {
            self.put(area.left(), y, 1, glyphs.vertical, style);
            self.put(right, y, 1, glyphs.vertical, style);
        }
        let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
        self.put(area.left(), area.top(), 1, top_left, style);
        self.put(right, area.top(), 1, top_right, style);
        self.put(area.left(), bottom, 1, bottom_left, style);
        self.put(right, bottom, 1, bottom_right, style);
    }

    /// A horizontal line.
    pub fn rule(&mut self, x: u16, y: u16, room: u16, style: Style) {
        let line = self.glyphs.horizontal;
        for x in x..x.saturating_add(room) {
            self.put(x, y, 1, line, style);
        }
    }

    /// A scrollbar in the column at the right edge of `area`, if not everything fits.
    pub fn scrollbar(&mut self, area: Rect, top: u64, total: u64) {
        let shown = u64::from(area.height);
        if total <= shown || area.height == 0 || area.width == 0 {
            return;
        }
        let thumb = (shown * shown / total).clamp(1, shown);
        let travel = shown - thumb;
        let last = total - shown;
        let offset = (u128::from(top.min(last)) * u128::from(travel) / u128::from(last)) as u64;
        let (glyph, style) = (self.glyphs.thumb, self.style(Role::Scroll));
        for row in offset..offset + thumb {
            let y = area.top() + u16::try_from(row).unwrap_or(0);
            self.put(area.right() - 1, y, 1, glyph, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Catalog, Depth, UNICODE};

    fn drawn(room: u16, spans: &[&str]) -> String {
        let theme = Catalog::load(None).theme("dark", Depth::True).unwrap();
        let area = Rect::new(0, 0, 12, 1);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas {
            buffer: &mut buffer,
            theme: &theme,
            glyphs: &UNICODE,
            cursor: None,
        };
        let spans: Vec<(String, Style)> = spans
            .iter()
            .map(|text| ((*text).to_owned(), Style::default()))
            .collect();
        canvas.spans(0, 0, room, &spans);
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn of_a_name_that_does_not_fit_both_ends_are_shown() {
        let shown = |name: &str, room| both_ends(name, room, "…");
        assert_eq!(shown("alpha-federation-console", 18), "alpha-f…on-console");
        assert_eq!(shown("alpha-federation-instance", 18), "alpha-f…n-instance");
        assert_eq!(shown("alpha/owner", 11), "alpha/owner");
        assert_eq!(shown("漢字漢字漢字", 6), "漢…字", "half of a sign is none");
        assert_eq!(shown("owner", 1), "…");
        for room in 1..12 {
            assert!(width(&shown("a\u{301}b\u{301}漢c\u{301}d\u{301}e\u{301}", room)) <= room);
        }
    }

    #[test]
    fn letters_of_one_column_are_cut_as_all_others_are() {
        for room in 1..12 {
            let plain = drawn(room, &["harbours"]);
            // The same with a letter that has to be looked at.
            let other = drawn(room, &["härbours"]).replace('ä', "a");
            assert_eq!(plain, other, "in {room} columns");
        }
        assert_eq!(drawn(4, &["harbours"]), "har…        ");
        assert_eq!((width("harbours"), width("härbours"), width("")), (8, 8, 0));
    }

    #[test]
    fn spans_that_do_not_fit_end_with_an_ellipsis() {
        assert_eq!(drawn(11, &["#document", " ", "#", "calib"]), "#document … ");
        assert_eq!(drawn(9, &["#document", " ", "#", "calib"]), "#documen…   ");
        assert_eq!(drawn(9, &["#document", " "]), "#document   ");
        assert_eq!(drawn(12, &["#document", " ", "#", "a"]), "#document #a");
    }
}
