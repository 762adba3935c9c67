//! Reading a file of pointers on a thread that may block, in chunks that fit into one request.

use super::{Failure, tags_cell};
use crate::model::NewPointer;
use crate::protocol::{Code, strict_json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Rows of one chunk.
const MOST_ROWS: usize = 5_000;
/// Bytes of one chunk: a request may have 1 MiB once it is sealed, and sealing adds a third.
const MOST_BYTES: usize = 512 * 1024;
/// The longest row.
const LONGEST_ROW: usize = 256 * 1024;
/// Chunks read ahead.
const AHEAD: usize = 2;

/// The form of a file of pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// One JSON object a line.
    Jsonl,
    /// A header line with the field names; tags separated by `;`, or as a JSON list.
    Csv,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RejectedRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What comes out of a file, in its order.
pub(super) enum FromFile {
    /// Rows with their lines, and how many bytes were read so far.
    Rows { rows: Vec<(u64, Value)>, bytes: u64 },
    /// A row that cannot be read.
    Bad(RejectedRow),
    /// The file itself cannot be read on.
    Broken(Failure),
}

/// Starts reading. Dropping the receiver ends it.
pub(super) fn read(source: Box<dyn BufRead + Send>, format: ImportFormat) -> Receiver<FromFile> {
    let (sender, receiver) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let count = Arc::new(AtomicU64::new(0));
        let source = Counting {
            source,
            count: Arc::clone(&count),
        };
        let mut out = Chunks {
            sender,
            count,
            rows: Vec::new(),
            bytes: 0,
        };
        let ended = match format {
            ImportFormat::Jsonl => read_jsonl(source, &mut out),
            ImportFormat::Csv => read_csv(source, &mut out),
        };
        match ended {
            Ok(()) => drop(out.flush()),
            Err(Ended::NobodyWaits) => {}
            Err(Ended::Broken(failure)) => drop(out.sender.blocking_send(FromFile::Broken(failure))),
        }
    });
    receiver
}

/// Why reading ended early.
enum Ended {
    NobodyWaits,
    Broken(Failure),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Broken(Failure::new(
            Code::FileFailed,
            format!("the file cannot be read on: {error}"),
            "check the file and its disk, and try again; nothing was imported",
        ))
    }
}

struct Chunks {
    sender: Sender<FromFile>,
    count: Arc<AtomicU64>,
    rows: Vec<(u64, Value)>,
    bytes: usize,
}

impl Chunks {
    fn good(&mut self, line: u64, pointer: &NewPointer, size: usize) -> Result<(), Ended> {
        if self.rows.len() >= MOST_ROWS || self.bytes + size > MOST_BYTES {
            self.flush()?;
        }
        self.bytes += size;
        let row = serde_json::to_value(pointer).expect("a pointer has only string keys");
        self.rows.push((line, row));
        Ok(())
    }

    /// In the file's order, so what came before goes first.
    fn bad(&mut self, line: u64, reason: impl Into<String>) -> Result<(), Ended> {
        self.flush()?;
        self.send(FromFile::Bad(RejectedRow {
            line,
            reason: reason.into(),
        }))
    }

    fn flush(&mut self) -> Result<(), Ended> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        let bytes = self.count.load(Ordering::Relaxed);
        self.send(FromFile::Rows { rows, bytes })
    }

    fn send(&self, message: FromFile) -> Result<(), Ended> {
        self.sender.blocking_send(message).map_err(|_| Ended::NobodyWaits)
    }
}

/// Counts what is read.
struct Counting {
    source: Box<dyn BufRead + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl BufRead for Counting {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count.fetch_add(amount as u64, Ordering::Relaxed);
        self.source.consume(amount);
    }
}

