//! Objects and arrays with their members, as far as they are there.

use super::token::{Token, TokenKind, tokens};
use super::{Mistake, quoted};
use std::collections::HashSet;
use std::ops::Range;

/// Object or array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Shape {
    Object,
    Array,
}

/// A member of an object, or an item of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name; none in an array.
    pub name: Option<String>,
    /// Where the name stands with its quotes; for an item, where the value begins.
    pub name_span: Range<usize>,
    /// Where the value stands, if it is there: of an object or array, all of it.
    pub value: Option<Range<usize>>,
    /// The container that the value is, if it is one.
    pub container: Option<usize>,
}

/// An object or array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Which of the two.
    pub shape: Shape,
    /// From the opening bracket to behind the closing one, or to the end of the text.
    pub span: Range<usize>,
    /// Whether the closing bracket is there.
    pub closed: bool,
    /// The container that it is in, and which of its members it is.
    pub parent: Option<(usize, usize)>,
    /// What is in it.
    pub members: Vec<Member>,
}

impl Container {
    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.name.as_deref() == Some(name))
    }
}

/// A text's structure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Every object and array, in the order in which they open: the outermost first.
    pub containers: Vec<Container>,
    /// The tokens that it was made of.
    pub tokens: Vec<Token>,
}

impl Tree {
    /// Reads a text, however far it is.
    pub fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let mut builder = Builder {
            text,
            containers: Vec::new(),
            open: Vec::new(),
        };
        for token in &tokens {
            builder.take(token);
        }
        Self {
            containers: builder.containers,
            tokens,
        }
    }

    /// The innermost container around an offset.
    pub fn around(&self, offset: usize) -> Option<usize> {
        self.containers.iter().rposition(|container| {
            let end = container.span.end;
            container.span.start < offset && (offset < end || !container.closed && offset <= end)
        })
    }

    /// The text that a member has as its value, if that is a string.
    pub fn text_of(&self, text: &str, member: &Member) -> Option<String> {
        let span = member.value.clone()?;
        serde_json::from_str(&text[span]).ok()
    }

    /// How a container is reached from the outermost one: names of members, or nothing for items.
    pub fn path(&self, container: usize) -> Vec<Option<&str>> {
        let mut path = Vec::new();
        let mut at = container;
        while let Some((parent, member)) = self.containers[at].parent {
            path.push(self.containers[parent].members[member].name.as_deref());
            at = parent;
        }
        path.reverse();
        path
    }
}

/// A name that an object has twice.
pub(super) fn duplicate(text: &str) -> Option<Mistake> {
    for container in Tree::of(text).containers {
        let mut seen = HashSet::new();
        for member in container.members {
            let Some(name) = member.name else { continue };
            if !seen.insert(name.clone()) {
                return Some(Mistake {
                    span: member.name_span,
                    message: format!("the member {} is there twice", quoted(&name)),
                });
            }
        }
    }
    None
}

/// What is expected next in an open container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Member,
    Colon,
    Value,
    Comma,
}

struct Builder<'a> {
    text: &'a str,
    containers: Vec<Container>,
    open: Vec<(usize, Expects)>,
}

