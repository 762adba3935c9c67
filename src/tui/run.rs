//! The loop: takes events and messages, lets them happen, and draws what changed.

use super::answer::{Heard, Listener, QUESTION, from_environment};
use super::clipboard::{self, Copied, Way};
use super::clock::Clock;
use super::composer::keep_unsent;
use super::effect::Effect;
use super::files::Files;
use super::message::{Brightness, Message, Mouse};
use super::outside::{Reading, ShellLine, edit, read, run_line};
use super::painter::Painter;
use super::runner::Runner;
use super::signals::Signals;
use super::state::{Level, Look, Phase, State};
use super::terminal::{Terminal, is_in_window, stop_the_group};
use super::theme::{Catalog, ThemeError, depth_of_terminal, glyphs_of_terminal};
use super::update::{Start, keep_place, start, take_keymap_file, tell_demo, tell_unknown, update};
use super::view::view;
use super::window_title::window_title;
use crate::command::{Key, KeyCode};
use crate::protocol::Code;
use crate::workspace::{ConsoleConfig, Demo, Failure, Home, Workspace};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    Event, EventStream, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use futures::StreamExt;
use ratatui::buffer::Buffer;
use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// Frames are at least this far apart.
const FRAME: Duration = Duration::from_millis(10);
/// How often something that is live turns.
const TICK: Duration = Duration::from_millis(120);
/// How long the first frame waits for what it should show at once, so that it does not flash.
const FIRST_FRAME: Duration = Duration::from_millis(30);
/// What systems answer to whoever reads or writes a terminal that was hung up (EIO).
const INPUT_OUTPUT: i32 = 5;
/// How long after something was touched it is remembered where one is, so that nothing takes it away.
const KEEP_PLACE: Duration = Duration::from_secs(3);

/// What the console is started with.
pub struct Options {
    /// The home.
    pub home: Home,
    /// The theme that was asked for.
    pub theme: Option<String>,
    /// Whether nothing at all may be changed.
    pub read_only: bool,
    /// The home, if it is open already.
    pub workspace: Option<Arc<Workspace>>,
    /// The demo, if it was made for this.
    pub demo: Option<Demo>,
}

/// Runs the console until a person leaves it. Hosted instances are stopped before it returns.
pub async fn run(options: Options) -> Result<(), Failure> {
    let files = Files::read(&options.home);
    let keymap = files.keymap;
    // What is wrong with the settings is said when the home is opened.
    let (look, missed) = look(&options, files.themes, files.config.unwrap_or_default())?;
    let asks = !look.chosen && options_ask();
    let begin = match &options.workspace {
        Some(_) => Start::Open,
        None if !options.home.has_vault() => Start::Empty,
        None if options.home.needs_passphrase() => Start::Locked,
        None => Start::Ready,
    };
    let size = crossterm::terminal::size().map_err(|error| no_terminal(&error))?;
    let home = options.home.root().display().to_string();
    let mut state = State::new(home, look, Clock::System, size, options.read_only);
    if let Some(why) = missed {
        state.report(Level::Bad, why, "the usual theme is shown until it is put right");
    }
    take_keymap_file(&mut state, keymap);
    state.mouse = state.look.config.mouse.unwrap_or(true);
    let (sender, messages) = unbounded_channel();
    let without_vault = options.home.instances_without_vault();
    let mut runner = Runner::new(options.home, options.workspace, sender);
    let terminal = Terminal::take(state.mouse).map_err(|error| no_terminal(&error))?;
    let mut console = Console {
        terminal,
        painter: Painter::new(stdout()),
        listener: Listener::default(),
        messages,
        away: None,
        kept_place: KeptPlace::default(),
        has_window: is_in_window(),
        window_title: None,
        after_first_frame: Vec::new(),
    };
    let awaited = Awaited {
        background: asks,
        instances: begin == Start::Open,
    };
    let begun = start(&mut state, begin);
    if begin == Start::Empty {
        // A folder that cannot be read is for `doctor` to tell.
        tell_unknown(&mut state, without_vault.unwrap_or_default());
    }
    if let Some(demo) = &options.demo {
        tell_demo(&mut state, demo);
    }
    let (now, later) = begun
        .into_iter()
        .partition(|effect| !awaited.instances || is_for_first_frame(effect));
    console.after_first_frame = later;
    console.apply_all(now, &mut runner);
    if asks {
        // An unanswered question costs nothing but this.
        let _ = stdout().write_all(QUESTION).and_then(|()| stdout().flush());
    }
    let outcome = console.turn(&mut state, &mut runner, awaited).await;
    drop(console);
    outcome.map_err(|error| no_terminal(&error))
}

