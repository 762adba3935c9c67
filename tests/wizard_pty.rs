//! Two consoles in two real pseudo-terminals, joined by two people who know nothing but what is on their screens.
//! Waits for content, never for time.
#![cfg(unix)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use vt100::Parser;

/// How long content may take before a test gives up: a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(120);
const SIZE: (u16, u16) = (120, 36);

struct Console {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shown: Arc<(Mutex<Parser>, Condvar)>,
}

impl Console {
    fn start(home: &Path, folder: &Path) -> Self {
        let pty = native_pty_system()
            .openpty(PtySize {
                cols: SIZE.0,
                rows: SIZE.1,
                ..PtySize::default()
            })
            .unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_butterfly"));
        command.arg("--home");
        command.arg(home);
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("COLORFGBG", "15;0");
        command.env("LANG", "C.UTF-8");
        command.env_remove("NO_COLOR");
        command.env_remove("LC_ALL");
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let cells = |count| NonZeroU16::new(count).unwrap();
        let parser = Parser::new(cells(SIZE.1), cells(SIZE.0), 0);
        let shown = Arc::new((Mutex::new(parser), Condvar::new()));
        let mut output = pty.master.try_clone_reader().unwrap();
        let theirs = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            loop {
                let count = output.read(&mut buffer).unwrap_or(0);
                let Ok(mut parser) = theirs.0.lock() else { return };
                parser.process(&buffer[..count]);
                drop(parser);
                theirs.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self {
            child,
            _master: pty.master,
            keys,
            shown,
        }
    }

    /// Waits until `find` finds something on the screen.
    fn find<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let (lock, changed) = &*self.shown;
        let mut parser = lock.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = parser.screen().contents();
            if let Some(found) = find(&screen) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} in:\n{screen}");
            parser = changed.wait_timeout(parser, left).unwrap().0;
        }
    }

    fn wait_for(&self, text: &str) {
        self.find(text, |screen| screen.contains(text).then_some(()));
    }

    /// What stands after a label, such as the address or the code.
    fn read(&self, label: &str) -> String {
        self.find(label, |screen| {
            let line = screen.lines().find_map(|line| line.split_once(label))?.1;
            let word = line.split_whitespace().next()?;
            (!word.starts_with('•')).then(|| word.to_owned())
        })
    }

    /// The seven words, by their numbers.
    fn seven_words(&self) -> Vec<String> {
        self.find("seven words", |screen| {
            (1..=7)
                .map(|number| {
                    let label = format!("│  {number}  ");
                    let line = screen.lines().find_map(|line| line.split_once(&label))?.1;
                    line.split_whitespace().next().map(ToOwned::to_owned)
                })
                .collect()
        })
    }

    /// The words that open a bundle, over as many lines as they take.
    fn passphrase(&self) -> String {
        self.find("the words of the bundle", |screen| {
            // The card stands between the steps on the left and the explanations on the right.
            let card: Vec<&str> = screen.lines().filter_map(|line| line.split('│').nth(3)).collect();
            let first = card.iter().position(|line| line.contains("words     "))?;
            let last = card.iter().position(|line| line.contains("s hides them"))?;
            let words = card[first..last].iter().flat_map(|line| line.split_whitespace());
            let words: Vec<&str> = words.filter(|word| *word != "words").collect();
            Some(words.join(" "))
        })
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Presses a key once the question is on the screen.
    fn answer(&mut self, question: &str, keys: &str) {
        self.wait_for(question);
        self.press(keys);
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn butterfly(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_butterfly"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// A console on a home with one instance of this name, which it hosts.
fn hosting(folder: &Path, name: &str) -> Console {
    let home = folder.join(name);
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", name, "--listen", "127.0.0.1:0"]);
    if name == "observatory" {
        let file = folder.join("pointers.jsonl");
        std::fs::write(
            &file,
            r#"{"data_reference": "https://data.example/sky.csv", "description": "Sky brightness", "tags": ["sky"]}"#,
        )
        .unwrap();
        butterfly(&home, &["pointer", "import", name, file.to_str().unwrap()]);
    }
    let mut console = Console::start(&home, folder);
    console.wait_for("stopped");
    console.press("1s");
    console.wait_for("1 of 1 up");
    console
}

/// Offers what is asked for by default, up to the choice of how to hand over.
fn offer(console: &mut Console) {
    console.press("o");
    console.answer("Which of your instances shall be called?", "\r");
    console.answer("Who is going to call observatory?", "museum\r");
    console.answer("What shall museum be able to do?", "\r");
    console.wait_for("Which pointers may museum read?");
    console.answer("Sky brightness", " \r");
    console.answer("Within which limits?", "\x13");
    console.answer("Who on their side shall hold a credential?", "\r");
    console.wait_for("How will you hand it over?");
}

/// Both compare the words; then everything goes on by itself, up to the first call.
fn compare_and_call(offering: &mut Console, accepting: &mut Console) {
    assert_eq!(offering.seven_words(), accepting.seven_words());
    accepting.answer("They match, all seven", "\r");
    accepting.wait_for("the words match on your side");
    offering.answer("They match, all seven", "\r");
    offering.wait_for("fresh keys are in force");
    call(accepting, "relay");
}

/// Everything goes on by itself once the keys are there, up to the first call by this route.
fn call(accepting: &mut Console, route: &str) {
    accepting.answer("it works", "\r");
    accepting.answer("Create a federated pointer now?", "\x13");
    accepting.wait_for(&format!("answered by {route}"));
    accepting.wait_for("Sky brightness");
    accepting.press("\r");
    accepting.answer("You can call observatory", "\r");
}

/// What the two homes know in the end.
fn is_verified(folder: &Path) {
    for (name, side) in [("museum", "held"), ("observatory", "issued")] {
        let listed = butterfly(&folder.join(name), &["--json", "credential", "list"]);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
        let shared: Vec<&serde_json::Value> = rows
            .iter()
            .filter(|row| row["side"] == side && row["app_id"].as_str().unwrap().starts_with("museum-"))
            .collect();
        assert!(!shared.is_empty(), "{listed}");
        for row in shared {
            assert_eq!(row["verified"], true, "{listed}");
            assert_eq!(row["state"], "active", "{listed}");
        }
    }
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Read these to the other side, on the phone");
    let (address, code) = (offering.read("address   "), offering.read("code      "));
    accepting.press("A");
    accepting.answer("How did it come to you?", "\r");
    accepting.answer("what is the code?", &format!("{address}\t{code}\r"));
    accepting.answer("What shall it be called here", "\x13");
    // The side that offers turns the page by itself.
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_bundle_under_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("3\r");
    offering.answer("Shall the bundle be written to a file too?", "\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Send the bundle one way, and the words another way");
    let file = offering.read("file      ");
    offering.press("s");
    let words = offering.passphrase();
    let armoured = std::fs::read_to_string(folder.path().join(file)).unwrap();
    accepting.press("A");
    accepting.answer("How did it come to you?", "2\r");
    accepting.wait_for("What did they send you?");
    accepting.paste(&armoured);
    accepting.answer("bytes of text are here", "\r");
    accepting.answer("Which words came with it?", &format!("{words}\r"));
    accepting.answer("What shall it be called here", "\x13");
    accepting.wait_for("Does observatory see the same seven words?");
    offering.press("\r");
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_request_and_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    accepting.press("A");
    accepting.answer("How did it come to you?", "3\r");
    accepting.answer("What do you want to ask for?", "\t\tmuseum\task.txt\r");
    accepting.answer("Send this request to the other administrator", "\r");
    accepting.wait_for("What did they send you?");
    offer(&mut offering);
    offering.press("2\r");
    offering.wait_for("What did they send you?");
    let request = std::fs::read_to_string(folder.path().join("ask.txt")).unwrap();
    offering.paste(&request);
    offering.answer("bytes of text are here", "\r");
    offering.answer("Shall the bundle be written to a file too?", "\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Send this back to whoever asked");
    let file = offering.read("file      ");
    accepting.press(&format!("{file}\r"));
    accepting.answer("What shall it be called here", "\x13");
    accepting.wait_for("Does observatory see the same seven words?");
    offering.press("\r");
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_plain_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("4\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Whoever sees these values");
    offering.press("st");
    offering.wait_for("Esc goes back");
    let values = [
        "BUTTERFLY_URL=",
        "APP_ID=",
        "JWT_SECRET_KEY=",
        "BUTTERFLY_ENCRYPTION_KEY=",
    ];
    let values = values.map(|name| offering.read(name));
    accepting.press("A");
    accepting.answer("How did it come to you?", "4\r");
    accepting.answer(
        "Which values were you given?",
        &format!("{}\r", values.join("\t")),
    );
    accepting.answer("What shall it be called here", "observatory\r");
    call(&mut accepting, "endpoint");
}
