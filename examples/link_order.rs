//! Writes `assets/link-order.txt`: the functions that the program goes through when it starts, so that `build.rs` can
//! have them put next to each other. Runs the real program under valgrind and looks which functions it entered.
//!
//! ```text
//! cargo rustc --release --bin butterfly -- -C strip=none -C link-arg=-Wl,-Map=target/link.map
//! cargo run --example link_order
//! ```
//!
//! Needs valgrind and nm. To be run again when the test of the list says that it has become old.

#[path = "../benches/support/pieces.rs"]
mod pieces;

use pieces::pieces;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/link-order.txt");
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/release/butterfly");
const MAP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/link.map");
const HEADING: &str = "\
# The functions that the program goes through when it starts, by their names in object files. Written by
# `cargo run --example link_order`, read by build.rs. A star stands for what another compiler would say differently.
";
/// A terminal as large as the one in which the start is measured.
const SIZE: PtySize = PtySize {
    rows: 50,
    cols: 200,
    pixel_width: 0,
    pixel_height: 0,
};
/// How long the screen stands still before the console is at rest: it runs thirty times slower than by itself.
const STILL: Duration = Duration::from_secs(10);
/// Nothing listens there: it takes rights that nobody has here.
const NOWHERE: &str = "http://127.0.0.1:1/invoke";
/// What a processor that valgrind does not know makes a program choose.
const BESIDES: [&str; 4] = [
    "_ZN3aes*",
    "_ZN4sha2*",
    "_ZN7polyval*",
    "*sha256-x86_64-elf.o(.text)",
];
/// Functions whose names begin alike are all taken when at least this part of them is wanted.
const WANTED: f64 = 0.9;
/// What stands before the name of a function that is marked as cold.
const COLD: &str = "unlikely.";
/// What the number at the end of a name looks like.
const NUMBER: &str = "h0123456789abcdef";

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result {
    let mut arguments = std::env::args().skip(1);
    let program = PathBuf::from(arguments.next().unwrap_or_else(|| PROGRAM.to_owned()));
    let map = arguments.next().unwrap_or_else(|| MAP.to_owned());
    let functions = functions(&program)?;
    let sizes: HashMap<String, u64> = functions.iter().map(|one| (one.name.clone(), one.size)).collect();
    if sizes.is_empty() {
        return Err(format!("{} does not say what its functions are called", program.display()).into());
    }
    let map = fs::read_to_string(map)?;
    let (cold, sections) = (cold(&map), sections(&map));
    let folder = tempfile::tempdir()?;
    let runs = Runs {
        program,
        folder: folder.path().to_owned(),
    };
    let (mut entered, mut lines, mut known) = (BTreeSet::new(), Vec::new(), HashSet::new());
    // What is entered sooner, or by more, stays together.
    for run in runs.all()? {
        entered.extend(with_other_names(run, &functions, &sections));
        let more = list(&entered, &sizes, &cold).into_iter();
        lines.extend(more.filter(|line| known.insert(line.clone())));
    }
    lines.extend(BESIDES.map(str::to_owned));
    fs::write(LIST, format!("{HEADING}{}\n", lines.join("\n")))?;
    println!(
        "{} functions were entered; {} lines in {LIST}",
        entered.len(),
        lines.len()
    );
    Ok(())
}

/// Runs of the program on a home of their own.
struct Runs {
    program: PathBuf,
    folder: PathBuf,
}

