//! A JSON text with an index over it: where each value stands, in what, and how many it holds.

use super::node::{NO_NAME, Node, NodeId, ROOT};
use super::{reader, saying};
use std::borrow::Cow;
use std::sync::Arc;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Kind {
    Object,
    List,
    Text,
    Number,
    /// `true`, `false`, `null`, and whatever else stands where a value should.
    Word,
}

/// A text with its index. Cheap to share, never changed.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    nodes: Vec<Node>,
    /// Whether the index goes to the text's end.
    whole: bool,
}

impl Document {
    /// Reads a text to its end: some tens of milliseconds for each 10 MB. A text that is not JSON is read as
    /// far as it makes sense.
    pub fn read(text: Arc<str>) -> Self {
        let nodes = reader::read(&text, text.len());
        Self {
            text,
            nodes,
            whole: true,
        }
    }

    /// Reads the first bytes only, so that something can be shown at once; what was begun there counts as it
    /// stands.
    pub fn beginning(text: Arc<str>, bytes: usize) -> Self {
        let whole = text.len() <= bytes;
        let nodes = reader::read(&text, bytes);
        Self { text, nodes, whole }
    }

    /// The document that a value is.
    pub fn of_value(value: &serde_json::Value) -> Self {
        Self::read(value.to_string().into())
    }

    /// Whether all of the text was read.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn node(&self, id: NodeId) -> Node {
        #[cfg(test)]
        LOOKED.with(|looked| looked.set(looked.get() + 1));
        self.nodes[id as usize]
    }

    /// What a value is.
    pub fn kind(&self, id: NodeId) -> Kind {
        match self.text.as_bytes().get(self.node(id).at as usize) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Word,
        }
    }

    /// Whether values can be within it.
    pub fn is_container(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Object | Kind::List)
    }

    /// How many values are directly within it.
    pub fn count(&self, id: NodeId) -> u32 {
        self.node(id).count
    }

    /// What it is in; none for the root.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id != ROOT).then(|| self.node(id).parent)
    }

    /// Which of its parent's values it is.
    pub fn place(&self, id: NodeId) -> u32 {
        self.node(id).place
    }

    /// The next value that is not within it.
    pub fn past(&self, id: NodeId) -> NodeId {
        self.node(id).past
    }

    /// In how many others it is.
    pub fn depth(&self, id: NodeId) -> usize {
        std::iter::successors(self.parent(id), |id| self.parent(*id)).count()
    }

    /// The text of a value.
    pub fn slice(&self, id: NodeId) -> &str {
        let node = self.node(id);
        &self.text[node.at as usize..node.end as usize]
    }

    /// A member's name as it is spelled in the text, with its quotes.
    pub fn name_slice(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id);
        let start = node.name as usize;
        (node.name != NO_NAME).then(|| &self.text[start..reader::end_of_text(self.text.as_bytes(), start)])
    }

    /// A member's name.
    pub fn name(&self, id: NodeId) -> Option<Cow<'_, str>> {
        self.name_slice(id).map(spoken)
    }

    /// What a text says; none if it is no text.
    pub fn said(&self, id: NodeId) -> Option<Cow<'_, str>> {
        (self.kind(id) == Kind::Text).then(|| spoken(self.slice(id)))
    }

    /// The first so many characters of what a text says, or all of it; none if it is no text.
    pub fn says_at_first(&self, id: NodeId, characters: usize) -> Option<Cow<'_, str>> {
        (self.kind(id) == Kind::Text).then(|| saying::beginning(self.slice(id), characters))
    }

    /// The values directly within one, in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let past = self.past(id);
        let first = (id + 1 < past).then_some(id + 1);
        std::iter::successors(first, move |child| {
            let next = self.past(*child);
            (next < past).then_some(next)
        })
    }

    /// The member of this name.
    pub fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        if self.kind(id) != Kind::Object {
            return None;
        }
        self.children(id)
            .find(|child| self.name(*child).is_some_and(|own| own == name))
    }

    /// How to get to a value, as jq spells it: `.result.pointers[3]."odd name"`.
    pub fn path(&self, id: NodeId) -> String {
        let mut steps: Vec<NodeId> = std::iter::successors(Some(id), |id| self.parent(*id)).collect();
        steps.pop();
        if steps.is_empty() {
            return ".".to_owned();
        }
        let mut path = String::new();
        for id in steps.into_iter().rev() {
            match self.name(id) {
                Some(name) if is_plain(&name) => {
                    path.push('.');
                    path.push_str(&name);
                }
                Some(_) => {
                    path.push('.');
                    path.push_str(self.name_slice(id).unwrap_or_default());
                }
                None => {
                    if path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&format!("[{}]", self.place(id)));
                }
            }
        }
        path
    }
}

/// Whether jq takes a name without quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// A text without its quotes and escapes.
fn spoken(quoted: &str) -> Cow<'_, str> {
    let inner = quoted
        .strip_prefix('"')
        .map_or(quoted, |rest| rest.strip_suffix('"').unwrap_or(rest));
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
}

#[cfg(test)]
thread_local! {
    static LOOKED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// How many values this thread has looked at so far: what tests count work by.
#[cfg(test)]
pub fn looked() -> u64 {
    LOOKED.with(std::cell::Cell::get)
}