fn read_jsonl(mut source: Counting, out: &mut Chunks) -> Result<(), Ended> {
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let limit = LONGEST_ROW as u64 + 1;
        if source.by_ref().take(limit).read_until(b'\n', &mut text)? == 0 {
            return Ok(());
        }
        if text.len() > LONGEST_ROW && !text.ends_with(b"\n") {
            skip_line(&mut source)?;
            out.bad(line, format!("the line has more than {LONGEST_ROW} bytes"))?;
            continue;
        }
        let trimmed = text.trim_ascii();
        // Some editors put a mark at the beginning of a file.
        let trimmed = if line == 1 {
            trimmed.strip_prefix("\u{feff}".as_bytes()).unwrap_or(trimmed)
        } else {
            trimmed
        };
        if trimmed.is_empty() {
            continue;
        }
        match strict_json::parse(trimmed) {
            Ok(value) => accept(value, line, trimmed.len(), out)?,
            Err(error) => out.bad(line, format!("not acceptable JSON: {error}"))?,
        }
    }
    Ok(())
}

fn skip_line(source: &mut Counting) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, is_end) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        source.consume(used);
        if is_end {
            return Ok(());
        }
    }
}

/// Takes the fields of a pointer to be made; what an export has beside them is passed over.
fn accept(value: Value, line: u64, size: usize, out: &mut Chunks) -> Result<(), Ended> {
    let Value::Object(mut object) = value else {
        return out.bad(line, "not a JSON object");
    };
    object.retain(|_, value| !value.is_null());
    match object.get("data_reference") {
        None => return out.bad(line, "it has no data_reference"),
        Some(Value::String(reference)) if reference.trim().is_empty() => {
            return out.bad(line, "its data_reference is empty");
        }
        Some(_) => {}
    }
    match NewPointer::deserialize(Value::Object(object)) {
        Ok(pointer) => out.good(line, &pointer, size),
        Err(error) => out.bad(line, error.to_string()),
    }
}

fn read_csv(source: Counting, out: &mut Chunks) -> Result<(), Ended> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source);
    let headers = reader
        .headers()
        .map_err(|error| headless(&error.to_string()))?
        .clone();
    let names: Vec<&str> = headers
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim())
        .collect();
    if !names.contains(&"data_reference") {
        return Err(headless("the first line has no column data_reference"));
    }
    let mut record = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut record);
        let line = record
            .position()
            .map_or_else(|| reader.position().line(), csv::Position::line);
        match read {
            Ok(false) => return Ok(()),
            Ok(true) if record.len() != names.len() => {
                let reason = format!(
                    "it has {} fields, and the first line {}",
                    record.len(),
                    names.len()
                );
                out.bad(line, reason)?;
            }
            Ok(true) => match csv_row(&names, &record) {
                Ok(value) => accept(value, line, record.as_slice().len() + 64, out)?,
                Err(reason) => out.bad(line, reason)?,
            },
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) => return Err(error.into()),
                csv::ErrorKind::Utf8 { pos, .. } => {
                    let line = pos.map_or(line, |position| position.line());
                    out.bad(line, "it is not UTF-8")?;
                }
                kind => out.bad(line, format!("not acceptable CSV: {kind:?}"))?,
            },
        }
    }
}

fn csv_row(names: &[&str], record: &csv::StringRecord) -> Result<Value, String> {
    let mut object = Map::new();
    for (name, text) in names.iter().zip(record) {
        if text.is_empty() && *name != "data_reference" {
            continue;
        }
        if text.len() > LONGEST_ROW {
            return Err(format!("a field has more than {LONGEST_ROW} bytes"));
        }
        let value = match *name {
            "tags" => json!(tags_cell::read(text)),
            "federated" => {
                strict_json::parse(text.as_bytes()).map_err(|error| format!("federated: {error}"))?
            }
            _ => Value::String(text.to_owned()),
        };
        object.insert((*name).to_owned(), value);
    }
    Ok(Value::Object(object))
}

fn headless(reason: &str) -> Ended {
    Ended::Broken(Failure::new(
        Code::FileFailed,
        format!("the file is not CSV as it should be: {reason}"),
        "begin it with a line of field names: data_reference,description,tags",
    ))
}
