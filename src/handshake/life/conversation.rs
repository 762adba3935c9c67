//! An issuer and a holder over a network that loses, repeats and reorders what they say, with programs that are
//! stopped at any moment: they never end up with keys that do not fit.

use super::*;
use crate::handshake::{Event, Exchange};
use crate::model::KeyId;
use crate::seal::{AgreementSecret, Mixing, RootKey, random};
use proptest::prelude::*;

const START: Timestamp = Timestamp::from_micros(1_795_428_672_123_456);
const DAY: i64 = 86_400;
/// As long as an older key is answered in these conversations.
const OVERLAP: i64 = 3_600;

/// A key id and the root that it stands for.
#[derive(Clone)]
struct Key {
    kid: KeyId,
    root: RootKey,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid && self.root.expose_bytes() == other.root.expose_bytes()
    }
}

/// `activate_credential`, as it travels.
#[derive(Debug, Clone)]
struct Ask {
    under: KeyId,
    generation: u32,
    key: AgreementKey,
}

/// Its answer.
#[derive(Debug, Clone)]
struct Answer {
    kid: KeyId,
    generation: u32,
    key: AgreementKey,
}

/// The instance that issued the credential: what it stores.
struct Issuer {
    life: Life,
    current: Key,
    previous: Option<Key>,
}

/// Whoever holds it: what is stored there.
struct Holding {
    life: Life,
    current: Key,
    pending: Option<(u32, AgreementSecret)>,
}

impl Issuer {
    /// Answers, or refuses by saying nothing.
    fn hear(&mut self, ask: &Ask, now: Timestamp) -> Option<Answer> {
        let is_current = self.current.kid == ask.under;
        let is_previous = self.previous.as_ref().is_some_and(|key| key.kid == ask.under);
        let repeats = self.life.overlap(now).is_some() || ask.generation == self.life.generation();
        if !(is_current || is_previous && repeats) {
            return None;
        }
        let key = match self.life.mix(ask.generation, &ask.key, now).ok()? {
            Mix::Repeat(ours) => ours,
            Mix::Fresh if is_current => self.mix(ask, now),
            Mix::Fresh => return None,
            Mix::Conflict => panic!("an honest holder was taken for a thief"),
        };
        Some(Answer {
            kid: self.current.kid.clone(),
            generation: ask.generation,
            key,
        })
    }

    fn mix(&mut self, ask: &Ask, now: Timestamp) -> AgreementKey {
        let secret = AgreementSecret::generate();
        let (kid, root) = Mixing {
            kid: &self.current.kid,
            generation: ask.generation,
            holder: &ask.key,
            issuer: &secret.key(),
        }
        .mix(&self.current.root, &secret)
        .unwrap();
        let mixed = Event::Mixed {
            exchange: Exchange {
                theirs: ask.key.clone(),
                ours: secret.key(),
            },
            old_kid: self.current.kid.clone(),
            overlap_until: now.plus_seconds(OVERLAP),
        };
        self.life.apply(mixed, now).unwrap();
        self.previous = Some(std::mem::replace(&mut self.current, Key { kid, root }));
        secret.key()
    }

    /// Whether a call under this key is answered.
    fn answers(&self, key: &Key, now: Timestamp) -> bool {
        let overlaps = self.previous.as_ref() == Some(key) && self.life.overlap(now).is_some();
        self.life.state_at(now).is_usable() && (self.current == *key || overlaps)
    }
}

impl Holding {
    /// Asks for the next generation; for the same one with the same key until that is answered.
    fn ask(&mut self, now: Timestamp) -> Option<Ask> {
        let must_wait = self.life.verify_first && self.life.generation() == 0 && !self.life.is_verified();
        if must_wait || !self.life.state_at(now).is_usable() {
            return None;
        }
        let generation = self.life.generation() + 1;
        let (generation, secret) = self
            .pending
            .get_or_insert_with(|| (generation, AgreementSecret::generate()));
        Some(Ask {
            under: self.current.kid.clone(),
            generation: *generation,
            key: secret.key(),
        })
    }

