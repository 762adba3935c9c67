//! What the page knows, and how one moves over it.

use super::sheet::{Destination, Sheet};
use crate::model::{InstanceName, Pointer, PointerAddress};
use crate::protocol::Code;
use crate::tui::state::Load;
use crate::workspace::{Failure, Neighbor, NeighborPage, PointerDetail};

/// How far back one can walk.
const LONGEST_TRAIL: usize = 100;

/// The page about a pointer.
pub struct PointerPage {
    /// Its instance.
    pub instance: InstanceName,
    /// Where it is.
    pub address: PointerAddress,
    /// As it stood in the list: shown until the rest is there.
    pub listed: Option<Pointer>,
    /// What it is, as the pointer that one came from told.
    pub told: Option<String>,
    /// The pointer and what is around it.
    pub detail: Option<PointerDetail>,
    /// Whether that is there.
    pub load: Load,
    /// How far the page is scrolled.
    pub scroll: usize,
    /// The link that is selected: its place among the links, and where it goes.
    pub at: Option<(usize, Destination)>,
    /// Stored relationships.
    pub related: Band,
    /// Pointers that its coordinates are near.
    pub near: Band,
    /// The pages that one came from, the last one last.
    pub trail: Vec<PointerPage>,
}

/// Neighbours of one kind, as far as they were fetched.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Band {
    /// Them, in their order.
    pub rows: Vec<Neighbor>,
    /// How many there are in all, about, if that is told.
    pub total: Option<u64>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the first of them are there.
    pub load: Load,
    /// Whether some were asked for and did not come yet.
    pub asked: bool,
}

impl Band {
    /// Takes the rows that come after those that are there.
    pub fn take(&mut self, offset: u64, page: &NeighborPage) {
        if offset != self.rows.len() as u64 {
            return;
        }
        self.asked = false;
        self.rows.extend(page.neighbors.iter().cloned());
        self.total = page.total.or(self.total);
        self.more = page.more;
        self.load = Load::Ready;
    }

    /// Notes that those after the ones that are there could not be had.
    pub fn fail(&mut self, offset: u64, failure: &Failure) {
        if offset == self.rows.len() as u64 {
            self.asked = false;
            self.load = Load::Failed(failure.clone());
        }
    }

    /// Whether none were asked for yet.
    pub fn is_untouched(&self) -> bool {
        self.load == Load::Waiting && !self.asked
    }
}

impl PointerPage {
    /// A page about this pointer, of which nothing is known yet.
    pub fn new(instance: InstanceName, address: PointerAddress) -> Self {
        Self {
            instance,
            address,
            listed: None,
            told: None,
            detail: None,
            load: Load::Waiting,
            scroll: 0,
            at: None,
            related: Band::default(),
            near: Band::default(),
            trail: Vec::new(),
        }
    }

    /// A page about this pointer, as it stands in a list.
    pub fn of(instance: InstanceName, pointer: &Pointer) -> Self {
        Self {
            listed: Some(pointer.clone()),
            ..Self::new(instance, pointer.address.clone())
        }
    }

    /// The pointer, as far as it is known.
    pub fn pointer(&self) -> Option<&Pointer> {
        self.detail
            .as_ref()
            .map(|detail| &detail.pointer)
            .or(self.listed.as_ref())
    }

    /// What it is, in words, as far as is known.
    pub fn description(&self) -> Option<&str> {
        let told = self.told.as_deref();
        self.pointer().map_or(told, |pointer| Some(&pointer.description))
    }

    /// The instance in this home that it leads to.
    pub fn leads_to(&self) -> Option<&InstanceName> {
        self.detail.as_ref().and_then(|detail| detail.leads_to.as_ref())
    }

    /// Whether it was there, and is no longer.
    pub fn is_gone(&self) -> bool {
        matches!(&self.load, Load::Failed(failure) if failure.code == Code::PointerNotFound)
    }

