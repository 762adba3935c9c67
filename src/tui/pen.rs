//! Writes cells to a terminal with as few bytes as the colours allow: what is in force already is not said again, and
//! of two colours only the one that changed is.
//!
//! That is most of what moving a selection sends: its rows have their own colour under letters of many.

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::style::{Attribute, Print, SetAttribute, SetBackgroundColor, SetForegroundColor};
use ratatui::backend::IntoCrossterm;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use std::io::{self, Write};

/// What a blank shows beside its background.
const SHOWN_ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);

/// Modifiers with what switches each on and off. Bold and dim are switched off together.
const SWITCHES: [(Modifier, Attribute, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold, Attribute::NormalIntensity),
    (Modifier::DIM, Attribute::Dim, Attribute::NormalIntensity),
    (Modifier::ITALIC, Attribute::Italic, Attribute::NoItalic),
    (
        Modifier::UNDERLINED,
        Attribute::Underlined,
        Attribute::NoUnderline,
    ),
    (Modifier::REVERSED, Attribute::Reverse, Attribute::NoReverse),
    (Modifier::HIDDEN, Attribute::Hidden, Attribute::NoHidden),
    (
        Modifier::CROSSED_OUT,
        Attribute::CrossedOut,
        Attribute::NotCrossedOut,
    ),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink, Attribute::NoBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink, Attribute::NoBlink),
];

/// What is in force on the terminal, from its defaults on.
#[derive(Debug, Default)]
pub struct Pen {
    foreground: Color,
    background: Color,
    modifier: Modifier,
    /// Where the next letter would stand, if nothing were said of it.
    place: Option<(u16, u16)>,
}

impl Pen {
    /// Writes a cell at its place.
    pub fn draw(&mut self, to: &mut impl Write, (x, y): (u16, u16), cell: &Cell) -> io::Result<()> {
        if self.place != Some((x, y)) {
            queue!(to, MoveTo(x, y))?;
        }
        // A wide letter takes two columns: what follows it is said to stand elsewhere.
        self.place = Some((x.saturating_add(1), y));
        let is_blank = cell.symbol() == " " && !(cell.modifier | self.modifier).intersects(SHOWN_ON_BLANKS);
        if !is_blank {
            self.switch(to, cell.modifier)?;
            if cell.fg != self.foreground {
                queue!(to, SetForegroundColor(cell.fg.into_crossterm()))?;
                self.foreground = cell.fg;
            }
        }
        if cell.bg != self.background {
            queue!(to, SetBackgroundColor(cell.bg.into_crossterm()))?;
            self.background = cell.bg;
        }
        queue!(to, Print(cell.symbol()))
    }

    /// Leaves the terminal with its defaults in force.
    pub fn lay_down(self, to: &mut impl Write) -> io::Result<()> {
        queue!(to, SetAttribute(Attribute::Reset))
    }

    fn switch(&mut self, to: &mut impl Write, wanted: Modifier) -> io::Result<()> {
        let mut gone = self.modifier - wanted;
        let mut come = wanted - self.modifier;
        if gone.intersects(Modifier::BOLD | Modifier::DIM) {
            come |= wanted & (Modifier::BOLD | Modifier::DIM);
            queue!(to, SetAttribute(Attribute::NormalIntensity))?;
            gone -= Modifier::BOLD | Modifier::DIM;
        }
        for (_, _, off) in SWITCHES.iter().filter(|(modifier, ..)| gone.contains(*modifier)) {
            queue!(to, SetAttribute(*off))?;
        }
        for (_, on, _) in SWITCHES.iter().filter(|(modifier, ..)| come.contains(*modifier)) {
            queue!(to, SetAttribute(*on))?;
        }
        self.modifier = wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::Style;

    const COLOURS: [Color; 4] = [Color::Reset, Color::Red, Color::Rgb(1, 2, 3), Color::Indexed(200)];
    const MODIFIERS: [Modifier; 6] = [
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::BOLD.union(Modifier::ITALIC),
        Modifier::UNDERLINED,
        Modifier::REVERSED,
    ];

    fn cell(symbol: &str, foreground: Color, background: Color, modifier: Modifier) -> Cell {
        let mut cell = Cell::default();
        cell.set_symbol(symbol);
        cell.set_style(Style::new().fg(foreground).bg(background).add_modifier(modifier));
        cell
    }

    fn drawn(cells: &[Cell]) -> (String, vt100::Parser) {
        let mut bytes = Vec::new();
        let mut pen = Pen::default();
        for (x, cell) in (0..).zip(cells) {
            pen.draw(&mut bytes, (x, 0), cell).unwrap();
        }
        pen.lay_down(&mut bytes).unwrap();
        let mut screen = vt100::Parser::new(1.try_into().unwrap(), 80.try_into().unwrap(), 0);
        screen.process(&bytes);
        (String::from_utf8(bytes).unwrap(), screen)
    }

    #[test]
    fn of_two_colours_only_the_one_that_changed_is_said() {
        let cells = [
            cell("a", Color::Red, Color::Blue, Modifier::empty()),
            cell("b", Color::Green, Color::Blue, Modifier::empty()),
            cell("c", Color::Green, Color::Blue, Modifier::empty()),
        ];
        let (text, _) = drawn(&cells);
        assert_eq!(text.matches("\x1b[48;5;").count(), 1, "{text:?}");
        assert_eq!(text.matches("\x1b[38;5;").count(), 2, "{text:?}");
        assert!(text.contains("bc"), "{text:?}");
    }

    proptest! {
        #[test]
        fn the_terminal_shows_each_cell_as_it_was_meant(
            wanted in prop::collection::vec((0_usize..4, 0_usize..4, 0_usize..4, 0_usize..6), 1..60)
        ) {
            let letters = ["a", " ", "é", "#"];
            let cells: Vec<Cell> = wanted
                .iter()
                .map(|(letter, foreground, background, modifier)| {
                    cell(letters[*letter], COLOURS[*foreground], COLOURS[*background], MODIFIERS[*modifier])
                })
                .collect();
            let (_, screen) = drawn(&cells);
            for (x, cell) in (0..).zip(&cells) {
                let shown = screen.screen().cell(0, x).unwrap();
                prop_assert_eq!(shown.contents().trim(), cell.symbol().trim());
                let is_underlined = cell.modifier.contains(Modifier::UNDERLINED);
                prop_assert_eq!(shown.underline(), is_underlined);
                prop_assert_eq!(shown.inverse(), cell.modifier.contains(Modifier::REVERSED));
                prop_assert_eq!(shown.bgcolor(), colour(cell.bg));
                if cell.symbol() != " " {
                    prop_assert_eq!(shown.fgcolor(), colour(cell.fg));
                    prop_assert_eq!(shown.bold(), cell.modifier.contains(Modifier::BOLD));
                    prop_assert_eq!(shown.dim(), cell.modifier.contains(Modifier::DIM));
                    prop_assert_eq!(shown.italic(), cell.modifier.contains(Modifier::ITALIC));
                }
            }
        }
    }

    fn colour(colour: Color) -> vt100::Color {
        match colour {
            Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
            Color::Indexed(number) => vt100::Color::Idx(number),
            Color::Red => vt100::Color::Idx(1),
            _ => vt100::Color::Default,
        }
    }
}
