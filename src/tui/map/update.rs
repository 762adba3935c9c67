//! What keys and news do to the map.

use super::nearest::Direction;
use super::state::{Map, Thing, key};
use super::view;
use crate::command::{Id, Key};
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, paste, type_into};
use crate::tui::message::Message;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Load, Pane, State};
use crate::tui::update::{open_credential_page, open_instance_page};
use crate::workspace::{FederationMap, PartyKind};
use std::time::Duration;

/// How often what is known is asked for again while the map is open.
const AGAIN: Duration = Duration::from_secs(2);
/// The same while nobody is there: instances put on record that they are asked.
const SELDOM: Duration = Duration::from_secs(60);

/// Opens the map.
pub fn open(state: &mut State) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Map(_)));
    let mut map = Map::new(state.take_ticket());
    map.selected = state
        .instances
        .selected_name()
        .map(|name| Thing::Party(name.to_string()));
    let number = map.number;
    state.layers.push(Layer::Map(Box::new(map)));
    vec![Effect::LoadMap(number)]
}

fn find(state: &mut State, number: u64) -> Option<&mut Map> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Map(map) if map.number == number => Some(&mut **map),
        _ => None,
    })
}

fn top(state: &mut State) -> Option<&mut Map> {
    match state.layers.last_mut() {
        Some(Layer::Map(map)) => Some(map),
        _ => None,
    }
}

/// What is known came; it is asked for again after a while.
pub fn on_map(state: &mut State, number: u64, outcome: Outcome<FederationMap>) -> Vec<Effect> {
    let now = state.clock.now();
    let wait = if state.idle.is_away { SELDOM } else { AGAIN };
    let Some(map) = find(state, number) else {
        return Vec::new();
    };
    match outcome {
        Ok(data) => map.take(data, now),
        Err(failure) => map.load = Load::Failed(failure),
    }
    map.turn += 1;
    let due = Message::MapDue(number, map.turn);
    vec![Effect::After(wait, due)]
}

/// It is time to ask again, if the map is still open and was not asked for since.
pub fn look_again(state: &mut State, number: u64, turn: u64) -> Vec<Effect> {
    match find(state, number) {
        Some(map) if map.turn == turn => vec![Effect::LoadMap(number)],
        _ => Vec::new(),
    }
}

/// Somebody is there again: what stood still meanwhile is asked for at once.
pub fn hurry(state: &State) -> Option<Effect> {
    state.layers.iter().find_map(|layer| match layer {
        Layer::Map(map) => Some(Effect::LoadMap(map.number)),
        _ => None,
    })
}

/// Selects what is nearest in a direction.
pub fn go(state: &mut State, direction: Direction) -> Vec<Effect> {
    if let Some(map) = top(state) {
        map.go(direction);
    }
    Vec::new()
}

/// Goes down by so many things, or up.
pub fn step(map: &mut Map, rows: i64) {
    let things = map.things();
    let end = match rows {
        i64::MIN => things.first(),
        i64::MAX => things.last(),
        _ => None,
    };
    if let Some((thing, _)) = end {
        map.selected = Some(thing.clone());
        return;
    }
    let direction = if rows > 0 { Direction::Down } else { Direction::Up };
    for _ in 0..rows.unsigned_abs().min(50) {
        map.go(direction);
    }
}

/// Selects the next thing, or the one before.
pub fn turn(state: &mut State, forward: bool) -> Vec<Effect> {
    if let Some(map) = top(state) {
        map.turn(forward);
    }
    Vec::new()
}

/// Shows only what is selected and whom it has to do with, or everybody again.
pub fn near(state: &mut State) -> Vec<Effect> {
    if let Some(map) = top(state) {
        map.near = match map.near {
            Some(_) => None,
            None => map.selected.clone(),
        };
        map.arrange();
    }
    Vec::new()
}

/// Lets a name be typed.
pub fn type_filter(state: &mut State) -> Vec<Effect> {
    if let Some(map) = top(state) {
        map.near = None;
        map.typing = true;
    }
    Vec::new()
}

/// A key while a name is typed. None if the key is for the table of commands.
pub fn on_key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let map = top(state)?;
    if !type_into(&mut map.text, &mut map.typing, key) {
        return None;
    }
    map.arrange();
    Some(Vec::new())
}

/// Text was pasted: into the name, while it is typed. False if it is not all there.
pub fn on_paste(state: &mut State, text: &str) -> bool {
    let Some(map) = top(state).filter(|map| map.typing) else {
        return true;
    };
    let whole = paste(&mut map.text, text);
    map.arrange();
    whole
}

/// Goes to what is selected: an instance's page, or that of a credential.
pub fn open_selected(state: &mut State) -> Vec<Effect> {
    let Some(map) = top(state) else {
        return Vec::new();
    };
    if let Some(door) = map.door() {
        let name = key(door);
        return open_credential(state, name);
    }
    let Some(party) = map.party() else {
        return Vec::new();
    };
    let (id, kind) = (party.id.clone(), party.kind);
    match kind {
        PartyKind::Local | PartyKind::Remote => open_instance(state, &id),
        PartyKind::Console => {
            state.close_pages();
            state.focus = Pane::Credentials;
            vec![Effect::LoadCredentials]
        }
        PartyKind::Caller | PartyKind::Endpoint => {
            let door = map
                .data
                .doors
                .iter()
                .find(|door| door.from == id || door.to == id);
            match door.map(key) {
                Some(name) => open_credential(state, name),
                None => Vec::new(),
            }
        }
    }
}

fn open_instance(state: &mut State, id: &str) -> Vec<Effect> {
    let Ok(name) = InstanceName::parse(id) else {
        return Vec::new();
    };
    // What is done on its page is done to what is selected.
    if let Some(place) = state.instances.index(id) {
        state.instances.select(place);
    }
    open_instance_page(state, name)
}

fn open_credential(state: &mut State, name: String) -> Vec<Effect> {
    if !state.credentials.rows().iter().any(|row| row.name == name) {
        let text = format!("{name} is not among the credentials any more");
        let remedy = format!("{} looks at everything again", state.key_for(Id::Refresh));
        state.report(Level::Warn, text, remedy);
        return Vec::new();
    }
    open_credential_page(state, name)
}

/// Goes to the federated pointers of whoever calls through the selected door, or of the selected instance.
pub fn pointers(state: &mut State) -> Vec<Effect> {
    let Some(map) = top(state) else {
        return Vec::new();
    };
    let (caller, gateway) = match (map.door(), map.party()) {
        (Some(door), _) => (door.from.clone(), door.gateways.first().map(|one| one.id.clone())),
        (None, Some(party)) => (party.id.clone(), None),
        (None, None) => return Vec::new(),
    };
    let Some(place) = state.instances.index(&caller) else {
        let text = "pointers are on instances of this home; this one is none";
        state.report(
            Level::Warn,
            text,
            "select an instance, or a door that begins at one",
        );
        return Vec::new();
    };
    state.instances.select(place);
    state.close_pages();
    state.focus = Pane::Pointers;
    state.pointers.set_federated_only(true);
    // Through one door, only what relays through it.
    let filter = match gateway {
        Some(id) => format!("conn:{id}"),
        None => String::new(),
    };
    state.pointers.set_filter(&filter);
    Vec::new()
}

/// Keeps what is selected in view.
pub fn settle(state: &mut State) {
    let area = view::areas(state.layout().body).map;
    if let Some(map) = top(state) {
        map.settle((area.width, area.height));
    }
}
