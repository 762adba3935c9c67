//! What the map shows: parties and doors, which of them, where each stands, and what is selected.

use super::layout::{Cell, Picture, lay_out};
use super::nearest::{Direction, nearest};
use crate::model::Timestamp;
use crate::tui::state::Load;
use crate::workspace::{Door, FederationMap, Party};
use std::collections::{BTreeMap, VecDeque};
use tui_input::Input;

/// How far back counts of uses are remembered, in seconds.
const REMEMBERED: i64 = 300;

/// From so many straight columns on, a wire has room for a name.
const LABELLED: u16 = 12;

/// For how long after a call its door pulses, in seconds.
const PULSE: i64 = 6;

/// Something on the map, by what it is and not by where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A party, by its id.
    Party(String),
    /// A door, by its first credential.
    Door(String),
}

/// Calls through a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// In the last five minutes, as far as they were watched or are in the log.
    pub calls: u64,
    /// How many of them failed, as far as the log tells.
    pub errors: u64,
    /// When the last one was noticed.
    pub last: Option<Timestamp>,
}

/// The map.
pub struct Map {
    /// Which opening of the map this is: news for another one are not for it.
    pub number: u64,
    /// How often what is known came: only what is due after the last time is asked for again.
    pub turn: u64,
    /// What is known.
    pub data: FederationMap,
    /// Whether it is there.
    pub load: Load,
    /// Only parties whose name contains this, and whom they have to do with.
    pub text: Input,
    /// Whether that is being typed.
    pub typing: bool,
    /// Only what is selected and whom it has to do with.
    pub near: Option<Thing>,
    /// What is selected.
    pub selected: Option<Thing>,
    /// The first visible column and row.
    pub corner: Cell,
    /// Columns and rows that are left free before a map smaller than its view.
    pub margin: Cell,
    /// Columns and rows of the view.
    room: (u16, u16),
    /// Places in `data.parties` of those that are shown, in the order of the picture.
    pub parties: Vec<usize>,
    /// Places in `data.doors` of those that are shown.
    pub doors: Vec<usize>,
    /// Where they stand.
    pub picture: Picture,
    /// How often each door was used, when that was last seen to change.
    samples: VecDeque<(Timestamp, BTreeMap<String, u64>)>,
}

impl Map {
    /// A map that is still to be drawn.
    pub fn new(number: u64) -> Self {
        Self {
            number,
            turn: 0,
            data: FederationMap::default(),
            load: Load::Waiting,
            text: Input::default(),
            typing: false,
            near: None,
            selected: None,
            corner: (0, 0),
            margin: (0, 0),
            room: (0, 0),
            parties: Vec::new(),
            doors: Vec::new(),
            picture: Picture::default(),
            samples: VecDeque::new(),
        }
    }

    /// Takes what was found out.
    pub fn take(&mut self, data: FederationMap, now: Timestamp) {
        let uses: BTreeMap<String, u64> = data
            .doors
            .iter()
            .filter_map(|door| Some((key(door), door.uses?)))
            .collect();
        if self.samples.back().is_none_or(|(_, before)| *before != uses) {
            self.samples.push_back((now, uses));
        }
        let since = now.plus_seconds(-REMEMBERED);
        // The newest sample before the window is what the window begins with.
        while self.samples.len() > 1 && self.samples[1].0 < since {
            self.samples.pop_front();
        }
        self.data = data;
        self.load = Load::Ready;
        self.arrange();
    }

