//! What the wizard says in plain words: the question of each step, why it is asked, and what is about to be shared
//! with whom.

use super::state::Wizard;
use crate::handshake::AlarmKind;
use crate::handshake::guide::{Answers, Purpose, Step};
use crate::model::{Delivery, Grant, Holder, Side};
use crate::tui::state::State;

/// The question of the present step.
pub fn question(wizard: &Wizard) -> String {
    let answers = &wizard.course.answers;
    let instance = answers.instance.as_ref().map_or("it", |name| name.as_str());
    let peer = wizard.peer();
    if wizard.course.is_over() {
        return "This handshake is over".into();
    }
    match wizard.step() {
        Step::Begin => "What would you like to do?".into(),
        Step::Instance => "Which of your instances shall be called?".into(),
        Step::Who => format!("Who is going to call {instance}?"),
        Step::Purpose => format!("What shall {peer} be able to do?"),
        Step::Scope => match answers.purpose {
            Purpose::Summary => format!("Which pointers may {peer} read?"),
            Purpose::Tag => format!("Pointers with which tag may {peer} read?"),
            Purpose::Connection => format!("Pointers of which connections may {peer} use?"),
            Purpose::Everything | Purpose::Custom => format!("Which actions may {peer} call?"),
        },
        Step::Limits => "Within which limits?".into(),
        Step::Holders => "Who on their side shall hold a credential?".into(),
        Step::Delivery => "How will you hand it over?".into(),
        Step::Replays => "May the same call be made twice?".into(),
        Step::Request => "What did they send you?".into(),
        Step::File => "Shall the bundle be written to a file too?".into(),
        Step::Review => "Is this what you want to share?".into(),
        Step::HandOver => match answers.delivery {
            Delivery::Code => "Read these to the other side, on the phone".into(),
            Delivery::Request => "Send this back to whoever asked".into(),
            Delivery::Passphrase => "Send the bundle one way, and the words another way".into(),
            Delivery::Plain => "These values are the credential itself".into(),
        },
        Step::Way => "How did it come to you?".into(),
        Step::Code => "Where does the other side answer, and what is the code?".into(),
        Step::Ask => "What do you want to ask for?".into(),
        Step::Send => "Send this request to the other administrator".into(),
        Step::Bundle => "What did they send you?".into(),
        Step::Passphrase => "Which words came with it?".into(),
        Step::Plain => "Which values were you given?".into(),
        Step::Keep if answers.delivery == Delivery::Plain => "What shall it be called here?".into(),
        Step::Keep => "What shall it be called here, and who may use it?".into(),
        Step::Words => format!("Does {peer} see the same seven words?"),
        Step::Activation => "Fresh keys are mixed".into(),
        Step::Checks => format!("Does it work? {peer} is called"),
        Step::Pointer => "Create a federated pointer now?".into(),
        Step::Call => "The first call through it".into(),
        Step::Done => "Done".into(),
    }
}

/// What an alarm means, and what to do.
pub const fn alarm(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::ClaimedTwice => {
            "the code was claimed by two parties. Both are locked out. Talk to the other administrator before you offer again."
        }
        AlarmKind::ActivatedTwice => {
            "two parties mixed keys into this credential: somebody has a copy. It is frozen. Offer again in another way."
        }
        AlarmKind::WrongCode => {
            "somebody tried a wrong code. The code is burnt. If it was a slip of the tongue, make another one."
        }
        AlarmKind::WordsDiffer => {
            "the words differ: somebody is in between. Nothing can be called with this."
        }
        AlarmKind::TlsKeyChanged => {
            "the instance shows another TLS key than before. Ask its administrator, compare the pin, and take it with `instance edit NAME --pin PIN`."
        }
        AlarmKind::IdentityChanged => {
            "the instance shows another identity than before. Ask its administrator whether that was meant; if so, for a new offer."
        }
        AlarmKind::AuditWentBack => {
            "the other side's audit trail lost records that it had shown. Ask its administrator why."
        }
    }
}

