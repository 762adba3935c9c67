//! Brings a drawn screen to the terminal: only the cells that changed, in one write, inside
//! synchronized-update brackets. A screen equal to the last one writes no byte.

use super::pen::Pen;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::io::{self, BufWriter, Write};

/// What a frame may fill before it is written: a whole screen fits.
const BUFFERED: usize = 64 * 1024;

/// Keeps the last screen and writes the differences.
pub struct Painter<W: Write> {
    target: BufWriter<W>,
    last: Option<(Buffer, Option<(u16, u16)>)>,
    spare: Buffer,
}

impl<W: Write> Painter<W> {
    /// Paints onto this.
    pub fn new(target: W) -> Self {
        Self {
            target: BufWriter::with_capacity(BUFFERED, target),
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
        queue!(self.target, BeginSynchronizedUpdate, Hide)?;
        if !same_size {
            queue!(self.target, Clear(ClearType::All))?;
        }
        let mut pen = Pen::default();
        for (x, y, cell) in updates {
            pen.draw(&mut self.target, (x, y), cell)?;
        }
        pen.lay_down(&mut self.target)?;
        if let Some((x, y)) = cursor {
            queue!(self.target, MoveTo(x, y), Show)?;
        }
        queue!(self.target, EndSynchronizedUpdate)?;
        self.target.flush()?;
        self.last = Some((next, cursor));
        self.spare = last;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier, Style};
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
