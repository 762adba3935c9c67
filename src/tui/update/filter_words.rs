//! What may stand where a term of a filter is typed: names of fields, and the values that this console has seen.

use crate::model::Pointer;
use crate::model::filter::{Field, Kind, SAVED};
use crate::tui::layers::{Candidates, FilterLine, Layer, Rows, Seen};
use crate::tui::state::State;
use crate::tui::widgets::candidates::Candidate;
use crate::workspace::LogRow;

/// Rows before and behind the selection that are looked through for values.
const NEAR: u64 = 100;

/// Keeps for the filter line on top what its rows show now, before the next key takes them away.
pub fn note_seen(state: &mut State) {
    let Some(Layer::Filter(line)) = state.layers.last() else {
        return;
    };
    let rows = line.rows;
    // Only of lists whose rows go: the others are there whole.
    if !matches!(rows, Rows::Pointers | Rows::Log | Rows::Audit) {
        return;
    }
    let noted: Vec<_> = rows
        .fields()
        .iter()
        .map(|field| (field.name, shown(state, rows, field)))
        .collect();
    if let Some(Layer::Filter(line)) = state.layers.last_mut() {
        for (name, values) in noted {
            line.note(name, values);
        }
    }
}

/// What may stand at the end of the filter line.
pub fn words_of_line(state: &State, line: &FilterLine) -> Candidates {
    words_beside(state, line.rows, line.input.value(), &line.seen)
}

/// What may stand at the end of a filter of these rows.
pub fn filter_words(state: &State, rows: Rows, text: &str) -> Candidates {
    words_beside(state, rows, text, &Seen::new())
}

/// The same, with values that were seen before.
fn words_beside(state: &State, rows: Rows, text: &str, seen: &Seen) -> Candidates {
    let mut from = text.rfind(char::is_whitespace).map_or(0, |blank| {
        blank + text[blank..].chars().next().map_or(0, char::len_utf8)
    });
    from += text[from..].len() - text[from..].trim_start_matches('!').len();
    let begun = text[from..].to_lowercase();
    let mut items = terms(state, rows, &begun, seen);
    items.retain(|item| {
        let offered = item.text.to_lowercase();
        offered.starts_with(&begun) && offered != begun
    });
    items.dedup_by(|one, other| one.text == other.text);
    items.truncate(100);
    Candidates { from, items }
}

/// Terms that may be meant by what is begun.
fn terms(state: &State, rows: Rows, begun: &str, seen: &Seen) -> Vec<Candidate> {
    let fields = rows.fields();
    let called = |name: &str| {
        let mut fields = fields.iter();
        fields.find(|field| field.name == name || field.also.contains(&name))
    };
    let kept = state.filters.of(rows);
    let kept: Vec<Candidate> = kept
        .map(|(name, filter)| Candidate {
            text: format!("{SAVED}{name}"),
            doc: filter.to_owned(),
        })
        .collect();
    if begun.starts_with(SAVED) {
        return kept;
    }
    if let Some((name, _)) = begun.split_once(':') {
        let Some(field) = called(name) else {
            return Vec::new();
        };
        let written = |value: String| Candidate {
            text: format!("{name}:{}", quoted(&value)),
            doc: String::new(),
        };
        return values(state, rows, field, seen)
            .into_iter()
            .map(written)
            .collect();
    }
    for (sign, name) in [('@', "instance"), ('#', "tag")] {
        if begun.starts_with(sign) {
            let values = called(name).map(|field| values(state, rows, field, seen));
            let written = |value: String| Candidate {
                text: format!("{sign}{}", quoted(&value)),
                doc: name.to_owned(),
            };
            return values.unwrap_or_default().into_iter().map(written).collect();
        }
    }
    let names = fields.iter().map(|field| Candidate {
        text: format!("{}:", field.name),
        doc: field.help.to_owned(),
    });
    let saved = (!kept.is_empty()).then(|| Candidate {
        text: SAVED.to_owned(),
        doc: "what was kept under this name".to_owned(),
    });
    names.chain(saved).collect()
}

/// A value as a filter reads it.
fn quoted(value: &str) -> String {
    match value.contains(char::is_whitespace) {
        true => format!("\"{}\"", value.replace('"', "")),
        false => value.to_owned(),
    }
}