fn no_terminal(error: &io::Error) -> Failure {
    Failure::new(
        Code::Internal,
        format!("the console needs a terminal: {error}"),
        "use the subcommands instead; `butterfly --help` lists them",
    )
}

/// Whether the terminal is worth asking for its background.
fn options_ask() -> bool {
    std::env::var("COLORFGBG").is_err() && is_in_window()
}

/// Whether the console can be drawn in this theme, which is worth knowing before anything is done for it.
pub fn check_theme(home: &Home, name: &str) -> Result<(), Failure> {
    let catalog = Catalog::load(Some(&home.root().join("themes")));
    let depth = depth_of_terminal(|name| std::env::var(name).ok());
    let found = catalog.theme(name, depth);
    found.map(drop).map_err(|error| no_theme(&error))
}

fn no_theme(error: &ThemeError) -> Failure {
    let remedy = match error {
        ThemeError::Unknown { .. } => "name one of these with --theme, or in config.toml",
        _ => "mend its file in the folder `themes` of the home, or name another one with --theme",
    };
    Failure::new(Code::InvalidParameter, error.to_string(), remedy)
}

/// How things look to begin with, and why the theme of the settings could not be had. One that was asked for just now must
/// be there.
fn look(
    options: &Options,
    catalog: Catalog,
    config: ConsoleConfig,
) -> Result<(Look, Option<String>), Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let depth = depth_of_terminal(variable);
    let told = variable("COLORFGBG").as_deref().and_then(from_environment);
    let fitting = match told {
        Some(Brightness::Light) => "light",
        _ => "dark",
    };
    let named = options.theme.as_deref().or(config.theme.as_deref());
    let mut missed = None;
    let theme = match catalog.theme(named.unwrap_or(fitting), depth) {
        Err(error) if options.theme.is_none() && named.is_some() => {
            missed = Some(error.to_string());
            catalog.theme(fitting, depth)
        }
        had => had,
    };
    let theme = theme.map_err(|error| no_theme(&error))?;
    let fitting_glyphs = glyphs_of_terminal(variable);
    let mut look = Look {
        chosen: named.is_some() && missed.is_none(),
        missed: config.theme.clone().filter(|_| missed.is_some()),
        theme,
        catalog,
        depth,
        glyphs: fitting_glyphs,
        fitting_glyphs,
        config,
    };
    look.take_glyphs();
    Ok((look, missed))
}

/// What the first frame waits for.
#[derive(Default)]
struct Awaited {
    /// The terminal tells its background.
    background: bool,
    /// The instances of a home that is open.
    instances: bool,
}

impl Awaited {
    fn is_there(&self) -> bool {
        !self.background && !self.instances
    }

    /// Whether this was the last of it.
    fn ends_with(&mut self, message: &Message) -> bool {
        if self.is_there() {
            return false;
        }
        match message {
            Message::Background(_) => self.background = false,
            Message::Instances(_) => self.instances = false,
            _ => return false,
        }
        self.is_there()
    }
}

/// Whether the terminal is gone, and why, where that is worth saying.
#[derive(Default)]
struct Gone {
    is_gone: bool,
    why: Option<io::Error>,
}

