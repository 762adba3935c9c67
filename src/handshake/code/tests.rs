//! Codes, and the conversation over them against what can happen to it.

use super::*;
use crate::handshake::samples::{NOW, asker, bundle_by_code, offerer, refusal};
use crate::handshake::words::PASSPHRASE_WORDS;
use std::collections::HashSet;

/// Both sides of a conversation that went well so far.
struct Conversation {
    bundle: Bundle,
    claimed: Claimed,
    confirmed: Confirmed,
    confirmation: Confirmation,
}

fn instance_of(bundle: &Bundle) -> InstanceId {
    bundle.instance.id.clone().unwrap()
}

fn converse() -> Conversation {
    let (bundle, code) = (bundle_by_code(), OneTimeCode::generate());
    let instance = instance_of(&bundle);
    let (claimant, claim) = Claimant::begin(&code, &instance, Some(asker().key()));
    let (claimed, answer) = Claimed::answer(&code, &instance, &claim).unwrap();
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    Conversation {
        bundle,
        claimed,
        confirmed,
        confirmation,
    }
}

impl Conversation {
    fn hand_over(&self) -> Handover {
        self.claimed
            .hand_over(&self.confirmation, &self.bundle.expose_json())
            .unwrap()
    }
}

#[test]
fn a_code_hands_the_bundle_over() {
    let conversation = converse();
    let handover = conversation.hand_over();
    let opened = conversation.confirmed.open(&handover, NOW).unwrap();
    assert_eq!(opened.expose_json(), conversation.bundle.expose_json());
    assert_eq!(opened.words(), conversation.bundle.words());
}

#[test]
fn the_offering_side_can_be_kept_between_requests() {
    const fn is_kept<T: Send + Sync + 'static>() {}
    is_kept::<Claimed>();
    is_kept::<Claimant>();
    is_kept::<Confirmed>();
}

#[test]
fn a_confirmation_whose_answer_was_lost_may_be_sent_again() {
    let conversation = converse();
    let lost = conversation.hand_over();
    let again = conversation.hand_over();
    assert_eq!(lost.proof, again.proof);
    assert!(conversation.confirmed.open(&again, NOW).is_ok());
}

#[test]
fn a_code_may_be_typed_as_people_type() {
    let generated = "4711-able-about-above";
    for typed in [
        generated,
        " 4711 Able ABOUT\tabove \r\n",
        "4711, able, about, above.",
    ] {
        let code = OneTimeCode::parse(typed).unwrap();
        assert_eq!(code.expose_text().as_str(), generated);
        assert_eq!(code.nameplate(), "4711");
    }
}

#[test]
fn what_is_no_code_is_said_to_be_none() {
    for typed in [
        "",
        "4711",
        "able-about-above",
        "471-able-about-above",
        "47111-able-about-above",
        "4711-able-about",
        "4711-able-about-above-absent",
        "٤٧١١-able-about-above",
        &"4711-able-about-above".repeat(1000),
    ] {
        assert_eq!(
            OneTimeCode::parse(typed).map(|_| ()),
            Err(CodeError::Form),
            "{typed}"
        );
    }
    for (typed, position) in [("4711-able-about-letmein", 3), ("4711-4711-about-above", 1)] {
        let outcome = OneTimeCode::parse(typed).map(|_| ());
        assert_eq!(outcome, Err(CodeError::UnknownWord { position }));
    }
}

#[test]
fn threat_39_codes_are_generated_and_have_33_bits_for_one_guess() {
    assert_eq!(2048_u64.pow(CODE_WORDS as u32).ilog2(), 33);
    assert!(2048_u128.pow(PASSPHRASE_WORDS as u32).ilog2() >= 77);
    let mut seen = HashSet::new();
    for _ in 0..500 {
        let code = OneTimeCode::generate();
        let text = code.expose_text();
        assert!((1000..=9999).contains(&code.nameplate().parse::<u32>().unwrap()));
        assert_eq!(OneTimeCode::parse(&text).unwrap().expose_text(), text);
        assert!(seen.insert(code.words.to_string()), "words came twice");
    }
}