    /// Whether this page is about that pointer.
    pub fn is_about(&self, instance: &InstanceName, address: &PointerAddress) -> bool {
        self.address == *address && self.instance == *instance
    }

    /// Changes this page and those that one came from: what was asked for while one of them was on top may come when it is
    /// not.
    pub(super) fn change_all(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        for before in &mut self.trail {
            before.change_all(change);
        }
    }

    /// Goes to another pointer, keeping the way back.
    pub fn walk_to(&mut self, next: Self) {
        let mut trail = std::mem::take(&mut self.trail);
        let before = std::mem::replace(self, next);
        trail.push(before);
        if trail.len() > LONGEST_TRAIL {
            trail.remove(0);
        }
        self.trail = trail;
    }

    /// Goes back to where one came from. False if one came from nowhere.
    pub fn walk_back(&mut self) -> bool {
        let mut trail = std::mem::take(&mut self.trail);
        let Some(before) = trail.pop() else {
            return false;
        };
        *self = before;
        self.trail = trail;
        true
    }

    /// The place of the selected link. Links come and go as things arrive: one that stands elsewhere by now is
    /// found again.
    pub fn selected(&self, sheet: &Sheet) -> Option<usize> {
        let (at, to) = self.at.as_ref()?;
        if sheet.links.get(*at).is_some_and(|link| link.to == *to) {
            return Some(*at);
        }
        sheet.links.iter().position(|link| link.to == *to)
    }

    /// The link that is selected.
    pub fn link<'a>(&self, sheet: &'a Sheet) -> Option<&'a Destination> {
        Some(&sheet.links[self.selected(sheet)?].to)
    }

    fn select(&mut self, place: Option<usize>, sheet: &Sheet) {
        self.at = place.and_then(|place| Some((place, sheet.links.get(place)?.to.clone())));
    }

    /// Moves by rows: from link to link while the next one is in view, else the page moves under one.
    pub fn step(&mut self, rows: i64, sheet: &Sheet, height: usize) {
        let last = sheet.lines.len().saturating_sub(height);
        if rows.unsigned_abs() != 1 {
            let moved = i64::try_from(self.scroll)
                .unwrap_or(i64::MAX)
                .saturating_add(rows);
            self.scroll = usize::try_from(moved.max(0)).unwrap_or(0).min(last);
            let shown = self.scroll..self.scroll + height;
            let mut places = 0..sheet.links.len();
            let is_shown = |place: &usize| shown.contains(&sheet.links[*place].line);
            let place = if rows > 0 {
                places.rfind(is_shown)
            } else {
                places.find(is_shown)
            };
            self.select(place, sheet);
            return;
        }
        let forward = rows > 0;
        let wanted = self.beside(forward, sheet);
        if wanted.is_none_or(|place| !self.shows(sheet.links[place].line, height)) {
            self.scroll = if forward {
                (self.scroll + 1).min(last)
            } else {
                self.scroll.saturating_sub(1)
            };
        }
        let place = wanted.filter(|place| self.shows(sheet.links[*place].line, height));
        match (place, self.selected(sheet)) {
            (Some(_), _) => self.select(place, sheet),
            // What went out of view is not acted on by mistake.
            (None, Some(here)) if !self.shows(sheet.links[here].line, height) => self.at = None,
            _ => {}
        }
    }

    fn shows(&self, line: usize, height: usize) -> bool {
        (self.scroll..self.scroll + height).contains(&line)
    }

    /// The next or the previous link; without a selection the one that comes next in that direction.
    fn beside(&self, forward: bool, sheet: &Sheet) -> Option<usize> {
        match (self.selected(sheet), forward) {
            (Some(place), true) => Some(place + 1).filter(|place| *place < sheet.links.len()),
            (Some(place), false) => place.checked_sub(1),
            (None, true) => sheet.links.iter().position(|link| link.line >= self.scroll),
            (None, false) => sheet.links.iter().rposition(|link| link.line < self.scroll + 1),
        }
    }
}
