//! What there is to choose from at each step.

use super::picker::{Item, Picker};
use super::state::Wizard;
use crate::handshake::guide::{Purpose, Step};
use crate::model::{Delivery, Holder, InstanceKind, InstanceState, Pointer, Side};
use crate::tui::state::State;

/// The keys of the first screen.
pub const OFFER: &str = "offer";
pub const ACCEPT: &str = "accept";
pub const DRAFT: &str = "draft";
/// The keys of the question about calls that come again.
pub const TAKEN: &str = "taken";
pub const REFUSED: &str = "refused";
/// The keys of the question about the words.
pub const MATCH: &str = "match";
pub const DIFFER: &str = "differ";

/// The list of the present step; an empty one where there is none.
pub fn list(state: &State, wizard: &Wizard) -> Picker {
    let answers = &wizard.course.answers;
    match wizard.step() {
        Step::Begin => begin(wizard),
        Step::Instance => {
            let chosen = answers.instance.as_ref().map_or("", |name| name.as_str());
            Picker::one(instances(state), chosen)
        }
        Step::Purpose => Picker::one(purposes(), purpose_key(answers.purpose)),
        Step::Scope => scope(wizard),
        Step::Holders => Picker::one(holders(), holders_key(&answers.holders)),
        Step::Delivery => Picker::one(deliveries(), answers.delivery.as_str()),
        Step::Replays => {
            let key = if answers.strict_replay { REFUSED } else { TAKEN };
            Picker::one(replays(), key)
        }
        Step::Way => Picker::one(ways(), answers.delivery.as_str()),
        Step::Words => Picker::undecided(words(wizard)),
        _ => Picker::default(),
    }
}

fn begin(wizard: &Wizard) -> Picker {
    let mut items = vec![
        Item::new(
            OFFER,
            "Let someone call an instance of mine",
            "You make a credential with just the rights you choose, and hand it over.",
        ),
        Item::new(
            ACCEPT,
            "Call someone else's instance",
            "You got a code, a bundle or values from its administrator, or want to ask for them.",
        ),
    ];
    if let Some(draft) = &wizard.draft {
        let what = match draft.side() {
            Side::Issued => "an offer",
            Side::Held => "accepting",
        };
        items.push(Item::new(
            DRAFT,
            format!("Go on with {what} where you left it"),
            format!("You were at the step “{}”.", draft.at().title()),
        ));
    }
    items.extend(wizard.others.iter().map(|row| {
        let what = match row.side {
            Side::Issued => "Offer to",
            Side::Held => "Access to",
        };
        Item::new(
            format!("id:{}", row.id),
            format!("{what} {}", row.peer),
            row.next.clone(),
        )
        .marked(row.state.as_str())
    }));
    Picker::one(items, OFFER)
}

/// Local instances: only they can be offered.
fn instances(state: &State) -> Vec<Item> {
    let rows = state.instances.rows.iter().map(|instance| &instance.row);
    rows.filter(|row| row.kind == InstanceKind::Local && !row.read_only)
        .map(|row| {
            let doc = match row.state {
                InstanceState::Up => format!("answers at {}", row.endpoint.authority()),
                _ => "is not hosted now: a code can be claimed only while it runs".to_owned(),
            };
            Item::new(row.name.as_str(), row.name.as_str(), doc).marked(row.state.as_str())
        })
        .collect()
}

const fn purpose_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Summary => "summary",
        Purpose::Tag => "tag",
        Purpose::Connection => "connection",
        Purpose::Everything => "everything",
        Purpose::Custom => "custom",
    }
}

/// The purpose that a key stands for.
pub fn purpose(key: &str) -> Purpose {
    Purpose::ALL
        .into_iter()
        .find(|purpose| purpose_key(*purpose) == key)
        .unwrap_or_default()
}

fn purposes() -> Vec<Item> {
    let item = |purpose, title: &str, doc: &str| Item::new(purpose_key(purpose), title, doc);
    vec![
        item(
            Purpose::Summary,
            "Read the summary of chosen pointers",
            "The least that a federation needs: description and tags, of pointers that you pick.",
        )
        .marked("least"),
        item(
            Purpose::Tag,
            "Read pointers that bear a tag",
            "Find and read them, also those that get the tag later.",
        ),
        item(
            Purpose::Connection,
            "Use the pointers of a connection",
            "Read and invoke what is assigned to connections that you pick.",
        ),
        item(
            Purpose::Everything,
            "Read everything",
            "Every pointer, now and later, with its relationships and figures.",
        ),
        item(
            Purpose::Custom,
            "Choose the actions one by one",
            "On every pointer; those that change something too, if you say so.",
        ),
    ]
}

