//! Questions before what is dangerous. Each names what it will hit.

use super::begin::begin;
use super::leave::leave;
use crate::model::{Endpoint, InstanceKind, InstanceName, PointerAddress, Route, Side};
use crate::tui::effect::{Consent, Effect, Work};
use crate::tui::layers::{Confirm, Layer, Then};
use crate::tui::message::Again;
use crate::tui::state::{Level, Phase, State};
use crate::workspace::{Destruction, destroying_of_pointer};

/// What is kept in no instance, but in the vault.
const THIS_HOME: &str = "this home";

fn ask(state: &mut State, confirm: Confirm) -> Vec<Effect> {
    state.layers.push(Layer::Confirm(Box::new(confirm)));
    Vec::new()
}

/// Asks before something is done to an instance as a whole.
fn ask_on(
    state: &mut State,
    title: String,
    text: String,
    yes: &'static str,
    name: InstanceName,
    work: fn(InstanceName) -> Work,
) -> Vec<Effect> {
    ask(
        state,
        Confirm {
            title,
            text,
            instance: Some(name.to_string()),
            dependents: None,
            yes,
            then: Then::Do(work(name)),
        },
    )
}

pub fn ask_stop(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let endpoint = state
        .instances
        .get(name.as_str())
        .map(|instance| instance.row.endpoint.authority())
        .unwrap_or_default();
    let text = format!(
        "{name} at {endpoint} will answer nobody until it is started again. What it has acknowledged is kept."
    );
    ask_on(state, format!("Stop {name}?"), text, "stop it", name, Work::Stop)
}

pub fn ask_restart(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let text =
        format!("{name} finishes what it has accepted, answers nobody for a moment, and is hosted again.");
    ask_on(
        state,
        format!("Restart {name}?"),
        text,
        "restart it",
        name,
        Work::Restart,
    )
}

pub fn ask_remove(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let local = state
        .instances
        .get(name.as_str())
        .is_some_and(|instance| instance.row.kind == InstanceKind::Local);
    let text = if local {
        format!(
            "{name} is removed with its folder: its pointers, credentials and audit trail are gone for good."
        )
    } else {
        format!(
            "This console forgets {name} and the credential that it holds for it. {name} itself is not touched."
        )
    };
    ask_on(
        state,
        format!("Remove {name}?"),
        text,
        "remove it",
        name,
        Work::Remove,
    )
}

pub fn ask_recover_owner(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let text = format!(
        "This home calls {name} as the new owner; the owner's credential of before is let in no more, whoever has it. \
                 All other credentials stay as they are. It is put on record on {name}."
    );
    ask_on(
        state,
        format!("Make a new owner for {name}?"),
        text,
        "make one",
        name,
        Work::RecoverOwner,
    )
}

pub fn ask_clear_audit(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let text = format!(
        "Who asked {name} for what is forgotten, all of it. That you cleared it stays on record, and where the trail ended: \
                 consoles and peers that have kept its end can tell that it was cleared, and not forged."
    );
    ask_on(
        state,
        format!("Clear the audit trail of {name}?"),
        text,
        "clear it",
        name,
        Work::ClearAudit,
    )
}

pub fn ask_use_spare_key(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let text = format!(
        "For when its TLS key may be in strange hands. Whoever took a bundle of {name} pinned both keys and notices nothing; \
                 whoever pinned only the one of now has to be told the other one."
    );
    ask_on(
        state,
        format!("Use the spare TLS key of {name}?"),
        text,
        "use it",
        name,
        Work::UseSpareKey,
    )
}

pub fn ask_revoke(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let (name, instance) = (row.name.clone(), &row.instance);
    let kept_on = row.kept_on().unwrap_or(THIS_HOME).to_owned();
    let confirm = match row.side {
        Side::Issued => Confirm {
            title: format!("Revoke {name}?"),
            text: format!(
                "{instance} refuses {} under {name} at once and for good. It cannot be undone; a new credential can be offered.",
                row.app_id
            ),
            instance: Some(kept_on),
            dependents: None,
            yes: "revoke it",
            then: Then::Do(Work::Revoke(name.clone())),
        },
        Side::Held => Confirm {
            title: format!("Forget {name}?"),
            text: format!(
                "It is forgotten here: {kept_on} can no longer call {instance} with it. {instance} still honours it until its administrator revokes it there."
            ),
            instance: Some(kept_on),
            dependents: None,
            yes: "forget it",
            then: Then::Do(Work::Revoke(name.clone())),
        },
    };
    ask_about(state, name, confirm)
}

