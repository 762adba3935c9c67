//! Where every pointer lies in the space of the coordinates, for finding what is near to one of them.
//!
//! The relation of the original system joins about a third of all pairs, so that no index over single
//! places narrows it much; what helps is that a place is small. Twelve bytes for each pointer are kept in
//! memory from the first question on, and a question walks them once: linear in the number of pointers, at
//! some nanoseconds each. Places are kept to 1/65536 of the circle; what that leaves undecided is reckoned
//! exactly, from the address, so that order and counts are those of the exact coordinates.

use super::rows::{address, coordinates, coordinates_of, number};
use crate::model::PointerAddress;
use crate::store::{Nearest, Nearness, StoreError};
use rusqlite::Connection;
use std::collections::HashSet;
use std::f64::consts::TAU;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Into how many parts the circle is divided.
const PARTS: usize = 1 << 16;

/// What a score can be off because of the divided circle. Each of the three differences is off by one part at
/// most; the slope of the gyroid along each of them is √2 at most, that of the distance 1.
const SLACK: f32 = (3.0 * 1.4143 * TAU / PARTS as f64) as f32 + 2e-6;

/// How many candidates are gathered beyond twice the wanted ones before the worse half is dropped. Few in tests, which
/// walk few places.
const ROOM: usize = if cfg!(test) { 16 } else { 4_096 };

/// The places of one store. The store is the only writer of its database (the instance's lock sees to that).
#[derive(Default)]
pub(super) struct Places {
    kept: Mutex<Kept>,
    is_kept: AtomicBool,
    gone: Mutex<Vec<i64>>,
}

#[derive(Default)]
struct Kept {
    places: Vec<Place>,
    last_id: i64,
}

/// The 48 bits of an address, and its three coordinates.
#[derive(Clone, Copy)]
struct Place {
    address: [u16; 3],
    at: [u16; 3],
}

impl Places {
    /// What is nearest, nearest first, and how many are near at all.
    pub(super) fn nearest(
        &self,
        conn: &Connection,
        origin: &PointerAddress,
        nearness: Nearness,
        limit: usize,
    ) -> Result<Nearest, StoreError> {
        self.is_kept.store(true, Ordering::Release);
        let mut kept = locked(&self.kept);
        kept.catch_up(conn)?;
        // After catching up: what was read a moment ago may be gone already.
        kept.drop_all(std::mem::take(&mut *locked(&self.gone)));
        Ok(kept.nearest(origin, nearness, limit))
    }

    /// A pointer was deleted.
    pub(super) fn forget(&self, address: &PointerAddress) {
        if self.is_kept.load(Ordering::Acquire) {
            locked(&self.gone).push(number(address.as_str()));
        }
    }
}

impl Kept {
    /// Reads the pointers that were made since the last time: ids only grow.
    fn catch_up(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let mut statement =
            conn.prepare_cached("SELECT id, address FROM pointers WHERE id > ?1 ORDER BY id")?;
        let mut rows = statement.query([self.last_id])?;
        while let Some(row) = rows.next()? {
            self.places.push(Place::of(row.get(1)?));
            self.last_id = row.get(0)?;
        }
        Ok(())
    }

    fn drop_all(&mut self, gone: Vec<i64>) {
        if gone.is_empty() {
            return;
        }
        let gone: HashSet<[u16; 3]> = gone.into_iter().map(words).collect();
        self.places.retain(|place| !gone.contains(&place.address));
    }

    fn nearest(&self, origin: &PointerAddress, nearness: Nearness, limit: usize) -> Nearest {
        let here = coordinates(origin);
        let walk = Walk::from(here, nearness);
        let own = words(number(origin.as_str()));
        let mut candidates = Candidates::up_to(limit);
        let mut matching = 0;
        for place in &self.places {
            let rough = walk.rough(place.at);
            if rough > walk.edge + SLACK || place.address == own {
                continue;
            }
            if rough > walk.edge - SLACK && nearness.score(here, place.exactly()).is_none() {
                continue;
            }
            matching += 1;
            candidates.offer(rough, *place);
        }
        let mut pointers: Vec<_> = candidates
            .found
            .into_iter()
            .filter_map(|(_, place)| Some((place.name(), nearness.score(here, place.exactly())?)))
            .collect();
        pointers.sort_by(|one, other| one.1.total_cmp(&other.1).then_with(|| one.0.cmp(&other.0)));
        pointers.truncate(limit);
        Nearest {
            pointers,
            matching: Some(matching),
        }
    }
}

impl Place {
    fn of(number: i64) -> Self {
        let (x, y, z) = coordinates_of(number);
        Self {
            address: words(number),
            at: [part(x), part(y), part(z)],
        }
    }

    fn number(&self) -> i64 {
        let [high, middle, low] = self.address.map(i64::from);
        high << 32 | middle << 16 | low
    }

    fn name(&self) -> PointerAddress {
        address(self.number()).expect("48 bits always make an address")
    }

    fn exactly(&self) -> (f64, f64, f64) {
        coordinates_of(self.number())
    }
}

/// How places are scored from one of them, roughly.
struct Walk {
    here: [u16; 3],
    nearness: Nearness,
    /// Where nearness ends.
    edge: f32,
    sines: &'static [f32; PARTS],
}

