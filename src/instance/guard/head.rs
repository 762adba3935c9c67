//! Following the heads of the requests on one connection, byte by byte as they arrive.

/// Enough of a line for a Content-Length with its value.
const LINE: usize = 64;

/// Whether bytes of a request's head are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// A head has begun, or is the first of its connection.
    Awaited,
    /// Between requests, or within a body.
    NotDue,
}

/// Where in the stream of requests the next byte belongs.
#[derive(Debug)]
pub(super) struct Heads {
    place: Place,
    /// The beginning of the current line.
    line: [u8; LINE],
    length: usize,
    previous: u8,
    has_request_line: bool,
    content_length: Option<u64>,
    is_chunked: bool,
    requests: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Head,
    Body(u64),
    /// Spoilt, or framed in chunks: nothing more is followed, and the connection ends with this request.
    Unknown,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Head,
            line: [0; LINE],
            length: 0,
            previous: 0,
            has_request_line: false,
            content_length: None,
            is_chunked: false,
            requests: 0,
        }
    }

    pub(super) fn state(&self) -> Head {
        let has_begun = self.has_request_line || self.length > 0 || self.requests == 0;
        if self.place == Place::Head && has_begun {
            return Head::Awaited;
        }
        Head::NotDue
    }

    /// Looks at bytes that arrived, and spoils a head that could be read in two ways.
    pub(super) fn watch(&mut self, bytes: &mut [u8]) {
        let mut at = 0;
        while at < bytes.len() {
            match self.place {
                Place::Unknown => return,
                Place::Body(left) => {
                    let here = left.min((bytes.len() - at) as u64);
                    at += here as usize;
                    self.place = if here == left {
                        Place::Head
                    } else {
                        Place::Body(left - here)
                    };
                }
                Place::Head => at += self.watch_line(&mut bytes[at..]),
            }
        }
    }

    /// Takes bytes up to the end of the line, or all of them; how many those were.
    fn watch_line(&mut self, bytes: &mut [u8]) -> usize {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.keep(bytes);
            return bytes.len();
        };
        self.keep(&bytes[..end]);
        if self.previous != b'\r' || !self.ends_well() {
            bytes[end] = 0;
            self.place = Place::Unknown;
        }
        self.length = 0;
        self.previous = b'\n';
        end + 1
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE.saturating_sub(self.length).min(bytes.len());
        if room > 0 {
            self.line[self.length..self.length + room].copy_from_slice(&bytes[..room]);
        }
        self.length = self.length.saturating_add(bytes.len());
        if let Some(last) = bytes.last() {
            self.previous = *last;
        }
    }

    /// What a finished line means; false if it makes the head ambiguous.
    fn ends_well(&mut self) -> bool {
        if self.length == 1 {
            return self.end_of_head();
        }
        if !self.has_request_line {
            self.has_request_line = true;
            return true;
        }
        let kept = &self.line[..self.length.min(LINE)];
        // Both names that matter begin with one of these letters, and few others do.
        if !kept.first().is_some_and(|letter| b"cCtT".contains(letter)) {
            return true;
        }
        let Some(colon) = kept.iter().position(|byte| *byte == b':') else {
            return true;
        };
        let (name, value) = (&kept[..colon], &kept[colon + 1..]);
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = true;
        }
        if name.eq_ignore_ascii_case(b"content-length") {
            let number = std::str::from_utf8(value)
                .ok()
                .and_then(|text| text.trim().parse().ok());
            let is_whole = self.length <= LINE;
            if number.is_none() || !is_whole || self.content_length.is_some() {
                return false;
            }
            self.content_length = number;
        }
        true
    }

    fn end_of_head(&mut self) -> bool {
        if !self.has_request_line {
            return true;
        }
        let length = self.content_length.take();
        let is_chunked = std::mem::take(&mut self.is_chunked);
        self.has_request_line = false;
        self.requests += 1;
        self.place = match (is_chunked, length) {
            (true, Some(_)) => return false,
            (true, None) => Place::Unknown,
            (false, Some(0) | None) => Place::Head,
            (false, Some(length)) => Place::Body(length),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &[u8] = b"POST /invoke HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\na\nb\n\n\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

    fn watched(parts: &[&[u8]]) -> (Heads, Vec<u8>) {
        let mut heads = Heads::new();
        let mut all = Vec::new();
        for part in parts {
            let mut part = part.to_vec();
            heads.watch(&mut part);
            all.extend(part);
        }
        (heads, all)
    }

    #[test]
    fn good_requests_pass_untouched_and_bodies_are_not_looked_at() {
        let (heads, seen) = watched(&[GOOD]);
        assert_eq!(seen, GOOD);
        assert_eq!(heads.requests, 2);
        assert_eq!(heads.state(), Head::NotDue);
    }

    #[test]
    fn threat_25_heads_that_could_be_read_in_two_ways_are_spoilt() {
        for bad in [
            &b"GET / HTTP/1.1\nHost: a\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nHost: a\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST / HTTP/1.1\r\nTRANSFER-encoding: chunked\r\ncontent-LENGTH: 5\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length:                                                                  5\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n",
        ] {
            let (_, seen) = watched(&[bad]);
            assert!(seen.contains(&0), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn a_head_is_awaited_from_its_first_byte_on() {
        let mut heads = Heads::new();
        assert_eq!(heads.state(), Head::Awaited);
        heads.watch(&mut b"GET / HTTP/1.1\r\n\r\n".to_vec());
        assert_eq!(heads.state(), Head::NotDue);
        heads.watch(&mut b"G".to_vec());
        assert_eq!(heads.state(), Head::Awaited);
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_outcome_is_the_same(cut in 0..GOOD.len(), again in 0..GOOD.len()) {
            let (first, last) = (cut.min(again), cut.max(again));
            let (heads, seen) = watched(&[&GOOD[..first], &GOOD[first..last], &GOOD[last..]]);
            prop_assert_eq!(&seen[..], GOOD);
            prop_assert_eq!(heads.requests, 2);
        }
    }
}
