//! The table itself.
//!
//! No key that people press by habit elsewhere does harm here: `ctrl-d` and `ctrl-u` move, `ctrl-b` (the
//! prefix of tmux) and `ctrl-f` turn pages, `d` does nothing; whatever destroys is on `x` or `S`, and asks.

use super::Scope::{
    CredentialPage, Credentials, Global, InstancePage, Instances, InvokePage, Log, Moving, Panes,
    PointerPage, Pointers,
};
use super::{Command, Id, Scope, Situation};

fn always(_: &Situation) -> bool {
    true
}
fn somewhere_to_go_back(situation: &Situation) -> bool {
    situation.page || situation.zoomed || situation.filtered
}
fn on_instance(situation: &Situation) -> bool {
    situation.instance.is_some()
}
fn on_local(situation: &Situation) -> bool {
    situation.instance.is_some_and(|instance| instance.local)
}
fn startable(situation: &Situation) -> bool {
    situation
        .instance
        .is_some_and(|instance| instance.local && instance.stopped)
}
fn stoppable(situation: &Situation) -> bool {
    situation.instance.is_some_and(|instance| instance.hosted_here)
}
fn on_pointer(situation: &Situation) -> bool {
    situation.pointer
}
fn on_federated(situation: &Situation) -> bool {
    situation.federated
}
fn on_link(situation: &Situation) -> bool {
    situation.leads_somewhere
}
fn on_revocable(situation: &Situation) -> bool {
    situation.revocable
}
fn on_invoke(situation: &Situation) -> bool {
    situation.invoke
}
fn when_filtered(situation: &Situation) -> bool {
    situation.filtered
}
fn when_busy(situation: &Situation) -> bool {
    situation.busy
}

/// A command that only shows.
const fn shows(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        id,
        name,
        label,
        doc,
        scopes,
        dangerous: false,
        changes: false,
        weight,
        available: always,
        keys,
        argument: "",
    }
}

/// A command that changes something.
const fn changes(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        changes: true,
        ..shows(id, name, label, doc, scopes, weight, keys)
    }
}

/// A command that destroys something, and asks first.
const fn destroys(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        dangerous: true,
        ..changes(id, name, label, doc, scopes, weight, keys)
    }
}

impl Command {
    const fn when(self, available: fn(&Situation) -> bool) -> Self {
        Self { available, ..self }
    }

    const fn taking(self, argument: &'static str) -> Self {
        Self { argument, ..self }
    }
}

