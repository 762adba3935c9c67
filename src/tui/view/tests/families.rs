//! Instances of one family are told apart in every list that names them.

use super::*;
use crate::tui::message::Message;
use crate::tui::update::update;

/// What stands in the pane that has the keys, line by line.
fn lines(state: &State) -> Vec<String> {
    let inner = state.layout().inner(state.focus);
    let rows = usize::from(inner.top())..usize::from(inner.bottom());
    let columns = usize::from(inner.left())..usize::from(inner.right());
    let drawn = screen(state);
    let lines: Vec<&str> = drawn.lines().collect();
    let line = |y: usize| {
        lines[y]
            .chars()
            .skip(1 + columns.start)
            .take(columns.len())
            .collect()
    };
    rows.map(line).collect()
}

fn family(size: (u16, u16)) -> State {
    let mut state = demo(size);
    let named = |name: &str| match name {
        "alpha" => "production-east".to_owned(),
        "beta" => "production-west".to_owned(),
        other => other.to_owned(),
    };
    let mut rows = fake::instances();
    for row in &mut rows {
        row.name = fake::name(&named(row.name.as_str()));
        row.read_only = row.name.as_str() == "production-east";
    }
    update(&mut state, Message::Instances(Ok(rows)));
    let mut rows = fake::credentials();
    for row in &mut rows {
        row.instance = named(&row.instance);
    }
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    let mut window = fake::log_window(&state.log.newest());
    for (row, name) in window
        .rows
        .iter_mut()
        .zip(["production-east", "production-west"].iter().cycle())
    {
        row.instance = (*name).to_owned();
    }
    let generation = state.log.generation;
    let outcome = Ok(window);
    update(&mut state, Message::Log { generation, outcome });
    state
}

#[test]
fn instances_of_one_family_are_told_apart_in_every_list() {
    for (size, panes) in [
        // The credentials have no such column where there is less room.
        ((80, 24), ["1", "4"].as_slice()),
        ((120, 36), &["1", "4"]),
        ((200, 50), &["1", "3", "4"]),
    ] {
        for key in panes {
            let mut state = family(size);
            press(&mut state, &[key]);
            let lines = lines(&state);
            let has = |end: &str| lines.iter().any(|line| line.contains(end));
            assert!(has("ast") && has("est"), "{key} {size:?}\n{}", lines.join("\n"));
        }
    }
}

#[test]
fn the_sign_of_what_is_not_to_be_changed_stays_beside_a_name_that_is_cut() {
    let mut state = family((120, 36));
    press(&mut state, &["1"]);
    let sign = state.look.glyphs.read_only;
    let drawn = lines(&state);
    assert!(
        drawn.iter().any(|line| line.contains(&format!("st {sign}"))),
        "{}",
        drawn.join("\n")
    );
}
