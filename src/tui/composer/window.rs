//! Choices that lie over the composer: templates, what was sent, and as whom and which way.

use super::errand::Errand;
use super::filling;
use super::open::query_of;
use super::state::{Asked, Composer};
use super::update::background;
use crate::command::{Key, KeyCode};
use crate::model::{AppId, Holder, Side};
use crate::tui::effect::Effect;
use crate::tui::layers::edit;
use crate::tui::state::State;
use crate::workspace::{CredentialRow, Template, Way, laid_out, skeleton};
use tui_input::Input;

/// Which choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Queries to begin with.
    Templates,
    /// Queries that were sent.
    History,
    /// As whom, and which way.
    Ways,
    /// A name for the query that is kept.
    Name,
    /// What goes into a blank of the query.
    Blank,
}

/// A choice.
pub struct Window {
    /// Which.
    pub kind: Kind,
    /// What is typed to find something, or the name.
    pub input: Input,
    /// Which row is selected.
    pub selected: usize,
    /// The template that the next press forgets.
    pub armed: Option<String>,
}

/// What taking a row does.
#[derive(Debug, Clone, PartialEq)]
pub enum Take {
    /// Puts this text into the editor.
    Text(String),
    /// Calls under this name, straight.
    Identity(Option<AppId>),
    /// Goes this way.
    Way(Box<Way>),
}

/// A row of a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// More of it.
    pub detail: String,
    /// A word in front: where it comes from.
    pub mark: &'static str,
    /// What taking it does.
    pub take: Take,
}

/// Opens a choice.
pub fn open(state: &mut State, composer: &mut Composer, kind: Kind) -> Vec<Effect> {
    composer.popup = None;
    composer.window = Some(Window {
        kind,
        input: Input::default(),
        selected: 0,
        armed: None,
    });
    match kind {
        Kind::Ways if composer.knows && matches!(composer.ways, Asked::None | Asked::Failed(_)) => {
            let ticket = state.next_ticket;
            composer.ways = Asked::Waiting(ticket);
            vec![background(state, Errand::Ways(composer.instance.clone()))]
        }
        Kind::Templates | Kind::History => vec![background(state, Errand::Kept)],
        Kind::Ways | Kind::Name | Kind::Blank => Vec::new(),
    }
}

/// The rows of a choice that what was typed finds.
pub fn rows(state: &State, composer: &Composer, window: &Window) -> Vec<Row> {
    let all = match window.kind {
        Kind::Templates => templates(state, composer),
        Kind::History => history(state),
        Kind::Ways => ways(state, composer),
        Kind::Name | Kind::Blank => Vec::new(),
    };
    let words = window.input.value().to_lowercase();
    let mut found: Vec<(usize, Row)> = all
        .into_iter()
        .filter_map(|row| Some((fit(&words, &format!("{} {}", row.label, row.detail))?, row)))
        .collect();
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, row)| row).collect()
}

/// How well a text fits words: each is in it, or else all their letters are, in order.
fn fit(words: &str, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    if words.split_whitespace().all(|word| text.contains(word)) {
        return Some(0);
    }
    let mut letters = text.chars();
    words
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|letter| letters.any(|other| other == letter))
        .then_some(1)
}

fn templates(state: &State, composer: &Composer) -> Vec<Row> {
    let kept = state.composer.templates.iter().map(|template| Row {
        label: template.name.clone(),
        detail: in_one_line(&template.text),
        mark: "kept",
        take: Take::Text(template.text.clone()),
    });
    let knowledge = state.composer.of(&composer.instance, composer.identity.as_ref());
    let actions = knowledge
        .filter(|_| composer.knows)
        .map(|knowledge| &knowledge.actions.list);
    let skeletons = actions.into_iter().flatten().map(|action| Row {
        label: action.name.clone(),
        detail: action.help.clone(),
        mark: "action",
        take: Take::Text(skeleton(action)),
    });
    kept.chain(skeletons).collect()
}

fn history(state: &State) -> Vec<Row> {
    let row = |sent: &crate::workspace::SentQuery| {
        let value: serde_json::Value = serde_json::from_str(&sent.query).unwrap_or_default();
        Row {
            label: in_one_line(&laid_out(&value)),
            detail: format!(
                "{} · {} · {}",
                sent.instance,
                sent.status,
                state.clock.time(sent.at)
            ),
            mark: "",
            take: Take::Text(laid_out(&value)),
        }
    };
    state.composer.history.iter().map(row).collect()
}

/// Text without line breaks and the blanks that go with them.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The credentials that this home holds for the instance, and then the ways that are not straight.
fn ways(state: &State, composer: &Composer) -> Vec<Row> {
    let mut rows = Vec::new();
    let usual = state.instances.get(composer.instance.as_str());
    if let Some(instance) = usual {
        rows.push(Row {
            label: format!("as {}, direct", instance.row.app_id),
            detail: format!("{} · the usual credential", instance.row.profile),
            mark: "direct",
            take: Take::Identity(None),
        });
    }
    let others = state
        .credentials
        .rows
        .iter()
        .filter(|row| is_identity(row, composer));
    for row in others.filter(|row| usual.is_none_or(|usual| usual.row.app_id != row.app_id)) {
        rows.push(Row {
            label: format!("as {}, direct", row.app_id),
            detail: format!("{} · {} · {}", row.profile, row.state, row.name),
            mark: "direct",
            take: Take::Identity(Some(row.app_id.clone())),
        });
    }
    let found = match &composer.ways {
        Asked::Here(ways) => ways.as_slice(),
        _ => &[],
    };
    let own = Some(&composer.way).filter(|way| matches!(way, Way::Pointer { .. }) && !found.contains(way));
    rows.extend(own.into_iter().chain(found).map(|way| Row {
        label: way_label(way, composer.instance.as_str()),
        detail: way_detail(way),
        mark: way_mark(way),
        take: Take::Way(Box::new(way.clone())),
    }));
    rows
}