impl Builder<'_> {
    fn take(&mut self, token: &Token) {
        match token.kind {
            TokenKind::OpenObject => self.open(Shape::Object, token),
            TokenKind::OpenArray => self.open(Shape::Array, token),
            TokenKind::CloseObject => self.close(Shape::Object, token),
            TokenKind::CloseArray => self.close(Shape::Array, token),
            TokenKind::Colon => self.expect(Expects::Value),
            TokenKind::Comma => self.expect(Expects::Member),
            TokenKind::Text { .. } => self.text(token),
            TokenKind::Number | TokenKind::Word | TokenKind::Junk => {
                self.value(token.span.clone(), None);
            }
        }
    }

    fn expect(&mut self, what: Expects) {
        if let Some((_, expects)) = self.open.last_mut() {
            *expects = what;
        }
    }

    fn open(&mut self, shape: Shape, token: &Token) {
        let index = self.containers.len();
        let parent = self.value(token.span.start..self.text.len(), Some(index));
        self.containers.push(Container {
            shape,
            span: token.span.start..self.text.len(),
            closed: false,
            parent,
            members: Vec::new(),
        });
        self.open.push((index, Expects::Member));
    }

    /// A bracket that closes something further out closes what is open inside as well.
    fn close(&mut self, shape: Shape, token: &Token) {
        let Some(depth) = self
            .open
            .iter()
            .rposition(|(index, _)| self.containers[*index].shape == shape)
        else {
            return;
        };
        for (index, _) in self.open.drain(depth..).collect::<Vec<_>>() {
            self.end(index, token.span.end);
        }
        self.expect(Expects::Comma);
    }

    fn end(&mut self, index: usize, end: usize) {
        let container = &mut self.containers[index];
        container.span.end = end;
        container.closed = true;
        if let Some((parent, member)) = container.parent {
            let start = self.containers[index].span.start;
            self.containers[parent].members[member].value = Some(start..end);
        }
    }

    fn text(&mut self, token: &Token) {
        let Some((index, expects)) = self.open.last().copied() else {
            return;
        };
        let is_name = self.containers[index].shape == Shape::Object && expects != Expects::Value;
        if !is_name {
            self.value(token.span.clone(), None);
            return;
        }
        let raw = &self.text[token.span.clone()];
        let name = serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned());
        self.containers[index].members.push(Member {
            name: Some(name),
            name_span: token.span.clone(),
            value: None,
            container: None,
        });
        self.expect(Expects::Colon);
    }

    /// A value. Gives the member that it became.
    fn value(&mut self, span: Range<usize>, container: Option<usize>) -> Option<(usize, usize)> {
        let (index, expects) = self.open.last().copied()?;
        let owner = &mut self.containers[index];
        if owner.shape == Shape::Array {
            owner.members.push(Member {
                name: None,
                name_span: span.clone(),
                value: Some(span),
                container,
            });
        } else {
            let member = owner.members.last_mut()?;
            if expects != Expects::Value || member.value.is_some() {
                // Where no value can be, it belongs to nobody.
                return None;
            }
            member.value = Some(span);
            member.container = container;
        }
        let place = owner.members.len() - 1;
        self.expect(Expects::Comma);
        Some((index, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn structure_is_there_before_the_text_is_whole() {
        let text = r#"{"action": "relay", "query": {"action": "get_po"#;
        let tree = Tree::of(text);
        assert_eq!(tree.containers.len(), 2);
        let inner = tree.around(text.len()).unwrap();
        assert_eq!(inner, 1);
        assert_eq!(tree.path(inner), [Some("query")]);
        let action = tree.containers[0].member("action").unwrap();
        assert_eq!(tree.text_of(text, action).as_deref(), Some("relay"));
    }

    #[test]
    fn a_value_is_all_of_its_container() {
        let text = r#"{"a": [1, {"b": 2}], "c": 3}"#;
        let tree = Tree::of(text);
        let a = tree.containers[0].member("a").unwrap();
        assert_eq!(&text[a.value.clone().unwrap()], r#"[1, {"b": 2}]"#);
        assert_eq!(tree.path(2), [Some("a"), None]);
        assert_eq!(tree.around(0), None);
        assert_eq!(tree.around(text.len()), None);
    }

    proptest! {
        #[test]
        fn any_text_has_a_structure_inside_itself(text in r#"[\[\]{}:,"a0\\ \né-]{0,40}"#, at in 0usize..41) {
            let tree = Tree::of(&text);
            for container in &tree.containers {
                prop_assert!(text.get(container.span.clone()).is_some());
                for member in &container.members {
                    prop_assert!(text.get(member.name_span.clone()).is_some());
                    if let Some(value) = &member.value {
                        prop_assert!(text.get(value.clone()).is_some());
                    }
                }
            }
            if let Some(index) = tree.around(at) {
                prop_assert!(tree.containers[index].span.start < at);
                tree.path(index);
            }
        }
    }
}
