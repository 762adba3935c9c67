use super::*;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

const TEXT: &str = r#"{"status": "success", "result": {"pointers": [{"address": "a", "tags": ["x"], "n": 3}, {"address": "b", "tags": [], "n": 1}]}}"#;

fn quick() -> Limits {
    Limits {
        steps: 200_000,
        bytes: 10_000,
        ..Limits::default()
    }
}

fn results(expression: &str) -> Result<Vec<String>, String> {
    evaluate(TEXT.into(), expression, quick())
        .map(|answer| answer.results)
        .map_err(|error| error.0)
}

#[test]
fn it_is_jq() {
    for (expression, expected) in [
        (".status", &["\"success\""][..]),
        (".result.pointers[].address", &["\"a\"", "\"b\""]),
        ("[.result.pointers[] | select(.n > 1) | .address]", &["[\"a\"]"]),
        (".result.pointers | map(.n) | add", &["4"]),
        (".result.pointers | sort_by(.n) | .[0].address", &["\"b\""]),
        ("reduce range(10) as $i (0; . + $i)", &["45"]),
        (
            "def f($n): if $n == 0 then 0 else $n + f($n - 1) end; f(100)",
            &["5050"],
        ),
        ("[limit(3; repeat(1))]", &["[1,1,1]"]),
        (
            ".result.pointers[0].tags |= map(ascii_upcase) | .result.pointers[0].tags",
            &["[\"X\"]"],
        ),
        ("[paths | length] | max", &["5"]),
        ("\"\\(.status)!\"", &["\"success!\""]),
        ("try error(\"x\") catch .", &["\"x\""]),
        (
            "[.result.pointers[] | to_entries[] | select(.key == \"n\") | .value]",
            &["[3,1]"],
        ),
        ("last(range(1000))", &["999"]),
        ("[.[]?]|length", &["2"]),
        ("\"a,b\" | split(\",\")", &["[\"a\",\"b\"]"]),
        ("\"ab\" | test(\"^a\")", &["true"]),
        ("empty", &[]),
    ] {
        assert_eq!(
            results(expression).as_deref(),
            Ok(&expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()[..]),
            "{expression}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_in_words() {
    for (expression, part) in [
        (".result |", "not finished"),
        (".result | )", "column 11"),
        ("nonsense", "there is no filter nonsense"),
        ("map(1; 2)", "map with 2 arguments"),
        ("$x", "there is no variable $x"),
        (".status.deeper", "cannot index"),
        ("error(\"so\")", "so"),
        ("env", "there is no filter env"),
        ("halt", "halted"),
        ("", "not finished"),
    ] {
        let error = results(expression).unwrap_err();
        assert!(error.contains(part), "{expression}: {error}");
    }
}

#[test]
fn what_never_ends_is_stopped() {
    for expression in [
        "def f: f; f",
        "repeat(empty)",
        "[repeat(1)]",
        "last(repeat(1))",
        "range(infinite) | empty",
        "reduce range(infinite) as $x (0; .)",
        "def f: try error(1) catch f; f",
        "until(false; .)",
        "[recurse(.)] | length",
        "first(range(infinite) | select(. < 0))",
        "isempty(range(infinite) | empty)",
    ] {
        let error = results(expression).unwrap_err();
        assert!(error.contains("it was stopped"), "{expression}: {error}");
    }
    // With results so far, those are kept.
    let answer = evaluate(TEXT.into(), "range(infinite)", quick()).unwrap();
    assert!(answer.results.len() > 1_000 && answer.cut.is_some());
}

#[test]
fn what_calls_itself_too_deeply_is_stopped_before_the_stack_ends() {
    let limits = Limits::default();
    for expression in ["def f: 1 + f; f", "def f(g): 1 + f(g | .); f(.)", "def f: [f]; f"] {
        let error = evaluate(TEXT.into(), expression, limits).unwrap_err();
        assert!(error.0.contains("it was stopped"), "{expression}: {error}");
    }
    let deep = format!("{}1{}", "(".repeat(4_000), ")".repeat(4_000));
    assert_eq!(evaluate(TEXT.into(), &deep, limits).unwrap().results, ["1"]);
}

#[test]
fn results_are_cut_at_a_limit_and_it_is_said() {
    let answer = evaluate(
        TEXT.into(),
        "range(100000)",
        Limits {
            results: 10,
            ..quick()
        },
    )
    .unwrap();
    assert_eq!(answer.results.len(), 10);
    assert!(answer.cut.unwrap().contains("first 10 results"));
    let error = evaluate(TEXT.into(), "\"x\" * 20000", quick()).unwrap_err();
    assert!(error.0.contains("20002 bytes"), "{error}");
}

#[test]
fn a_newer_expression_stops_the_one_before() {
    let text: Arc<str> = TEXT.into();
    let mut session = JqSession::open(&text).unwrap();
    assert!(session.is_over(&text));
    let (sender, receiver) = channel();
    let forever = Limits {
        time: Duration::from_secs(3_600),
        steps: u64::MAX,
        ..Limits::default()
    };
    for expression in ["def f: f; f", ".status"] {
        let sender = sender.clone();
        session.evaluate(expression.to_owned(), forever, move |evaluated| {
            sender.send(evaluated).unwrap();
        });
    }
    assert_eq!(receiver.recv().unwrap(), None);
    let answer = receiver.recv().unwrap().unwrap().unwrap();
    assert_eq!(answer.results, ["\"success\""]);
}
