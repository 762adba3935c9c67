//! Where each hop stands on one axis of time, and what it spent on what.
//!
//! Clocks of different machines are not compared: a hop tells only how long its phases took, counted from its
//! own beginning. It is put into the middle of the time that its caller spent waiting for it: what is left on
//! both sides is the way there and back, and not to be told apart.

use crate::model::Route;
use crate::protocol::{Hop, Phase, PhaseName};

/// Where a hop stands in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// When it began, microseconds.
    pub start: u64,
    /// How many hops it is inside of.
    pub depth: usize,
    /// How long its caller waited for it; none for the caller itself.
    pub waited: Option<u64>,
}

/// A hop on the axis.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) instance: String,
    pub(super) place: Place,
    /// How long it was at it.
    pub(super) length: u64,
    pub(super) phases: Vec<Phase>,
    /// The code with which the call ended here.
    pub(super) failed: Option<String>,
    /// Time between its phases that none of them accounts for: from when, how long.
    pub(super) gaps: Vec<(u64, u64)>,
    /// What it spent itself, without what its callee was at.
    pub(super) own: u64,
}

/// All hops on the axis, and how long that is.
#[derive(Debug, Clone)]
pub(super) struct Spans {
    pub(super) hops: Vec<Span>,
    pub(super) end: u64,
}

impl Span {
    pub(super) fn all(hops: &[Hop], route: Option<Route>, elapsed_us: u64) -> Spans {
        let places = places(hops, route);
        let ends = hops
            .iter()
            .zip(&places)
            .map(|(hop, place)| place.start.saturating_add(length(hop)));
        let end = ends.max().unwrap_or(0).max(elapsed_us).max(1);
        let spans = hops.iter().zip(&places).enumerate().map(|(index, (hop, place))| {
            let within: u64 = places
                .iter()
                .zip(hops)
                .enumerate()
                .filter(|(other, (inner, _))| {
                    inner.depth == place.depth + 1 && caller(&places, *other) == Some(index)
                })
                .map(|(_, (_, inner))| length(inner))
                .sum();
            Self {
                instance: hop.instance.clone(),
                place: *place,
                length: length(hop),
                phases: hop.phases.clone(),
                failed: hop.failed.clone(),
                gaps: gaps(hop),
                own: length(hop).saturating_sub(within),
            }
        });
        Spans {
            hops: spans.collect(),
            end,
        }
    }
}

/// The hop that called this one: the nearest before it that is one level less deep.
fn caller(places: &[Place], index: usize) -> Option<usize> {
    (0..index)
        .rev()
        .find(|before| places[*before].depth + 1 == places[index].depth)
}

/// How long a hop was at it.
pub(super) fn length(hop: &Hop) -> u64 {
    hop.phases
        .iter()
        .map(|phase| phase.start_us.saturating_add(phase.duration_us))
        .max()
        .unwrap_or(0)
}

/// Stretches of at least a hundredth of a hop, and 20 µs, that no phase accounts for.
fn gaps(hop: &Hop) -> Vec<(u64, u64)> {
    let least = (length(hop) / 100).max(20);
    let mut phases: Vec<&Phase> = hop.phases.iter().collect();
    phases.sort_by_key(|phase| phase.start_us);
    let mut gaps = Vec::new();
    let mut reached = 0;
    for phase in phases {
        if phase.start_us > reached && phase.start_us - reached >= least {
            gaps.push((reached, phase.start_us - reached));
        }
        reached = reached.max(phase.start_us.saturating_add(phase.duration_us));
    }
    gaps
}

/// On routes endpoint and circuit the console calls both instances itself, one after the other; on relay each
/// hop is inside the one before.
fn places(hops: &[Hop], route: Option<Route>) -> Vec<Place> {
    let Some(first) = hops.first() else {
        return Vec::new();
    };
    let mut places = vec![Place {
        start: 0,
        depth: 0,
        waited: None,
    }];
    let depths = depths(hops, route);
    let callees = depths.iter().filter(|depth| **depth == 1).count();
    let first = answered(first);
    let mut called = 0;
    for (index, hop) in hops.iter().enumerate().skip(1) {
        let depth = depths[index];
        let caller = (0..index).rev().find(|before| depths[*before] + 1 == depth);
        let caller = caller.unwrap_or(0);
        let within = if depth == 1 {
            called += 1;
            wait(&first, callees - called)
        } else {
            wait(&hops[caller], 0)
        };
        let began: u64 = places[caller].start;
        let (start, waited) = match hop.at_us {
            // Its caller measured it: no other clock is in it.
            Some(at) => (began.saturating_add(at.min(length(&hops[caller]))), None),
            None => {
                let middle = within.1.saturating_sub(length(hop)) / 2;
                let start = began.saturating_add(within.0).saturating_add(middle);
                (start, Some(within.1))
            }
        };
        places.push(Place { start, depth, waited });
    }
    places
}

/// How many hops each is inside of. Calls that were kept before hops told so have one in each, or two side by side that
/// the console called itself.
fn depths(hops: &[Hop], route: Option<Route>) -> Vec<usize> {
    let calls_both = matches!(route, Some(Route::Endpoint | Route::Circuit)) && hops.len() > 2;
    let usual = |index: usize| match index {
        0 => 0,
        1 | 2 if calls_both => 1,
        index if calls_both => index - 1,
        index => index,
    };
    let told = |(index, hop): (usize, &Hop)| hop.depth.unwrap_or_else(|| usual(index)).max(index.min(1));
    hops.iter().enumerate().map(told).collect()
}