#[test]
fn a_wrong_code_proves_nothing_and_is_told_nothing() {
    let (bundle, code) = (bundle_by_code(), OneTimeCode::generate());
    let instance = instance_of(&bundle);
    let guess = OneTimeCode {
        nameplate: code.nameplate.clone(),
        words: OneTimeCode::generate().words,
    };
    let (claimant, claim) = Claimant::begin(&guess, &instance, None);
    let (claimed, answer) = Claimed::answer(&code, &instance, &claim).unwrap();
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    let outcome = claimed.hand_over(&confirmation, &bundle.expose_json());
    assert_eq!(outcome.unwrap_err(), CodeError::Wrong);
    // Even what the offerer would have sent is of no use.
    let handover = Handover {
        proof: claimed.keys.proof(PakeSide::Offerer),
        bundle: claimed.keys.seal(&bundle.expose_json()),
    };
    let error = refusal(confirmed.open(&handover, NOW));
    assert_eq!(error, HandoverError::Code(CodeError::Wrong));
    assert_eq!(error.code(), Code::CodeRefused);
}

#[test]
fn an_offerer_who_does_not_know_the_code_hands_nothing_over() {
    let (bundle, code) = (bundle_by_code(), OneTimeCode::generate());
    let instance = instance_of(&bundle);
    let (claimant, claim) = Claimant::begin(&code, &instance, None);
    let guess = OneTimeCode {
        nameplate: code.nameplate.clone(),
        words: OneTimeCode::generate().words,
    };
    let (impostor, answer) = Claimed::answer(&guess, &instance, &claim).unwrap();
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    let handover = Handover {
        proof: confirmation.proof,
        bundle: impostor.keys.seal(&bundle.expose_json()),
    };
    assert_eq!(
        refusal(confirmed.open(&handover, NOW)),
        HandoverError::Code(CodeError::Wrong)
    );
}

#[test]
fn whoever_stands_in_between_changes_nothing_unnoticed() {
    let (bundle, code) = (bundle_by_code(), OneTimeCode::generate());
    let instance = instance_of(&bundle);
    let alterations: [fn(&mut Claim); 3] = [
        |claim| claim.identity = None,
        |claim| claim.identity = Some(offerer().key()),
        |claim| {
            let code = OneTimeCode::generate();
            claim.message = Claimant::begin(&code, &random::instance_id(), None).1.message;
        },
    ];
    for alter in alterations {
        let (claimant, mut claim) = Claimant::begin(&code, &instance, Some(asker().key()));
        alter(&mut claim);
        let (claimed, answer) = Claimed::answer(&code, &instance, &claim).unwrap();
        let (_, confirmation) = claimant.confirm(&answer).unwrap();
        let outcome = claimed.hand_over(&confirmation, &bundle.expose_json());
        assert_eq!(outcome.unwrap_err(), CodeError::Wrong);
    }
    // Sent on to another instance that happens to have the same code.
    let (claimant, claim) = Claimant::begin(&code, &instance, None);
    let (claimed, answer) = Claimed::answer(&code, &random::instance_id(), &claim).unwrap();
    let (_, confirmation) = claimant.confirm(&answer).unwrap();
    assert!(claimed.hand_over(&confirmation, b"{}").is_err());
}

#[test]
fn threat_36_a_second_claim_cannot_use_the_first_ones_proof() {
    let (bundle, code) = (bundle_by_code(), OneTimeCode::generate());
    let instance = instance_of(&bundle);
    let (claimant, first) = Claimant::begin(&code, &instance, None);
    let (thief, second) = Claimant::begin(&code, &instance, None);
    assert_ne!(first, second, "two claims differ, so the second one shows");
    let (claimed, answer) = Claimed::answer(&code, &instance, &first).unwrap();
    let (_, stolen) = thief.confirm(&answer).unwrap();
    assert_eq!(claimed.hand_over(&stolen, b"{}").unwrap_err(), CodeError::Wrong);
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    let handover = claimed.hand_over(&confirmation, &bundle.expose_json()).unwrap();
    assert!(confirmed.open(&handover, NOW).is_ok());
}

