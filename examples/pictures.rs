//! Makes the pictures in `assets/`: runs the real program in a pseudo-terminal on a demo of its own,
//! types into it, and writes the screens as SVG.
//!
//! `cargo build --release && cargo run --release --example pictures`

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Columns and rows of every picture.
const SIZE: (u16, u16) = (132, 38);
/// Width and height of a cell in the picture, and the size of its letters: the proportions of DejaVu Sans Mono, so
/// that borders meet.
const CELL: (f64, f64) = (8.43, 16.3);
const FONT: f64 = 14.0;
/// For how long the screen stands still before a key, as somebody who reads would wait; and before a picture.
const BREATH: Duration = Duration::from_millis(300);
const REST: Duration = Duration::from_millis(1_500);

/// A step on the way to a picture: type this, then wait until the screen shows that.
struct Step {
    keys: &'static str,
    shows: &'static str,
}

/// A picture: its name, and how to get there from the opened console.
struct Picture {
    name: &'static str,
    steps: &'static [Step],
}

const PICTURES: &[Picture] = &[
    Picture {
        name: "console",
        steps: &[],
    },
    Picture {
        name: "pointer",
        steps: &[step("2", "Pointers"), step("jj\r", "Where it leads")],
    },
    Picture {
        name: "trace",
        steps: &[
            step("4", "Invoke log"),
            step("\r", "Reply"),
            step("4", "authenticate"),
        ],
    },
    Picture {
        name: "compare",
        steps: &[step("4", "Invoke log"), step("+", "the way through adds")],
    },
    Picture {
        name: "composer",
        steps: &[
            step("I", "actions, as alpha tells"),
            step("neighb", "add_neighbor  "),
        ],
    },
    Picture {
        name: "dry-run",
        steps: &[
            step("4", "Invoke log"),
            step("e", "Query to"),
            step("\x04", "Sealed body"),
        ],
    },
    Picture {
        name: "live-test",
        steps: &[
            step("2", "Pointers"),
            step("jjB", "Warm-up"),
            step("\r", "time by hop"),
        ],
    },
    Picture {
        name: "map",
        steps: &[step("N", "2 of 2 doors")],
    },
    Picture {
        name: "audit",
        steps: &[
            step("1ga", "Audit trail of"),
            step("ff", "changes only"),
            step("v", "whole: "),
            step("jj", "Record "),
        ],
    },
    Picture {
        name: "handshake",
        steps: &[
            step("H", "What would you like to do?"),
            step("\r", "Which of your instances"),
            step("\r", "Who is going to call"),
            step("harbour-lab\r", "be able to do?"),
            step("\r", "[ ]"),
            step(" \r", "Within which limits?"),
            step("\x13", "shall hold a credential?"),
            step("\r", "How will you hand it over?"),
        ],
    },
    Picture {
        name: "help",
        steps: &[step("?", "type to find")],
    },
];

const fn step(keys: &'static str, shows: &'static str) -> Step {
    Step { keys, shows }
}

fn main() {
    let program = program();
    for theme in ["dark", "light"] {
        let home = std::env::temp_dir().join("butterfly-demo");
        for picture in PICTURES {
            // A home of its own: the console would begin where the picture before was taken.
            let _ = std::fs::remove_dir_all(&home);
            let mut console = Console::start(&program, &home, theme);
            console.wait_for("get_pointer_summary");
            for step in picture.steps {
                console.settle(BREATH);
                console.press(step.keys);
                console.wait_for(step.shows);
            }
            console.settle(REST);
            let file = format!("assets/{}-{theme}.svg", picture.name);
            std::fs::write(&file, console.svg(theme)).expect("assets/ can be written");
            println!("{file}");
        }
        std::fs::remove_dir_all(&home).expect("the demo's folder can be removed");
    }
}

/// The release build of `butterfly`, beside this example.
fn program() -> PathBuf {
    let example = std::env::current_exe().expect("this program's path");
    let folder = example
        .parent()
        .and_then(Path::parent)
        .expect("examples/ is inside the build's folder");
    let program = folder.join("butterfly");
    assert!(program.exists(), "build the program first: cargo build --release");
    program
}

