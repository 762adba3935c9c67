//! How much one party may ask for: calls a minute of a credential, failures a minute of an address,
//! calls at once of everybody. Their clock only goes forward: one that is set back would hold everybody up for as long.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

const MINUTE_US: i64 = 60_000_000;
/// Unauthenticated calls that an address may fail with in a minute before it hears 429 instead of 401.
const FAILURES_A_MINUTE: u32 = 600;
/// Why the next one is refused, as the trail counts it.
pub(super) const TOO_MANY_FAILURES: &str = "too_many_failures";
/// Addresses whose failures are counted one by one; the rest share one count.
const ADDRESSES: usize = 4096;

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The present moment, for rates: microseconds since this was first asked, whatever happens to the system's clock.
pub(super) fn moment_us() -> i64 {
    i64::try_from(BEGINNING.elapsed().as_micros()).unwrap_or(i64::MAX)
}

/// So many calls a minute, all at once or spread out (GCRA: one moment is all that it remembers).
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// When the calls so far would be through at the even pace, as [`moment_us`] counts.
    through: AtomicI64,
}

impl Rate {
    /// Takes one call; the error is how many seconds to wait.
    pub(super) fn take(&self, per_minute: u32, now_us: i64) -> Result<(), u64> {
        let mut wait = 0;
        let taken = self
            .through
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |through| {
                let next = advance(through, per_minute, now_us);
                wait = next.err().unwrap_or(0);
                next.ok()
            });
        taken.map(drop).map_err(|_| wait)
    }
}

/// The moment after one more call, or the seconds until one is allowed.
fn advance(through: i64, per_minute: u32, now_us: i64) -> Result<i64, u64> {
    if per_minute == 0 {
        return Err(60);
    }
    let pace = MINUTE_US / i64::from(per_minute);
    let ahead = through.max(now_us) - now_us;
    let most_ahead = MINUTE_US - pace;
    if ahead > most_ahead {
        let wait = u64::try_from(ahead - most_ahead).unwrap_or(0);
        return Err(wait.div_ceil(1_000_000).max(1));
    }
    Ok(through.max(now_us) + pace)
}

/// Counts failures by address, in bounded memory. Whoever succeeds is never held up by it.
#[derive(Debug, Default)]
pub(super) struct Failures {
    addresses: Mutex<HashMap<IpAddr, i64>>,
    everyone_else: Rate,
}

impl Failures {
    /// Counts a failure; the error is how many seconds the address should wait.
    pub(super) fn count(&self, peer: IpAddr, now_us: i64) -> Result<(), u64> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= ADDRESSES {
            addresses.retain(|_, through| *through > now_us);
        }
        let place = network(peer);
        if addresses.len() >= ADDRESSES && !addresses.contains_key(&place) {
            return self.everyone_else.take(FAILURES_A_MINUTE, now_us);
        }
        let through = addresses.entry(place).or_insert(0);
        *through = advance(*through, FAILURES_A_MINUTE, now_us)?;
        Ok(())
    }
}

/// Guesses a minute at which codes there are, of one address and of all together. People mistype a number once or twice; of
/// the 10,000 numbers so many are some hundreds in the quarter of an hour that a code lives.
const GUESSES_OF_ONE: u32 = 10;
const GUESSES_OF_ALL: u32 = 30;

/// Counts guesses at one-time codes that hit none. Whoever used them up is to be heard no more, right or wrong: a guess that
/// hits burns somebody's code. Few are counted, so that it stays small.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    addresses: Mutex<HashMap<IpAddr, i64>>,
    all: AtomicI64,
}

impl Guesses {
    /// Whether this address has a guess left; the error is how many seconds it should wait.
    pub(super) fn look(&self, peer: IpAddr, now_us: i64) -> Result<(), u64> {
        let addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let through = addresses.get(&network(peer)).copied().unwrap_or(0);
        advance(through, GUESSES_OF_ONE, now_us)?;
        advance(self.all.load(Ordering::Relaxed), GUESSES_OF_ALL, now_us).map(drop)
    }

    /// Counts one that hit nothing.
    pub(super) fn count(&self, peer: IpAddr, now_us: i64) {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.retain(|_, through| *through > now_us);
        let through = addresses.entry(network(peer)).or_insert(0);
        *through = advance(*through, GUESSES_OF_ONE, now_us).unwrap_or(*through);
        let all = self.all.load(Ordering::Relaxed);
        let all = advance(all, GUESSES_OF_ALL, now_us).unwrap_or(all);
        self.all.store(all, Ordering::Relaxed);
    }
}

/// One party has a whole /64 of IPv6.
pub(super) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(prefix.into())
        }
        address => address,
    }
}

/// Calls answered at one time.
pub(super) const MOST_CALLS: usize = 1024;
/// How many of them one credential may have, with the access keys that stand with it: some go on without their caller.
pub(super) const MOST_CALLS_OF_ONE: usize = MOST_CALLS / 2;
/// Why the next one is refused, as the trail has it.
pub(super) const TOO_MANY_AT_ONCE: &str = "too_many_at_once";