pub fn ask_suspend(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let (name, instance) = (row.name.clone(), row.instance.clone());
    ask_about(
        state,
        name.clone(),
        Confirm {
            title: format!("Suspend {name}?"),
            text: format!(
                "{instance} refuses {} under {name} from now on, until it is resumed.",
                row.app_id
            ),
            instance: Some(instance),
            dependents: None,
            yes: "suspend it",
            then: Then::Do(Work::Suspend(name, true)),
        },
    )
}

/// Asks before secrets are shown: whoever sees them can do what the credential allows.
pub fn ask_export_credential(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let (name, instance) = (row.name.clone(), row.instance.clone());
    let confirm = Confirm {
        title: format!("Show the values of {name}?"),
        text: format!(
            "In plain text, once they are asked for in the window that opens. Who sees them can call {instance} as {}.",
            row.app_id
        ),
        instance: Some(instance),
        dependents: None,
        yes: "show them",
        then: Then::Do(Work::ExportCredential(name)),
    };
    ask(state, confirm)
}

/// Asks about a credential; what depends on it is told as soon as it is known.
fn ask_about(state: &mut State, name: String, confirm: Confirm) -> Vec<Effect> {
    ask(
        state,
        Confirm {
            dependents: Some((name.clone(), None)),
            ..confirm
        },
    );
    vec![Effect::LoadDependents(name)]
}

/// Asks before something is sent that destroys something. It was looked up first: whoever has gone on meanwhile is not
/// asked, because their next key is meant for something else.
pub fn ask_to_send(state: &mut State, destruction: &Destruction, again: Again, can_be_asked: bool) {
    if !can_be_asked {
        let (done, remedy) = match again {
            Again::Send(_) | Again::Compare(_) => ("sent again", "send it again where you can be asked"),
            Again::Call(..) | Again::Invoke(..) => ("sent", "do it again, and wait until you are asked"),
        };
        let text = format!(
            "not {done}: {} destroys something on {}, and you have gone on meanwhile",
            destruction.query.action(),
            destruction.instance
        );
        state.report(Level::Warn, text, remedy);
        return;
    }
    let work = match again {
        Again::Send(id) => Work::Replay(id, Consent::Given),
        Again::Compare(id) => Work::CompareDirect(id, Consent::Given),
        Again::Call(name, address, route) => Work::Call(name, address, route, Consent::Given),
        Again::Invoke(name, address) => Work::InvokePointer(name, address, Consent::Given),
    };
    let confirm = Confirm::before_sending(destruction, Then::Do(work));
    state.layers.push(Layer::Confirm(Box::new(confirm)));
}

/// Calls or invokes a pointer; after a question if what it stands for destroys something. One that is not known yet is
/// looked at first by the work itself.
pub fn through_pointer(
    state: &mut State,
    name: InstanceName,
    address: PointerAddress,
    work: fn(InstanceName, PointerAddress, Option<Route>, Consent) -> Work,
    route: Option<Route>,
) -> Vec<Effect> {
    if state.read_only {
        // What may change anything, and so whatever destroys, is refused by the workspace: there is nothing to ask.
        return vec![begin(state, work(name, address, route, Consent::Given))];
    }
    let Some(pointer) = state.pointer().filter(|pointer| pointer.address == address) else {
        return vec![begin(state, work(name, address, route, Consent::Unasked))];
    };
    let Some(query) = destroying_of_pointer(pointer) else {
        return vec![begin(state, work(name, address, route, Consent::Given))];
    };
    let destruction = Destruction {
        query,
        instance: match &pointer.federated {
            Some(federated) => name_at(state, &federated.endpoint),
            None => name.to_string(),
        },
        way: Some(format!("through {address} of {name}")),
    };
    let then = Then::Do(work(name, address, route, Consent::Given));
    ask(state, Confirm::before_sending(&destruction, then))
}

/// What the instance at an endpoint is called here, or where it answers.
fn name_at(state: &State, endpoint: &Endpoint) -> String {
    let mut rows = state.instances.rows.iter();
    let known = rows.find(|instance| instance.row.endpoint == *endpoint);
    known.map_or_else(|| endpoint.authority(), |instance| instance.row.name.to_string())
}

/// Leaves, after asking if that stops instances.
pub fn quit(state: &mut State) -> Vec<Effect> {
    let hosted = state.hosted();
    if hosted.is_empty() || state.phase != Phase::Open {
        return leave(state);
    }
    let names = hosted.join(", ");
    ask(
        state,
        Confirm {
            title: "Leave the console?".to_owned(),
            text: format!("This stops {names}, hosted by this console. Nothing acknowledged is lost."),
            instance: None,
            dependents: None,
            yes: "stop and leave",
            then: Then::Quit,
        },
    )
}
