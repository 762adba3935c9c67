//! What is being typed where the cursor stands: the name of a parameter, a value of one, an item of its list.

use crate::protocol::json_text::{Member, Shape, Token, TokenKind, Tree, meant_in_place};
use crate::workspace::{BegunBlank, begun_blank};
use std::ops::Range;

/// What can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A whole query: nothing is there yet.
    Start,
    /// The name of a parameter.
    Name,
    /// The value of the parameter of this name.
    Value(String),
    /// An item of the list that the parameter of this name holds.
    Item(String),
    /// What a blank in a text is called.
    Blank,
    /// What a blank takes of the last reply to something.
    Taken(ReplyOf),
}

/// Which reply something is taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyOf {
    /// The action that was asked for.
    pub action: String,
    /// The instance that answered; none for the one that the query is for.
    pub instance: Option<String>,
}

/// Where the cursor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What can be completed.
    pub slot: Slot,
    /// What of it is typed before the cursor.
    pub partial: String,
    /// The bytes that a completion replaces.
    pub span: Range<usize>,
    /// Whether something is typed already, if only a quote.
    pub begun: bool,
    /// Where a comma is missing before it.
    pub comma_at: Option<usize>,
    /// What follows it.
    pub next: Next,
    /// Parameters that the query has already, without the one that is typed.
    pub given: Vec<String>,
    /// The action of the query, as far as it is there.
    pub action: Option<String>,
    /// The bytes of the query object; empty at the start.
    pub object: Range<usize>,
}

/// What follows the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A colon: a name is completed without a value.
    Colon,
    /// Something that a comma is missing before.
    Another,
    /// Nothing, a comma, or a closing bracket.
    End,
}

/// What can be completed at an offset, if anything.
pub fn place(text: &str, tree: &Tree, cursor: usize) -> Option<Place> {
    let typed = tree.tokens.iter().position(|token| is_typed(token, cursor));
    if let Some(found) = typed.and_then(|index| in_blank(text, tree, &tree.tokens[index], cursor)) {
        return Some(found);
    }
    let span = typed.map_or(cursor..cursor, |index| tree.tokens[index].span.clone());
    let before = tree.tokens.iter().rposition(|token| token.span.end <= span.start);
    let after = tree.tokens.iter().find(|token| token.span.start >= span.end);
    let partial = typed.map_or_else(String::new, |_| {
        text[span.start..cursor].trim_start_matches('"').to_owned()
    });
    let found = Place {
        slot: Slot::Start,
        partial,
        begun: typed.is_some(),
        comma_at: None,
        next: next(after),
        given: Vec::new(),
        action: None,
        object: 0..0,
        span: span.clone(),
    };
    let Some(index) = tree.around(cursor) else {
        let nothing_else = tree.tokens.len() == usize::from(typed.is_some());
        return nothing_else.then_some(found);
    };
    let before = before.map(|index| &tree.tokens[index])?;
    let container = &tree.containers[index];
    let (owner, slot, comma_at) = match container.shape {
        Shape::Object => {
            let (slot, comma_at) = in_object(&container.members, before, &found, after)?;
            (index, slot, comma_at)
        }
        Shape::Array => {
            if !matches!(before.kind, TokenKind::OpenArray | TokenKind::Comma) {
                return None;
            }
            let (parent, member) = container.parent?;
            let name = tree.containers[parent].members[member].name.clone()?;
            (parent, Slot::Item(name), None)
        }
    };
    if !is_query(tree, owner) {
        return None;
    }
    let object = &tree.containers[owner];
    let given = object.members.iter().filter(|member| member.name_span != span);
    let action = object
        .member("action")
        .and_then(|member| tree.text_of(text, member));
    Some(Place {
        slot,
        comma_at,
        given: given.filter_map(|member| member.name.clone()).collect(),
        action,
        object: object.span.clone(),
        ..found
    })
}

