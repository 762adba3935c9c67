//! What is seen in each state, at three sizes.

use super::*;
use crate::protocol::circuit::Circuit;
use crate::tui::fake::themed;
use crate::tui::theme::{ASCII, Depth};
use crate::workspace::CircuitLook;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// Compares what `prepare` leads to with what was seen and found good, at each size.
fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen(&state));
    }
}

fn look(state: &mut State, dry_run: crate::workspace::DryRun) {
    let effects = effects(state, "ctrl-d");
    let ticket = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Composer(ticket, Errand::DryRun(_)) => Some(*ticket),
            _ => None,
        })
        .unwrap();
    tell(state, ticket, Ok(Heard::DryRun(Box::new(dry_run))));
}

#[test]
fn writing() {
    compare("fresh", |state| press(state, &["I"]));
    compare("completing_a_blank", |state| {
        press(state, &["I"]);
        write_query(state, "{\"action\": \"search_pointers\", \"search_term\": \"\"}");
        press(state, &["left", "left"]);
        write(state, "{{get_graph_stats | .");
    });
    compare("completing_names", |state| {
        press(state, &["I"]);
        write(state, "search_p");
        press(state, &["enter", "end"]);
        write(state, ",");
        press(state, &["enter", "ctrl- "]);
    });
    compare("completing_pointers", |state| {
        press(state, &["I"]);
        write(state, "get_pointer");
        press(state, &["enter"]);
        write(state, "dust");
    });
    compare("mistake", |state| {
        press(state, &["I"]);
        write_query(
            state,
            "{\n  \"action\": \"get_pointer\",\n  \"pointer_address\": ptr_7,\n  \"limit\": 3\n}",
        );
    });
    compare("warnings", |state| {
        press(state, &["I"]);
        write_query(
            state,
            "{\n  \"action\": \"get_pointer\",\n  \"limits\": \"many\"\n}",
        );
        press(state, &["ctrl-s"]);
    });
}

#[test]
fn choices() {
    compare("templates", |state| press(state, &["I", "ctrl-t"]));
    compare("template_name", |state| {
        press(state, &["I", "ctrl-t", "ctrl-s"]);
        write(state, "stations");
    });
    compare("blank", |state| {
        press(state, &["I"]);
        write_query(state, BLANKS);
        press(state, &["ctrl-s"]);
        write(state, "fine dust");
    });
    compare("history", |state| press(state, &["I", "ctrl-r"]));
    compare("ways", |state| {
        press(state, &["j", "j", "j", "enter", "I", "ctrl-g"])
    });
}

#[test]
fn looking() {
    compare("dry_run", |state| {
        press(state, &["I"]);
        write_query(state, "{\n  \"action\": \"get_graph_stats\"\n}");
        look(state, fake::dry_run());
    });
    compare("dry_run_end", |state| {
        press(state, &["I"]);
        write_query(state, "{\n  \"action\": \"get_graph_stats\"\n}");
        look(state, fake::dry_run());
        press(state, &["shift-tab", "G"]);
    });
    compare("dry_run_relay", |state| {
        press(state, &["j", "j", "j", "enter", "I"]);
        let mut looked = fake::dry_run();
        looked.summary = "as owner · native · through alpha by relay to beta".into();
        let mut second = looked.legs[0].clone();
        second.title = "the instance is told to make the call".into();
        looked.legs[0].title = "the pointer is asked for".into();
        looked.legs.push(second);
        looked.then = vec![
            "alpha opens the query, checks what the caller may, and writes down that it is about to relay."
                .into(),
        ];
        look(state, looked);
        press(state, &["shift-tab", "G"]);
    });
    compare("dry_run_circuit", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        let mut looked = fake::dry_run();
        looked.summary = "as owner · native · through alpha by circuit to beta".into();
        looked.legs[0].query = None;
        if let Some(wire) = &mut looked.legs[0].wire {
            wire.body.travels_as_it_is = true;
        }
        look(state, looked);
    });
    compare("dry_run_steps", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        let mut looked = fake::dry_run();
        let address = crate::tui::fake::address(0);
        looked.legs[0].wire = None;
        looked.asked = vec![format!("what {address} is")];
        looked.circuit = Some(CircuitLook {
            pointer: Some(address),
            circuit: Circuit::read(
                r#"[{"action": "search_pointers", "query": "air"},
                    {"action": "get_pointer_summary", "pointer_address": "{0.pointers.0.address}"},
                    {"action": "relay", "connection_id": "conn_0123456789ab", "query": {"action": "whoami", "of": "{7}"}}]"#,
            ),
            relays: crate::tui::fake::detail().relays,
        });
        look(state, looked);
    });
    compare("dry_run_failed", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        let effects = effects(state, "ctrl-d");
        let Some(Effect::Composer(ticket, _)) = effects.first() else {
            panic!("it is looked at");
        };
        let mut refused = failure();
        refused.code = Code::NoHeldCredential;
        tell(state, *ticket, Err(refused));
    });
}

#[test]
fn sending() {
    compare("sending", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        send(state);
    });
    compare("reply", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        let ticket = send(state);
        tell(state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    });
    compare("failing", |state| {
        press(state, &["I"]);
        write_query(state, STATS);
        let ticket = send(state);
        tell(state, ticket, Err(failure()));
    });
}

#[test]
fn small_screens_and_other_looks() {
    for size in [(40, 12), (20, 5), (60, 16)] {
        let mut state = demo(size);
        press(&mut state, &["I"]);
        write(&mut state, "get_p");
        insta::assert_snapshot!(format!("small_{}x{}", size.0, size.1), screen(&state));
        write_query(&mut state, STATS);
        send(&mut state);
        screen(&state);
    }
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    crate::tui::fake::fill(&mut state);
    press(&mut state, &["I"]);
    write(&mut state, "get_p");
    insta::assert_snapshot!("plain_80x24", screen(&state));
}