    fn hear(&mut self, answer: &Answer, now: Timestamp) {
        let Some((generation, secret)) = &self.pending else {
            return;
        };
        if *generation != answer.generation {
            return;
        }
        let (kid, root) = Mixing {
            kid: &self.current.kid,
            generation: *generation,
            holder: &secret.key(),
            issuer: &answer.key,
        }
        .mix(&self.current.root, secret)
        .unwrap();
        assert_eq!(kid, answer.kid, "the two sides came to different keys");
        let mixed = Event::Mixed {
            exchange: Exchange {
                theirs: answer.key.clone(),
                ours: secret.key(),
            },
            old_kid: self.current.kid.clone(),
            overlap_until: now,
        };
        self.life.apply(mixed, now).unwrap();
        self.current = Key { kid, root };
        self.pending = None;
    }
}

/// What happens next.
#[derive(Debug, Clone)]
enum Turn {
    HolderAsks,
    ToIssuer(usize),
    ToHolder(usize),
    Lost(usize),
    Repeated(usize),
    IssuerStops,
    HolderStops,
    IssuersPeopleCompare,
    HoldersPeopleCompare,
    RotationAsked,
    OverlapEnded,
    Suspended,
    Resumed,
    Used,
    Later(i64),
}

fn turns() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => Just(Turn::HolderAsks),
        6 => (0..8_usize).prop_map(Turn::ToIssuer),
        6 => (0..8_usize).prop_map(Turn::ToHolder),
        2 => (0..8_usize).prop_map(Turn::Lost),
        2 => (0..8_usize).prop_map(Turn::Repeated),
        1 => Just(Turn::IssuerStops),
        1 => Just(Turn::HolderStops),
        2 => Just(Turn::IssuersPeopleCompare),
        2 => Just(Turn::HoldersPeopleCompare),
        1 => Just(Turn::RotationAsked),
        1 => Just(Turn::OverlapEnded),
        1 => Just(Turn::Suspended),
        2 => Just(Turn::Resumed),
        2 => Just(Turn::Used),
        3 => (0..DAY / 4).prop_map(Turn::Later),
    ]
}

/// Both sides, and what is on its way between them.
struct World {
    issuer: Issuer,
    holder: Holding,
    asks: Vec<Ask>,
    answers: Vec<Answer>,
    now: Timestamp,
}

impl World {
    fn new(verify_first: bool) -> Self {
        let key = Key {
            kid: random::key_id(),
            root: random::root_key(),
        };
        let beginning = Beginning {
            delivery: Some(Delivery::Code),
            verify_first,
            offer_ends: Some(START.plus_seconds(DAY)),
            ..Beginning::default()
        };
        Self {
            issuer: Issuer {
                life: Life::offered(beginning.clone()),
                current: key.clone(),
                previous: None,
            },
            holder: Holding {
                life: Life::opened(beginning),
                current: key,
                pending: None,
            },
            asks: Vec::new(),
            answers: Vec::new(),
            now: START,
        }
    }

    /// What is refused here (resuming what is not suspended, and the like) changes nothing, and need not be known.
    fn turn(&mut self, turn: &Turn) {
        let now = self.now;
        match *turn {
            Turn::HolderAsks => self.asks.extend(self.holder.ask(now)),
            Turn::ToIssuer(index) => {
                if let Some(ask) = take(&mut self.asks, index) {
                    self.answers.extend(self.issuer.hear(&ask, now));
                }
            }
            Turn::ToHolder(index) => {
                if let Some(answer) = take(&mut self.answers, index) {
                    self.holder.hear(&answer, now);
                }
            }
            Turn::Lost(index) => {
                take(&mut self.asks, index);
                take(&mut self.answers, index);
            }
            Turn::Repeated(index) => {
                repeat(&mut self.asks, index);
                repeat(&mut self.answers, index);
            }
            Turn::IssuerStops => {
                self.issuer.life = restarted(&self.issuer.life);
                self.asks.clear();
            }
            Turn::HolderStops => {
                self.holder.life = restarted(&self.holder.life);
                let stored = self.holder.pending.take();
                self.holder.pending = stored.map(|(generation, secret)| {
                    (generation, AgreementSecret::parse(&secret.expose_text()).unwrap())
                });
                self.answers.clear();
            }
            Turn::IssuersPeopleCompare => drop(self.issuer.life.apply(Event::WordsMatch, now)),
            Turn::HoldersPeopleCompare => drop(self.holder.life.apply(Event::WordsMatch, now)),
            Turn::RotationAsked => {
                let due = now.plus_seconds(DAY);
                drop(self.issuer.life.apply(Event::RotationAsked { due }, now));
            }
            Turn::OverlapEnded => drop(self.issuer.life.apply(Event::OverlapEnded, now)),
            Turn::Suspended => drop(self.issuer.life.apply(Event::Suspend, now)),
            Turn::Resumed => drop(self.issuer.life.apply(Event::Resume, now)),
            Turn::Used => {
                if self.issuer.answers(&self.holder.current, now) {
                    self.issuer.life.apply(Event::Used, now).unwrap();
                    self.holder.life.apply(Event::Used, now).unwrap();
                }
            }
            Turn::Later(seconds) => self.now = now.plus_seconds(seconds),
        }
    }

