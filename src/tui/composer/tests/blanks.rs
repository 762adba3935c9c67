//! Blanks in queries: asked for, completed, filled in from replies.

use super::*;

#[test]
fn blanks_are_asked_for_one_after_the_other_before_anything_is_sent() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, BLANKS);
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    for answer in ["dust", "Oslo", "few"] {
        write(&mut state, answer);
        assert!(sent(&effects(&mut state, "enter")).is_none());
    }
    let note = composer(&state).note.clone().expect("few is no JSON");
    assert!(note.1 && note.0.contains("limit is to be JSON"), "{}", note.0);
    press(&mut state, &["backspace", "backspace", "backspace"]);
    write(&mut state, "7");
    let sends = effects(&mut state, "enter");
    let (ticket, outgoing) = sent(&sends).expect("it is sent");
    let answers = outgoing.answers.clone().unwrap();
    let pairs: Vec<_> = answers
        .iter()
        .map(|(name, answer)| (name.as_str(), answer.as_str()))
        .collect();
    assert_eq!(pairs, [("limit", "7"), ("site", "Oslo"), ("what", "dust")]);
    assert_eq!(outgoing.query.get("search_term").unwrap(), "{{what}} of {{site}}");
    tell(&mut state, ticket, Err(failure()));

    // The next time they are as they were, and a dry run asks for them too.
    press(&mut state, &["ctrl-d", "enter", "enter"]);
    let looks = effects(&mut state, "enter");
    let answers_of = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Composer(_, Errand::DryRun(outgoing)) => outgoing.answers.clone(),
            _ => None,
        })
    };
    assert_eq!(answers_of(&looks), Some(answers));
}

/// What is offered, and what it is.
fn offered(state: &State) -> Vec<(&str, &str)> {
    let popup = composer(state).popup.iter();
    let offers = popup.flat_map(|popup| &popup.offers);
    offers
        .map(|offer| (offer.label.as_str(), offer.detail.as_str()))
        .collect()
}

/// The composer with what is kept and was sent, and a text of the query open.
fn in_a_text() -> State {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "ctrl-t", "esc"]);
    write_query(
        &mut state,
        "{\"action\": \"search_pointers\", \"search_term\": \"\"}",
    );
    press(&mut state, &["left", "left"]);
    state
}

#[test]
fn a_blank_takes_its_name_from_those_before_and_a_reply_from_those_that_came() {
    let mut state = in_a_text();
    state.composer.answers.insert("site".into(), "Oslo".into());
    let templates = state.composer.templates.as_mut().unwrap();
    let mut written = templates.list[0].clone();
    written.text = "{\"action\": \"search_pointers\", \"search_term\": \"{{station}} {{site}}\"}".into();
    templates.list.push(written);
    write(&mut state, "tides {{");
    assert_eq!(
        offered(&state),
        [
            ("site", "is asked for; last time: Oslo"),
            ("station", "is asked for in stations of the harbour"),
            ("get_graph_stats", "something of the last reply of alpha"),
        ]
    );
    write(&mut state, "si");
    assert_eq!(offered(&state)[0].0, "site");
    press(&mut state, &["enter"]);
    assert!(text(&state).ends_with("\"tides {{site}}\"}"), "{}", text(&state));
    assert!(composer(&state).popup.is_none());
}

#[test]
fn what_a_blank_takes_is_chosen_from_the_reply_itself() {
    let mut state = in_a_text();
    write(&mut state, "{{graph");
    press(&mut state, &["enter"]);
    assert!(
        text(&state).ends_with("\"{{get_graph_stats | }}\"}"),
        "{}",
        text(&state)
    );
    assert_eq!(offered(&state)[2], (".result.total_pointers", "1000000"));
    write(&mut state, ".result.");
    assert_eq!(offered(&state).len(), 1);
    press(&mut state, &["tab"]);
    assert!(text(&state).ends_with("{{get_graph_stats | .result.total_pointers}}\"}"));
    assert_eq!(composer(&state).blanks.len(), 1);

    // In the middle of one that is whole, all of what is taken is chosen anew.
    press(&mut state, &["left", "left", "left", "left"]);
    press(&mut state, &["backspace"]);
    press(&mut state, &["ctrl-space"]);
    assert!(
        text(&state).ends_with("{{get_graph_stats | .result.total_pointers}}\"}"),
        "{}",
        text(&state)
    );
}

#[test]
fn a_name_in_quotes_is_taken_so_that_the_query_stays_json() {
    let mut state = in_a_text();
    write(&mut state, "{{graph");
    press(&mut state, &["enter"]);
    let Some(Layer::Composer(open)) = state.layers.last_mut() else {
        panic!("the composer is not on top");
    };
    open.taking.paths = vec![ReplyPath {
        path: ".result.\"total pointers\"".into(),
        shown: "7".into(),
    }];
    write(&mut state, ".result.\\\"to");
    assert_eq!(offered(&state), [(".result.\"total pointers\"", "7")]);
    press(&mut state, &["tab"]);
    let query: serde_json::Value = serde_json::from_str(text(&state)).unwrap();
    let taken = query.to_string();
    assert!(
        taken.contains(r#"{{get_graph_stats | .result.\"total pointers\"}}"#),
        "{taken}"
    );
    assert_eq!(composer(&state).blanks.len(), 1);
}

#[test]
fn where_there_is_no_reply_to_take_something_of_it_is_said_and_asked_once() {
    let mut state = in_a_text();
    let mut asked = 0;
    for letter in "{{whoami@beta | .r".chars() {
        let key = if letter == ' ' {
            "space".to_owned()
        } else {
            letter.to_string()
        };
        for effect in effects(&mut state, &key) {
            let Effect::Composer(ticket, Errand::LookInto(reply, instance)) = effect else {
                continue;
            };
            assert_eq!(instance, "beta");
            asked += 1;
            tell(
                &mut state,
                ticket,
                Ok(Heard::LookedInto(reply, instance, Err(failure()))),
            );
            assert_eq!(composer(&state).note, Some((failure().message, true)));
        }
    }
    assert_eq!(asked, 1);
    assert!(offered(&state).is_empty());
}

#[test]
fn blanks_stand_out_where_they_will_be_filled_in() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(
        &mut state,
        "{\"action\": \"{{a}}\", \"{{b}}\": 1, \"c\": [\"é{{d}}\", \"{{e f}}\"], \"query\": {\"action\": \"{{g}}\", \"h\": \"{{i}}\"}}",
    );
    let marked: Vec<_> = composer(&state)
        .blanks
        .iter()
        .map(|span| text(&state)[span.clone()].to_owned())
        .collect();
    assert_eq!(marked, ["{{d}}", "{{i}}"]);
}

#[test]
fn blanks_that_are_not_filled_in_are_not_sent() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, BLANKS);
    press(&mut state, &["ctrl-s"]);
    assert!(screen(&state).contains("type what goes in"));
    press(&mut state, &["x", "enter"]);
    assert!(sent(&effects(&mut state, "esc")).is_none());
    assert!(composer(&state).window.is_none());
    assert!(screen(&state).contains("not sent: its blanks were not filled in"));
    assert!(text(&state).contains("{{site}}"), "what was written stays");
    press(&mut state, &["ctrl-d", "esc"]);
    assert!(screen(&state).contains("not looked at: its blanks were not filled in"));
}