impl Gone {
    /// It could not be read or written. That is to be expected of one that was hung up, and while the console ends.
    fn lost(&mut self, error: io::Error, phase: Phase) {
        let is_hung_up =
            error.raw_os_error() == Some(INPUT_OUTPUT) || error.kind() == io::ErrorKind::BrokenPipe;
        self.is_gone = true;
        if !is_hung_up && phase != Phase::Stopping {
            self.why = Some(error);
        }
    }
}

/// Whether the first frame shows what comes of this, or whoever sees it relies on it: files that change from then on
/// are noticed. All else would only take the vault and the processors from it.
fn is_for_first_frame(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::LoadPreferences | Effect::LoadInstances | Effect::WatchFiles
    )
}

struct Console {
    terminal: Terminal,
    painter: Painter<Stdout>,
    listener: Listener,
    messages: UnboundedReceiver<Message>,
    away: Option<Away>,
    kept_place: KeptPlace,
    /// Whether the terminal has a window that can be named.
    has_window: bool,
    /// What it is called, if we gave it a name.
    window_title: Option<String>,
    /// What is begun once there is something to see.
    after_first_frame: Vec<Effect>,
}

/// Why the console has to leave the terminal to somebody else.
enum Away {
    /// To the shell.
    Suspended,
    /// To an editor, with this text.
    Editing(String),
    /// To a pager, with this.
    Reading(Reading),
    /// To a shell, with this line.
    Running(ShellLine),
}

/// Where one was when that was kept last, and when it is kept next.
#[derive(Default)]
struct KeptPlace {
    text: String,
    next: Option<Instant>,
}

impl KeptPlace {
    /// Something was touched.
    fn touched(&mut self) {
        self.next.get_or_insert_with(|| Instant::now() + KEEP_PLACE);
    }

    /// What is to be kept now: where one is, if that is anything new, and what is being written.
    fn news(&mut self, state: &mut State) -> Vec<Effect> {
        self.next = None;
        if state.phase != Phase::Open {
            return Vec::new();
        }
        let mut effects = keep_unsent(state);
        let Some(Effect::Remember(name, text)) = keep_place(state) else {
            // What is still being fetched says where one is: looked at again, even if nobody touches anything more.
            self.touched();
            return effects;
        };
        if text != self.text {
            self.text.clone_from(&text);
            effects.push(Effect::Remember(name, text));
        }
        effects
    }
}

impl Console {
    async fn turn(&mut self, state: &mut State, runner: &mut Runner, mut awaited: Awaited) -> io::Result<()> {
        let mut events = EventStream::new();
        let mut signals = Signals::listen()?;
        let patience = if awaited.is_there() {
            Duration::ZERO
        } else {
            FIRST_FRAME
        };
        let mut next_frame = Instant::now() + patience;
        let mut changed = true;
        let mut tick = Instant::now() + TICK;
        let mut gone = Gone::default();
        while state.phase != Phase::Done {
            let live = state.is_live();
            let keep_at = self.kept_place.next.unwrap_or(next_frame);
            let message = tokio::select! {
                biased;
                () = sleep_until(next_frame), if changed && !gone.is_gone => {
                    changed = false;
                    awaited = Awaited::default();
                    if let Err(error) = self.paint(state) {
                        // Nobody sees it any more; what was begun is ended in its order all the same.
                        gone.lost(error, state.phase);
                        self.apply_all(update(state, Message::Terminate), runner);
                        continue;
                    }
                    let later = std::mem::take(&mut self.after_first_frame);
                    self.apply_all(later, runner);
                    next_frame = Instant::now() + FRAME;
                    continue;
                }
                () = sleep_until(keep_at), if self.kept_place.next.is_some() => {
                    let news = self.kept_place.news(state);
                    self.apply_all(news, runner);
                    continue;
                }
                // A key that is typed before there is anything to see is for what will be seen.
                event = events.next(), if !awaited.instances && !gone.is_gone => match event {
                    Some(Ok(event)) => self.translate(event),
                    Some(Err(error)) => {
                        gone.lost(error, state.phase);
                        Some(Message::Terminate)
                    }
                    None => {
                        gone.is_gone = true;
                        Some(Message::Terminate)
                    }
                },
                message = self.messages.recv() => message,
                message = signals.next() => Some(message),
                () = sleep_until(tick), if live => {
                    tick = Instant::now() + TICK;
                    Some(Message::Tick)
                }
            };
            let Some(message) = message else { continue };
            if matches!(message, Message::Resize(..)) {
                self.painter.forget();
            }
            if awaited.ends_with(&message) {
                next_frame = Instant::now();
            }
            changed = true;
            if matches!(message, Message::Key(_) | Message::Mouse(_) | Message::Paste(_)) {
                self.kept_place.touched();
            }
            self.apply_all(update(state, message), runner);
            if let Some(away) = self.away.take() {
                drop(events);
                let messages = self.step_aside(away, runner, &mut signals).await?;
                events = EventStream::new();
                let (width, height) = crossterm::terminal::size()?;
                self.painter.forget();
                for message in messages.into_iter().chain([Message::Resize(width, height)]) {
                    self.apply_all(update(state, message), runner);
                }
            }
        }
        gone.why.map_or(Ok(()), Err)
    }