/// Why the present step is there, and what to know about it.
pub fn why(wizard: &Wizard) -> &'static str {
    if wizard.course.is_over() {
        return "What was decided stays in the audit trail of both instances.";
    }
    let offers = wizard.course.side() == Side::Issued;
    match wizard.step() {
        Step::Begin => {
            "Two instances are joined by a credential: the one that is called makes it, the one that calls holds it. Nothing is shared before you have reviewed it, and you can leave at any step and come back."
        }
        Step::Instance => {
            "Only instances hosted by this program can be offered. The others have an administrator of their own, who has to offer them to you."
        }
        Step::Who => {
            "The name is how they show up in your audit trail and in your list of credentials. Take one that nobody confuses with another."
        }
        Step::Purpose => {
            "The credential allows this and nothing else. You can always offer more later; what was given and used is harder to take back."
        }
        Step::Scope => "Type to find. Space picks or lets go, Enter goes on.",
        Step::Limits => {
            "The instance enforces each of these by itself, and says in its audit trail which one refused."
        }
        Step::Holders => "Each holder gets keys of its own, so that one can be revoked without the other.",
        Step::Delivery => {
            "The code needs your instance to be reachable from theirs right now. The bundles can be sent by mail. In every way but the last, seven spoken words prove afterwards that nobody came in between."
        }
        Step::Replays => {
            "The tokens of original instances say nothing of the call that they are for, and live for an hour. So it is for your instance to remember which calls it took. You can change this later, under the same keys."
        }
        Step::Request => {
            "A request holds a public key and a name, nothing secret. Who really sent it is what the seven words prove later."
        }
        Step::File => "The file is sealed: only the right side can open it. It is good for 24 hours.",
        Step::Review if wizard.course.answers.delivery == Delivery::Plain => {
            "With Enter the credential is made, and it works at once: there are no words to compare. The values are masked until you ask for them."
        }
        Step::Review => {
            "With Enter the credential is made. Until both sides have compared seven words it opens nothing."
        }
        Step::HandOver => match wizard.course.answers.delivery {
            Delivery::Code => {
                "Whoever tries the code has one guess. A wrong one burns it, and both sides are told. The code itself is of no use once it was taken."
            }
            Delivery::Request => {
                "Only whoever made the request can open this, so it may travel any way you like."
            }
            Delivery::Passphrase => {
                "Whoever has both the bundle and the words can open it. So never send both the same way: mail the one, say the other."
            }
            Delivery::Plain => {
                "There are no words to compare and no fresh keys with plain values: whoever copies them on the way can call you until you revoke them."
            }
        },
        Step::Way => "If you can choose, ask for a code: it is the quickest, and the hardest to get wrong.",
        Step::Code => {
            "You have one guess: a mistyped code is burnt, and the other side has to make a new one. Words that codes do not use are noticed before anything is sent."
        }
        Step::Ask => {
            "Nothing secret is in a request. The answer is sealed to a key that never leaves this home."
        }
        Step::Send => {
            "It may travel any way: mail, chat, a picture of this screen. When the answer is here, go on; you can leave until then."
        }
        Step::Bundle => "Nothing is opened or kept yet.",
        Step::Passphrase => "They are not shown while you type, unless you press ^T. Nothing is kept yet.",
        Step::Plain => {
            "They are kept sealed in your vault. With plain values nobody can prove who else has them."
        }
        Step::Keep if wizard.course.answers.delivery == Delivery::Plain => {
            "It works as soon as it is kept: there are no words to compare. It stays sealed in your vault, for your console alone."
        }
        Step::Keep => {
            "Everything is kept, or nothing. It opens nothing at the other side until you both have compared the words."
        }
        Step::Words if offers => {
            "Call them: read your words, or let them read theirs. All seven, in this order. If one differs, somebody sits in between and holds the credential instead of them."
        }
        Step::Words => {
            "Call them, on a number that you knew before. All seven, in this order. If one differs, what you opened does not come from them."
        }
        Step::Activation => {
            "Both sides mix new random keys into the credential. From then on the bundle, the code, and any copy that somebody made on the way are worthless."
        }
        Step::Checks => "Each is made now, over the network, with the credential itself.",
        Step::Pointer => {
            "It stands on your instance for a question to theirs. Whoever invokes it gets their answer."
        }
        Step::Call => "This goes the whole way: sealed here, answered there, opened here.",
        Step::Done => {
            "The credential is in the Credentials pane from now on: lease, last use, rotation and revocation."
        }
    }
}

