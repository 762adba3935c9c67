//! What was found, by where it was found.

use crate::model::Timestamp;
use crate::workspace::{Observation, Severity};
use std::cmp::Reverse;

/// The page.
pub struct Doctor {
    /// Which opening of the page this is: what is found for another one is not for it.
    pub number: u64,
    /// Whether everything is being looked at.
    pub looking: bool,
    /// When that was over last.
    pub looked_at: Option<Timestamp>,
    /// What was found then.
    pub found: Vec<Observation>,
    /// Whether what is as it should be is shown too.
    pub all: bool,
    /// How far the page is scrolled.
    pub scroll: usize,
}

/// What was found at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Whether it is an instance.
    pub is_instance: bool,
    /// What was found, the worst first.
    pub found: Vec<&'a Observation>,
}

impl Place<'_> {
    /// How bad the worst of it is.
    pub fn worst(&self) -> Severity {
        let severities = self.found.iter().map(|one| one.severity);
        severities.max().unwrap_or(Severity::Ok)
    }
}

impl Doctor {
    /// A page for which everything is being looked at.
    pub fn new(number: u64) -> Self {
        Self {
            number,
            looking: true,
            looked_at: None,
            found: Vec::new(),
            all: false,
            scroll: 0,
        }
    }

    /// How often this was found.
    pub fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|one| one.severity == severity).count()
    }

    /// What was found, place by place: where it is worst first, else the home, its instances, the machine and the
    /// terminal.
    pub fn places<'a>(&'a self, instances: &[&'a str]) -> Vec<Place<'a>> {
        let mut places: Vec<Place<'a>> = Vec::new();
        for one in &self.found {
            let instance = instances.iter().find(|name| **name == one.subject);
            let name = match instance {
                Some(name) => name,
                None => place_of(one.check),
            };
            match places.iter_mut().find(|place| place.name == name) {
                Some(place) => place.found.push(one),
                None => places.push(Place {
                    name,
                    is_instance: instance.is_some(),
                    found: vec![one],
                }),
            }
        }
        for place in &mut places {
            place.found.sort_by_key(|one| Reverse(one.severity));
        }
        places.sort_by_key(|place| (Reverse(place.worst()), rank(place)));
        places
    }
}

/// Where that is found which is found on no instance.
fn place_of(check: &str) -> &'static str {
    match check {
        "terminal" | "colours" | "locale" | "multiplexer" => "This terminal",
        "disk" | "open_files" | "stand_in_secret" => "This machine",
        _ => "This home",
    }
}

fn rank(place: &Place) -> u8 {
    match place.name {
        "This home" => 0,
        _ if place.is_instance => 1,
        "This machine" => 2,
        _ => 3,
    }
}