/// The caller's phases without those of an exchange after the last that was opened: nobody in the picture answered it.
fn answered(caller: &Hop) -> Hop {
    let opened = caller.phases.iter().filter(|phase| phase.name == PhaseName::Open);
    let last = opened.map(|phase| phase.start_us).max().unwrap_or(u64::MAX);
    let mut caller = caller.clone();
    caller.phases.retain(|phase| phase.start_us <= last);
    caller
}

/// When a hop waited for another one, and for how long: its last wait but `before`, or else its execution.
fn wait(hop: &Hop, before: usize) -> (u64, u64) {
    let of = |name| {
        let mut phases = hop.phases.iter().rev().filter(move |phase| phase.name == name);
        phases.nth(if name == PhaseName::Wait { before } else { 0 })
    };
    of(PhaseName::Wait)
        .or_else(|| of(PhaseName::Execute))
        .map_or((0, length(hop)), |phase| (phase.start_us, phase.duration_us))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hop(phases: &[(PhaseName, u64, u64)]) -> Hop {
        Hop {
            instance: "x".into(),
            phases: phases
                .iter()
                .map(|(name, start_us, duration_us)| Phase {
                    name: *name,
                    start_us: *start_us,
                    duration_us: *duration_us,
                })
                .collect(),
            ..Hop::default()
        }
    }

    #[test]
    fn a_hop_stands_within_the_wait_of_the_one_before() {
        let hops = [
            hop(&[(PhaseName::Seal, 0, 100), (PhaseName::Wait, 100, 1_000)]),
            hop(&[(PhaseName::Execute, 0, 600)]),
            hop(&[(PhaseName::Execute, 0, 200)]),
        ];
        let starts: Vec<u64> = places(&hops, Some(Route::Relay))
            .iter()
            .map(|place| place.start)
            .collect();
        assert_eq!(starts, [0, 300, 500]);
        let spans = Span::all(&hops, Some(Route::Relay), 1_200);
        let own: Vec<u64> = spans.hops.iter().map(|span| span.own).collect();
        assert_eq!(own, [500, 400, 200], "what is within is not counted twice");
        assert_eq!(spans.end, 1_200);
    }

    #[test]
    fn a_console_that_calls_both_has_both_in_waits_of_its_own() {
        let wait = PhaseName::Wait;
        let hops = [
            hop(&[(wait, 0, 100), (wait, 200, 100), (wait, 400, 100)]),
            hop(&[(PhaseName::Execute, 0, 50)]),
            hop(&[(PhaseName::Execute, 0, 50)]),
        ];
        let found: Vec<(u64, usize)> = places(&hops, Some(Route::Endpoint))
            .iter()
            .map(|place| (place.start, place.depth))
            .collect();
        assert_eq!(found, [(0, 0), (225, 1), (425, 1)]);
    }

    #[test]
    fn several_relays_of_one_circuit_stand_where_their_instance_made_them() {
        let relay = |at, depth| Hop {
            at_us: Some(at),
            depth: Some(depth),
            ..hop(&[(PhaseName::Wait, 0, 100)])
        };
        let told = |depth| Hop {
            depth: Some(depth),
            ..hop(&[(PhaseName::Execute, 0, 60)])
        };
        let console = hop(&[(PhaseName::Wait, 0, 1_000)]);
        let circuit = Hop {
            depth: Some(1),
            ..hop(&[(PhaseName::Execute, 0, 800)])
        };
        let hops = [console, circuit, relay(50, 2), told(3), relay(400, 2), told(3)];
        let found: Vec<(u64, usize)> = places(&hops, None)
            .iter()
            .map(|place| (place.start, place.depth))
            .collect();
        assert_eq!(found, [(0, 0), (100, 1), (150, 2), (170, 3), (500, 2), (520, 3)]);
    }

    #[test]
    fn an_exchange_that_nobody_answered_is_no_place_for_a_hop() {
        use PhaseName::{Connect, Open, Seal, Wait};
        let answered = [(Seal, 0, 10), (Wait, 10, 100), (Open, 110, 10)];
        for failed in [
            &[(Seal, 200, 10), (Wait, 210, 500)][..],
            &[(Seal, 200, 10), (Connect, 210, 500)],
        ] {
            let phases: Vec<_> = answered.iter().chain(failed).copied().collect();
            let hops = [hop(&phases), hop(&[(PhaseName::Execute, 0, 50)])];
            let places = places(&hops, Some(Route::Endpoint));
            assert_eq!((places[1].start, places[1].waited), (35, Some(100)));
        }
    }

    #[test]
    fn time_that_no_phase_accounts_for_is_found() {
        let hop = hop(&[
            (PhaseName::Seal, 50, 100),
            (PhaseName::Wait, 160, 1_000),
            (PhaseName::Open, 1_500, 10),
        ]);
        assert_eq!(gaps(&hop), [(0, 50), (1_160, 340)]);
    }

    proptest! {
        #[test]
        fn no_times_of_theirs_break_the_picture(
            times in prop::collection::vec(prop::collection::vec((0u64..u64::MAX / 8, 0u64..u64::MAX / 8), 0..4), 0..5),
        ) {
            let hops: Vec<Hop> = times
                .iter()
                .map(|phases| {
                    let phases: Vec<_> = phases.iter().map(|(at, long)| (PhaseName::Wait, *at, *long)).collect();
                    hop(&phases)
                })
                .collect();
            for route in [Route::Endpoint, Route::Relay] {
                let spans = Span::all(&hops, Some(route), 1_000);
                prop_assert_eq!(spans.hops.len(), hops.len());
                let _ = super::super::lines::make(&spans, &crate::tui::theme::UNICODE, 80);
            }
        }
    }
}
