//! How pointers are filtered: the fields of the filter language that there are for them, and what each
//! means. An instance answers the same in SQL; this is what it must agree with, and what the console uses
//! where an instance cannot filter, and to show in a row what matched.

use super::filter::{Field, Filter, Kind, Term, Test, Text, Value};
use super::{ConnectionId, DomainId, Pointer, Route};
use std::ops::Range;

/// The fields of pointers on many instances.
pub const POINTER_FIELDS: &[Field] = &[
    Field::new("instance", Kind::Text, "on an instance whose name begins so"),
    Field::new("tag", Kind::Text, "bears this tag; * stands for anything").also(&["tags"]),
    Field::new(
        "route",
        Kind::OneOf(&["endpoint", "circuit", "relay", "none"]),
        "leads to another instance by this route, or nowhere",
    ),
    Field::new(
        "conn",
        Kind::Text,
        "assigned to a connection of this id or name, or to none",
    )
    .also(&["connection"]),
    Field::new(
        "domain",
        Kind::Text,
        "assigned to a connection of a domain of this id or name",
    )
    .also(&["dom"]),
    Field::new(
        "header",
        Kind::Text,
        "fetched with the header that this credential pointer keeps, with any, or with none",
    ),
    Field::new("ref", Kind::Text, "its data_reference contains this").also(&["reference", "data_reference"]),
    Field::new("addr", Kind::Text, "its address contains this").also(&["address"]),
    Field::new("desc", Kind::Text, "its description contains this").also(&["description"]),
];

/// The fields of pointers on one instance, which does not know what others call it.
pub const STORED_POINTER_FIELDS: &[Field] = POINTER_FIELDS.split_at(1).1;

/// What every address begins with.
const ADDRESS_PREFIX: &str = "ptr_";

