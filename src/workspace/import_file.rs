//! Reading a file of pointers on a thread that may block, in chunks that fit into one request.

use super::csv_rows::{CsvRows, LONGEST_ROW};
use super::file_witness::Changed;
use super::{Failure, tags_cell};
use crate::model::{NewPointer, PointerAddress, Profile};
use crate::protocol::data_reference::ReferenceKind;
use crate::protocol::{Code, strict_json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Rows of one chunk.
const MOST_ROWS: usize = 5_000;
/// Bytes of one chunk: a request may have 1 MiB once it is sealed, and sealing adds a third.
const MOST_BYTES: usize = 512 * 1024;
/// Bytes of rows that wait for the end of the file, and of credential pointers that they may name.
const MOST_WAITING: usize = 16 * 1024 * 1024;
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
    // A thread of its own: one of the runtime's would hold up its end for as long as nobody writes into a pipe.
    std::thread::spawn(move || {
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
            waiting: Vec::new(),
            bytes_waiting: 0,
            credentials: HashMap::new(),
            bytes_of_credentials: 0,
        };
        let ended = match format {
            ImportFormat::Jsonl => read_jsonl(source, &mut out),
            ImportFormat::Csv => read_csv(source, &mut out),
        };
        match ended {
            Ok(()) => drop(out.finish()),
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
        if error.get_ref().is_some_and(|inner| inner.is::<Changed>()) {
            return Self::Broken(Failure::new(
                Code::FileFailed,
                format!("the file is another one by now: {error}"),
                "look at it again, once nobody writes to it; nothing was imported",
            ));
        }
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
    /// Rows that name a credential pointer, which may come after them and gets another address: they go last.
    waiting: Vec<(u64, NewPointer, usize)>,
    bytes_waiting: usize,
    /// The data_reference of each row that may be a credential pointer, by the address that it had.
    credentials: HashMap<PointerAddress, String>,
    bytes_of_credentials: usize,
}

impl Chunks {
    /// A pointer to be made, and its address where the file comes from.
    fn good(
        &mut self,
        line: u64,
        pointer: NewPointer,
        address: Option<PointerAddress>,
        size: usize,
    ) -> Result<(), Ended> {
        if pointer.credential_pointer_address.is_some() {
            self.bytes_waiting += size;
            self.waiting.push((line, pointer, size));
            return match self.bytes_waiting > MOST_WAITING {
                true => self.end_waiting(),
                false => Ok(()),
            };
        }
        if let Some(address) = address.filter(|_| may_hold_a_header(&pointer))
            && self.bytes_of_credentials + pointer.data_reference.len() <= MOST_WAITING
        {
            self.bytes_of_credentials += pointer.data_reference.len();
            self.credentials.insert(address, pointer.data_reference.clone());
        }
        let row = serde_json::to_value(pointer).expect("a pointer has only string keys");
        self.add(line, row, size)
    }

    fn add(&mut self, line: u64, row: Value, size: usize) -> Result<(), Ended> {
        if self.rows.len() >= MOST_ROWS || self.bytes + size > MOST_BYTES {
            self.flush()?;
        }
        self.bytes += size;
        self.rows.push((line, row));
        Ok(())
    }

    /// Sends what waits, in a request of its own after what it may name. An instance that does not know that member of a
    /// row goes by the address, and refuses the row.
    fn end_waiting(&mut self) -> Result<(), Ended> {
        self.flush()?;
        self.bytes_waiting = 0;
        for (line, pointer, size) in std::mem::take(&mut self.waiting) {
            let address = pointer.credential_pointer_address.as_ref();
            let credential = address.and_then(|address| self.credentials.get(address)).cloned();
            let mut row = serde_json::to_value(pointer).expect("a pointer has only string keys");
            let mut longer = 0;
            if let Some(credential) = credential {
                longer = credential.len();
                row["credential_pointer_reference"] = credential.into();
            }
            self.add(line, row, size + longer)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Ended> {
        self.end_waiting()?;
        self.flush()
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
    let address = object.get("address").and_then(Value::as_str);
    let address = address.and_then(|text| PointerAddress::parse(text).ok());
    match NewPointer::deserialize(Value::Object(object)) {
        Ok(pointer) => out.good(line, pointer, address, size),
        Err(error) => out.bad(line, error.to_string()),
    }
}

/// Whether a pointer may be one that holds a header for others: in this program's form or in the original's.
fn may_hold_a_header(pointer: &NewPointer) -> bool {
    pointer.federated.is_none()
        && matches!(
            ReferenceKind::of(&pointer.data_reference),
            ReferenceKind::FetchHeader | ReferenceKind::Sealed(Profile::Legacy)
        )
}

fn read_csv(source: Counting, out: &mut Chunks) -> Result<(), Ended> {
    let mut rows = CsvRows::of(source);
    let names: Vec<String> = match rows.next_row()? {
        None => return Err(headless("it is empty")),
        Some(Err((line, reason))) => return Err(headless(&format!("line {line}: {reason}"))),
        Some(Ok((_, names))) => names.iter().map(|name| name.trim().to_owned()).collect(),
    };
    if !names.iter().any(|name| name == "data_reference") {
        return Err(headless("the first line has no column data_reference"));
    }
    while let Some(row) = rows.next_row()? {
        match row {
            Err((line, reason)) => out.bad(line, reason)?,
            Ok((line, fields)) if fields.len() != names.len() => {
                let reason = format!(
                    "it has {} fields, and the first line {}",
                    fields.len(),
                    names.len()
                );
                out.bad(line, reason)?;
            }
            Ok((line, fields)) => {
                let size = fields.iter().map(String::len).sum::<usize>() + 64;
                match csv_row(&names, &fields) {
                    Ok(value) => accept(value, line, size, out)?,
                    Err(reason) => out.bad(line, reason)?,
                }
            }
        }
    }
    Ok(())
}

fn csv_row(names: &[String], fields: &[String]) -> Result<Value, String> {
    let mut object = Map::new();
    for (name, text) in names.iter().zip(fields) {
        if text.is_empty() && name != "data_reference" {
            continue;
        }
        let value = match name.as_str() {
            "tags" => json!(tags_cell::read(text)),
            "federated" => {
                strict_json::parse(text.as_bytes()).map_err(|error| format!("federated: {error}"))?
            }
            _ => Value::String(text.to_owned()),
        };
        object.insert(name.clone(), value);
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