impl Runs {
    /// What is entered by the console in a young home; by it beside an instance that is hosted, and beside one that does
    /// not answer; and by others: whoever hosts, and commands that ask and list.
    fn all(&self) -> Result<[BTreeSet<String>; 3]> {
        self.plain(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"])?;
        let young = self.console("young")?;
        for number in 0..5 {
            let reference = format!("https://example.org/{number}");
            self.plain(&["pointer", "create", "alpha", &reference, "--tag", "made-up"])?;
        }
        let mut serve = Command::new("valgrind")
            .args(self.watched("serve", &["serve", "alpha"]))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = BufReader::new(serve.stdout.take().ok_or("no output")?).lines();
        lines
            .find(|line| line.as_ref().is_ok_and(|line| line.starts_with("listening on")))
            .ok_or("it does not listen")??;
        let mut others = self.command("invoke", &["invoke", "alpha", r#"{"action":"get_graph_stats"}"#])?;
        others.extend(self.command("list", &["pointer", "list", "alpha"])?);
        let mut older = self.console("beside")?;
        Command::new("kill").arg(serve.id().to_string()).status()?;
        serve.wait()?;
        others.extend(self.entered("serve")?);
        self.add_one_that_does_not_answer()?;
        older.extend(self.console("alone")?);
        Ok([young, older, others])
    }

    fn add_one_that_does_not_answer(&self) -> Result {
        let (token_secret, key) = (self.folder.join("secret"), self.folder.join("key"));
        fs::write(&token_secret, "made up for this run and for nothing else")?;
        fs::write(&key, "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=")?;
        for file in [&token_secret, &key] {
            fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
        }
        let (token_secret, key) = (token_secret.display().to_string(), key.display().to_string());
        let what = [
            "instance",
            "add",
            "gone",
            NOWHERE,
            "--profile",
            "legacy",
            "--app-id",
            "made-up",
        ];
        let secrets = ["--jwt-secret-file", &token_secret, "--encryption-key-file", &key];
        self.plain(&[&what[..], &secrets].concat())
    }

    /// The console, from its start until its first screen has stood still, and to its end.
    fn console(&self, name: &str) -> Result<BTreeSet<String>> {
        let pair = native_pty_system().openpty(SIZE)?;
        let mut command = CommandBuilder::new("valgrind");
        command.args(self.watched(name, &[]));
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        let mut child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let output = pieces(pair.master.try_clone_reader()?);
        let mut keys = pair.master.take_writer()?;
        let mut shown = Vec::new();
        while !contains(&shown, b"alpha") {
            let Ok(piece) = output.recv() else {
                let said = String::from_utf8_lossy(&shown);
                return Err(format!("the console ended before it showed the instance: {said}").into());
            };
            shown.extend(piece);
        }
        while output.recv_timeout(STILL).is_ok() {}
        keys.write_all(b"\x03")?;
        while output.recv().is_ok() {}
        child.wait()?;
        self.entered(name)
    }

    /// A command, to its good end.
    fn command(&self, name: &str, arguments: &[&str]) -> Result<BTreeSet<String>> {
        end_well(Command::new("valgrind").args(self.watched(name, arguments)))?;
        self.entered(name)
    }

    /// The same without looking at what it enters.
    fn plain(&self, arguments: &[&str]) -> Result {
        let mut command = Command::new(&self.program);
        end_well(command.arg("--home").arg(self.home()).args(arguments))
    }

    /// What valgrind is told, and the program.
    fn watched(&self, name: &str, arguments: &[&str]) -> Vec<String> {
        let record = format!("--callgrind-out-file={}", self.record(name).display());
        let wanted = [
            "--tool=callgrind",
            "--demangle=no",
            "--compress-strings=no",
            &record,
        ];
        let program = [
            &self.program.display().to_string(),
            "--home",
            &self.home().display().to_string(),
        ]
        .map(str::to_owned);
        let wanted = wanted.map(str::to_owned).into_iter().chain(program);
        wanted
            .chain(arguments.iter().map(|&argument| argument.to_owned()))
            .collect()
    }

    /// The functions that a run entered, by their names in object files.
    fn entered(&self, name: &str) -> Result<BTreeSet<String>> {
        let text = fs::read_to_string(self.record(name))?;
        let names = text.lines().filter_map(|line| line.strip_prefix("fn="));
        // What calls itself is listed a second time, with `'2` behind its name.
        Ok(names
            .map(|name| name.split('\'').next().unwrap_or(name).to_owned())
            .collect())
    }

    fn record(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.callgrind"))
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }
}

fn end_well(command: &mut Command) -> Result {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// A function of the program.
struct Function {
    name: String,
    /// Where it is, as the program's file says it.
    place: u64,
    /// How many bytes it has.
    size: u64,
}

fn functions(program: &Path) -> Result<Vec<Function>> {
    let output = Command::new("nm")
        .args(["-S", "--defined-only"])
        .arg(program)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut functions = Vec::new();
    for line in text.lines() {
        let [place, size, kind, name] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            continue;
        };
        if matches!(kind, "t" | "T" | "w" | "W") {
            functions.push(Function {
                name: name.to_owned(),
                place: u64::from_str_radix(place, 16)?,
                size: u64::from_str_radix(size, 16)?,
            });
        }
    }
    Ok(functions)
}

/// Functions that do the same are one function under several names, of which a run knows one, and the linker another.
fn with_other_names(
    mut entered: BTreeSet<String>,
    functions: &[Function],
    sections: &HashSet<&str>,
) -> BTreeSet<String> {
    let is_entered = |one: &&Function| entered.contains(&one.name);
    let places: HashSet<u64> = functions.iter().filter(is_entered).map(|one| one.place).collect();
    let others = functions.iter().filter(|one| places.contains(&one.place));
    let known_to_linker = others.filter(|one| sections.contains(one.name.as_str()));
    entered.extend(known_to_linker.map(|one| one.name.clone()));
    entered
}

/// The functions that the linker finds in sections of their own.
fn sections(map: &str) -> HashSet<&str> {
    let places = map.match_indices("(.text.");
    let names = places.map(|(place, mark)| &map[place + mark.len()..]);
    let names = names.filter_map(|rest| rest.split([')', '\n']).next());
    names
        .map(|name| name.strip_prefix(COLD).unwrap_or(name))
        .collect()
}

/// The functions that are marked as cold: the linker finds them in sections that say so. A C compiler puts the cold
/// parts of other functions there as well, and calls them `NAME.cold`.
fn cold(map: &str) -> HashSet<&str> {
    let places = map.match_indices(".text.unlikely.");
    let names = places.map(|(place, mark)| &map[place + mark.len()..]);
    names
        .filter_map(|rest| rest.split([')', ' ', '\n']).next())
        .collect()
}

/// The lines of the list: each is the name of a function, or the beginning of many names most of which are wanted.
fn list(entered: &BTreeSet<String>, sizes: &HashMap<String, u64>, cold: &HashSet<&str>) -> Vec<String> {
    let mut all: HashMap<&str, u64> = HashMap::new();
    let mut wanted: HashMap<&str, u64> = HashMap::new();
    for (name, size) in sizes {
        for beginning in beginnings(name) {
            *all.entry(beginning).or_default() += size;
            if entered.contains(name) {
                *wanted.entry(beginning).or_default() += size;
            }
        }
    }
    let is_wanted = |beginning: &&str| wanted[beginning] as f64 >= all[beginning] as f64 * WANTED;
    let mut lines = BTreeSet::new();
    for name in entered
        .iter()
        .filter(|name| sizes.contains_key(*name) && can_be_written(name))
    {
        let line = match beginnings(name).into_iter().find(is_wanted) {
            Some(beginning) => format!("{beginning}*"),
            None => by_itself(name),
        };
        if cold.contains(name.as_str()) && !sizes.contains_key(&format!("{name}.cold")) {
            lines.insert(format!("{COLD}{line}"));
        } else {
            lines.insert(line);
        }
    }
    lines.into_iter().collect()
}

/// The beginnings of a name, shortest first, each up to the end of a module or of a type, the last one up to the number
/// that stands for types and compiler. Such a name is `_ZN`, then the parts of the path, each after its length.
fn beginnings(name: &str) -> Vec<&str> {
    let mut ends = Vec::new();
    let mut place = "_ZN".len();
    while let Some((digits, length)) = length_at(name, place) {
        let start = place + digits;
        if length == NUMBER.len() && name[start..].starts_with('h') {
            ends.push(start + 1);
            break;
        }
        place = start + length;
        ends.push(place);
    }
    ends.into_iter().filter_map(|end| name.get(..end)).collect()
}

/// How many digits stand at this place, and what number they are.
fn length_at(name: &str, place: usize) -> Option<(usize, usize)> {
    let rest = name.strip_prefix("_ZN").and(name.get(place..))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((digits, rest[..digits].parse().ok()?))
}

/// The name itself. What the compiler puts behind the name of a function that it made visible to other parts of the
/// program differs from one build to the next.
fn by_itself(name: &str) -> String {
    match name.split_once(".llvm.") {
        Some((stable, _)) => format!("{stable}*"),
        None => name.to_owned(),
    }
}

/// Whether the name can stand in a linker's script as it is.
fn can_be_written(name: &str) -> bool {
    name.chars()
        .all(|sign| sign.is_ascii_alphanumeric() || "_.$".contains(sign))
}