fn scope(wizard: &Wizard) -> Picker {
    let answers = &wizard.course.answers;
    let mut picker = match answers.purpose {
        Purpose::Summary => {
            let picked = answers.addresses.iter().map(ToString::to_string).collect();
            Picker::many(Vec::new(), picked)
        }
        Purpose::Connection => {
            let picked = answers.connections.iter().map(ToString::to_string).collect();
            Picker::many(Vec::new(), picked)
        }
        Purpose::Custom => Picker::many(actions(), answers.actions.iter().cloned().collect()),
        Purpose::Tag | Purpose::Everything => return Picker::default(),
    };
    picker.loading = picker.items.is_empty();
    picker
}

fn actions() -> Vec<Item> {
    use crate::instance::actions::{Access, table};
    table::ALL
        .iter()
        .filter(|action| action.access == Access::Granted)
        .map(|action| {
            let item = Item::new(action.name, action.name, action.help);
            if action.writes {
                item.marked("changes")
            } else {
                item
            }
        })
        .collect()
}

/// A pointer to pick.
pub fn pointer(pointer: &Pointer) -> Item {
    let tags: Vec<String> = pointer.tags.iter().map(|tag| format!("#{tag}")).collect();
    Item::new(
        pointer.address.as_str(),
        pointer.description.clone(),
        tags.join(" "),
    )
}

fn holders() -> Vec<Item> {
    vec![
        Item::new(
            "both",
            "Their console and one of their instances",
            "Each gets a credential of its own. All three routes work.",
        ),
        Item::new(
            "instance",
            "Only one of their instances",
            "It makes the calls itself (route relay), also when nobody is there.",
        ),
        Item::new(
            "console",
            "Only their console",
            "People call from their terminal (routes endpoint and circuit).",
        ),
    ]
}

fn holders_key(holders: &[Holder]) -> &'static str {
    match (
        holders.contains(&Holder::Console),
        holders.contains(&Holder::Instance),
    ) {
        (true, false) => "console",
        (false, true) => "instance",
        _ => "both",
    }
}

/// The holders that a key stands for.
pub fn holders_of(key: &str) -> Vec<Holder> {
    match key {
        "console" => vec![Holder::Console],
        "instance" => vec![Holder::Instance],
        _ => vec![Holder::Console, Holder::Instance],
    }
}

fn deliveries() -> Vec<Item> {
    vec![
        Item::new(
            Delivery::Code.as_str(),
            "By a one-time code",
            "You read a number and three words on the phone; their console fetches the rest from your instance.",
        )
        .marked("best"),
        Item::new(
            Delivery::Request.as_str(),
            "In answer to their request",
            "They send a request, you send a bundle that only they can open. Good by mail.",
        ),
        Item::new(
            Delivery::Passphrase.as_str(),
            "As a file under generated words",
            "You send the file one way and seven words another way.",
        ),
        Item::new(
            Delivery::Plain.as_str(),
            "As plain values",
            "For an original Python instance or client. Whoever sees them can call you.",
        )
        .marked("weakest"),
    ]
}

fn replays() -> Vec<Item> {
    vec![
        Item::new(
            TAKEN,
            "Take the same call again and again",
            "As original instances do: whoever copies a call on its way can make it once more, for as long as its token lives.",
        ),
        Item::new(
            REFUSED,
            "Take each call once",
            "A copy is worthless. Their program must seal each call anew, as original clients do; a query that was sealed before (route circuit) does not work.",
        )
        .marked("safer"),
    ]
}

fn ways() -> Vec<Item> {
    vec![
        Item::new(
            Delivery::Code.as_str(),
            "I was told an address and a code",
            "Something like https://b.example and 4711-able-about-above.",
        )
        .marked("best"),
        Item::new(
            Delivery::Passphrase.as_str(),
            "I got a bundle, and words to open it",
            "A file or a block of text, and seven words that came another way.",
        ),
        Item::new(
            Delivery::Request.as_str(),
            "I want to ask with a request",
            "You send a request that may be seen by anybody; only you can open the answer.",
        ),
        Item::new(
            Delivery::Plain.as_str(),
            "I got plain values of a Python instance",
            "app_id, JWT_SECRET_KEY and BUTTERFLY_ENCRYPTION_KEY.",
        )
        .marked("weakest"),
    ]
}

fn words(wizard: &Wizard) -> Vec<Item> {
    let differ = match wizard.course.side() {
        Side::Issued => "Somebody is in between. The offer is withdrawn at once; nothing was opened.",
        Side::Held => "Somebody is in between. Nothing of it stays here.",
    };
    vec![
        Item::new(
            MATCH,
            "They match, all seven",
            match wizard.row.as_ref().is_none_or(|row| row.activates) {
                true => "Then fresh keys are mixed, and calls can be made.",
                false => "Legacy credentials get no fresh keys: what travelled goes on opening the same.",
            },
        ),
        Item::new(DIFFER, "They differ", differ),
    ]
}