/// The console in a pseudo-terminal.
struct Console {
    input: Box<dyn Write + Send>,
    screen: Arc<(Mutex<Seen>, Condvar)>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

/// What the terminal shows, and when it last changed.
struct Seen {
    parser: vt100::Parser,
    changed: Instant,
}

impl Console {
    fn start(program: &Path, home: &Path, theme: &str) -> Self {
        let size = PtySize {
            rows: SIZE.1,
            cols: SIZE.0,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(["--home", &home.to_string_lossy(), "--theme", theme, "demo"]);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let input = pair.master.take_writer().expect("its input");
        let (columns, rows) = (
            NonZeroU16::new(SIZE.0).expect("not zero"),
            NonZeroU16::new(SIZE.1).expect("not zero"),
        );
        let screen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(rows, columns, 0),
                changed: Instant::now(),
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let mut seen = shared.0.lock().expect("no panic while drawing");
                seen.parser.process(&bytes[..count]);
                seen.changed = Instant::now();
                shared.1.notify_all();
            }
        });
        Self {
            input,
            screen,
            child,
            _master: pair.master,
        }
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the program reads");
        self.input.flush().expect("the program reads");
    }

    fn wait_for(&self, text: &str) {
        let (seen, news) = &*self.screen;
        let seen = seen.lock().expect("no panic while drawing");
        let limit = Duration::from_secs(60);
        let (seen, timeout) = news
            .wait_timeout_while(seen, limit, |seen| {
                !seen.parser.screen().contents().contains(text)
            })
            .expect("no panic while drawing");
        assert!(
            !timeout.timed_out(),
            "the screen never showed {text:?}:\n{}",
            seen.parser.screen().contents()
        );
    }

    /// Waits until the screen has been still for a while: probes have come back, toasts are drawn, a load test is over.
    fn settle(&self, still: Duration) {
        let (seen, news) = &*self.screen;
        let mut seen = seen.lock().expect("no panic while drawing");
        while seen.changed.elapsed() < still {
            let rest = still.saturating_sub(seen.changed.elapsed());
            seen = news.wait_timeout(seen, rest).expect("no panic while drawing").0;
        }
    }

    fn svg(&self, theme: &str) -> String {
        let seen = self.screen.0.lock().expect("no panic while drawing");
        draw(seen.parser.screen(), theme)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The screen as SVG, one group per row, a rectangle and a text per run of cells that look alike.
fn draw(screen: &vt100::Screen, theme: &str) -> String {
    let (foreground, background) = if theme == "light" {
        ("#383a42", "#fafafa")
    } else {
        ("#c5c8c6", "#101214")
    };
    let (width, height) = (f64::from(SIZE.0) * CELL.0, f64::from(SIZE.1) * CELL.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" font-size=\"{FONT}\" \
         font-family=\"'DejaVu Sans Mono','Menlo','Consolas',monospace\" xml:space=\"preserve\">\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{background}\"/>\n"
    );
    for row in 0..SIZE.1 {
        let mut column = 0;
        while column < SIZE.0 {
            column = draw_run(&mut svg, screen, (row, column), foreground, background);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws cells that look alike from `column` on; gives the column after them.
fn draw_run(
    svg: &mut String,
    screen: &vt100::Screen,
    (row, column): (u16, u16),
    foreground: &str,
    background: &str,
) -> u16 {
    let look = |column: u16| {
        screen
            .cell(row, column)
            .map(|cell| look_of(cell, foreground, background))
    };
    let first = look(column);
    let mut end = column + 1;
    while end < SIZE.0 && look(end) == first {
        end += 1;
    }
    let Some(look) = first else { return end };
    let (x, y) = (f64::from(column) * CELL.0, f64::from(row) * CELL.1);
    let width = f64::from(end - column) * CELL.0;
    if look.background != background {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
            CELL.1, look.background
        );
    }
    for (start, word) in words(screen, row, column..end) {
        let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
        let opacity = if look.dim { " opacity=\"0.65\"" } else { "" };
        let escaped = word
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = writeln!(
            svg,
            "<text x=\"{:.2}\" y=\"{:.2}\" textLength=\"{:.2}\" fill=\"{}\"{weight}{opacity}>{escaped}</text>",
            f64::from(start) * CELL.0,
            y + CELL.1 * 0.79,
            unicode_width::UnicodeWidthStr::width(word.as_str()) as f64 * CELL.0,
            look.foreground
        );
    }
    end
}

/// The words in some cells of a row and where each begins: placed one by one, they stand in their columns whatever
/// the viewer's font.
fn words(screen: &vt100::Screen, row: u16, columns: std::ops::Range<u16>) -> Vec<(u16, String)> {
    let mut words: Vec<(u16, String)> = Vec::new();
    let mut inside = false;
    for column in columns {
        let Some(cell) = screen
            .cell(row, column)
            .filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let text = cell.contents();
        if text.trim().is_empty() {
            inside = false;
            continue;
        }
        match words.last_mut() {
            Some((_, word)) if inside => word.push_str(text),
            _ => words.push((column, text.to_owned())),
        }
        inside = true;
    }
    words
}

/// How a cell looks.
#[derive(PartialEq)]
struct Look {
    foreground: String,
    background: String,
    bold: bool,
    dim: bool,
}

fn look_of(cell: &vt100::Cell, foreground: &str, background: &str) -> Look {
    let mut front = colour(cell.fgcolor(), foreground);
    let mut back = colour(cell.bgcolor(), background);
    if cell.inverse() {
        std::mem::swap(&mut front, &mut back);
    }
    Look {
        foreground: front,
        background: back,
        bold: cell.bold(),
        dim: cell.dim(),
    }
}

/// A colour as the terminal shows it: `#rrggbb`.
fn colour(colour: vt100::Color, default: &str) -> String {
    const BASIC: [&str; 16] = [
        "#1d1f21", "#cc6666", "#7fb24a", "#e0b050", "#5f87d7", "#b07cc6", "#5fafaf", "#c5c8c6", "#70757a",
        "#ff7b7b", "#a5d66a", "#ffd27a", "#87afff", "#d7a0ef", "#87d7d7", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        vt100::Color::Idx(index @ 0..=15) => BASIC[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..=231) => {
            let level = |value: u8| if value == 0 { 0 } else { 55 + 40 * u16::from(value) };
            let cube = index - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(cube / 36),
                level(cube / 6 % 6),
                level(cube % 6)
            )
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * u16::from(index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}
