use super::*;
use crate::model::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const FIELDS: &[Field] = &[
    Field::new("tag", Kind::Text, "bears this tag"),
    Field::new("instance", Kind::Text, "is on this instance"),
    Field::new(
        "route",
        Kind::OneOf(&["endpoint", "relay", "none"]),
        "leads away by this route",
    ),
    Field::new("desc", Kind::Text, "its description contains this").also(&["description"]),
    Field::new("hops", Kind::Number, "so many hops"),
    Field::new("size", Kind::Bytes, "bytes of the reply"),
    Field::new("took", Kind::Duration, "how long it took"),
    Field::new("since", Kind::Moment, "from then on"),
    Field::new("until", Kind::Moment, "up to then").meaning(Comparison::AtMost),
];

fn tests(text: &str) -> Vec<(bool, Test)> {
    let filter = Filter::parse(text, FIELDS).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter
        .terms
        .into_iter()
        .map(|term| (term.not, term.test))
        .collect()
}

fn error(text: &str) -> FilterError {
    Filter::parse(text, FIELDS).expect_err(text)
}

fn word(text: &str) -> Value {
    Value::Text(Text::new(text))
}

#[test]
fn every_kind_of_term_reads() {
    assert_eq!(
        tests("late \"two words\" ~abc !draft"),
        [
            (false, Test::Word(Text::new("late"))),
            (false, Test::Word(Text::new("two words"))),
            (false, Test::Fuzzy(Text::new("abc"))),
            (true, Test::Word(Text::new("draft"))),
        ]
    );
    assert_eq!(
        tests("#money !tag:2026 @beta description:\"a \\\"b\\\"\""),
        [
            (false, Test::Field("tag", Comparison::Is, word("money"))),
            (true, Test::Field("tag", Comparison::Is, word("2026"))),
            (false, Test::Field("instance", Comparison::Is, word("beta"))),
            (false, Test::Field("desc", Comparison::Is, word("a \"b\""))),
        ]
    );
    assert_eq!(
        tests("took:>100ms size:1.5MB hops:=2 route:RELAY since:1h"),
        [
            (
                false,
                Test::Field("took", Comparison::Above, Value::Duration(100_000))
            ),
            (
                false,
                Test::Field("size", Comparison::AtLeast, Value::Bytes(1_500_000))
            ),
            (false, Test::Field("hops", Comparison::Is, Value::Number(2))),
            (false, Test::Field("route", Comparison::Is, Value::Word("relay"))),
            (
                false,
                Test::Field(
                    "since",
                    Comparison::AtLeast,
                    Value::Moment(Moment::Ago(3_600_000_000))
                )
            ),
        ]
    );
    assert_eq!(
        tests("https://data.example 10:30"),
        [
            (false, Test::Word(Text::new("https://data.example"))),
            (false, Test::Word(Text::new("10:30"))),
        ]
    );
    assert_eq!(tests("   "), []);
}

#[test]
fn errors_say_where_and_what_was_expected() {
    let unknown = error("late rout:relay");
    assert_eq!((unknown.column, unknown.span), (6, 5..9));
    assert!(
        unknown.expected.contains("tag, instance, route"),
        "{}",
        unknown.expected
    );
    assert_eq!(error("é route:sideways").column, 9);
    assert!(error("route:sideways").expected.contains("endpoint, relay, none"));
    assert!(error("took:>soon").expected.contains("100ms"));
    assert!(error("desc:>5").message.contains("no more and less"));
    for text in [
        "#",
        "a @",
        "!",
        "~",
        "tag:",
        "!!a",
        "\"open",
        "\"a\"b",
        "size:1.MB",
        "hops:-1",
    ] {
        assert!(!error(text).expected.is_empty(), "{text}");
    }
    let nowhere: &'static [Field] = &[];
    assert!(Filter::parse("#x", nowhere).is_err());
}

#[test]
fn while_one_types_what_is_right_holds_already() {
    let (filter, error) = Filter::parse_typed("late route: #mon", FIELDS);
    assert_eq!(filter.to_string(), "late #mon");
    assert_eq!(error.unwrap().column, 6);
    let (filter, error) = Filter::parse_typed("\"late inv", FIELDS);
    assert_eq!(filter.to_string(), "\"late inv\"");
    assert!(error.is_some());
}

#[test]
fn spans_cover_the_terms_as_they_were_written() {
    let text = "é !#draft  took:>10ms";
    let filter = Filter::parse(text, FIELDS).unwrap();
    let written: Vec<&str> = filter.terms.iter().map(|term| &text[term.span.clone()]).collect();
    assert_eq!(written, ["é", "!#draft", "took:>10ms"]);
}

#[test]
fn a_capital_makes_a_text_exact() {
    let small = Text::new("oslo");
    assert!(small.is_in("in OSLO and Oslo"));
    assert_eq!(small.places("OSLO, Oslo"), [0..4, 6..10]);
    let exact = Text::new("Oslo");
    assert!(!exact.is_in("oslo OSLO"));
    assert!(exact.is("Oslo") && small.is("OSLO") && !small.is("OSLO "));
}

#[test]
fn letters_are_found_close_together() {
    let text = Text::new("tdt");
    assert_eq!(text.letters("ttide, table"), Some(vec![1..2, 3..4, 7..8]));
    assert_eq!(text.letters("tad"), None);
    assert_eq!(Text::new("høy").letters("høxy"), Some(vec![0..3, 4..5]));
}

