//! Made-up credentials, and what hangs on them.

use super::common::now;
use super::pointers::address;
use crate::handshake::{Alarm, AlarmKind};
use crate::model::{AppId, CredentialState, Delivery, Grant, Holder, Profile, Route, Side};
use crate::workspace::{CredentialRow, Dependent};

pub fn credentials() -> Vec<CredentialRow> {
    let row = |text: &str, side, instance: &str| CredentialRow {
        name: text.into(),
        side,
        holder: None,
        instance: instance.into(),
        profile: Profile::Native,
        app_id: AppId::parse("alpha-federation").unwrap(),
        kid: Some("kid_0123456789abcdef".into()),
        state: CredentialState::Active,
        verified: true,
        expires_at: Some(now().plus_seconds(86_400 * 90)),
        last_used: Some(now().plus_seconds(-5)),
        uses: Some(12),
        grant: None,
        attention: None,
        delivery: None,
        generation: 0,
        rotation_due: None,
        overlap_until: None,
        alarm: None,
        created_at: None,
        ended_at: None,
    };
    vec![
        CredentialRow {
            holder: Some(Holder::Console),
            delivery: Some(Delivery::Code),
            generation: 2,
            overlap_until: Some(now().plus_seconds(3_600 * 5)),
            created_at: Some(now().plus_seconds(-86_400 * 20)),
            ..row("beta/alpha-federation", Side::Held, "beta")
        },
        CredentialRow {
            grant: Some(Grant::read(["get_pointer_summary", "whoami"])),
            verified: false,
            delivery: Some(Delivery::Passphrase),
            state: CredentialState::Offered,
            last_used: None,
            ..row("alpha-federation", Side::Issued, "beta")
        },
        CredentialRow {
            profile: Profile::Legacy,
            kid: None,
            expires_at: None,
            attention: Some("its token secret is the documented development default".into()),
            delivery: None,
            generation: 0,
            rotation_due: None,
            overlap_until: None,
            alarm: None,
            created_at: None,
            ended_at: None,
            ..row("museum", Side::Held, "museum")
        },
        CredentialRow {
            state: CredentialState::Suspended,
            verified: false,
            delivery: Some(Delivery::Passphrase),
            alarm: Some(Alarm {
                kind: AlarmKind::ActivatedTwice,
                at: now().plus_seconds(-60),
            }),
            attention: Some(AlarmKind::ActivatedTwice.advice().into()),
            ..row("harbour-console@alpha", Side::Issued, "alpha")
        },
        CredentialRow {
            state: CredentialState::Revoked,
            ended_at: Some(now().plus_seconds(-86_400)),
            ..row("old-client", Side::Issued, "alpha")
        },
    ]
}

pub fn dependents() -> Vec<Dependent> {
    vec![
        Dependent::Pointer {
            instance: "alpha".into(),
            address: address(3),
            description: "Summary of the harbour's tide tables".into(),
            route: Route::Relay,
        },
        Dependent::Connection {
            instance: "alpha".into(),
            name: "to beta".into(),
            pointers: 1,
            unharmed: 2,
        },
        Dependent::Caller {
            app_id: "alpha-federation".into(),
            last_used: Some(now().plus_seconds(-5)),
            uses: 12,
        },
    ]
}