fn is_identity(row: &CredentialRow, composer: &Composer) -> bool {
    row.side == Side::Held
        && row.holder == Some(Holder::Console)
        && row.instance == composer.instance.as_str()
}

fn way_mark(way: &Way) -> &'static str {
    match way {
        Way::Direct => "direct",
        Way::Relay { .. } => "relay",
        Way::Pointer { route, .. } => route.as_str(),
    }
}

/// A way in a few words.
pub fn way_label(way: &Way, instance: &str) -> String {
    match way {
        Way::Direct => format!("direct to {instance}"),
        Way::Relay { through, .. } => format!("through {through} by relay"),
        Way::Pointer {
            through,
            pointer,
            route,
        } => {
            format!("through {through} by {route}, along {}", pointer.address)
        }
    }
}

fn way_detail(way: &Way) -> String {
    match way {
        Way::Direct => String::new(),
        Way::Relay {
            connection_name,
            held,
            ..
        } => format!("connection {connection_name}, with {held}"),
        Way::Pointer { pointer, .. } => pointer.description.clone(),
    }
}

/// A key while a choice is open.
pub fn press(state: &mut State, composer: &mut Composer, key: Key) -> Vec<Effect> {
    let Some(mut window) = composer.window.take() else {
        return Vec::new();
    };
    match window.kind {
        Kind::Name => return press_name(state, composer, window, key),
        Kind::Blank => return filling::press(state, composer, window, key),
        Kind::Templates | Kind::History | Kind::Ways => {}
    }
    let rows = rows(state, composer, &window);
    let last = rows.len().saturating_sub(1);
    let armed = window.armed.take();
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) if window.input.value().is_empty() => return Vec::new(),
        (KeyCode::Esc, _) => window.input = Input::default(),
        (KeyCode::Enter, _) => {
            return rows
                .get(window.selected)
                .map_or_else(Vec::new, |row| taken(state, composer, row.take.clone()));
        }
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => window.selected = (window.selected + 1).min(last),
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => window.selected = window.selected.saturating_sub(1),
        (KeyCode::PageDown, _) => window.selected = (window.selected + 10).min(last),
        (KeyCode::PageUp, _) => window.selected = window.selected.saturating_sub(10),
        (KeyCode::Char('s'), true) if window.kind == Kind::Templates => {
            return open(state, composer, Kind::Name);
        }
        (KeyCode::Char('x'), true) if window.kind == Kind::Templates => {
            let chosen = rows.get(window.selected).filter(|row| row.mark == "kept");
            let Some(name) = chosen.map(|row| row.label.clone()) else {
                composer.window = Some(window);
                return Vec::new();
            };
            if armed.as_ref() == Some(&name) {
                composer.window = Some(window);
                return vec![background(state, Errand::Forget(name))];
            }
            window.armed = Some(name);
        }
        _ => {
            if edit(&mut window.input, key) {
                window.selected = 0;
            }
        }
    }
    composer.window = Some(window);
    Vec::new()
}

fn press_name(state: &mut State, composer: &mut Composer, mut window: Window, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => return open(state, composer, Kind::Templates),
        KeyCode::Enter if !window.input.value().trim().is_empty() => {
            let template = Template {
                name: window.input.value().trim().to_owned(),
                text: composer.editor.text().to_owned(),
                instance: Some(composer.instance.to_string()),
                at: state.clock.now(),
            };
            composer.note = Some((format!("kept as {}", template.name), false));
            return vec![background(state, Errand::Keep(template))];
        }
        KeyCode::Enter => {}
        _ => {
            edit(&mut window.input, key);
        }
    }
    composer.window = Some(window);
    Vec::new()
}

fn taken(state: &mut State, composer: &mut Composer, take: Take) -> Vec<Effect> {
    match take {
        Take::Text(text) => {
            composer.editor.replace_all(&text);
            let blank = text.find(": \"\"").map_or(text.len(), |at| at + 3);
            composer.editor.go_to(blank);
            composer.editor.text().clone_into(&mut composer.given);
        }
        Take::Identity(identity) => {
            composer.identity = identity;
            composer.way = Way::Direct;
        }
        Take::Way(way) => {
            composer.identity = None;
            along(composer, &way);
            composer.way = *way;
        }
    }
    // What was looked at was for another way.
    composer.dry_run = Asked::None;
    composer.looked_at = None;
    let (instance, identity) = (composer.instance.clone(), composer.identity.clone());
    let now = state.clock.now();
    if composer.knows && state.composer.is_stale(&instance, identity.as_ref(), now) {
        return vec![background(state, Errand::Learn(instance, identity))];
    }
    Vec::new()
}

/// A pointer's way begins with the pointer's own query, where nothing of one's own would be lost, or where no
/// other can travel.
fn along(composer: &mut Composer, way: &Way) {
    let Way::Pointer { pointer, route, .. } = way else {
        return;
    };
    let Some(federated) = &pointer.federated else {
        return;
    };
    let own = laid_out(&federated.query);
    let untouched = composer.editor.text() == composer.given;
    let another = query_of(composer.editor.text()).is_none_or(|query| query.to_value() != federated.query);
    let is_circuit = *route == crate::model::Route::Circuit;
    if another && (untouched || is_circuit) {
        composer.editor.replace_all(&own);
        composer.given = own;
        if is_circuit {
            composer.note = Some((
                "route circuit carries the pointer's own query, sealed beforehand".to_owned(),
                false,
            ));
        }
    }
}