#[test]
fn moments_depend_on_now_and_here() {
    let now = Timestamp::parse("2026-11-23T16:02:11+00:00").unwrap();
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let resolved = |text: &str| match tests(text).remove(0).1 {
        Test::Field(_, _, Value::Moment(moment)) => moment.resolve(now, &zone).to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(resolved("since:90m"), "2026-11-23T14:32:11.000000+00:00");
    assert_eq!(resolved("since:10:30"), "2026-11-23T08:30:00.000000+00:00");
    assert_eq!(resolved("since:today"), "2026-11-22T22:00:00.000000+00:00");
    assert_eq!(resolved("until:yesterday"), "2026-11-21T22:00:00.000000+00:00");
    assert_eq!(resolved("until:2026-11-01"), "2026-10-31T22:00:00.000000+00:00");
    // As this program prints them, and as they stand in JSON: the same everywhere.
    assert_eq!(resolved("since:10:30Z"), "2026-11-23T10:30:00.000000+00:00");
    for text in [
        "since:2026-11-23T14:07:39Z",
        "since:\"2026-11-23 14:07:39Z\"",
        "since:2026-11-23T14:07:39.000000+00:00",
        "since:2026-11-23T16:07:39+02:00",
    ] {
        assert_eq!(resolved(text), "2026-11-23T14:07:39.000000+00:00", "{text}");
    }
    assert_eq!(
        tests("until:today")[0],
        (
            false,
            Test::Field(
                "until",
                Comparison::AtMost,
                Value::Moment(Moment::Today(jiff::civil::Time::midnight()))
            )
        )
    );
}

#[test]
fn help_names_every_field() {
    let lines = help(FIELDS, "the description");
    for field in FIELDS {
        assert!(
            lines.iter().any(|(_, meaning)| meaning == field.help),
            "{}",
            field.name
        );
    }
    // What it shows can be written.
    for (written, _) in lines.iter().filter(|(written, _)| written.contains(':')) {
        let first = written.split('|').next().unwrap();
        assert!(Filter::parse(first, FIELDS).is_ok(), "{written}");
    }
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9é]{1,8}", "\\PC{1,10}", "[ !#@~:\"\\\\><=]{1,6}"]
}

fn a_term() -> impl Strategy<Value = Term> {
    let comparison = prop::sample::select(vec![
        Comparison::Is,
        Comparison::Above,
        Comparison::AtLeast,
        Comparison::Below,
        Comparison::AtMost,
    ]);
    let number = 0u64..1_000_000_000_000;
    let test = prop_oneof![
        a_text().prop_map(|text| Test::Word(Text::new(text))),
        a_text().prop_map(|text| Test::Fuzzy(Text::new(text))),
        (prop::sample::select(vec!["tag", "instance", "desc"]), a_text())
            .prop_map(|(name, text)| Test::Field(name, Comparison::Is, Value::Text(Text::new(text)))),
        Just(Test::Field("route", Comparison::Is, Value::Word("none"))),
        (comparison.clone(), number.clone()).prop_map(|(sign, n)| Test::Field(
            "hops",
            sign,
            Value::Number(n)
        )),
        (comparison.clone(), number.clone()).prop_map(|(sign, n)| Test::Field("size", sign, Value::Bytes(n))),
        (comparison.clone(), number.clone()).prop_map(|(sign, n)| Test::Field(
            "took",
            sign,
            Value::Duration(n)
        )),
        (comparison.clone(), number.clone()).prop_map(|(sign, n)| Test::Field(
            "since",
            sign,
            Value::Moment(Moment::Ago(n))
        )),
        (comparison, number).prop_map(|(sign, n)| Test::Field(
            "since",
            sign,
            Value::Moment(Moment::Exact(i64::try_from(n).unwrap_or_default()))
        )),
    ];
    (any::<bool>(), test).prop_map(|(not, test)| Term {
        span: 0..0,
        not,
        test,
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same(terms in prop::collection::vec(a_term(), 0..6)) {
        let filter = Filter { terms };
        let text = filter.to_string();
        let read = Filter::parse(&text, FIELDS).unwrap_or_else(|error| panic!("{text}: {error}"));
        prop_assert!(read.means_the_same(&filter), "{text}");
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn nothing_that_is_typed_makes_it_panic(text in "[ a-z!#@~:\"\\\\><=0-9.é\u{1F98B}]{0,40}|\\PC{0,40}|(route|took|since|size|#|@):?[<>=]{0,2}\\PC{0,12}") {
        let (filter, error) = Filter::parse_typed(&text, FIELDS);
        for term in &filter.terms {
            prop_assert!(text.get(term.span.clone()).is_some_and(|written| !written.is_empty()));
        }
        if let Some(error) = &error {
            prop_assert!(text.get(error.span.clone()).is_some());
            prop_assert!(error.column >= 1);
        }
        let again = Filter::parse(&filter.to_string(), FIELDS);
        prop_assert!(again.is_ok_and(|again| again.means_the_same(&filter)));
    }

    #[test]
    fn places_are_where_it_says(needle in "[abA]{1,3}", whole in "[abABé]{0,30}") {
        let text = Text::new(needle);
        for place in text.places(&whole) {
            prop_assert!(text.is(&whole[place]));
        }
        prop_assert_eq!(text.is_in(&whole), !text.places(&whole).is_empty());
        if text.is_in(&whole) {
            prop_assert!(text.letters(&whole).is_some());
        }
    }
}
