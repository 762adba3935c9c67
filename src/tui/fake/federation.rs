//! A made-up federation, small or large, as the map shows it.

use crate::handshake::AlarmKind;
use crate::model::{InstanceState, Profile};
use crate::workspace::{Door, DoorState, FederationMap, Gateway, Party, PartyKind};

/// A federation in all states.
pub fn federation() -> FederationMap {
    let party = |id: &str, kind, state| Party {
        id: id.into(),
        name: id.split(':').next_back().unwrap().into(),
        kind,
        state,
    };
    let door = |from: &str, to: &str, name: &str, state| Door {
        from: from.into(),
        to: to.into(),
        credentials: vec![name.into()],
        app_id: "alpha-federation".into(),
        profile: Profile::Native,
        state,
        attention: None,
        gateways: Vec::new(),
        uses: Some(12),
        recent: (0, 0),
    };
    let up = Some(InstanceState::Up);
    FederationMap {
        parties: vec![
            Party {
                name: "this console".into(),
                ..party("this:console", PartyKind::Console, None)
            },
            party("app:harbour-console", PartyKind::Caller, None),
            party("alpha", PartyKind::Local, up),
            party("beta", PartyKind::Local, up),
            party("gamma", PartyKind::Local, Some(InstanceState::Stopped)),
            party("archive", PartyKind::Remote, Some(InstanceState::Refused)),
            party("museum", PartyKind::Remote, Some(InstanceState::Unreachable)),
            party("at:weather.example:5001", PartyKind::Endpoint, None),
        ],
        doors: vec![
            Door {
                gateways: vec![Gateway {
                    id: "conn_0123456789ab".into(),
                    name: "to beta".into(),
                    open: true,
                }],
                credentials: vec!["alpha/held/beta".into(), "alpha-federation@beta".into()],
                recent: (14, 2),
                ..door("alpha", "beta", "", DoorState::Active)
            },
            door(
                "alpha",
                "at:weather.example:5001",
                "alpha/held/weather",
                DoorState::Due,
            ),
            Door {
                attention: Some(AlarmKind::ActivatedTwice.advice().into()),
                ..door(
                    "app:harbour-console",
                    "alpha",
                    "harbour-console@alpha",
                    DoorState::Frozen,
                )
            },
            door("beta", "alpha", "beta/held/alpha", DoorState::Suspended),
            door("beta", "museum", "beta/held/museum", DoorState::Stale),
            door("this:console", "beta", "beta/alpha-federation", DoorState::Active),
            door("this:console", "archive", "archive/owner", DoorState::Unknown),
            door("this:console", "museum", "museum", DoorState::Waiting),
        ],
        missing: Vec::new(),
    }
}

/// A federation of so many parties.
pub fn large_federation(count: usize) -> FederationMap {
    let one = federation();
    let ids: Vec<String> = (0..count).map(|place| format!("station-{place:03}")).collect();
    FederationMap {
        parties: ids
            .iter()
            .map(|id| Party {
                id: id.clone(),
                name: id.clone(),
                kind: PartyKind::Remote,
                state: None,
            })
            .collect(),
        doors: (1..count)
            .map(|place| Door {
                from: ids[(place - 1) / 6].clone(),
                to: ids[place].clone(),
                credentials: vec![format!("station-{place:03}/caller")],
                ..one.doors[1].clone()
            })
            .collect(),
        missing: Vec::new(),
    }
}