/// Values of a field that are known: its words, or what rows have and had that were fetched. In order, each once.
fn values(state: &State, rows: Rows, field: &Field, seen: &Seen) -> Vec<String> {
    match field.kind {
        Kind::OneOf(words) => return words.iter().map(|word| (*word).to_owned()).collect(),
        // What is said of this one or that is long, and no answer to a question.
        Kind::Remark => return vec!["any".to_owned(), "none".to_owned()],
        _ => {}
    }
    let mut values = shown(state, rows, field);
    values.extend(seen.get(field.name).into_iter().flatten().cloned());
    values.retain(|value| !value.is_empty());
    values.sort_unstable();
    values.dedup();
    values
}

/// Values of a field that rows have which are fetched now.
fn shown(state: &State, rows: Rows, field: &Field) -> Vec<String> {
    match (rows, field.name) {
        (Rows::Pointers | Rows::Log | Rows::Credentials, "instance") | (Rows::Instances, "name") => {
            instances(state)
        }
        (Rows::Pointers, name) => of_pointers(state, name),
        (Rows::Log, name) => of_log(state, name),
        (Rows::Credentials, name) => of_credentials(state, name),
        (Rows::Instances, name) => of_instances(state, name),
        (Rows::Audit, name) => of_audit(state, name),
    }
}

fn instances(state: &State) -> Vec<String> {
    let rows = state.instances.rows.iter();
    rows.map(|instance| instance.row.name.to_string()).collect()
}

/// Pointers near the selection that have been fetched.
pub fn pointers(state: &State) -> impl Iterator<Item = &Pointer> {
    let first = state.pointers.selected.saturating_sub(NEAR);
    (first..first + 2 * NEAR).filter_map(|place| state.pointers.row(place))
}

fn of_pointers(state: &State, name: &str) -> Vec<String> {
    let seen = pointers(state);
    match name {
        "tag" => seen.flat_map(|pointer| pointer.tags.clone()).collect(),
        "addr" => seen.map(|pointer| pointer.address.to_string()).collect(),
        "conn" => {
            let ids = seen.filter_map(|pointer| Some(pointer.connection_id.as_ref()?.to_string()));
            ids.chain(["none".to_owned()]).collect()
        }
        "header" => {
            let keepers =
                seen.filter_map(|pointer| Some(pointer.credential_pointer_address.as_ref()?.to_string()));
            keepers.chain(["any".to_owned(), "none".to_owned()]).collect()
        }
        _ => Vec::new(),
    }
}

/// Lines of the log near the selection that have been fetched.
pub fn lines(state: &State) -> impl Iterator<Item = &LogRow> {
    let first = state.log.selected.saturating_sub(NEAR);
    (first..first + 2 * NEAR).filter_map(|place| state.log.row(place))
}

