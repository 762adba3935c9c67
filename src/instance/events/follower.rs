//! Reads the files of events while another process writes them, or after nobody does any more.

use super::{Event, Reading, files};
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Reads what an instance keeps of what it tells, from the oldest line on, each once.
pub struct EventFollower {
    place: PathBuf,
    /// The file that is read, by number, and how far it was.
    reading: Option<(u64, u64)>,
    /// The number of the event that comes next; unknown before the first one.
    next: Option<u64>,
}

impl EventFollower {
    /// For the instance in this folder, whether anything is kept there yet or not.
    pub fn new(folder: &Path) -> Self {
        Self {
            place: files::place(folder),
            reading: None,
            next: None,
        }
    }

    /// Everything that is kept and was not read yet, oldest first, and how many of them are gone already.
    pub fn read(&mut self) -> io::Result<Reading> {
        let mut events = Vec::new();
        let mut numbers = files::numbers(&self.place);
        if let Some((number, _)) = self.reading {
            numbers.retain(|there| *there >= number);
        }
        for number in numbers {
            let from = match self.reading {
                Some((at, bytes)) if at == number => bytes,
                _ => 0,
            };
            let Some((more, bytes)) = read_file(&files::file(&self.place, number), from)? else {
                continue;
            };
            events.extend(more);
            self.reading = Some((number, from + bytes));
        }
        Ok(self.counted(events))
    }

    fn counted(&mut self, events: Vec<Event>) -> Reading {
        let mut overrun = 0;
        for event in &events {
            // Smaller ones were there before: the files were taken away, or come from a backup.
            let missing = self.next.map_or(0, |next| event.number.saturating_sub(next));
            overrun += missing;
            self.next = Some(event.number + 1);
        }
        Reading {
            events,
            overrun,
            dropped: 0,
            next: self.next.unwrap_or(0),
        }
    }
}

/// What is in a file from this byte on; none if the file has gone meanwhile.
fn read_file(path: &Path, from: u64) -> io::Result<Option<(Vec<Event>, u64)>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(from))?;
    files::read_from(&mut BufReader::new(file)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::write;
    use super::*;
    use proptest::prelude::*;

    fn numbers(reading: &Reading) -> Vec<u64> {
        reading.events.iter().map(|event| event.number).collect()
    }

    #[test]
    fn nothing_is_kept_yet_and_then_something_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut follower = EventFollower::new(folder.path());
        assert!(follower.read().unwrap().events.is_empty());
        write(folder.path(), 0..3, 1_000_000);
        assert_eq!(numbers(&follower.read().unwrap()), [0, 1, 2]);
        assert!(follower.read().unwrap().events.is_empty());
    }

    #[test]
    fn lines_that_were_never_written_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), (0..3).chain(10..12), 1_000_000);
        let reading = EventFollower::new(folder.path()).read().unwrap();
        assert_eq!((reading.events.len(), reading.overrun, reading.next), (5, 7, 12));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// However reading and writing take turns: each event is read once or counted as gone, in order.
        #[test]
        fn every_event_is_read_once_or_counted(rounds in prop::collection::vec(0u64..12, 1..20)) {
            let folder = tempfile::tempdir().unwrap();
            let mut follower = EventFollower::new(folder.path());
            write(folder.path(), 0..1, 600);
            prop_assert_eq!(numbers(&follower.read().unwrap()), [0]);
            let mut number = 1;
            for count in rounds {
                write(folder.path(), number..number + count, 600);
                let reading = follower.read().unwrap();
                number += count;
                prop_assert_eq!(reading.events.len() as u64 + reading.overrun, count);
                prop_assert!(numbers(&reading).is_sorted());
                prop_assert_eq!(reading.next, number);
            }
        }
    }
}