/// What is about to be shared and with whom, as short sentences. Empty where nothing is known yet.
pub fn shared(state: &State, wizard: &Wizard) -> Vec<String> {
    match wizard.course.side() {
        _ if wizard.step() == Step::Begin || wizard.course.is_over() => Vec::new(),
        Side::Issued => offered(state, wizard),
        Side::Held => accepted(wizard),
    }
}

fn offered(state: &State, wizard: &Wizard) -> Vec<String> {
    let answers = &wizard.course.answers;
    let mut lines = Vec::new();
    let Some(instance) = &answers.instance else {
        return vec!["Nothing yet.".into()];
    };
    if wizard.made.is_none() && wizard.course.under_way().is_some() {
        // Resumed: what was granted shows in the credentials pane.
        lines.push(format!(
            "{} may call {instance} as agreed in the offer.",
            wizard.peer()
        ));
        return lines;
    }
    let who = answers
        .app_id
        .as_ref()
        .map_or("Somebody".to_owned(), ToString::to_string);
    let endpoint = state.instances.get(instance.as_str());
    let at = endpoint.map_or_else(String::new, |instance| {
        format!(" at {}", instance.row.endpoint.authority())
    });
    lines.push(format!("{who} may call {instance}{at}."));
    if place(wizard) > place_of(wizard, Step::Purpose) {
        lines.extend(grant(&answers.grant(), Some(wizard)));
    }
    if place(wizard) > place_of(wizard, Step::Limits) {
        lines.push(lease(answers));
    }
    if place(wizard) > place_of(wizard, Step::Holders) {
        lines.push(holders(&answers.holders));
    }
    lines
}

fn place(wizard: &Wizard) -> Option<usize> {
    place_of(wizard, wizard.step())
}

fn place_of(wizard: &Wizard, step: Step) -> Option<usize> {
    wizard.course.steps().iter().position(|other| *other == step)
}

fn accepted(wizard: &Wizard) -> Vec<String> {
    let answers = &wizard.course.answers;
    let mut lines = Vec::new();
    let says = wizard.says.as_ref();
    let text = |pointer: &str| {
        says.and_then(|says| says.pointer(pointer))
            .and_then(|value| value.as_str())
    };
    if wizard.accepted.is_some() || says.is_some() || wizard.remote.is_some() {
        lines.push(format!("You will call {}.", wizard.peer()));
    } else {
        lines.push("You share nothing: the other side lets you call its instance.".into());
    }
    if let Some(accepted) = &wizard.accepted {
        lines.push(format!("It knows you as {}.", accepted.app_id));
    }
    if let Some(endpoint) = text("/endpoint") {
        lines.push(format!("It answers at {endpoint}."));
    }
    let bundled = says
        .and_then(|says| says.pointer("/credentials/0/grant"))
        .and_then(|value| serde_json::from_value::<Grant>(value.clone()).ok());
    if let Some(allowed) = wizard.grant.as_ref().or(bundled.as_ref()) {
        lines.extend(grant(allowed, None));
    }
    match &answers.relay {
        Some(name) if place(wizard) > place_of(wizard, Step::Keep) && wizard.can_relay() => {
            lines.push(format!("{name} may call it by itself (route relay)."));
        }
        _ => {}
    }
    lines
}