    /// Gives the terminal to somebody else for a while; tells what came of it.
    async fn step_aside(
        &mut self,
        away: Away,
        runner: &Runner,
        signals: &mut Signals,
    ) -> io::Result<Vec<Message>> {
        self.terminal.leave();
        let messages = match away {
            Away::Suspended => {
                stop_the_group()?;
                Vec::new()
            }
            Away::Editing(text) => edit(runner.home(), &text, signals).await,
            Away::Reading(reading) => {
                let mut messages = vec![Message::CameBack];
                messages.extend(read(reading, signals).await);
                messages
            }
            Away::Running(line) => run_line(runner.home(), &line, signals).await,
        };
        self.terminal.come_back()?;
        self.window_title = None;
        Ok(messages)
    }

    fn paint(&mut self, state: &State) -> io::Result<()> {
        self.painter
            .paint(state.size, |buffer| {
                let cursor = view(state, buffer);
                break_if_told(buffer);
                cursor
            })
            .map(drop)?;
        self.name_window(state)
    }

    /// Writes nothing as long as the name stays the same.
    fn name_window(&mut self, state: &State) -> io::Result<()> {
        let is_wanted = self.has_window && state.look.config.title.unwrap_or(true);
        let title = is_wanted.then(|| window_title(state));
        if title == self.window_title {
            return Ok(());
        }
        self.window_title = title;
        self.terminal.name_window(self.window_title.as_deref())
    }

    fn apply_all(&mut self, effects: Vec<Effect>, runner: &mut Runner) {
        for effect in effects {
            self.apply(effect, runner);
        }
    }

    fn apply(&mut self, effect: Effect, runner: &mut Runner) {
        match effect {
            Effect::Mouse(ours) => {
                if let Err(error) = self.terminal.set_mouse(ours) {
                    tracing::warn!("the mouse could not be switched: {error}");
                }
            }
            Effect::Redraw => self.painter.forget(),
            Effect::Ring => {
                if let Err(error) = self.terminal.ring() {
                    tracing::warn!("the bell could not be rung: {error}");
                }
            }
            Effect::Copy(text) => self.copy(text, runner),
            Effect::CopyByTerminal(text) => self.ask_terminal_to_copy(&text),
            Effect::Suspend => self.away = Some(Away::Suspended),
            Effect::Edit(text) => self.away = Some(Away::Editing(text)),
            Effect::Read(reading) => self.away = Some(Away::Reading(reading)),
            Effect::Run(line) => self.away = Some(Away::Running(line)),
            other => runner.run(other),
        }
    }

