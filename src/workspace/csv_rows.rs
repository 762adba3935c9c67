//! The rows of a CSV file (RFC 4180), each with the line that it begins in. A quote that does not stand where quotes stand
//! makes its row a bad one: read leniently, one that nobody closed would take all rows after it into its field, silently.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::string::FromUtf8Error;

/// Bytes that the rows of a file may have each.
pub(super) const LONGEST_ROW: usize = 256 * 1024;
/// What some editors put at the beginning of a file.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A row and the line that it begins in; or a line in which something is wrong, and what.
pub(super) type Row = Result<(u64, Vec<String>), (u64, String)>;

/// A physical line, with what ends it.
struct Line {
    number: u64,
    text: Vec<u8>,
    is_too_long: bool,
}

/// Reads rows out of a file. Blank lines are none.
pub(super) struct CsvRows<S> {
    source: S,
    read: u64,
    /// Lines that are read again, because a row that began before them was none.
    again: VecDeque<Line>,
}

/// A row, as far as it was read.
#[derive(Default)]
struct Taken {
    fields: Vec<Vec<u8>>,
    field: Vec<u8>,
    /// In which line of the row the last quote was opened.
    opened_in: usize,
    is_open: bool,
    was_quoted: bool,
}

impl<S: BufRead> CsvRows<S> {
    pub(super) fn of(source: S) -> Self {
        Self {
            source,
            read: 0,
            again: VecDeque::new(),
        }
    }

    /// The next row; none at the end.
    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        let Some(first) = self.next_filled_line()? else {
            return Ok(None);
        };
        let mut taken = Taken::default();
        let mut length = 0;
        let mut lines = vec![first];
        loop {
            let index = lines.len() - 1;
            let line = &lines[index];
            if line.is_too_long {
                let reason = format!("the line has more than {LONGEST_ROW} bytes");
                return Ok(Some(Err((line.number, reason))));
            }
            length += line.text.len();
            if let Err((index, reason)) = taken.take(index, &lines) {
                return Ok(Some(Err(self.give_up(lines, index, reason))));
            }
            if !taken.is_open {
                let number = lines[0].number;
                let not_text = |_| (number, "it is not UTF-8".to_owned());
                return Ok(Some(taken.end().map(|fields| (number, fields)).map_err(not_text)));
            }
            let next = match length <= LONGEST_ROW {
                true => self.next_line()?,
                false => None,
            };
            let Some(next) = next else {
                let reason = match length <= LONGEST_ROW {
                    true => {
                        "a quote is opened here and never closed: the file may have been cut off".to_owned()
                    }
                    false => format!("a quote is opened here and not closed within {LONGEST_ROW} bytes"),
                };
                return Ok(Some(Err(self.give_up(lines, taken.opened_in, reason))));
            };
            lines.push(next);
        }
    }

    /// What is wrong with a row; reading goes on behind the line in which it is.
    fn give_up(&mut self, lines: Vec<Line>, index: usize, reason: String) -> (u64, String) {
        let number = lines[index].number;
        for line in lines.into_iter().skip(index + 1).rev() {
            self.again.push_front(line);
        }
        (number, reason)
    }

    fn next_filled_line(&mut self) -> io::Result<Option<Line>> {
        while let Some(line) = self.next_line()? {
            if line.is_too_long || !line.text.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let mut text = Vec::new();
        let mut is_too_long = false;
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                if text.is_empty() {
                    return Ok(None);
                }
                break;
            }
            let end = buffer.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let used = end.map_or(buffer.len(), |at| at + 1);
            is_too_long |= text.len() + used > LONGEST_ROW;
            if !is_too_long {
                text.extend_from_slice(&buffer[..used]);
            }
            let is_return = end.is_some_and(|at| buffer[at] == b'\r');
            self.source.consume(used);
            if is_return && self.source.fill_buf()?.first() == Some(&b'\n') {
                self.source.consume(1);
                text.push(b'\n');
            }
            if end.is_some() {
                break;
            }
        }
        self.read += 1;
        if self.read == 1 && text.starts_with(MARK) {
            text.drain(..MARK.len());
        }
        Ok(Some(Line {
            number: self.read,
            text,
            is_too_long,
        }))
    }
}