/// The blank that is being written in the text that the cursor is in. Names and actions have none.
fn in_blank(text: &str, tree: &Tree, token: &Token, cursor: usize) -> Option<Place> {
    let TokenKind::Text { closed } = token.kind else {
        return None;
    };
    let mut members = tree.containers.iter().flat_map(|container| &container.members);
    let has_none = members.any(|member| {
        let is_action =
            member.name.as_deref() == Some("action") && member.value.as_ref() == Some(&token.span);
        let is_name = member.name.is_some() && member.name_span == token.span;
        is_name || is_action
    });
    if has_none {
        return None;
    }
    let inside = token.span.start + 1;
    let meant = meant_in_place(&text[inside..cursor]);
    let (offset, begun) = begun_blank(&meant)?;
    let rest = &text[cursor..token.span.end - usize::from(closed)];
    // What is replaced goes up to its own braces, if they are there already.
    let own = rest.find("}}").filter(|at| !rest[..*at].contains("{{"));
    let slot = match begun {
        BegunBlank::Name => Slot::Blank,
        BegunBlank::Expression { action, instance } => Slot::Taken(ReplyOf {
            action: action.to_owned(),
            instance: instance.map(str::to_owned),
        }),
    };
    Some(Place {
        slot,
        partial: text[inside + offset..cursor].to_owned(),
        span: inside + offset..cursor + own.map_or(0, |at| at + 2),
        begun: true,
        comma_at: None,
        next: Next::End,
        given: Vec::new(),
        action: None,
        object: 0..0,
    })
}

/// Whether the cursor is in this token, or right behind one that is not closed.
fn is_typed(token: &Token, cursor: usize) -> bool {
    let is_value = matches!(
        token.kind,
        TokenKind::Text { .. } | TokenKind::Number | TokenKind::Word
    );
    let open_end = !matches!(token.kind, TokenKind::Text { closed: true });
    is_value && token.span.start < cursor && (cursor < token.span.end || open_end && cursor == token.span.end)
}

fn next(after: Option<&Token>) -> Next {
    match after.map(|token| token.kind) {
        Some(TokenKind::Colon) => Next::Colon,
        None | Some(TokenKind::Comma | TokenKind::CloseObject | TokenKind::CloseArray) => Next::End,
        Some(_) => Next::Another,
    }
}

fn in_object(
    members: &[Member],
    before: &Token,
    found: &Place,
    after: Option<&Token>,
) -> Option<(Slot, Option<usize>)> {
    match before.kind {
        TokenKind::OpenObject | TokenKind::Comma => Some((Slot::Name, None)),
        TokenKind::Colon => {
            let member = members
                .iter()
                .rfind(|member| member.name_span.end <= before.span.start)?;
            // Right before a value that is there already, nothing is completed.
            let touches =
                after.is_some_and(|token| Some(token.span.start) == member.value.as_ref().map(|v| v.start));
            if !found.begun && touches && found.next == Next::Another {
                return None;
            }
            Some((Slot::Value(member.name.clone()?), None))
        }
        _ => {
            let is_name = members.iter().any(|member| member.name_span == before.span);
            (!is_name).then_some((Slot::Name, Some(before.span.end)))
        }
    }
}

