//! Texts that are looked for: smart case, containment, letters in order, and where they were found.

use std::ops::Range;

/// A text that is looked for. Small letters stand for both cases, unless it has a capital letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    text: String,
    exact: bool,
}

impl Text {
    /// Decides by its capital letters (A to Z) whether case matters.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let exact = text.bytes().any(|byte| byte.is_ascii_uppercase());
        Self { text, exact }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether case matters.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Whether it is all of that text.
    pub fn is(&self, whole: &str) -> bool {
        whole.len() == self.text.len() && self.begins(whole.as_bytes())
    }

    /// Whether it occurs in that text.
    pub fn is_in(&self, whole: &str) -> bool {
        self.find(whole, 0).is_some()
    }

    /// Where it occurs, without overlaps.
    pub fn places(&self, whole: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        if self.text.is_empty() {
            return places;
        }
        let mut from = 0;
        while let Some(start) = self.find(whole, from) {
            from = start + self.text.len();
            places.push(start..from);
        }
        places
    }

    /// Where its letters stand in that text, in their order: the first time that they do, and there as close
    /// together as they get. None if they do not.
    pub fn letters(&self, whole: &str) -> Option<Vec<Range<usize>>> {
        let mut wanted = self.text.chars().filter(|letter| !letter.is_whitespace());
        let mut next = wanted.next();
        let mut end = 0;
        for (at, letter) in whole.char_indices() {
            if next.is_some_and(|next| self.same(next, letter)) {
                next = wanted.next();
                end = at + letter.len_utf8();
            }
            if next.is_none() {
                break;
            }
        }
        if next.is_some() {
            return None;
        }
        // Back from where the last one stands: what is found so lies closest together.
        let mut wanted = self.text.chars().rev().filter(|letter| !letter.is_whitespace());
        let mut next = wanted.next();
        let mut places: Vec<Range<usize>> = Vec::new();
        for (at, letter) in whole[..end].char_indices().rev() {
            if next.is_some_and(|next| self.same(next, letter)) {
                let place = at..at + letter.len_utf8();
                match places.last_mut() {
                    Some(last) if last.start == place.end => last.start = place.start,
                    _ => places.push(place),
                }
                next = wanted.next();
            }
        }
        places.reverse();
        Some(places)
    }

    fn same(&self, wanted: char, found: char) -> bool {
        wanted == found || !self.exact && wanted.eq_ignore_ascii_case(&found)
    }

    fn find(&self, whole: &str, from: usize) -> Option<usize> {
        let bytes = whole.as_bytes();
        let last = bytes.len().checked_sub(self.text.len())?;
        // What begins like a whole character of ours begins at one of theirs.
        (from..=last).find(|start| self.begins(&bytes[*start..]))
    }

    fn begins(&self, bytes: &[u8]) -> bool {
        let wanted = self.text.as_bytes();
        bytes.get(..wanted.len()).is_some_and(|found| {
            if self.exact {
                found == wanted
            } else {
                found.eq_ignore_ascii_case(wanted)
            }
        })
    }
}