    /// Chooses who is shown, and puts everybody in place.
    pub fn arrange(&mut self) {
        let wanted = self.text.value().trim().to_lowercase();
        let is_meant = |party: &Party| match &self.near {
            Some(Thing::Party(id)) => party.id == *id,
            Some(Thing::Door(name)) => self
                .data
                .doors
                .iter()
                .any(|door| key(door) == *name && (door.from == party.id || door.to == party.id)),
            None => wanted.is_empty() || party.name.to_lowercase().contains(&wanted),
        };
        let is_all = self.near.is_none() && wanted.is_empty();
        let meant: Vec<&str> = self
            .data
            .parties
            .iter()
            .filter(|party| is_meant(party))
            .map(|party| party.id.as_str())
            .collect();
        let touches =
            |door: &Door| is_all || meant.contains(&door.from.as_str()) || meant.contains(&door.to.as_str());
        self.doors = (0..self.data.doors.len())
            .filter(|place| touches(&self.data.doors[*place]))
            .collect();
        let is_end = |party: &Party| {
            self.doors.iter().any(|place| {
                let door = &self.data.doors[*place];
                door.from == party.id || door.to == party.id
            })
        };
        self.parties = (0..self.data.parties.len())
            .filter(|place| {
                let party = &self.data.parties[*place];
                meant.contains(&party.id.as_str()) || is_end(party)
            })
            .collect();
        let at = |id: &str| {
            self.parties
                .iter()
                .position(|place| self.data.parties[*place].id == id)
                .unwrap_or(0)
        };
        let ends: Vec<(usize, usize)> = self
            .doors
            .iter()
            .map(|place| {
                let door = &self.data.doors[*place];
                (at(&door.from), at(&door.to))
            })
            .collect();
        let lay_out_with = |width: fn(&Party) -> u16| {
            let widths: Vec<u16> = self
                .parties
                .iter()
                .map(|place| width(&self.data.parties[*place]))
                .collect();
            lay_out(&widths, &ends, self.room.0)
        };
        let fits = |picture: &Picture| picture.size.0 <= self.room.0;
        self.picture = Some(lay_out_with(wide_box)).filter(fits).unwrap_or_else(|| {
            let narrow = lay_out_with(narrow_box);
            if narrow.runway >= LABELLED {
                return narrow;
            }
            // No wire is long enough for its name: what that leaves free is for what the boxes say.
            Some(lay_out_with(middle_box)).filter(fits).unwrap_or(narrow)
        });
        let things = self.things();
        if !self
            .selected
            .as_ref()
            .is_some_and(|selected| things.iter().any(|(thing, _)| thing == selected))
        {
            self.selected = things.into_iter().next().map(|(thing, _)| thing);
        }
    }

    /// Everything that can be selected, with its middle: parties, then doors.
    pub fn things(&self) -> Vec<(Thing, Cell)> {
        let parties = self
            .parties
            .iter()
            .zip(&self.picture.frames)
            .map(|(place, frame)| (Thing::Party(self.data.parties[*place].id.clone()), frame.middle()));
        let doors = self
            .doors
            .iter()
            .zip(&self.picture.wires)
            .filter_map(|(place, wire)| {
                let middle = wire.get(wire.len() / 2)?;
                Some((Thing::Door(key(&self.data.doors[*place])), *middle))
            });
        parties.chain(doors).collect()
    }

    /// The middle of what is selected.
    pub fn selected_middle(&self) -> Option<Cell> {
        let selected = self.selected.as_ref()?;
        self.things()
            .into_iter()
            .find(|(thing, _)| thing == selected)
            .map(|(_, middle)| middle)
    }

    /// Selects what is nearest in a direction.
    pub fn go(&mut self, direction: Direction) {
        let Some(from) = self.selected_middle() else {
            return;
        };
        let things = self.things();
        let places: Vec<Cell> = things.iter().map(|(_, middle)| *middle).collect();
        if let Some(place) = nearest(&places, from, direction) {
            self.selected = Some(things[place].0.clone());
        }
    }

    /// Selects the next thing, or the one before, round and round: a party, then its doors as a caller.
    pub fn turn(&mut self, forward: bool) {
        let mut order = Vec::new();
        for place in &self.parties {
            let party = &self.data.parties[*place];
            order.push(Thing::Party(party.id.clone()));
            let doors = self.doors.iter().map(|place| &self.data.doors[*place]);
            order.extend(
                doors
                    .filter(|door| door.from == party.id)
                    .map(|door| Thing::Door(key(door))),
            );
        }
        if order.is_empty() {
            return;
        }
        let now = self
            .selected
            .as_ref()
            .and_then(|selected| order.iter().position(|thing| thing == selected))
            .unwrap_or(0);
        let step = if forward { 1 } else { order.len() - 1 };
        self.selected = Some(order.swap_remove((now + step) % order.len()));
    }

