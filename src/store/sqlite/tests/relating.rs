//! Relationships, whatever is added and removed in which order: what is stored is what a plain map would hold.

use super::*;
use crate::model::PointerAddress;
use crate::store::Store;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What is done: two of four pointers, one of two kinds, and whether it is added, removed, or removed of any kind.
type Step = (usize, usize, usize, u8);

const KINDS: [&str; 2] = ["cites", "contains"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0usize..4, 0usize..4, 0usize..2, 0u8..3), 1..24)
}

async fn follows(steps: &[Step]) {
    let place = Place::new();
    let store = place.store();
    let mut made: Vec<PointerAddress> = Vec::new();
    for name in ["a", "b", "c", "d"] {
        made.push(
            store
                .create_pointer(new(name, "", &[]), NOW)
                .await
                .unwrap()
                .address,
        );
    }
    let mut expected: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
    for &(one, other, kind, what) in steps.iter().filter(|(one, other, ..)| one != other) {
        let (low, high) = (one.min(other), one.max(other));
        if what == 0 {
            store
                .add_relationship(&made[one], &made[other], KINDS[kind], 1.0, None)
                .await
                .unwrap();
            expected.insert((low, high, kind));
            continue;
        }
        let only = (what == 1).then_some(kind);
        let before = expected.len();
        expected
            .retain(|&(from, to, which)| (from, to) != (low, high) || only.is_some_and(|only| only != which));
        let removed = store
            .remove_relationships(&made[one], &made[other], only.map(|kind| KINDS[kind]), None)
            .await
            .unwrap();
        assert_eq!(removed, (before - expected.len()) as u64);
    }
    assert_eq!(
        store.statistics().await.unwrap().relationships,
        expected.len() as u64
    );
    assert_eq!(store.edges(None, 100).await.unwrap().len(), expected.len());
    for (index, address) in made.iter().enumerate() {
        let own = expected
            .iter()
            .filter(|(from, to, _)| *from == index || *to == index)
            .count();
        assert_eq!(store.relationships(address, 100, None).await.unwrap().len(), own);
        let summary = store.summary(address).await.unwrap().unwrap();
        assert_eq!(summary.neighbor_count, own as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_stored_is_what_was_added_and_not_removed(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(follows(&steps));
    }
}