    /// The two never drift further apart than one answer that is still to come.
    fn check(&self) -> Result<(), TestCaseError> {
        let (issuer, holder) = (&self.issuer, &self.holder);
        if issuer.life.generation() == holder.life.generation() {
            prop_assert!(issuer.current == holder.current, "same generation, other keys");
            return Ok(());
        }
        prop_assert_eq!(issuer.life.generation(), holder.life.generation() + 1);
        prop_assert!(issuer.previous.as_ref() == Some(&holder.current));
        let pending = holder.pending.as_ref().map(|(_, secret)| secret.key());
        let heard = issuer.life.exchange().map(|exchange| exchange.theirs.clone());
        prop_assert_eq!(pending, heard, "the holder does not keep what was mixed in");
        Ok(())
    }

    /// The network works again, and nobody is suspended.
    fn heal(&mut self) {
        drop(self.issuer.life.apply(Event::Resume, self.now));
        if self.holder.pending.is_none() {
            return;
        }
        let Some(ask) = self.holder.ask(self.now) else {
            return;
        };
        if let Some(answer) = self.issuer.hear(&ask, self.now) {
            self.holder.hear(&answer, self.now);
        }
    }
}

fn take<T>(queue: &mut Vec<T>, index: usize) -> Option<T> {
    (!queue.is_empty()).then(|| queue.swap_remove(index % queue.len()))
}

fn repeat<T: Clone>(queue: &mut Vec<T>, index: usize) {
    if !queue.is_empty() && queue.len() < 8 {
        queue.push(queue[index % queue.len()].clone());
    }
}

fn restarted(life: &Life) -> Life {
    serde_json::from_value(serde_json::to_value(life).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn both_sides_keep_a_key_that_works_whatever_the_network_does(
        verify_first in any::<bool>(),
        happenings in prop::collection::vec(turns(), 0..80),
    ) {
        let mut world = World::new(verify_first);
        for turn in &happenings {
            world.turn(turn);
            world.check()?;
        }
        world.heal();
        world.check()?;
        // An offer that nobody took up in time has ended, by design; all else works.
        let has_lapsed = world.issuer.life.state_at(world.now) == Expired;
        if has_lapsed {
            prop_assert_eq!(world.issuer.life.generation(), 0);
        } else {
            prop_assert!(world.issuer.answers(&world.holder.current, world.now), "no key is left that works");
        }
    }
}

#[test]
fn a_rotation_goes_through_though_every_first_answer_is_lost() {
    let mut world = World::new(true);
    world.turn(&Turn::IssuersPeopleCompare);
    world.turn(&Turn::HoldersPeopleCompare);
    for generation in 1..=5 {
        for turn in [
            Turn::HolderAsks,
            Turn::ToIssuer(0),
            Turn::Lost(0),
            Turn::Later(2 * OVERLAP),
        ] {
            world.turn(&turn);
        }
        assert_eq!(world.holder.life.generation(), generation - 1);
        assert!(
            !world.issuer.answers(&world.holder.current, world.now),
            "its overlap is over"
        );
        for turn in [Turn::HolderAsks, Turn::ToIssuer(0), Turn::ToHolder(0)] {
            world.turn(&turn);
        }
        assert_eq!(world.holder.life.generation(), generation);
        assert!(world.issuer.answers(&world.holder.current, world.now));
    }
}