impl Walk {
    fn from(here: (f64, f64, f64), nearness: Nearness) -> Self {
        let edge = match nearness {
            Nearness::Gyroid => crate::model::NEAR,
            Nearness::Within(radius) => radius,
        };
        Self {
            here: [part(here.0), part(here.1), part(here.2)],
            nearness,
            edge: edge as f32,
            sines: sines(),
        }
    }

    fn rough(&self, there: [u16; 3]) -> f32 {
        match self.nearness {
            Nearness::Gyroid => self.gyroid(there),
            Nearness::Within(_) => self.distance(there),
        }
    }

    fn gyroid(&self, there: [u16; 3]) -> f32 {
        let [x, y, z] = [0, 1, 2].map(|axis| self.here[axis].wrapping_sub(there[axis]));
        let sine = |angle: u16| self.sines[usize::from(angle)];
        let cosine = |angle: u16| sine(angle.wrapping_add((PARTS / 4) as u16));
        (sine(x) * cosine(y) + sine(y) * cosine(z) + sine(z) * cosine(x)).abs()
    }

    fn distance(&self, there: [u16; 3]) -> f32 {
        let squared: f32 = [0, 1, 2]
            .map(|axis| f32::from(self.here[axis].abs_diff(there[axis])).powi(2))
            .iter()
            .sum();
        squared.sqrt() * (TAU / PARTS as f64) as f32
    }
}

/// The best so far, and those that may be as good once they are reckoned exactly.
struct Candidates {
    wanted: usize,
    found: Vec<(f32, Place)>,
    /// Nothing worse than this can be among the wanted ones.
    bound: f32,
}

impl Candidates {
    fn up_to(wanted: usize) -> Self {
        Self {
            wanted,
            found: Vec::new(),
            bound: if wanted == 0 { -1.0 } else { f32::INFINITY },
        }
    }

    fn offer(&mut self, rough: f32, place: Place) {
        if rough > self.bound {
            return;
        }
        self.found.push((rough, place));
        if self.found.len() > self.wanted.saturating_mul(2).saturating_add(ROOM) {
            self.narrow();
        }
    }

    fn narrow(&mut self) {
        let last = self.wanted - 1;
        let (_, worst, _) = self
            .found
            .select_nth_unstable_by(last, |one, other| one.0.total_cmp(&other.0));
        // Both may be off: the worst of the wanted ones, and what it is compared with.
        self.bound = worst.0 + 2.0 * SLACK;
        let bound = self.bound;
        self.found.retain(|(rough, _)| *rough <= bound);
    }
}

/// The part of the circle that an angle from 0 to 2π lies in.
fn part(angle: f64) -> u16 {
    // A cast of what is beyond ends at the last part.
    (angle / TAU * PARTS as f64) as u16
}

fn words(number: i64) -> [u16; 3] {
    [number >> 32, number >> 16, number].map(|word| word as u16)
}

fn sines() -> &'static [f32; PARTS] {
    static SINES: OnceLock<Box<[f32; PARTS]>> = OnceLock::new();
    SINES.get_or_init(|| {
        let sines: Vec<f32> = (0..PARTS)
            .map(|part| (part as f64 / PARTS as f64 * TAU).sin() as f32)
            .collect();
        sines
            .into_boxed_slice()
            .try_into()
            .expect("there are as many as parts")
    })
}

/// A panic in between leaves whole places; what is missing is read again.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn kept(numbers: &[i64]) -> Kept {
        Kept {
            places: numbers.iter().map(|number| Place::of(*number)).collect(),
            last_id: 0,
        }
    }

    fn exactly(numbers: &[i64], origin: &PointerAddress, nearness: Nearness) -> Vec<(PointerAddress, f64)> {
        let mut found: Vec<_> = numbers
            .iter()
            .map(|number| address(*number).unwrap())
            .filter(|other| other != origin)
            .filter_map(|other| {
                let score = nearness.score(coordinates(origin), coordinates(&other))?;
                Some((other, score))
            })
            .collect();
        found.sort_by(|one, other| one.1.total_cmp(&other.1).then_with(|| one.0.cmp(&other.0)));
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn order_and_count_are_those_of_the_exact_coordinates(
            seed in 0_i64..1 << 40,
            count in 1_i64..600,
            limit in 0_usize..60,
            radius in 0.0_f64..8.0,
            gyroid: bool,
        ) {
            let numbers: Vec<i64> = (seed..seed + count).collect();
            let origin = address(seed).unwrap();
            let nearness = if gyroid { Nearness::Gyroid } else { Nearness::Within(radius) };
            let mut expected = exactly(&numbers, &origin, nearness);
            let found = kept(&numbers).nearest(&origin, nearness, limit);
            prop_assert_eq!(found.matching, Some(expected.len() as u64));
            expected.truncate(limit);
            prop_assert_eq!(found.pointers, expected);
        }
    }

    #[test]
    fn an_address_survives_being_kept() {
        for number in [0, 1, 0xffff_ffff_ffff, 0x0123_4567_89ab] {
            assert_eq!(Place::of(number).name(), address(number).unwrap());
            let text = address(number).unwrap();
            let digest = Sha256::digest(text.as_str().as_bytes());
            assert_eq!(
                coordinates_of(number),
                crate::model::gyroid_coordinates(&digest.into())
            );
            assert_eq!(coordinates_of(number), coordinates(&text));
        }
    }
}