/// So many things at once.
#[derive(Debug)]
pub(super) struct Gate {
    inside: Arc<AtomicUsize>,
    most: usize,
}

/// A place inside a gate; given back when dropped.
pub(super) struct Place(Arc<AtomicUsize>);

impl Gate {
    pub(super) fn new(most: usize) -> Self {
        Self {
            inside: Arc::default(),
            most,
        }
    }

    /// A place, unless all are taken.
    pub(super) fn enter(&self) -> Option<Place> {
        if self.inside.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.inside.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Place(Arc::clone(&self.inside)))
    }

    /// Whether nobody else comes in.
    pub(super) fn is_full(&self) -> bool {
        self.inside() >= self.most
    }

    pub(super) fn inside(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many of something each address has; none has more than its share. Clones count together.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

/// One thing that an address has; given back when dropped.
pub(super) struct Share {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Shares {
    pub(super) fn new(most: usize) -> Self {
        Self {
            held: Arc::default(),
            most,
        }
    }

    /// One more for this address, unless it has its share.
    pub(super) fn take(&self, peer: IpAddr) -> Option<Share> {
        let address = network(peer);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share {
            held: Arc::clone(&self.held),
            address,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = held.get_mut(&self.address) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            held.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_428_672_000_000;

    #[test]
    fn a_rate_allows_its_number_at_once_and_then_one_each_interval() {
        let rate = Rate::default();
        for _ in 0..3 {
            assert_eq!(rate.take(3, NOW), Ok(()));
        }
        assert_eq!(rate.take(3, NOW), Err(20));
        assert_eq!(rate.take(3, NOW + 20_000_000), Ok(()));
        assert_eq!(rate.take(3, NOW + 20_000_000), Err(20));
        assert_eq!(rate.take(0, NOW), Err(60));
    }

    #[test]
    fn a_rate_counts_from_the_first_moment_on() {
        let rate = Rate::default();
        assert_eq!(rate.take(1, 0), Ok(()));
        assert_eq!(rate.take(1, 0), Err(60));
        assert_eq!(rate.take(1, MINUTE_US), Ok(()));
        assert!(moment_us() <= moment_us());
    }

    #[test]
    fn threat_55_failures_are_counted_by_address_and_network() {
        let failures = Failures::default();
        let prober: IpAddr = "2001:db8::1".parse().unwrap();
        for _ in 0..FAILURES_A_MINUTE {
            assert_eq!(failures.count(prober, NOW), Ok(()));
        }
        assert!(failures.count("2001:db8::2".parse().unwrap(), NOW).is_err());
        assert_eq!(failures.count("2001:db8:1::1".parse().unwrap(), NOW), Ok(()));
        assert_eq!(failures.count(prober, NOW + 60_000_000), Ok(()));
    }

    #[test]
    fn threat_55_guesses_are_few_of_each_and_of_all() {
        let guesses = Guesses::default();
        let mut heard = 0;
        for number in 0..100u32 {
            let peer = IpAddr::V4((number / 20).into());
            if guesses.look(peer, NOW).is_ok() {
                guesses.count(peer, NOW);
                heard += 1;
            }
        }
        assert_eq!(heard, GUESSES_OF_ALL, "ten of each of three");
        assert!(guesses.addresses.lock().unwrap().len() <= 3);
        let fresh = IpAddr::V4(9.into());
        assert_eq!(guesses.look(fresh, NOW), Err(2));
        assert_eq!(guesses.look(fresh, NOW + 2_000_000), Ok(()));
        assert_eq!(guesses.look(IpAddr::V4(0.into()), NOW + 2_000_000), Err(4));
    }

    #[test]
    fn counting_addresses_takes_bounded_memory() {
        let failures = Failures::default();
        for number in 0..20_000u32 {
            let _ = failures.count(IpAddr::V4(number.into()), NOW);
        }
        assert!(failures.addresses.lock().unwrap().len() <= ADDRESSES);
    }

    #[test]
    fn threat_24_no_address_has_more_than_its_share() {
        let shares = Shares::new(2);
        let [greedy, honest]: [IpAddr; 2] = ["2001:db8::1", "192.0.2.1"].map(|text| text.parse().unwrap());
        let taken = [shares.take(greedy), shares.take("2001:db8::2".parse().unwrap())];
        assert!(taken.iter().all(Option::is_some));
        assert!(shares.take(greedy).is_none());
        assert!(shares.take(honest).is_some());
        drop(taken);
        assert!(shares.take(greedy).is_some());
        assert!(shares.held.lock().unwrap().is_empty());
    }

    #[test]
    fn a_gate_gives_its_places_back() {
        let gate = Gate::new(1);
        let place = gate.enter();
        assert!(place.is_some() && gate.enter().is_none());
        drop(place);
        assert!(gate.enter().is_some());
    }
}