/// A grant, sentence by sentence.
pub fn grant(grant: &Grant, wizard: Option<&Wizard>) -> Vec<String> {
    if grant.owner {
        return vec!["Everything: this is the owner's credential.".into()];
    }
    let actions: Vec<&str> = grant.actions.iter().map(|name| action(name)).collect();
    let mut lines = vec![match actions.as_slice() {
        [] => "May: nothing yet.".to_owned(),
        some => format!("May: {}.", some.join(", ")),
    }];
    lines.push(format!("Of: {}.", pointers(grant, wizard)));
    lines.push(if grant.writes {
        "May change things, where an action does.".to_owned()
    } else {
        "Changes nothing.".to_owned()
    });
    let rate = match grant.rate_per_minute {
        Some(1) => "Once a minute at most".to_owned(),
        Some(rate) => format!("{rate} calls a minute at most"),
        None => "As often as they like".to_owned(),
    };
    let from = match &grant.sources {
        Some(sources) => {
            let listed: Vec<String> = sources.iter().map(ToString::to_string).collect();
            format!("only from {}", listed.join(", "))
        }
        None => "from anywhere".to_owned(),
    };
    lines.push(format!("{rate}, {from}."));
    lines.push(match grant.hops {
        0 => "Leads nowhere further.".to_owned(),
        1 => "May be led on over one more instance.".to_owned(),
        hops => format!("May be led on over {hops} more instances."),
    });
    if grant.strict_replay {
        lines.push("Each call is taken once.".to_owned());
    }
    lines
}

fn pointers(grant: &Grant, wizard: Option<&Wizard>) -> String {
    let scope = &grant.pointers;
    let name = |key: &str| {
        wizard
            .and_then(|wizard| wizard.named.get(key))
            .map(|name| format!("“{name}”"))
    };
    if scope.all {
        return "every pointer".to_owned();
    }
    let mut parts = Vec::new();
    match scope.addresses.len() {
        0 => {}
        1 => {
            let address = scope
                .addresses
                .iter()
                .next()
                .map(ToString::to_string)
                .unwrap_or_default();
            parts.push(name(&address).unwrap_or(address));
        }
        many => parts.push(format!("{many} chosen pointers")),
    }
    if !scope.tags.is_empty() {
        let tags: Vec<String> = scope.tags.iter().map(|tag| format!("#{tag}")).collect();
        parts.push(format!("pointers with {}", tags.join(" ")));
    }
    match scope.connections.len() {
        0 => {}
        1 => {
            let id = scope
                .connections
                .iter()
                .next()
                .map(ToString::to_string)
                .unwrap_or_default();
            parts.push(format!("pointers of {}", name(&id).unwrap_or(id)));
        }
        many => parts.push(format!("pointers of {many} connections")),
    }
    if parts.is_empty() {
        return "nothing chosen yet".to_owned();
    }
    parts.join(" and ")
}

/// An action as people say it; its name where there is no better word.
fn action(name: &str) -> &str {
    match name {
        "get_pointer_summary" => "read summaries",
        "get_pointer" => "read pointers",
        "list_pointers" => "list pointers",
        "search_pointers" => "search pointers",
        "get_pointers_for_connection" => "list a connection's pointers",
        "invoke_through_connection" => "invoke through a connection",
        "get_graph_stats" => "see figures",
        "get_neighbors" => "see relationships",
        other => other,
    }
}

/// When the lease ends.
fn lease(answers: &Answers) -> String {
    match answers.lease_days {
        None => "Without end, until revoked.".to_owned(),
        Some(1) => "For one day.".to_owned(),
        Some(days) => format!("For {days} days, then it ends by itself."),
    }
}

fn holders(holders: &[Holder]) -> String {
    match holders {
        [Holder::Console] => "Held by their console.",
        [Holder::Instance] => "Held by one of their instances.",
        _ => "Held by their console and by one of their instances.",
    }
    .to_owned()
}