    /// The party that is selected.
    pub fn party(&self) -> Option<&Party> {
        match self.selected.as_ref()? {
            Thing::Party(id) => self.data.parties.iter().find(|party| party.id == *id),
            Thing::Door(_) => None,
        }
    }

    /// The door that is selected.
    pub fn door(&self) -> Option<&Door> {
        match self.selected.as_ref()? {
            Thing::Door(name) => self.data.doors.iter().find(|door| key(door) == *name),
            Thing::Party(_) => None,
        }
    }

    /// The party of this id.
    pub fn party_of(&self, id: &str) -> Option<&Party> {
        self.data.parties.iter().find(|party| party.id == id)
    }

    /// Calls through a door: as counted where it leads, or else as this home's log tells.
    pub fn traffic(&self, door: &Door) -> Traffic {
        let name = key(door);
        let counts: Vec<(Timestamp, u64)> = self
            .samples
            .iter()
            .filter_map(|(at, uses)| Some((*at, *uses.get(&name)?)))
            .collect();
        let counted = match (counts.first(), counts.last()) {
            (Some(first), Some(last)) => last.1.saturating_sub(first.1),
            _ => 0,
        };
        let last = counts
            .windows(2)
            .rev()
            .find(|pair| pair[1].1 > pair[0].1)
            .map(|pair| pair[1].0);
        Traffic {
            calls: counted.max(door.recent.0),
            errors: door.recent.1,
            last,
        }
    }

    /// Whether calls go through a door right now.
    pub fn pulses(&self, door: &Door, now: Timestamp) -> bool {
        self.traffic(door)
            .last
            .is_some_and(|last| last.plus_seconds(PULSE) > now)
    }

    /// Whether anything moves.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.data.doors.iter().any(|door| self.pulses(door, now))
    }

    /// Brings what is selected into a view of this size.
    pub fn settle(&mut self, (width, height): (u16, u16)) {
        if self.room != (width, height) {
            self.room = (width, height);
            // Before anything is known, what shall be selected is not there yet, and must not be forgotten.
            if !self.data.parties.is_empty() {
                self.arrange();
            }
        }
        self.margin = (
            width.saturating_sub(self.picture.size.0) / 2,
            height.saturating_sub(self.picture.size.1) / 3,
        );
        let most = (
            self.picture.size.0.saturating_sub(width),
            self.picture.size.1.saturating_sub(height),
        );
        let (left, top, right, bottom) = self.extent().unwrap_or_default();
        let fit = |corner: u16, room: u16, first: u16, last: u16, most: u16| {
            let corner = if last > corner.saturating_add(room) {
                last - room
            } else {
                corner
            };
            corner.min(first).min(most)
        };
        self.corner = (
            fit(self.corner.0, width, left, right, most.0),
            fit(self.corner.1, height, top, bottom, most.1),
        );
    }

    /// The room that must be in view: the whole box, or the middle of a wire.
    fn extent(&self) -> Option<(u16, u16, u16, u16)> {
        if let Some(Thing::Party(id)) = &self.selected {
            let place = self
                .parties
                .iter()
                .position(|place| self.data.parties[*place].id == *id)?;
            let frame = self.picture.frames.get(place)?;
            return Some((frame.x, frame.y, frame.x + frame.width, frame.y + frame.height));
        }
        let (x, y) = self.selected_middle()?;
        Some((x.saturating_sub(2), y.saturating_sub(1), x + 3, y + 2))
    }
}

/// What a door is known by, however often the map is drawn anew.
pub fn key(door: &Door) -> String {
    door.credentials.first().cloned().unwrap_or_default()
}

/// Columns with which a box says of most parties all that it has to say.
fn middle_box(party: &Party) -> u16 {
    narrow_box(party).max(21)
}

/// Columns that a party needs where there is room: its name, and how it is.
fn wide_box(party: &Party) -> u16 {
    narrow_box(party).max(24)
}

/// Columns that a party needs.
fn narrow_box(party: &Party) -> u16 {
    let columns = u16::try_from(unicode_width::UnicodeWidthStr::width(party.name.as_str())).unwrap_or(30);
    (columns + 6).clamp(14, 26)
}
