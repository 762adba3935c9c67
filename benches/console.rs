//! A frame of the console on a million pointers beside one on a screenful and beside an empty draw; and the bytes that
//! moving the selection sends to the terminal.
//!
//! `cargo bench --bench console`

mod support;

use butterfly_console::tui::measure::{Console, Screen};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Instant;
use support::{Figures, Goal, median};

const SIZE: (u16, u16) = (200, 50);
const FRAMES: usize = 500;
const ROUNDS: usize = 9;
const MANY: u64 = 1_000_000;
/// As many rows as are visible, so that both draw the same.
const A_SCREENFUL: u64 = 100;

fn main() {
    let mut million = Console::open(SIZE, MANY);
    let few_console = Console::open(SIZE, A_SCREENFUL);
    // To the middle, where no page was there from the start.
    million.press("G");
    for _ in 0..200 {
        million.press("pgup");
    }
    let mut ratios = (Vec::new(), Vec::new());
    let mut frame = Vec::new();
    for _ in 0..ROUNDS {
        let empty = microseconds(|_| {});
        let many = microseconds(|buffer| million.draw(buffer));
        let few = microseconds(|buffer| few_console.draw(buffer));
        ratios.0.push(many / empty);
        ratios.1.push(many / few);
        frame.push(many);
    }
    let mut figures = Figures::of(format!(
        "the console's frames: {}x{}, {MANY} pointers and {MANY} lines of the log, {ROUNDS} rounds of {FRAMES} frames",
        SIZE.0, SIZE.1
    ));
    figures.add("frame / empty draw", median(ratios.0), Goal::AtMost(6.0, 3.5));
    figures.add(
        "frame / frame with a screenful of pointers",
        median(ratios.1),
        Goal::AtMost(1.2, 1.0),
    );
    figures.add("frame, microseconds", median(frame), Goal::Nothing);
    let bytes = bytes_of_a_move(&mut million);
    figures.add("bytes for a selection move", bytes, Goal::AtMost(1_000.0, 450.0));
    the_log(&mut figures);
    figures.show();
}

/// The invoke log on the whole screen: in the middle of a million lines beside one of a screenful.
fn the_log(figures: &mut Figures) {
    let mut million = Console::open_log(SIZE, MANY);
    let few_console = Console::open_log(SIZE, A_SCREENFUL);
    million.press("G");
    for _ in 0..200 {
        million.press("pgup");
    }
    let (mut of_empty, mut of_few, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let empty = microseconds(|_| {});
        let many = microseconds(|buffer| million.draw(buffer));
        let few = microseconds(|buffer| few_console.draw(buffer));
        of_empty.push(many / empty);
        of_few.push(many / few);
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        let began = Instant::now();
        for _ in 0..FRAMES {
            million.press("pgup");
            million.draw(&mut buffer);
        }
        keys.push(began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64);
    }
    figures.add("frame / empty draw", median(of_empty), Goal::AtMost(6.0, 3.5));
    figures.add(
        "frame / frame with a screenful of lines",
        median(of_few),
        Goal::AtMost(1.2, 1.0),
    );
    figures.add(
        "key to frame, a page back, microseconds",
        median(keys),
        Goal::Nothing,
    );
    figures.add(
        "bytes for a selection move",
        bytes_of_a_move(&mut million),
        Goal::AtMost(1_000.0, 450.0),
    );
}

/// What one draw takes, with the comparison of buffers that decides what is written.
fn microseconds(draw: impl Fn(&mut Buffer)) -> f64 {
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");
    let began = Instant::now();
    for _ in 0..FRAMES {
        terminal.draw(|frame| draw(frame.buffer_mut())).expect("a frame");
    }
    began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64
}

/// What the terminal is sent when the selection moves by a line.
fn bytes_of_a_move(console: &mut Console) -> f64 {
    let mut screen = Screen::default();
    console.press("j");
    console.paint(&mut screen);
    console.press("j");
    console.paint(&mut screen) as f64
}