/// Whether an object is a query: the whole text, what a relay asks, or a step of a circuit.
fn is_query(tree: &Tree, index: usize) -> bool {
    let path = tree.path(index);
    matches!(
        path.as_slice(),
        [] | [.., Some("query")] | [.., Some("circuit_definition"), None]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The place at the mark `|`.
    fn at(marked: &str) -> Option<Place> {
        let cursor = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        place(&text, &Tree::of(&text), cursor)
    }

    fn slot(marked: &str) -> Option<(Slot, String)> {
        at(marked).map(|place| (place.slot, place.partial))
    }

    fn value(name: &str, partial: &str) -> Option<(Slot, String)> {
        Some((Slot::Value(name.into()), partial.into()))
    }

    #[test]
    fn an_empty_text_is_the_start_of_a_query() {
        assert_eq!(slot("|"), Some((Slot::Start, String::new())));
        assert_eq!(slot("  get_p|"), Some((Slot::Start, "get_p".into())));
        assert_eq!(slot("{} |"), None);
    }

    #[test]
    fn values_know_their_parameter() {
        assert_eq!(slot(r#"{"action": "get|"}"#), value("action", "get"));
        assert_eq!(slot(r#"{"action": "|"}"#), value("action", ""));
        assert_eq!(slot(r#"{"action": "get|"#), value("action", "get"));
        assert_eq!(slot(r#"{"action": |}"#), value("action", ""));
        assert_eq!(
            slot(r#"{"action": "x", "federated": tr|}"#),
            value("federated", "tr")
        );
        assert_eq!(slot(r#"{"action": "x"|}"#), Some((Slot::Name, String::new())));
        assert_eq!(slot(r#"{"action": |"x"}"#), None);
        assert_eq!(
            slot(r#"{"action": "x", "tags": ["a", "b|"]}"#),
            Some((Slot::Item("tags".into()), "b".into()))
        );
    }

    #[test]
    fn names_know_what_is_given_and_what_the_action_is() {
        let place = at(r#"{"limit": 3, "poi|", "action": "get_pointer"}"#).unwrap();
        assert_eq!(place.slot, Slot::Name);
        assert_eq!(place.given, ["limit", "action"]);
        assert_eq!(place.action.as_deref(), Some("get_pointer"));
        assert_eq!(at(r#"{"li|": 3}"#).unwrap().next, Next::Colon);
        assert_eq!(at("{\"a\": 1\n|\n}").unwrap().comma_at, Some(7));
        assert_eq!(slot(r#"{"a" |}"#), None);
    }

    #[test]
    fn a_blank_is_completed_in_any_text_that_may_have_one() {
        let blank = |partial: &str| Some((Slot::Blank, partial.to_owned()));
        assert_eq!(slot(r#"{"action": "x", "term": "tides of {{ si|"}"#), blank("si"));
        assert_eq!(slot(r#"{"action": "x", "grant": {"tags": ["{{|"]}}"#), blank(""));
        assert_eq!(slot(r#"{"action": "{{si|"}"#), value("action", "{{si"));
        assert_eq!(slot(r#"{"{{si|": 1}"#), Some((Slot::Name, "{{si".into())));
        assert_ne!(slot(r#"{"action": "x", "term": "{{site}}|"}"#), blank(""));
        let whole = r#"{"action": "x", "term": "{{si|te}} and {{year}}"}"#;
        let found = at(whole).unwrap();
        assert_eq!(&whole.replace('|', "")[found.span], "site}}");
        let next = at(r#"{"action": "x", "term": "{{si| and {{year}}"}"#).unwrap();
        assert_eq!(next.span.len(), 2);
    }

    #[test]
    fn behind_a_bar_it_is_known_which_reply_something_is_taken_of() {
        let text = r#"{"action": "x", "pointer_address": "{{create_pointer@beta % .res"}"#;
        let cursor = text.find("\"}").unwrap();
        let text = text.replace('%', "|");
        let found = place(&text, &Tree::of(&text), cursor).unwrap();
        let reply = ReplyOf {
            action: "create_pointer".into(),
            instance: Some("beta".into()),
        };
        assert_eq!((found.slot, found.partial.as_str()), (Slot::Taken(reply), ".res"));
    }

    #[test]
    fn a_query_inside_a_query_is_one_too_and_other_objects_are_none() {
        let place = at(r#"{"action": "relay", "query": {"action": "get_po|"}}"#).unwrap();
        assert_eq!(
            (place.slot, place.partial.as_str()),
            (Slot::Value("action".into()), "get_po")
        );
        assert!(at(r#"{"circuit_definition": [{"action": "|"}]}"#).is_some());
        assert!(at(r#"{"action": "x", "grant": {"own|"}}"#).is_none());
    }

    proptest! {
        #[test]
        fn anywhere_in_any_text_what_would_be_replaced_is_around_the_cursor(
            text in r#"[\[\]{}:,"ab0\\ \né]{0,30}"#, at in 0usize..31,
        ) {
            let mut cursor = at.min(text.len());
            while !text.is_char_boundary(cursor) {
                cursor -= 1;
            }
            if let Some(place) = place(&text, &Tree::of(&text), cursor) {
                prop_assert!(place.span.start <= cursor && cursor <= place.span.end);
                prop_assert!(text.get(place.span.clone()).is_some());
                if let Some(comma) = place.comma_at {
                    prop_assert!(comma <= place.span.start && text.is_char_boundary(comma));
                }
            }
        }
    }
}
