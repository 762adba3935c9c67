use super::*;

/// What goes to the clipboard because of this key, after a choice if there is one to make.
fn copied(state: &mut State, keys: &[&str]) -> Option<String> {
    let (last, before) = keys.split_last().unwrap();
    press(state, before);
    key(state, last).into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    })
}

#[test]
fn what_is_selected_is_copied_in_the_form_that_one_chooses() {
    let mut state = demo(SIZE);
    press(&mut state, &["2"]);
    let pointer = state.pointer().unwrap().clone();
    let address = pointer.address.to_string();
    assert_eq!(copied(&mut state, &["y", "y"]), Some(address.clone()));
    assert_eq!(
        copied(&mut state, &["y", "r"]),
        Some(pointer.data_reference.clone())
    );
    let command = copied(&mut state, &["y", "c"]).unwrap();
    assert!(command.starts_with("butterfly --home "), "{command}");
    assert!(command.ends_with(&format!("alpha {address}")), "{command}");
    let json = copied(&mut state, &["y", "s"]).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::model::Pointer>(&json).unwrap(),
        pointer
    );
    // The page of the pointer has the same.
    assert_eq!(copied(&mut state, &["enter", "y", "enter"]), Some(address));
    press(&mut state, &["esc"]);

    press(&mut state, &["1"]);
    let row = state.instances.selected().unwrap().row.clone();
    assert_eq!(
        copied(&mut state, &["y", "enter"]),
        Some(row.endpoint.to_string())
    );
    assert_eq!(
        copied(&mut state, &["y", "i"]),
        row.instance_id.map(|id| id.to_string())
    );

    press(&mut state, &["3"]);
    let row = state.credential().unwrap().clone();
    assert_eq!(copied(&mut state, &["y", "y"]), Some(row.name.clone()));
    assert_eq!(copied(&mut state, &["y", "a"]), Some(row.app_id.to_string()));
}

#[test]
fn on_the_map_and_in_the_audit_trail_what_is_selected_is_copied_too() {
    let mut state = demo(SIZE);
    press(&mut state, &["N"]);
    let (party, door) = match state.layers.last() {
        Some(Layer::Map(map)) => (map.party().unwrap().name.clone(), map.data.doors[0].clone()),
        _ => panic!("the map is not open"),
    };
    let row = state.instances.get(&party).unwrap().row.clone();
    assert_eq!(
        copied(&mut state, &["y", "y"]),
        Some(row.endpoint.to_string()),
        "an instance of this home, as in the list"
    );
    press(&mut state, &["l"]);
    assert_eq!(copied(&mut state, &["y", "a"]), Some(door.app_id));
    press(&mut state, &["esc"]);

    press(&mut state, &["g", "a"]);
    let record = match state.layers.last() {
        Some(Layer::Audit(trail)) => trail.selected().unwrap().clone(),
        _ => panic!("the trail is not open"),
    };
    let json = copied(&mut state, &["y", "y"]).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::store::AuditRecord>(&json).unwrap(),
        record
    );
    assert_eq!(copied(&mut state, &["y", "h"]), Some(record.hash));
    let command = copied(&mut state, &["y", "c"]).unwrap();
    let one = format!("--before {} --limit 1", record.sequence + 1);
    assert!(command.ends_with(&one), "{command}");
}

#[test]
fn of_all_that_are_marked_one_line_each_is_copied() {
    let mut state = demo(SIZE);
    press(&mut state, &["2", "v", "v"]);
    let marked = state.pointers.marks.targets();
    let lines: Vec<String> = marked.iter().map(|target| target.address.to_string()).collect();
    assert_eq!(copied(&mut state, &["y", "y"]), Some(lines.join("\n")));
    let commands = copied(&mut state, &["y", "c"]).unwrap();
    assert_eq!(commands.lines().count(), 2);
}

#[test]
fn a_form_is_named_on_the_command_line_and_one_that_is_not_there_is_told() {
    let mut state = demo(SIZE);
    press(&mut state, &["2"]);
    let reference = state.pointer().unwrap().data_reference.clone();
    let effects = commands::perform(&mut state, crate::command::Id::CopyPointer, Some("reference"));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if *text == reference))
    );
    commands::perform(&mut state, crate::command::Id::CopyPointer, Some("secret"));
    let report = state.reports.back().unwrap();
    assert!(report.remedy.contains("address, reference"), "{}", report.remedy);
}

/// What the menu offers is what may follow the command's name, so that it is completed.
#[test]
fn every_form_can_be_completed() {
    for (pane, id) in [
        ("2", crate::command::Id::CopyPointer),
        ("1", crate::command::Id::CopyInstance),
        ("3", crate::command::Id::CopyCredential),
    ] {
        let mut state = demo(SIZE);
        press(&mut state, &[pane, "y"]);
        let Some(Layer::Menu(menu)) = state.layers.last() else {
            panic!("no menu");
        };
        let argument = crate::command::command(id).argument;
        let forms: Vec<&str> = argument.trim_matches(['[', ']']).split('|').collect();
        let offered: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
        assert!(
            offered.iter().all(|form| forms.contains(form)),
            "{offered:?} {forms:?}"
        );
        assert!(offered.len() + 1 >= forms.len());
    }
}
