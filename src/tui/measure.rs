//! What `benches/console.rs` and `benches/reply.rs` measure: the console on an instance with any number of
//! pointers, or on a reply of any size, without a terminal and without an instance. Not part of the library's
//! interface.

use super::clock::Clock;
use super::effect::Effect;
use super::invoke;
use super::message::Message;
use super::painter::Painter;
use super::state::{Look, State};
use super::theme::{Catalog, Depth, UNICODE};
use super::update::{Start, start, update};
use super::view::view;
use crate::command::Key;
use crate::model::{
    AppId, Endpoint, InstanceKind, InstanceName, InstanceState, Pointer, PointerAddress, Profile, Timestamp,
};
use crate::store::{PointerPage, PointerQuery, Start as From};
use crate::workspace::{
    ConsoleConfig, HostedBy, InstanceRow, LogAsk, LogDetail, LogEntry, LogKind, LogPlace, LogRow, LogWindow,
    PointerList,
};
use ratatui::buffer::Buffer;
use serde_json::json;
use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A console on `pointers` pointers.
pub struct Console {
    state: State,
    pointers: u64,
    lines: u64,
    reply: Option<Arc<str>>,
    spent: Spent,
}

/// A terminal that only counts.
pub struct Screen {
    painter: Painter<Counter>,
    written: Rc<Cell<usize>>,
}

impl Default for Screen {
    fn default() -> Self {
        let written = Rc::default();
        Self {
            painter: Painter::new(Counter(Rc::clone(&written))),
            written,
        }
    }
}

struct Counter(Rc<Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the time went.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// The longest that the console's loop was held up by one message: what a keystroke waits for at worst.
    pub longest_on_loop: Duration,
    /// On threads that may block.
    pub on_threads: Duration,
}

impl Console {
    /// Opened, with the first page there.
    pub fn open(size: (u16, u16), pointers: u64) -> Self {
        let catalog = Catalog::load(None);
        let look = Look {
            missed: None,
            theme: catalog
                .theme("dark", Depth::True)
                .expect("the dark theme is built in"),
            catalog,
            depth: Depth::True,
            glyphs: UNICODE,
            fitting_glyphs: UNICODE,
            config: ConsoleConfig::default(),
            chosen: true,
        };
        let moment = Timestamp::from_micros(1_795_428_672_000_000);
        let mut state = State::new("/home/ada".to_owned(), look, Clock::Held(moment), size, false);
        let effects = start(&mut state, Start::Open);
        let mut console = Self {
            state,
            pointers,
            lines: 0,
            reply: None,
            spent: Spent::default(),
        };
        console.answer(effects);
        console
    }

    /// The page about an invoke that got this reply.
    pub fn open_reply(size: (u16, u16), reply: Arc<str>) -> Self {
        let mut console = Self::open_log(size, 1);
        console.reply = Some(reply);
        console.press("enter");
        console
    }

    /// The invoke log on the whole screen, with so many lines.
    pub fn open_log(size: (u16, u16), lines: u64) -> Self {
        let mut console = Self::open(size, 10);
        console.lines = lines;
        for key in ["4", "z", "ctrl-r"] {
            console.press(key);
        }
        console
    }

    /// Types a key by its name in the table of commands, and brings the pages that are asked for.
    pub fn press(&mut self, key: &str) {
        let key = Key::parse(key).expect("a key's name");
        let effects = self.happen(Message::Key(key));
        self.answer(effects);
    }