fn of_log(state: &State, name: &str) -> Vec<String> {
    match name {
        "action" => lines(state).map(|line| line.action.clone()).collect(),
        "code" => lines(state).filter_map(|line| line.code.clone()).collect(),
        "pointer" => lines(state)
            .filter_map(|line| Some(line.pointer.as_ref()?.to_string()))
            .collect(),
        "cred" => {
            let held = state.credentials.rows().iter().map(|row| row.name.clone());
            held.chain(lines(state).filter_map(|line| line.credential.clone()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn of_credentials(state: &State, name: &str) -> Vec<String> {
    let rows = state.credentials.rows().iter();
    match name {
        "name" => rows.map(|row| row.name.clone()).collect(),
        "app" => rows.map(|row| row.app_id.to_string()).collect(),
        "key" => rows.filter_map(|row| row.kid.clone()).collect(),
        _ => Vec::new(),
    }
}

fn of_instances(state: &State, name: &str) -> Vec<String> {
    let rows = state.instances.rows.iter();
    match name {
        "url" => rows.map(|instance| instance.row.endpoint.to_string()).collect(),
        "version" => rows.filter_map(|instance| instance.row.version.clone()).collect(),
        _ => Vec::new(),
    }
}

fn of_audit(state: &State, name: &str) -> Vec<String> {
    let page = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Audit(page) => Some(page),
        _ => None,
    });
    let records = page.map(|page| page.records.as_slice()).unwrap_or_default();
    match name {
        "action" => records.iter().map(|record| record.action.clone()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fake::{demo, press, write};

    fn offered(rows: Rows, text: &str) -> Vec<String> {
        let state = demo((120, 36));
        let found = filter_words(&state, rows, text);
        found.items.into_iter().map(|item| item.text).collect()
    }

    fn typed(state: &State) -> String {
        match state.layers.last() {
            Some(Layer::Filter(line)) => line.input.value().to_owned(),
            _ => panic!("no filter is typed"),
        }
    }

    #[test]
    fn values_are_offered_although_what_is_typed_took_their_rows_away() {
        let mut state = demo((120, 36));
        press(&mut state, &["2", "/"]);
        // No pointer that is shown bears this one: the instance told of it.
        write(&mut state, "tag:wat");
        assert_eq!(pointers(&state).count(), 0, "nothing matches half a tag");
        press(&mut state, &["tab"]);
        assert_eq!(typed(&state), "tag:water");
        // And this was seen in the list, before anything was typed.
        press(&mut state, &["ctrl-u"]);
        write(&mut state, "!#dat");
        press(&mut state, &["tab"]);
        assert_eq!(typed(&state), "!#dataset");
        press(&mut state, &["esc", "4", "/"]);
        let action = lines(&state).next().unwrap().action.clone();
        write(&mut state, &format!("action:{}", &action[..action.len() - 1]));
        state
            .log
            .take(state.log.generation, crate::workspace::LogWindow::default());
        assert_eq!(lines(&state).count(), 0, "no line has half an action");
        press(&mut state, &["tab"]);
        assert!(
            typed(&state).starts_with("action:") && typed(&state).len() >= action.len() + 7,
            "{}",
            typed(&state)
        );
    }

    #[test]
    fn fields_and_the_values_that_are_known_are_offered() {
        assert_eq!(offered(Rows::Log, "beta !cr"), ["cred:"]);
        assert_eq!(offered(Rows::Log, "status:f"), ["status:failed"]);
        assert_eq!(offered(Rows::Log, "!status:f"), ["status:failed"]);
        assert_eq!(offered(Rows::Log, "@al"), ["@alpha"]);
        assert!(offered(Rows::Log, "cred:al").contains(&"cred:alpha/owner".to_owned()));
        assert!(offered(Rows::Log, "credential:al").contains(&"credential:alpha/owner".to_owned()));
        assert!(offered(Rows::Log, "#").is_empty(), "the log knows no tags");
        assert!(offered(Rows::Pointers, "#a").contains(&"#air".to_owned()));
        assert!(offered(Rows::Pointers, "conn:").contains(&"conn:none".to_owned()));
        assert!(offered(Rows::Instances, "state:").contains(&"state:up".to_owned()));
        assert_eq!(offered(Rows::Credentials, "att"), ["attention:"]);
        let there = ["attention:any", "attention:none"];
        assert_eq!(offered(Rows::Credentials, "attention:"), there);
        assert_eq!(offered(Rows::Instances, "trouble:n"), ["trouble:none"]);
        assert!(offered(Rows::Log, "frob:").is_empty());
        assert!(offered(Rows::Log, "status:failed").is_empty());
    }

    #[test]
    fn tab_walks_through_what_may_be_meant() {
        let typed = |state: &State| match state.layers.last() {
            Some(Layer::Filter(line)) => line.input.value().to_owned(),
            _ => panic!("no line"),
        };
        let mut state = demo((120, 36));
        press(&mut state, &["4", "/"]);
        write(&mut state, "sta");
        press(&mut state, &["tab"]);
        assert_eq!(typed(&state), "status:");
        press(&mut state, &["tab"]);
        assert_eq!(typed(&state), "status:ok");
        press(&mut state, &["tab"]);
        assert_eq!(typed(&state), "status:error");
        press(&mut state, &["shift-tab"]);
        assert_eq!(typed(&state), "status:ok");
        assert_eq!(state.log.text, "status:ok", "the list follows");
        press(&mut state, &["esc"]);
        assert_eq!(state.log.text, "");
    }
}
