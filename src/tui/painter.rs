//! Brings a drawn screen to the terminal: only the cells that changed, in one write, inside
//! synchronized-update brackets. A screen equal to the last one writes no byte.

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use std::io::{self, BufWriter, Write};

/// What a frame may fill before it is written: a whole screen fits.
const BUFFERED: usize = 64 * 1024;

/// How many changed cells are made ready at a time: a whole screen at once would take as much memory again.
const PART: usize = 1_024;

/// Keeps the last screen and writes the differences.
pub struct Painter<W: Write> {
    backend: CrosstermBackend<BufWriter<W>>,
    last: Option<(Buffer, Option<(u16, u16)>)>,
    spare: Buffer,
}

impl<W: Write> Painter<W> {
    /// Paints onto this.
    pub fn new(target: W) -> Self {
        Self {
            backend: CrosstermBackend::new(BufWriter::with_capacity(BUFFERED, target)),
            last: None,
            spare: Buffer::default(),
        }
    }

    /// What is on the terminal is not known any more: the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// Draws a frame of this size. Returns whether anything was written.
    pub fn paint(
        &mut self,
        size: (u16, u16),
        view: impl FnOnce(&mut Buffer) -> Option<(u16, u16)>,
    ) -> io::Result<bool> {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut next = std::mem::take(&mut self.spare);
        next.resize(area);
        next.reset();
        let cursor = view(&mut next);
        let same_size = self.last.as_ref().is_some_and(|(last, _)| *last.area() == area);
        let (last, last_cursor) = match self.last.take() {
            Some(last) if same_size => last,
            _ => (Buffer::empty(area), None),
        };
        let updates = last.diff(&next);
        if same_size && updates.is_empty() && cursor == last_cursor {
            self.last = Some((last, last_cursor));
            self.spare = next;
            return Ok(false);
        }
        queue!(self.backend, BeginSynchronizedUpdate, Hide)?;
        if !same_size {
            queue!(self.backend, Clear(ClearType::All))?;
        }
        for part in updates.chunks(PART) {
            let part = thrifty(part);
            self.backend
                .draw(part.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        }
        if let Some((x, y)) = cursor {
            queue!(self.backend, MoveTo(x, y), Show)?;
        }
        queue!(self.backend, EndSynchronizedUpdate)?;
        Write::flush(&mut self.backend)?;
        self.last = Some((next, cursor));
        self.spare = last;
        Ok(true)
    }
}

/// The same cells for fewer bytes: a blank has no letter to be seen in a colour, and takes the one that is in force.
/// That is most of what moving a selection over a row of many colours would send.
fn thrifty(updates: &[(u16, u16, &Cell)]) -> Vec<(u16, u16, Cell)> {
    let mut last: Option<(Color, Modifier)> = None;
    let shown_on_blanks = Modifier::UNDERLINED | Modifier::REVERSED | Modifier::CROSSED_OUT;
    let mut cells = Vec::with_capacity(updates.len());
    for (x, y, cell) in updates {
        let mut cell = (*cell).clone();
        if let Some((fg, modifier)) = last
            && cell.symbol() == " "
            && !(cell.modifier | modifier).intersects(shown_on_blanks)
        {
            cell.fg = fg;
            cell.modifier = modifier;
        }
        last = Some((cell.fg, cell.modifier));
        cells.push((*x, *y, cell));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn hello(text: &'static str) -> impl FnOnce(&mut Buffer) -> Option<(u16, u16)> {
        move |buffer| {
            buffer.set_string(0, 0, text, Style::new());
            None
        }
    }

    #[test]
    fn an_equal_frame_writes_nothing_and_a_changed_one_only_what_changed() {
        let sink = Sink::default();
        let mut painter = Painter::new(sink.clone());
        assert!(painter.paint((20, 4), hello("hello")).unwrap());
        let first = sink.0.borrow().len();
        assert!(!painter.paint((20, 4), hello("hello")).unwrap());
        assert_eq!(sink.0.borrow().len(), first);
        assert!(painter.paint((20, 4), hello("help!")).unwrap());
        let written = String::from_utf8(sink.0.borrow()[first..].to_vec()).unwrap();
        assert!(
            written.starts_with("\x1b[?2026h") && written.ends_with("\x1b[?2026l"),
            "{written:?}"
        );
        assert!(written.contains("p!") && !written.contains("hel"), "{written:?}");
    }

    #[test]
    fn blanks_between_letters_change_no_colour() {
        let sink = Sink::default();
        let mut painter = Painter::new(sink.clone());
        painter
            .paint((20, 1), |buffer| {
                buffer.set_string(0, 0, "a", Style::new().fg(Color::Red));
                buffer.set_string(1, 0, "   ", Style::new().fg(Color::Green));
                buffer.set_string(4, 0, "b", Style::new().fg(Color::Red));
                buffer.set_string(5, 0, " ", Style::new().bg(Color::Blue));
                let line = Style::new().fg(Color::Green).add_modifier(Modifier::UNDERLINED);
                buffer.set_string(6, 0, " ", line);
                None
            })
            .unwrap();
        let mut screen = vt100::Parser::new(1.try_into().unwrap(), 20.try_into().unwrap(), 0);
        let written = sink.0.borrow().clone();
        screen.process(&written);
        let cell = |x| screen.screen().cell(0, x).unwrap().clone();
        assert_eq!(screen.screen().contents().trim_end(), "a   b");
        assert_eq!(cell(0).fgcolor(), cell(4).fgcolor());
        assert_eq!(cell(2).bgcolor(), vt100::Color::Default);
        assert_eq!(cell(5).bgcolor(), vt100::Color::Idx(4));
        assert!(cell(6).underline() && !cell(5).underline());
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("a   b"), "{text:?}");
    }
}
