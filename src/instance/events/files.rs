//! The files that events are kept in: `events/NUMBER.jsonl` in the instance's folder, one JSON object a line, the
//! newest two of them. Written by a thread of its own, so that a disk that hangs holds up no call.
//!
//! Files are numbered and never renamed: whoever follows them goes on with the next number, on every platform.

use super::event::Event;
use crate::seal::private;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

/// A file that has become larger is followed by a new one, in bytes.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Files that are kept.
const FILES: u64 = 2;
/// Bytes at the end of a file that are sure to hold whole lines.
const END: u64 = 16 * 1024;
/// Lines that may wait for the disk before further ones are lost. Room for all of them is taken at the start.
const LINES_WAITING: usize = 1_024;

/// Gives events to the thread that writes them.
#[derive(Debug)]
pub(super) struct Keeper {
    lines: NonBlocking,
    /// The place of the next one in the files: what the disk was too slow for leaves a gap there.
    next: u64,
}

impl Keeper {
    /// Goes on after what is kept in this instance's folder. The guard writes out what is pending when dropped.
    pub(super) fn begin(folder: &Path) -> (Self, WorkerGuard) {
        let place = place(folder);
        let next = last_number(&place).map_or(0, |last| last + 1);
        let (lines, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(LINES_WAITING)
            .thread_name("instance-events")
            .finish(EventFiles {
                place,
                largest: LARGEST,
                open: None,
            });
        (Self { lines, next }, guard)
    }

    /// Has an event written soon, or loses it; never waits.
    pub(super) fn keep(&mut self, event: &Event) {
        let event = Event {
            number: self.next,
            ..event.clone()
        };
        self.next += 1;
        let Ok(mut line) = serde_json::to_vec(&event) else {
            return;
        };
        line.push(b'\n');
        // What is lost shows as a gap between the numbers.
        let _ = self.lines.write_all(&line);
    }
}

/// Where the events of the instance in this folder are kept.
pub(super) fn place(folder: &Path) -> PathBuf {
    folder.join("events")
}

/// The file of this number.
pub(super) fn file(place: &Path, number: u64) -> PathBuf {
    place.join(format!("{number}.jsonl"))
}

/// The numbers of the files that are there, ascending.
pub(super) fn numbers(place: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(place) else {
        return Vec::new();
    };
    let mut numbers: Vec<u64> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".jsonl")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers
}

/// The events of a file, and how many bytes of it were read: what ends without a newline is still being written.
pub(super) fn read_from(file: &mut impl BufRead) -> io::Result<(Vec<Event>, u64)> {
    let (mut events, mut bytes, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let count = file.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok((events, bytes));
        }
        bytes += count as u64;
        // Half a line, which a crash left, is not worth the others.
        events.extend(serde_json::from_slice::<Event>(&line));
    }
}

fn last_number(place: &Path) -> Option<u64> {
    numbers(place).into_iter().rev().find_map(|number| {
        let mut file = File::open(file(place, number)).ok()?;
        let size = file.metadata().ok()?.len();
        // Several lines: where the first one is cut, it is no event.
        file.seek(SeekFrom::Start(size.saturating_sub(END))).ok()?;
        Some(read_from(&mut BufReader::new(file)).ok()?.0.last()?.number)
    })
}

/// Appends lines to the newest file, and begins another one where that has become large.
struct EventFiles {
    place: PathBuf,
    largest: u64,
    open: Option<Open>,
}

struct Open {
    file: File,
    number: u64,
    size: u64,
}

impl EventFiles {
    fn open(&self, number: u64) -> io::Result<Open> {
        let path = file(&self.place, number);
        let mut file = private::files().create(true).append(true).open(&path)?;
        private::give_to_owner_of_folder(&file, &path);
        let size = file.metadata()?.len();
        if size > 0 {
            // Whatever a crash left of a last line ends here. An empty line is no event.
            file.write_all(b"\n")?;
        }
        Ok(Open { file, number, size })
    }

    fn newest(&self) -> io::Result<Open> {
        private::make_folder(&self.place)?;
        self.open(numbers(&self.place).last().copied().unwrap_or(1))
    }

    fn next_after(&self, number: u64) -> io::Result<Open> {
        let open = self.open(number + 1)?;
        for old in numbers(&self.place) {
            if old + FILES <= open.number {
                let _ = fs::remove_file(file(&self.place, old));
            }
        }
        Ok(open)
    }
}

impl Write for EventFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut open = match self.open.take() {
            None => self.newest()?,
            Some(open) if open.size >= self.largest => self.next_after(open.number)?,
            Some(open) => open,
        };
        let count = open.file.write(line)?;
        open.size += count as u64;
        self.open = Some(open);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Origin, Weight};
    use super::*;
    use crate::model::Timestamp;

    pub(crate) fn event(number: u64) -> Event {
        Event {
            number,
            at: Timestamp::from_micros(1_800_000_000_000_000),
            weight: Weight::Warn,
            origin: Origin::Audit,
            text: format!("denied {number}\u{1b}[31m\nby \"eve\""),
        }
    }

    /// Writes events as they are, to files that are soon too large.
    pub(crate) fn write(folder: &Path, events: impl IntoIterator<Item = u64>, largest: u64) {
        let mut files = EventFiles {
            place: place(folder),
            largest,
            open: None,
        };
        for number in events {
            let mut line = serde_json::to_vec(&event(number)).unwrap();
            line.push(b'\n');
            files.write_all(&line).unwrap();
        }
    }

    #[test]
    fn two_files_are_kept_and_no_number_comes_again() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0..50, 1_000);
        let kept = numbers(&place(folder.path()));
        assert_eq!(kept.len(), 2);
        assert!(kept[0] > 1, "{kept:?}");
        write(folder.path(), 50..60, 1_000);
        assert!(numbers(&place(folder.path()))[1] > kept[1]);
    }

    #[test]
    fn a_keeper_goes_on_where_another_ended_and_writes_out_when_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..2 {
            let (mut keeper, guard) = Keeper::begin(folder.path());
            keeper.keep(&event(900));
            keeper.keep(&event(901));
            assert_eq!(keeper.next, 2 * (round + 1));
            drop(guard);
        }
        let mut written = BufReader::new(File::open(file(&place(folder.path()), 1)).unwrap());
        let numbers: Vec<u64> = read_from(&mut written)
            .unwrap()
            .0
            .iter()
            .map(|event| event.number)
            .collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
    }

    #[test]
    fn what_a_crash_left_of_a_line_spoils_nothing_after_it() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0..2, LARGEST);
        let path = file(&place(folder.path()), 1);
        let mut text = fs::read(&path).unwrap();
        text.truncate(text.len() - 9);
        fs::write(&path, text).unwrap();
        write(folder.path(), 2..4, LARGEST);
        let (events, _) = read_from(&mut BufReader::new(File::open(&path).unwrap())).unwrap();
        let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, [0, 2, 3]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0..1, LARGEST);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place(folder.path())), 0o700);
        assert_eq!(mode(&file(&place(folder.path()), 1)), 0o600);
    }

    #[test]
    fn a_place_that_cannot_be_written_costs_the_lines_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(place(folder.path()), "no folder").unwrap();
        let (mut keeper, guard) = Keeper::begin(folder.path());
        keeper.keep(&event(0));
        drop(guard);
        assert_eq!(keeper.next, 1);
    }
}