impl Taken {
    /// Reads one more line of the row; what is wrong, and in which line of the row.
    fn take(&mut self, index: usize, lines: &[Line]) -> Result<(), (usize, String)> {
        let mut bytes = lines[index].text.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' if self.is_open && bytes.peek() == Some(&b'"') => {
                    bytes.next();
                    self.field.push(b'"');
                }
                b'"' if self.is_open => (self.is_open, self.was_quoted) = (false, true),
                _ if self.is_open => self.field.push(byte),
                b'"' if self.field.is_empty() && !self.was_quoted => {
                    (self.is_open, self.opened_in) = (true, index);
                }
                b',' => {
                    self.fields.push(std::mem::take(&mut self.field));
                    self.was_quoted = false;
                }
                // A line ends, and with it the row.
                b'\r' | b'\n' => {}
                _ if self.was_quoted => {
                    let closed = match index - self.opened_in {
                        0 => String::new(),
                        _ => format!(" (in line {})", lines[index].number),
                    };
                    let reason = format!(
                        "a quote is opened here, and behind the one that closes it{closed} comes neither a comma nor the \
                         end of the line; a quote within a field is written twice"
                    );
                    return Err((self.opened_in, reason));
                }
                b'"' => {
                    let reason = "a quote within a field that does not begin with one; put the field in quotes, and \
                                  write this one twice";
                    return Err((index, reason.to_owned()));
                }
                _ => self.field.push(byte),
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Vec<String>, FromUtf8Error> {
        self.fields.push(self.field);
        self.fields.into_iter().map(String::from_utf8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<Row> {
        let mut rows = CsvRows::of(text.as_bytes());
        std::iter::from_fn(|| rows.next_row().unwrap()).collect()
    }

    fn good(line: u64, fields: &[&str]) -> Row {
        Ok((line, fields.iter().map(|field| (*field).to_owned()).collect()))
    }

    fn wrong_lines(rows: &[Row]) -> Vec<u64> {
        let wrong = rows.iter().filter_map(|row| row.as_ref().err());
        wrong.map(|(line, _)| *line).collect()
    }

    #[test]
    fn a_row_has_the_line_that_it_begins_in() {
        let text = "\u{feff}a,b\r\n\r\n1,\"x\ny\"\n\n\n2,\"say \"\"so\"\"\"\r3,\n\"\",4";
        assert_eq!(
            rows(text),
            [
                good(1, &["a", "b"]),
                good(3, &["1", "x\ny"]),
                good(7, &["2", "say \"so\""]),
                good(8, &["3", ""]),
                good(9, &["", "4"]),
            ]
        );
    }

    #[test]
    fn a_quote_that_nobody_closed_costs_its_own_row_and_no_other() {
        let found = rows("u,d\n1,\"bad quote,t\n2,\"fine\",t\n3,\"two\nlines\"\n4,fine\n");
        assert_eq!(wrong_lines(&found), [2]);
        assert_eq!(found[2], good(3, &["2", "fine", "t"]));
        assert_eq!(found[3], good(4, &["3", "two\nlines"]));
        assert_eq!(found[4], good(6, &["4", "fine"]));
        let found = rows("u,d\n1,\"bad quote,t\n2,fine\n3,fine\n");
        assert_eq!(wrong_lines(&found), [2]);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_file_that_was_cut_off_is_told_where_its_last_quote_opens() {
        let found = rows("u,d\n\n1,whole\n2,\"the second was cut he");
        assert_eq!(wrong_lines(&found), [4]);
        let (_, reason) = found[2].clone().unwrap_err();
        assert!(reason.contains("never closed"), "{reason}");
    }

    #[test]
    fn quotes_stand_around_fields_only() {
        assert_eq!(wrong_lines(&rows("1,a \"b\" c\n2,b\n3,\"c\" d\n")), [1, 3]);
    }

    #[test]
    fn what_is_too_long_is_told_and_left_behind() {
        let long = "x".repeat(LONGEST_ROW);
        let found = rows(&format!("1,{long}\n2,\"{}\n3,b\n", "y\n".repeat(LONGEST_ROW / 2)));
        assert_eq!(wrong_lines(&found), [1, 2]);
        assert_eq!(found.last(), Some(&good(3 + LONGEST_ROW as u64 / 2, &["3", "b"])));
    }

    proptest! {
        #[test]
        fn what_the_export_writes_is_read_again(
            table in prop::collection::vec(prop::collection::vec("[a,\"\r\n é]{0,6}", 2..4), 1..20)
        ) {
            let mut written = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &table {
                written.write_record(row).unwrap();
            }
            let text = String::from_utf8(written.into_inner().unwrap()).unwrap();
            let found: Vec<Vec<String>> = rows(&text).into_iter().map(|row| row.unwrap().1).collect();
            prop_assert_eq!(found, table);
        }
    }
}