    /// Types a text, a key for each letter; what is typed counts as resting after each.
    pub fn write(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                ' ' => self.press("space"),
                _ => self.press(letter.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// Where the time went since this was asked last.
    pub fn spent(&mut self) -> Spent {
        std::mem::take(&mut self.spent)
    }

    /// Brings a frame to a screen as the console does; how many bytes that took.
    pub fn paint(&self, screen: &mut Screen) -> usize {
        let before = screen.written.get();
        let painted = screen
            .painter
            .paint(self.state.size, |buffer| view(&self.state, buffer));
        painted.expect("a counter takes everything");
        screen.written.get() - before
    }

    fn happen(&mut self, message: Message) -> Vec<Effect> {
        let began = Instant::now();
        let effects = update(&mut self.state, message);
        self.spent.longest_on_loop = self.spent.longest_on_loop.max(began.elapsed());
        effects
    }

    fn errand(&mut self, errand: invoke::Errand) -> invoke::News {
        let began = Instant::now();
        let news = invoke::done(errand);
        self.spent.on_threads += began.elapsed();
        news
    }

    /// Draws a frame.
    pub fn draw(&self, buffer: &mut Buffer) {
        view(&self.state, buffer);
    }

    fn answer(&mut self, effects: Vec<Effect>) {
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            let message = match effect {
                Effect::LoadInstances => Message::Instances(Ok(vec![instance(self.pointers)])),
                Effect::LoadPointers {
                    instance,
                    generation,
                    page,
                    query,
                } => Message::Pointers {
                    instance,
                    generation,
                    page,
                    outcome: Ok(PointerList {
                        page: page_of(&query, self.pointers),
                        remark: None,
                    }),
                },
                Effect::LoadLog { generation, ask } => Message::Log {
                    generation,
                    outcome: Ok(window_of(&ask, self.lines)),
                },
                Effect::LoadEntry(id) => {
                    let detail = LogDetail {
                        entry: Arc::new(entry(id)),
                        reply: self.reply.clone(),
                    };
                    Message::Entry(id, Ok(Box::new(detail)))
                }
                Effect::Inspect(page, number, errand) => {
                    Message::Inspected(page, number, self.errand(errand))
                }
                Effect::After(_, message @ Message::Inspected(..)) => message,
                _ => continue,
            };
            let effects = self.happen(message);
            waiting.extend(effects);
        }
    }
}

fn window_of(ask: &LogAsk, total: u64) -> LogWindow {
    let first = match ask.place {
        LogPlace::From(first) => first.min(total),
        _ => total.saturating_sub(ask.limit),
    };
    let end = first.saturating_add(ask.limit).min(total);
    LogWindow {
        first,
        rows: (first..end).map(line).collect(),
        matched: total,
        total,
        epoch: 0,
        up_to_anchor: ask.anchor,
        newest: Some(total),
    }
}

fn line(place: u64) -> LogRow {
    LogRow {
        id: place + 1,
        at: Timestamp::from_micros(1_795_000_000_000_000),
        kind: LogKind::Call,
        instance: "alpha".to_owned(),
        action: "get_pointer_summary".to_owned(),
        pointer: PointerAddress::parse(&format!("ptr_{place:012x}")).ok(),
        route: None,
        status: "success".to_owned(),
        code: None,
        elapsed_us: 25_000,
        reply_bytes: 640,
        credential: None,
        marked: place.is_multiple_of(7),
        note: None,
    }
}

fn entry(id: u64) -> LogEntry {
    LogEntry {
        row: line(id - 1),
        query: json!({"action": "search_pointers", "search_term": "%"}),
        reply: None,
        failure: None,
        hops: Vec::new(),
        wire: Vec::new(),
    }
}

fn instance(pointers: u64) -> InstanceRow {
    InstanceRow {
        name: InstanceName::parse("alpha").expect("a name"),
        kind: InstanceKind::Local,
        endpoint: Endpoint::parse("http://127.0.0.1:5001").expect("a URL"),
        profile: Profile::Native,
        state: InstanceState::Up,
        instance_id: None,
        hosted_by: HostedBy::Here,
        app_id: AppId::parse("owner").expect("an app_id"),
        latency_us: Some(800),
        pointers: Some(pointers),
        version: None,
        changes: None,
        error: None,
        read_only: false,
        patience_s: None,
        colour: None,
        credential: "alpha/owner".to_owned(),
        seen_at: None,
        answered_at: None,
    }
}

fn page_of(query: &PointerQuery, total: u64) -> PointerPage {
    let first = match query.start {
        From::Offset(offset) => offset,
        _ => 0,
    };
    let end = first.saturating_add(query.limit.unwrap_or(total)).min(total);
    PointerPage {
        total: Some(total),
        pointers: (first..end).map(pointer).collect(),
        next: None,
    }
}

fn pointer(number: u64) -> Pointer {
    let moment = Timestamp::from_micros(1_795_000_000_000_000);
    Pointer {
        address: PointerAddress::parse(&format!("ptr_{number:012x}")).expect("an address"),
        description: format!("Fine dust, hourly means of station {number}"),
        data_reference: format!("https://data.example/air/{number}.csv"),
        tags: vec!["dataset".to_owned(), "air".to_owned()],
        connection_id: None,
        x: 1.0,
        y: 2.0,
        z: 3.0,
        created_at: moment,
        last_modified: moment,
        credential_pointer_address: None,
        federated: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the terminal is sent when the selection moves by a line, in the middle of a long list.
    fn bytes_of_a_move(mut console: Console) -> usize {
        for key in ["G", "pgup", "pgup", "j"] {
            console.press(key);
        }
        let mut screen = Screen::default();
        console.paint(&mut screen);
        console.press("j");
        console.paint(&mut screen)
    }

    /// At night, over a line that is slow: each press of a key is one packet, and a small one.
    #[test]
    fn moving_the_selection_sends_less_than_a_kilobyte_in_true_colour() {
        let size = (200, 50);
        let pointers = bytes_of_a_move(Console::open(size, 10_000));
        let log = bytes_of_a_move(Console::open_log(size, 10_000));
        assert!((100..500).contains(&pointers), "{pointers} for the pointers");
        assert!((100..900).contains(&log), "{log} for the log");
    }
}