/// What a term asks of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointerTest<'a> {
    /// Its instance's name begins so.
    Instance(&'a Text),
    /// Its description contains this.
    Description(&'a Text),
    /// Its description contains these letters in this order.
    Letters(&'a Text),
    /// It bears this tag; `*` stands for anything.
    Tag(&'a Text),
    /// It leads away by this route, or not at all.
    Route(Option<Route>),
    /// It is assigned to a connection of this id or name.
    Connection(&'a Text),
    /// It is assigned to a connection of a domain of this id or name.
    Domain(&'a Text),
    /// It is assigned to none.
    Unassigned,
    /// It is fetched with a header, which a pointer keeps whose address begins so.
    Header(String),
    /// It is fetched without a header.
    NoHeader,
    /// Its data_reference contains this.
    Reference(&'a Text),
    /// Its address contains this, which is written in small letters.
    Address(String),
}

/// What a test of the filter language asks of a pointer; none for a field that pointers do not have.
/// A word that begins like an address is looked for in addresses.
pub fn pointer_test(test: &Test) -> Option<PointerTest<'_>> {
    Some(match test {
        Test::Word(text) if text.as_str().starts_with(ADDRESS_PREFIX) => {
            PointerTest::Address(text.as_str().to_lowercase())
        }
        Test::Word(text) => PointerTest::Description(text),
        Test::Fuzzy(text) => PointerTest::Letters(text),
        Test::Field(name, _, Value::Text(text)) => match *name {
            "instance" => PointerTest::Instance(text),
            "tag" => PointerTest::Tag(text),
            "conn" if text.is("none") => PointerTest::Unassigned,
            "conn" => PointerTest::Connection(text),
            "domain" => PointerTest::Domain(text),
            "header" if text.is("none") => PointerTest::NoHeader,
            "header" => PointerTest::Header(keeper_of_header(text)),
            "ref" => PointerTest::Reference(text),
            "addr" => PointerTest::Address(text.as_str().to_lowercase()),
            "desc" => PointerTest::Description(text),
            _ => return None,
        },
        Test::Field("route", _, Value::Word(word)) => PointerTest::Route(Route::parse(word)),
        Test::Field(..) => return None,
    })
}

/// How the address of the pointer begins that keeps a header.
fn keeper_of_header(text: &Text) -> String {
    let written = text.as_str().to_lowercase();
    if text.is("any") {
        return ADDRESS_PREFIX.to_owned();
    }
    match written.starts_with(ADDRESS_PREFIX) {
        true => written,
        false => format!("{ADDRESS_PREFIX}{written}"),
    }
}

/// Whether an instance of this name is meant: none of the terms about instances says otherwise.
pub fn includes_instance(filter: &Filter, name: &str) -> bool {
    let mut positive = filter
        .terms
        .iter()
        .filter_map(|term| match pointer_test(&term.test) {
            Some(PointerTest::Instance(text)) => Some((term.not, begins(name, text))),
            _ => None,
        });
    // Several names are several instances: a pointer is on one of them only.
    let (mut wanted, mut found) = (false, false);
    for (not, is_meant) in &mut positive {
        match (not, is_meant) {
            (true, true) => return false,
            (true, false) => {}
            (false, is_meant) => (wanted, found) = (true, found || is_meant),
        }
    }
    found || !wanted
}

fn begins(name: &str, text: &Text) -> bool {
    name.get(..text.as_str().len())
        .is_some_and(|start| text.is(start))
}

/// The same filter without what it says about instances: what an instance can be asked.
pub fn without_instances(filter: &Filter) -> Filter {
    let is_for_one = |term: &&Term| !matches!(pointer_test(&term.test), Some(PointerTest::Instance(_)));
    Filter {
        terms: filter.terms.iter().filter(is_for_one).cloned().collect(),
    }
}

/// What is known of the connection that a pointer is assigned to, beside its id.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownConnection<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// The id and the name of its domain.
    pub domain: Option<(&'a DomainId, &'a str)>,
}

/// Whether a pointer gets through; `known` tells what is known of a connection. What is said about instances is
/// left aside.
pub fn pointer_matches<'a>(
    filter: &Filter,
    pointer: &Pointer,
    known: impl Fn(&ConnectionId) -> KnownConnection<'a>,
) -> bool {
    filter.terms.iter().all(|term| {
        let holds = match pointer_test(&term.test) {
            None => false,
            Some(PointerTest::Instance(_)) => return true,
            Some(PointerTest::Description(text)) => text.is_in(&pointer.description),
            Some(PointerTest::Letters(text)) => text.letters(&pointer.description).is_some(),
            Some(PointerTest::Tag(text)) => pointer.tags.iter().any(|tag| is_tag(text, tag)),
            Some(PointerTest::Route(route)) => {
                pointer.federated.as_ref().map(|federated| federated.route) == route
            }
            Some(PointerTest::Unassigned) => pointer.connection_id.is_none(),
            Some(PointerTest::Connection(text)) => pointer
                .connection_id
                .as_ref()
                .is_some_and(|id| is_connection(text, id, known(id).name)),
            Some(PointerTest::Domain(text)) => pointer
                .connection_id
                .as_ref()
                .and_then(|id| known(id).domain)
                .is_some_and(|(id, name)| is_domain(text, id, name)),
            Some(PointerTest::NoHeader) => pointer.credential_pointer_address.is_none(),
            Some(PointerTest::Header(beginning)) => pointer
                .credential_pointer_address
                .as_ref()
                .is_some_and(|keeper| keeper.as_str().starts_with(&beginning)),
            Some(PointerTest::Reference(text)) => text.is_in(&pointer.data_reference),
            Some(PointerTest::Address(part)) => pointer.address.as_str().contains(&part),
        };
        holds != term.not
    })
}

/// Whether a connection is meant: its id is this, or its name contains it.
pub fn is_connection(text: &Text, id: &ConnectionId, name: Option<&str>) -> bool {
    text.is(id.as_str()) || name.is_some_and(|name| text.is_in(name))
}

/// Whether a domain is meant: its id is this, or its name contains it.
pub fn is_domain(text: &Text, id: &DomainId, name: &str) -> bool {
    text.is(id.as_str()) || text.is_in(name)
}

/// Whether a tag is meant; `*` stands for anything.
pub fn is_tag(text: &Text, tag: &str) -> bool {
    let mut parts = text.as_str().split('*');
    let same = |part: &str, found: &str| {
        if text.is_exact() {
            part == found
        } else {
            part.eq_ignore_ascii_case(found)
        }
    };
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else {
        return same(first, tag);
    };
    let Some(head) = tag.get(..first.len()).filter(|head| same(first, head)) else {
        return false;
    };
    let mut rest = &tag[head.len()..];
    for part in parts {
        let found = rest
            .char_indices()
            .map(|(at, _)| at)
            .chain([rest.len()])
            .find(|at| {
                rest.get(*at..at + part.len())
                    .is_some_and(|found| same(part, found))
            });
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.len()
        .checked_sub(last.len())
        .and_then(|at| rest.get(at..))
        .is_some_and(|tail| same(last, tail))
}

/// A part of a pointer in which something may have matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum PointerPart {
    Description,
    Address,
    Tag,
    Reference,
    Connection,
}

/// Where in a part of a pointer that got through something matched: in order, without overlaps.
pub fn matched_places(filter: &Filter, part: PointerPart, text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for term in filter.terms.iter().filter(|term| !term.not) {
        match (part, pointer_test(&term.test)) {
            (PointerPart::Description, Some(PointerTest::Description(wanted)))
            | (PointerPart::Reference, Some(PointerTest::Reference(wanted))) => {
                places.extend(wanted.places(text));
            }
            (PointerPart::Description, Some(PointerTest::Letters(wanted))) => {
                places.extend(wanted.letters(text).unwrap_or_default());
            }
            (PointerPart::Address, Some(PointerTest::Address(wanted))) => {
                places.extend(Text::new(wanted).places(text));
            }
            (PointerPart::Tag, Some(PointerTest::Tag(wanted))) if is_tag(wanted, text) => {
                places.push(0..text.len());
            }
            (PointerPart::Connection, Some(PointerTest::Connection(wanted))) => {
                places.extend(wanted.places(text));
            }
            _ => {}
        }
    }
    places.sort_by_key(|place| place.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filter(text: &str) -> Filter {
        Filter::parse(text, POINTER_FIELDS).unwrap()
    }

    #[test]
    fn every_field_means_something() {
        for field in POINTER_FIELDS {
            let filter = filter(&format!("{}:none", field.name));
            assert!(pointer_test(&filter.terms[0].test).is_some(), "{}", field.name);
        }
        assert!(Filter::parse("@beta", STORED_POINTER_FIELDS).is_err());
    }

    #[test]
    fn instances_are_chosen_by_how_their_names_begin() {
        assert!(includes_instance(&filter("late"), "beta"));
        assert!(includes_instance(&filter("@be @al"), "alpha"));
        assert!(!includes_instance(&filter("@be"), "alpha"));
        assert!(!includes_instance(&filter("!@al"), "alpha"));
        assert!(includes_instance(&filter("!@al"), "beta"));
        assert_eq!(
            without_instances(&filter("@be late !@al #x")).to_string(),
            "late #x"
        );
    }

    #[test]
    fn what_matched_is_shown_once() {
        let found = matched_places(
            &filter("fine ne ~du !means"),
            PointerPart::Description,
            "Fine dust, fine",
        );
        assert_eq!(found, [0..4, 5..7, 11..15]);
        let found = matched_places(&filter("ptr_0a addr:11"), PointerPart::Address, "ptr_0a2211");
        assert_eq!(found, [0..6, 8..10]);
        assert!(!matched_places(&filter("#a*"), PointerPart::Tag, "air").is_empty());
        assert!(matched_places(&filter("#b*"), PointerPart::Tag, "air").is_empty());
    }

    proptest! {
        #[test]
        fn a_star_in_a_tag_stands_for_anything(pattern in "[abAé*]{0,6}", tag in "[abABé]{0,8}") {
            fn glob(pattern: &[char], tag: &[char], exact: bool) -> bool {
                match (pattern, tag) {
                    ([], tag) => tag.is_empty(),
                    (['*', rest @ ..], tag) => (0..=tag.len()).any(|skip| glob(rest, &tag[skip..], exact)),
                    ([one, rest @ ..], [first, tag @ ..]) => {
                        (one == first || !exact && one.eq_ignore_ascii_case(first)) && glob(rest, tag, exact)
                    }
                    _ => false,
                }
            }
            let text = Text::new(pattern.as_str());
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(is_tag(&text, &tag), glob(&letters(&pattern), &letters(&tag), text.is_exact()));
        }
    }
}