    fn copy(&self, text: String, runner: &Runner) {
        match clipboard::way(|name| std::env::var(name).ok(), clipboard::is_on_path) {
            Way::Program(program, arguments) => runner.copy(program, arguments, text),
            Way::Tmux => runner.copy("tmux", &["load-buffer", "-w", "-"], text),
            Way::Terminal => {
                let bytes = text.len();
                self.ask_terminal_to_copy(&text);
                runner.tell(Message::Copied(Copied::Asked(bytes)));
            }
            Way::Nowhere => runner.tell(Message::Copied(Copied::NoWay)),
        }
    }

    fn ask_terminal_to_copy(&self, text: &str) {
        if let Err(error) = crossterm::execute!(stdout(), CopyToClipboard::to_clipboard_from(text)) {
            tracing::warn!("the terminal could not be asked: {error}");
        }
    }

    fn translate(&mut self, event: Event) -> Option<Message> {
        match event {
            Event::Key(event) if event.kind != KeyEventKind::Release => {
                match self.listener.hear(key_of(event)?) {
                    Heard::Key(key) => Some(Message::Key(key)),
                    Heard::Part(brightness) => brightness.map(Message::Background),
                }
            }
            Event::Paste(text) => Some(Message::Paste(text)),
            Event::Resize(width, height) => Some(Message::Resize(width, height)),
            Event::Mouse(event) => {
                let (x, y) = (event.column, event.row);
                match event.kind {
                    MouseEventKind::Down(MouseButton::Left) => Some(Message::Mouse(Mouse::Click(x, y))),
                    MouseEventKind::Drag(MouseButton::Left) => Some(Message::Mouse(Mouse::Drag(x, y))),
                    MouseEventKind::Up(MouseButton::Left) => Some(Message::Mouse(Mouse::Release)),
                    MouseEventKind::ScrollDown => Some(Message::Mouse(Mouse::Wheel(x, y, 1))),
                    MouseEventKind::ScrollUp => Some(Message::Mouse(Mouse::Wheel(x, y, -1))),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Lets tests see what a mistake in drawing leaves behind: panics once the screen shows this text.
#[cfg(debug_assertions)]
fn break_if_told(buffer: &Buffer) {
    let Ok(text) = std::env::var("BUTTERFLY_BREAK_WHEN_DRAWING") else {
        return;
    };
    let shown: String = buffer
        .content()
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert!(!shown.contains(&text), "told to break when drawing {text:?}");
}

/// What people use does not break on demand.
#[cfg(not(debug_assertions))]
fn break_if_told(_: &Buffer) {}

/// A key as the table of commands knows it.
fn key_of(event: KeyEvent) -> Option<Key> {
    use crossterm::event::KeyCode as Theirs;
    let code = match event.code {
        Theirs::Char(character) => KeyCode::Char(character),
        Theirs::Enter => KeyCode::Enter,
        Theirs::Esc => KeyCode::Esc,
        Theirs::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        Theirs::Tab => KeyCode::Tab,
        Theirs::BackTab => KeyCode::BackTab,
        Theirs::Up => KeyCode::Up,
        Theirs::Down => KeyCode::Down,
        Theirs::Left => KeyCode::Left,
        Theirs::Right => KeyCode::Right,
        Theirs::Home => KeyCode::Home,
        Theirs::End => KeyCode::End,
        Theirs::PageUp => KeyCode::PageUp,
        Theirs::PageDown => KeyCode::PageDown,
        Theirs::Backspace => KeyCode::Backspace,
        Theirs::Delete => KeyCode::Delete,
        Theirs::Insert => KeyCode::Insert,
        Theirs::F(number) => KeyCode::Function(number),
        _ => return None,
    };
    Some(Key {
        code,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
    })
}

#[cfg(test)]
mod tests;
