//! Large replies that wait for their readers: how many bytes of them there may be. Whoever asks for much and reads slowly
//! would otherwise take all of the memory.

use hyper::body::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of all large replies together that are not written yet, for everybody.
pub(super) const OF_ALL: usize = 512 * MIB;
/// The same of one credential, so that others are answered beside it.
pub(super) const OF_ONE: usize = OF_ALL / 2;

const MIB: usize = 1024 * 1024;
const KIB: usize = 1024;
/// Replies up to this size are always written: as many as there may be connections take little.
const SMALL: usize = 64 * KIB;

/// How many bytes there is room for.
#[derive(Debug, Clone)]
pub(super) struct Unread(Arc<Semaphore>);

/// A body, and its room, which is given back when it is written or given up.
struct Kept {
    body: String,
    _room: [OwnedSemaphorePermit; 2],
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        self.body.as_bytes()
    }
}

impl Unread {
    /// Room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / KIB)))
    }

    /// A body that may be written, within what there is for all and what there is for one of them; none where it would be
    /// too much.
    pub(super) fn admit(body: String, of_all: &Self, of_one: &Self) -> Option<Bytes> {
        if body.len() <= SMALL {
            return Some(body.into());
        }
        let room = [of_one.take(body.len())?, of_all.take(body.len())?];
        Some(Bytes::from_owner(Kept { body, _room: room }))
    }

    fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let permits = u32::try_from(bytes.div_ceil(KIB)).ok()?;
        Arc::clone(&self.0).try_acquire_many_owned(permits).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: usize) -> String {
        "x".repeat(bytes)
    }

    #[test]
    fn threat_24_replies_that_nobody_reads_have_so_much_room_and_give_it_back() {
        let (all, one) = (Unread::of(MIB), Unread::of(MIB));
        let admit = || Unread::admit(body(MIB / 2), &all, &one);
        let (first, second) = (admit().expect("room"), admit().expect("room"));
        assert!(admit().is_none());
        assert!(
            Unread::admit(body(SMALL), &all, &one).is_some(),
            "small ones always"
        );
        // What was cut off it for the socket is still there.
        let rest = first.slice(10..);
        drop(first);
        assert!(admit().is_none());
        drop(rest);
        assert_eq!(admit().expect("room").len(), MIB / 2);
        drop(second);
    }

    #[test]
    fn threat_24_one_credential_leaves_room_for_the_others() {
        let (all, slow, other) = (Unread::of(MIB), Unread::of(MIB / 2), Unread::of(MIB / 2));
        let kept = Unread::admit(body(MIB / 2), &all, &slow);
        assert!(kept.is_some());
        assert!(Unread::admit(body(MIB / 4), &all, &slow).is_none());
        assert!(Unread::admit(body(MIB / 4), &all, &other).is_some());
    }
}