/// Everything that can be done.
pub static COMMANDS: &[Command] = &[
    // What one goes to first.
    shows(
        Id::Open,
        "open",
        "open",
        "Look closer at what is selected",
        &[Instances, Pointers, Credentials, Log],
        95,
        &["enter"],
    ),
    shows(
        Id::Back,
        "back",
        "back",
        "Close this page, or undo the zoom",
        &[Panes, InstancePage, PointerPage, CredentialPage, InvokePage],
        20,
        &["esc"],
    )
    .when(somewhere_to_go_back),
    // Instances.
    changes(
        Id::StartInstance,
        "start",
        "start",
        "Host the selected local instance in this process",
        &[Instances, InstancePage],
        90,
        &["s"],
    )
    .when(startable)
    .taking("[INSTANCE]"),
    destroys(
        Id::StopInstance,
        "stop",
        "stop",
        "Stop the selected instance; nothing acknowledged is lost",
        &[Instances, InstancePage],
        88,
        &["S"],
    )
    .when(stoppable)
    .taking("[INSTANCE]"),
    changes(
        Id::InitInstance,
        "init",
        "host new",
        "Make a local instance and host it here",
        &[Instances],
        70,
        &["n"],
    ),
    changes(
        Id::AddRemote,
        "add",
        "add remote",
        "Add someone else's instance from plain values",
        &[Instances],
        68,
        &["a"],
    ),
    destroys(
        Id::RemoveInstance,
        "remove",
        "remove",
        "Forget a remote, or remove a local instance with its data",
        &[Instances, InstancePage],
        40,
        &["x"],
    )
    .when(on_instance)
    .taking("[INSTANCE]"),
    // Pointers.
    shows(
        Id::InvokePointer,
        "invoke",
        "invoke",
        "Invoke this pointer through its connection",
        &[Pointers, PointerPage],
        90,
        &["i"],
    )
    .when(on_pointer),
    shows(
        Id::CallPointer,
        "call",
        "call",
        "Make the federated call that this pointer stands for, on its own route",
        &[Pointers, PointerPage],
        92,
        &["c"],
    )
    .when(on_federated)
    .taking("[endpoint|circuit|relay]"),
    shows(
        Id::CallByRoute,
        "route",
        "call by route",
        "Choose the route of the federated call",
        &[Pointers, PointerPage],
        80,
        &["C"],
    )
    .when(on_federated),
    shows(
        Id::Filter,
        "filter",
        "filter",
        "Filter as you type: words, #tag or tag:x",
        &[Pointers, Log],
        85,
        &["/"],
    )
    .taking("[WORDS #TAG]"),
    shows(
        Id::ClearFilter,
        "clear",
        "clear filter",
        "Show everything again",
        &[Pointers, Log],
        60,
        &["backspace"],
    )
    .when(when_filtered),
    shows(
        Id::FederatedOnly,
        "federated",
        "federated",
        "Show only pointers that lead to another instance, or all",
        &[Pointers],
        76,
        &["f"],
    ),
    changes(
        Id::NewPointer,
        "new",
        "new",
        "Make a pointer on the selected instance",
        &[Pointers],
        75,
        &["n"],
    )
    .when(on_instance),
    changes(
        Id::EditPointer,
        "edit",
        "edit",
        "Change this pointer's description, reference or tags",
        &[Pointers, PointerPage],
        65,
        &["e"],
    )
    .when(on_pointer),
    destroys(
        Id::DeletePointer,
        "delete",
        "delete",
        "Delete this pointer and its relationships",
        &[Pointers, PointerPage],
        40,
        &["x"],
    )
    .when(on_pointer),
    changes(
        Id::Federate,
        "federate",
        "federate",
        "Make a pointer that leads to another instance",
        &[Pointers, Instances],
        55,
        &["F"],
    )
    .when(on_instance),
    shows(
        Id::FollowLink,
        "follow",
        "go to peer",
        "Go to the instance that this pointer leads to",
        &[PointerPage],
        60,
        &["f"],
    )
    .when(on_link),
    // Credentials and the handshake.
    changes(
        Id::Offer,
        "offer",
        "offer",
        "Make a credential on the selected instance for somebody, sealed under a passphrase",
        &[Instances, Credentials, InstancePage],
        50,
        &["o"],
    )
    .when(on_local),
    changes(
        Id::Accept,
        "accept",
        "accept",
        "Open a bundle that somebody made for you",
        &[Instances, Credentials],
        48,
        &["A"],
    ),
    destroys(
        Id::RevokeCredential,
        "revoke",
        "revoke",
        "Revoke an issued credential at once, or forget a held one",
        &[Credentials, CredentialPage],
        60,
        &["x"],
    )
    .when(on_revocable),
    // Invokes.
    shows(
        Id::Compose,
        "query",
        "query",
        "Write a query for the selected instance and send it",
        &[Panes, InstancePage],
        62,
        &["I"],
    )
    .when(on_instance)
    .taking("[JSON]"),
    shows(
        Id::Repeat,
        "again",
        "send again",
        "Send the same query again, as a new line of the log",
        &[Log, InvokePage],
        78,
        &["r"],
    )
    .when(on_invoke),
    shows(
        Id::FollowLog,
        "latest",
        "latest",
        "Go to the newest line and stay there",
        &[Log],
        30,
        &["f"],
    ),
    shows(
        Id::NextTab,
        "next-tab",
        "next tab",
        "Show the next tab",
        &[InvokePage],
        70,
        &["tab", "l", "right"],
    ),
    shows(
        Id::PreviousTab,
        "previous-tab",
        "previous tab",
        "Show the tab before",
        &[InvokePage],
        0,
        &["shift-tab", "h", "left"],
    ),
    shows(
        Id::TabQuery,
        "tab-query",
        "query",
        "What was asked",
        &[InvokePage],
        0,
        &["1"],
    ),
    shows(
        Id::TabReply,
        "tab-reply",
        "reply",
        "What was answered",
        &[InvokePage],
        0,
        &["2"],
    ),
    shows(
        Id::TabWire,
        "tab-wire",
        "wire",
        "What travelled: token claims, headers, sealed bodies",
        &[InvokePage],
        0,
        &["3"],
    ),
    shows(
        Id::TabTrace,
        "tab-trace",
        "trace",
        "Where the time went, hop by hop",
        &[InvokePage],
        0,
        &["4"],
    ),
    // Panes.
    shows(
        Id::NextPane,
        "next-pane",
        "next pane",
        "Give the next pane the focus",
        &[Panes],
        58,
        &["tab"],
    ),
    shows(
        Id::PreviousPane,
        "previous-pane",
        "previous pane",
        "Give the pane before the focus",
        &[Panes],
        0,
        &["shift-tab"],
    ),
    shows(
        Id::PaneLeft,
        "pane-left",
        "pane left",
        "Give the pane on the left the focus",
        &[Panes],
        0,
        &["left", "h"],
    ),
    shows(
        Id::PaneRight,
        "pane-right",
        "pane right",
        "Give the pane on the right the focus",
        &[Panes],
        0,
        &["right", "l"],
    ),
    shows(
        Id::ShowInstances,
        "instances",
        "instances",
        "Go to the instances",
        &[Panes],
        0,
        &["1"],
    )
    .taking("[INSTANCE]"),
    shows(
        Id::ShowPointers,
        "pointers",
        "pointers",
        "Go to the pointers",
        &[Panes],
        0,
        &["2"],
    )
    .taking("[INSTANCE]"),
    shows(
        Id::ShowCredentials,
        "credentials",
        "credentials",
        "Go to the credentials",
        &[Panes],
        0,
        &["3"],
    ),
    shows(
        Id::ShowLog,
        "log",
        "log",
        "Go to the invoke log",
        &[Panes],
        0,
        &["4"],
    ),
    shows(
        Id::Zoom,
        "zoom",
        "zoom",
        "Give this pane the whole screen, or take it back",
        &[Panes],
        50,
        &["z"],
    ),
    shows(
        Id::NextInstance,
        "next-instance",
        "next instance",
        "Select the next instance",
        &[Panes],
        35,
        &["]"],
    )
    .when(on_instance),
    shows(
        Id::PreviousInstance,
        "previous-instance",
        "previous instance",
        "Select the instance before",
        &[Panes],
        0,
        &["["],
    )
    .when(on_instance),
    // Moving.
    shows(
        Id::Down,
        "down",
        "down",
        "One line down",
        &[Moving],
        0,
        &["j", "down"],
    ),
    shows(Id::Up, "up", "up", "One line up", &[Moving], 0, &["k", "up"]),
    shows(
        Id::HalfPageDown,
        "half-page-down",
        "half page down",
        "Half a page down",
        &[Moving],
        0,
        &["ctrl-d"],
    ),
    shows(
        Id::HalfPageUp,
        "half-page-up",
        "half page up",
        "Half a page up",
        &[Moving],
        0,
        &["ctrl-u"],
    ),
    shows(
        Id::PageDown,
        "page-down",
        "page down",
        "A page down",
        &[Moving],
        0,
        &["pgdn", "ctrl-f", "space"],
    ),
    shows(
        Id::PageUp,
        "page-up",
        "page up",
        "A page up",
        &[Moving],
        0,
        &["pgup", "ctrl-b"],
    ),
    shows(
        Id::Top,
        "top",
        "top",
        "To the first line",
        &[Moving],
        0,
        &["g", "home"],
    ),
    shows(
        Id::Bottom,
        "bottom",
        "bottom",
        "To the last line",
        &[Moving],
        0,
        &["G", "end"],
    ),
    // Everywhere.
    shows(
        Id::Cancel,
        "cancel",
        "cancel",
        "Stop waiting for what is under way",
        &[Global],
        96,
        &["ctrl-x"],
    )
    .when(when_busy),
    shows(
        Id::Help,
        "help",
        "help",
        "Everything that can be done here: type to find, Enter to do it",
        &[Global],
        100,
        &["?", "f1"],
    ),
    shows(
        Id::CommandLine,
        "command-line",
        "command",
        "Type a command by name",
        &[Global],
        54,
        &[":"],
    ),
    shows(
        Id::Messages,
        "messages",
        "messages",
        "What was reported so far",
        &[Global],
        0,
        &["M"],
    ),
    shows(
        Id::Refresh,
        "refresh",
        "refresh",
        "Look at everything again now",
        &[Global],
        10,
        &["ctrl-r", "f5"],
    ),
    changes(
        Id::Demo,
        "demo",
        "demo",
        "Make and start the demo: two instances, joined",
        &[Global],
        0,
        &[],
    ),
    shows(
        Id::Theme,
        "theme",
        "theme",
        "Take the next theme, or the one named",
        &[Global],
        0,
        &["t"],
    )
    .taking("[NAME]"),
    shows(
        Id::Mouse,
        "mouse",
        "mouse",
        "Give the mouse to the terminal for selecting text, or take it back",
        &[Global],
        0,
        &["m"],
    ),
    shows(
        Id::Redraw,
        "redraw",
        "redraw",
        "Draw the screen anew",
        &[Global],
        0,
        &["ctrl-l"],
    ),
    shows(
        Id::Suspend,
        "suspend",
        "suspend",
        "Put the console into the background; `fg` brings it back",
        &[Global],
        0,
        &["ctrl-z"],
    ),
    shows(
        Id::Quit,
        "quit",
        "quit",
        "Leave; asks if that stops instances",
        &[Global],
        52,
        &["q", "ctrl-c"],
    ),
];
