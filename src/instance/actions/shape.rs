//! Whether a result has the shape that its action's row in the table says. The page of actions, completion and other
//! programs go by that row, so every call checks it where debug assertions are on: in all tests.
//!
//! A shape is `{member, member?: shape, …shape}`, `[shape]`, `shape|shape`, `null`, or a word: one that `docs::SHAPES`
//! spells out, or anything else for any value. A member without a shape may be anything; `…` alone is any members.

use super::docs::SHAPES;
use serde_json::Value;

/// What does not fit, as a path and why; nothing if all does. A row that tells in prose fits everything.
pub fn misfit(shape: &str, value: &Value) -> Option<String> {
    if is_prose(shape) {
        return None;
    }
    let mut parser = Parser { rest: shape };
    let parsed = parser.alternatives();
    if !parser.rest.is_empty() {
        return Some(format!("the shape cannot be read from {:?} on", parser.rest));
    }
    check(&parsed, value, "result")
}

/// Whether a row tells in words what it gives, and not as a shape.
fn is_prose(shape: &str) -> bool {
    !shape.starts_with('{') || shape.contains(" where ")
}

/// A shape that was read.
#[derive(Debug, Clone, PartialEq)]
enum Shape<'a> {
    Anything,
    Null,
    Named(&'static str),
    List(Box<Shape<'a>>),
    Object(Vec<Member<'a>>),
    OneOf(Vec<Shape<'a>>),
}

#[derive(Debug, Clone, PartialEq)]
struct Member<'a> {
    name: &'a str,
    is_optional: bool,
    /// Its members are members here.
    is_spread: bool,
    shape: Shape<'a>,
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'a str {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = self.rest.find(|character| !is_part(character));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn alternatives(&mut self) -> Shape<'a> {
        let mut found = vec![self.one()];
        while self.take("|") {
            found.push(self.one());
        }
        match found.len() {
            1 => found.swap_remove(0),
            _ => Shape::OneOf(found),
        }
    }

    fn one(&mut self) -> Shape<'a> {
        if self.take("[") {
            let item = self.alternatives();
            self.take("]");
            return Shape::List(Box::new(item));
        }
        if self.take("{") {
            let mut members = Vec::new();
            while !self.rest.is_empty() && !self.take("}") {
                members.push(self.member());
                self.take(",");
            }
            return Shape::Object(members);
        }
        named(self.word())
    }

    fn member(&mut self) -> Member<'a> {
        let is_spread = self.take("…");
        let name = self.word();
        let is_optional = self.take("?");
        let shape = match is_spread {
            true => named(name),
            false if self.take(":") => self.alternatives(),
            false => Shape::Anything,
        };
        if name.is_empty() && !is_spread {
            // Not to go on for ever at something that is no shape.
            self.rest = "";
        }
        Member {
            name,
            is_optional,
            is_spread,
            shape,
        }
    }
}

fn named<'a>(word: &str) -> Shape<'a> {
    if word == "null" {
        return Shape::Null;
    }
    let known = SHAPES.iter().find(|(name, _)| *name == word);
    known.map_or(Shape::Anything, |(_, shape)| Shape::Named(shape))
}

fn check(shape: &Shape<'_>, value: &Value, path: &str) -> Option<String> {
    match shape {
        Shape::Anything => None,
        Shape::Null if value.is_null() => None,
        Shape::Null => Some(format!("{path} is not null")),
        Shape::Named(shape) => check(&Parser { rest: shape }.alternatives(), value, path),
        Shape::List(item) => match value.as_array() {
            None => Some(format!("{path} is no list")),
            Some(items) => items
                .iter()
                .find_map(|value| check(item, value, &format!("{path}[]"))),
        },
        Shape::OneOf(shapes) => {
            let misfits: Vec<String> = shapes
                .iter()
                .filter_map(|shape| check(shape, value, path))
                .collect();
            (misfits.len() == shapes.len()).then(|| misfits.join("; or "))
        }
        Shape::Object(members) => check_members(members, value, path),
    }
}

fn check_members(members: &[Member<'_>], value: &Value, path: &str) -> Option<String> {
    let Some(object) = value.as_object() else {
        return Some(format!("{path} is no object"));
    };
    let mut members = members.to_vec();
    let mut is_open = false;
    while let Some(place) = members.iter().position(|member| member.is_spread) {
        let spread = members.swap_remove(place);
        match spread.shape {
            Shape::Named(shape) => match (Parser { rest: shape }).alternatives() {
                Shape::Object(more) => members.extend(more),
                _ => is_open = true,
            },
            _ => is_open = true,
        }
    }
    let unknown = object
        .keys()
        .find(|name| members.iter().all(|member| member.name != **name));
    if let Some(name) = unknown.filter(|_| !is_open) {
        return Some(format!("{path}.{name} is not in the table"));
    }
    members.iter().find_map(|member| match object.get(member.name) {
        Some(value) => check(&member.shape, value, &format!("{path}.{}", member.name)),
        None if member.is_optional => None,
        None => Some(format!("{path}.{} is missing", member.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_unknown_or_of_another_kind_is_told_with_its_place() {
        let shape = "{count, items: [{name, note?}], head: {hash}|null, used: {…}}";
        let fits = json!({"count": 1, "items": [{"name": "a"}, {"name": "b", "note": 1}], "head": null, "used": {"x": 1}});
        assert_eq!(misfit(shape, &fits), None);
        for (path, value, told) in [
            (
                "/items/0/more",
                json!(1),
                "result.items[].more is not in the table",
            ),
            ("/items", json!(1), "result.items is no list"),
            (
                "/head",
                json!({}),
                "result.head.hash is missing; or result.head is not null",
            ),
            ("/used", json!([]), "result.used is no object"),
        ] {
            let mut wrong = fits.clone();
            match path {
                "/items/0/more" => wrong["items"][0]["more"] = value,
                _ => *wrong.pointer_mut(path).unwrap() = value,
            }
            assert_eq!(misfit(shape, &wrong).as_deref(), Some(told));
        }
        assert_eq!(
            misfit("{count}", &json!({})).as_deref(),
            Some("result.count is missing")
        );
        assert_eq!(misfit("what the peer says", &json!(1)), None);
    }

    #[test]
    fn every_shape_of_the_table_can_be_read() {
        let mut shapes: Vec<&str> = SHAPES.iter().map(|(_, shape)| *shape).collect();
        shapes.extend(table::ALL.iter().map(|action| action.result));
        for shape in shapes.into_iter().filter(|shape| !is_prose(shape)) {
            let mut parser = Parser { rest: shape };
            parser.alternatives();
            assert_eq!(parser.rest, "", "{shape}");
        }
    }
}
