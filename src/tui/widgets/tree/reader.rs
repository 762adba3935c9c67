//! Walks over a JSON text once and notes where its values are. It never recurses, and takes what is not
//! JSON as it comes: whoever sent it, looking at it must work.

use super::node::{NO_NAME, Node, NodeId, ROOT};

/// Texts beyond this have offsets that do not fit; no reply is that long.
const LONGEST: usize = u32::MAX as usize - 1;

/// The values in the first `limit` bytes.
pub(super) fn read(text: &str, limit: usize) -> Vec<Node> {
    let limit = text.floor_char_boundary(limit.min(LONGEST));
    let mut reader = Reader {
        bytes: &text.as_bytes()[..limit],
        at: 0,
        nodes: Vec::new(),
        open: Vec::new(),
        name: NO_NAME,
    };
    reader.walk();
    reader.finish();
    reader.nodes
}

/// Behind the closing quote of the text that begins at `start`.
pub(super) fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The containers that are not closed yet, outermost first.
    open: Vec<NodeId>,
    /// The name that the next value has.
    name: u32,
}

impl Reader<'_> {
    fn walk(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'{' | b'[' => {
                    let id = self.add(self.at, self.at);
                    self.open.push(id);
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.at += 1;
                    if let Some(id) = self.open.pop() {
                        self.close(id);
                    }
                    self.name = NO_NAME;
                }
                b'"' => self.text(),
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ => self.word(),
            }
            if self.open.is_empty() && !self.nodes.is_empty() {
                return;
            }
        }
    }

    /// A text is a name if a colon follows it within an object.
    fn text(&mut self) {
        let start = self.at;
        self.at = end_of_text(self.bytes, start).min(self.bytes.len());
        let in_object = self
            .open
            .last()
            .is_some_and(|id| self.bytes[self.nodes[*id as usize].at as usize] == b'{');
        if in_object && self.name == NO_NAME {
            self.name = offset(start);
            return;
        }
        self.add(start, self.at);
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n'))
            .unwrap_or(rest.len());
        self.at += length.max(1);
        self.add(start, self.at);
    }

    fn add(&mut self, start: usize, end: usize) -> NodeId {
        let id = offset(self.nodes.len());
        let (parent, place) = match self.open.last() {
            Some(parent) => {
                let node = &mut self.nodes[*parent as usize];
                node.count += 1;
                (*parent, node.count - 1)
            }
            None => (ROOT, 0),
        };
        self.nodes.push(Node {
            name: std::mem::replace(&mut self.name, NO_NAME),
            at: offset(start),
            end: offset(end),
            parent,
            past: id + 1,
            place,
            count: 0,
        });
        id
    }

    fn close(&mut self, id: NodeId) {
        let past = offset(self.nodes.len());
        let node = &mut self.nodes[id as usize];
        node.end = offset(self.at);
        node.past = past;
    }

    /// What is still open at the end ends there.
    fn finish(&mut self) {
        self.at = self.bytes.len();
        while let Some(id) = self.open.pop() {
            self.close(id);
        }
        self.nodes.shrink_to_fit();
    }
}

fn offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