#[test]
fn a_claim_for_another_nameplate_or_garbled_is_refused() {
    let (instance, code) = (random::instance_id(), OneTimeCode::generate());
    let (_, honest) = Claimant::begin(&code, &instance, None);
    for message in ["", "AAAA", "not base64!", &"A".repeat(44), &"A".repeat(100_000)] {
        let claim = Claim {
            message: message.to_owned(),
            ..honest.clone()
        };
        let outcome = Claimed::answer(&code, &instance, &claim).map(|_| ());
        assert_eq!(outcome, Err(CodeError::Garbled));
    }
    let claim = Claim {
        nameplate: "0000".to_owned(),
        ..honest
    };
    assert!(Claimed::answer(&code, &instance, &claim).is_err());
    let (claimant, claim) = Claimant::begin(&code, &instance, None);
    let reflected = ClaimAnswer {
        message: claim.message,
    };
    assert_eq!(claimant.confirm(&reflected).map(|_| ()), Err(CodeError::Garbled));
}

#[test]
fn threat_37_every_prefix_and_every_changed_character_of_a_handover_is_refused() {
    let conversation = converse();
    let keys = &conversation.confirmed.keys;
    let handover = conversation.hand_over();
    // Opening takes the keys away, as it is done once; here it is done thousands of times.
    let open = |handover: &Handover| {
        if !keys.is_proven(PakeSide::Offerer, &handover.proof) {
            return false;
        }
        keys.open(&handover.bundle).is_some()
    };
    assert!(open(&handover));
    let flip = |text: &str, at: usize| {
        let replacement = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{replacement}{}", &text[..at], &text[at + 1..])
    };
    for at in 0..handover.proof.len() {
        for proof in [flip(&handover.proof, at), handover.proof[..at].to_owned()] {
            assert!(
                !open(&Handover {
                    proof,
                    ..handover.clone()
                }),
                "{at}"
            );
        }
    }
    for at in 0..handover.bundle.len() {
        for bundle in [flip(&handover.bundle, at), handover.bundle[..at].to_owned()] {
            assert!(
                !open(&Handover {
                    bundle,
                    ..handover.clone()
                }),
                "{at}"
            );
        }
    }
    let confirmation = &conversation.confirmation;
    for at in 0..confirmation.proof.len() {
        for proof in [flip(&confirmation.proof, at), confirmation.proof[..at].to_owned()] {
            let changed = Confirmation {
                proof,
                ..confirmation.clone()
            };
            assert!(conversation.claimed.hand_over(&changed, b"{}").is_err());
        }
    }
    let cut = Handover {
        bundle: handover.bundle[..handover.bundle.len() - 4].to_owned(),
        ..handover
    };
    assert_eq!(
        refusal(conversation.confirmed.open(&cut, NOW)),
        HandoverError::Bundle(BundleError::Damaged)
    );
}

#[test]
fn threat_41_what_is_handed_over_is_checked_like_any_bundle() {
    type Case = (fn(&mut Bundle), fn(&BundleError) -> bool);
    let cases: [Case; 4] = [
        (
            |bundle| bundle.version = 2,
            |error| matches!(error, BundleError::Version { found: 2, .. }),
        ),
        (
            |bundle| {
                bundle.offered_at = NOW.plus_seconds(-10);
                bundle.expires_at = NOW;
            },
            |error| matches!(error, BundleError::Expired { .. }),
        ),
        (
            |bundle| bundle.delivery = Delivery::Passphrase,
            |error| matches!(error, BundleError::Unreadable(_)),
        ),
        (
            |bundle| {
                bundle.instance.id = Some(random::instance_id());
                bundle.credentials.truncate(1);
            },
            |error| matches!(error, BundleError::Unreadable(_)),
        ),
    ];
    for (index, (alter, is_expected)) in cases.into_iter().enumerate() {
        let mut conversation = converse();
        alter(&mut conversation.bundle);
        let handover = conversation.hand_over();
        match refusal(conversation.confirmed.open(&handover, NOW)) {
            HandoverError::Bundle(error) => assert!(is_expected(&error), "{index}: {error}"),
            HandoverError::Code(error) => panic!("{index}: {error}"),
        }
    }
}
